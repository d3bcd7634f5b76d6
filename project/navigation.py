"""The navigation as one table: what stands where, and which roles see it.

An entry whose page does not exist (yet) is left out, so that a page may arrive without touching the frame.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.roles import POSTS, Role

INSTITUTION = frozenset({Role.INSTITUTION_FILLER, Role.INSTITUTION_HEAD})
COUNTY = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER})
PREFECTURE = frozenset({Role.PREFECTURE_OFFICER, Role.PREFECTURE_HEAD})
REGION = frozenset({Role.REGION_OFFICER, Role.REGION_HEAD})
ABOVE = PREFECTURE | REGION
NATION = frozenset({Role.NATION_OFFICER})
READERS = frozenset({Role.INSPECTOR})
NATION = frozenset({Role.NATION_OFFICER})
EXPERTS = frozenset({Role.REGION_EXPERT, Role.NATIONAL_EXPERT})
ALLIANCE = frozenset({Role.ALLIANCE_OFFICER, Role.MEMBER_OFFICER, Role.REFERRAL_CONTACT, Role.FINANCE_OFFICER})
# Who account for money, or check it.
FUNDED = frozenset({Role.ALLIANCE_OFFICER, Role.CENTRE_OFFICER, Role.FINANCE_OFFICER})
HEADS = frozenset({posts.head for posts in POSTS.values()})
WORKERS = INSTITUTION | COUNTY | ABOVE
EVERYONE = frozenset(Role)

WORK = pgettext_lazy("navigation", "Casework")
FILES = pgettext_lazy("navigation", "Records")
RUNNING = pgettext_lazy("navigation", "Administration")


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; ``tab`` is its place in the four-part bar of the phone, 0 for none.

    ``counted`` names what the frame counts beside it.
    """

    group: Promise
    label: Promise
    name: str
    icon: str
    roles: frozenset[str]
    tab: int = 0
    short: Promise | None = None
    counted: str = ""

    @property
    def href(self) -> str | None:
        """The address of the page, or None where there is no such page."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return None


ENTRIES = (
    Entry(WORK, _("To do"), "inbox", "inbox", EVERYONE, tab=1, counted="to_do"),
    Entry(WORK, _("Dashboard"), "dashboard", "chart", ABOVE | NATION | READERS, tab=3),
    Entry(WORK, _("Dashboard"), "dashboard", "chart", COUNTY),
    Entry(WORK, _("Trails of all cases"), "inspection", "search", READERS, short=pgettext_lazy("tab", "Trails")),
    Entry(WORK, _("Message centre"), "messages", "bell", EVERYONE),
    Entry(WORK, _("County verification"), "verifications", "compare", COUNTY, tab=3, short=_("Verification")),
    Entry(WORK, _("Rectification items"), "ledger", "ledger", INSTITUTION, tab=2, short=_("Ledger")),
    Entry(WORK, _("Rectification ledger"), "ledger", "ledger", COUNTY | ABOVE | READERS, tab=2, short=_("Ledger")),
    Entry(WORK, _("Common problems"), "common_problems", "flag", COUNTY | ABOVE | READERS),
    Entry(WORK, _("Programmes of the year"), "programmes", "calendar", REGION | READERS | {Role.NATION_OFFICER}),
    Entry(WORK, _("Regional reports"), "rounds", "send", NATION, tab=2, short=pgettext_lazy("tab", "Reports")),
    Entry(WORK, _("Regional reports"), "rounds", "send", REGION | READERS),
    Entry(WORK, _("What is asked this year"), "requirements", "flag", INSTITUTION | COUNTY | PREFECTURE | READERS),
    Entry(WORK, _("Spot-checks"), "spot_checks", "search", ABOVE | READERS | NATION),
    Entry(WORK, _("Visits"), "visits", "search", EXPERTS, tab=2, short=_("Visits")),
    Entry(WORK, _("Alliance pilots"), "pilots", "compare", ALLIANCE, tab=2, short=pgettext_lazy("tab", "Pilots")),
    Entry(WORK, _("Alliance pilots"), "pilots", "compare", INSTITUTION | COUNTY | ABOVE | READERS | NATION),
    Entry(WORK, _("Funds"), "funds", "chart", PREFECTURE | FUNDED | READERS),
    Entry(WORK, _("Guidance centres"), "guidance", "users", frozenset({Role.CENTRE_OFFICER}), tab=2),
    Entry(WORK, _("Guidance centres"), "guidance", "users", PREFECTURE | COUNTY | READERS),
    Entry(FILES, _("Experience of pilots"), "pilot_experiences", "file", ALLIANCE, tab=3, short=_("Experience")),
    Entry(FILES, _("Experience of pilots"), "pilot_experiences", "file", EVERYONE),
    Entry(FILES, _("Reporting status"), "reporting", "check", COUNTY | ABOVE | READERS | NATION),
    Entry(FILES, _("Reliability of self-checks"), "disagreement", "compare", COUNTY | ABOVE | READERS | NATION),
    Entry(FILES, _("This year's work"), "cycles", "form", INSTITUTION, tab=3, short=_("This year")),
    Entry(FILES, _("Annual cycles"), "cycles", "calendar", COUNTY | ABOVE | READERS, tab=3, short=_("Cycles")),
    Entry(FILES, _("Institution files"), "units", "file", WORKERS | READERS),
    Entry(FILES, _("Typical cases and good practices"), "practices", "flag", WORKERS | READERS, short=_("Practices")),
    Entry(FILES, _("Notes of inspections"), "inspection_notes", "edit", ABOVE | NATION | READERS),
    Entry(FILES, _("Bulletin"), "bulletin", "file", EVERYONE),
    Entry(FILES, _("Local closures"), "closures", "calendar", COUNTY | ABOVE),
    Entry(
        RUNNING, _("Dry run of the reminders"), "dry_run", "clock", ABOVE | {Role.COUNTY_APPROVER, Role.SYSTEM_ADMIN}
    ),
    Entry(RUNNING, _("Roster import"), "roster", "users", frozenset({Role.SYSTEM_ADMIN}), tab=2, short=_("Roster")),
    Entry(
        RUNNING,
        _("Work without an owner"),
        "vacancies",
        "user",
        frozenset({Role.SYSTEM_ADMIN}),
        tab=3,
        short=pgettext_lazy("tab", "Vacant"),
        counted="unowned",
    ),
    Entry(RUNNING, _("Files held back"), "quarantine", "file", frozenset({Role.SYSTEM_ADMIN})),
    Entry(RUNNING, _("Accounts"), "accounts", "user", frozenset({Role.SYSTEM_ADMIN})),
    Entry(
        RUNNING,
        _("Appointments"),
        "appointments",
        "users",
        frozenset({Role.SECURITY_ADMIN, Role.AUDITOR}),
        tab=2,
        short=pgettext_lazy("tab", "Posts"),
        counted="to_confirm",
    ),
    Entry(RUNNING, _("Appointments"), "appointments", "users", HEADS, counted="to_confirm"),
    Entry(
        RUNNING,
        _("The system’s own trail"),
        "system_events",
        "search",
        frozenset({Role.AUDITOR}),
        tab=3,
        short=pgettext_lazy("tab", "System"),
    ),
    Entry(RUNNING, _("Proof of the trail"), "audit", "seal", frozenset({Role.AUDITOR, Role.INSPECTOR})),
    Entry(RUNNING, _("Messages that were not sent"), "outgoing", "send", frozenset({Role.SYSTEM_ADMIN})),
)
MINE = Entry(WORK, _("My page"), "me", "user", EVERYONE, tab=4, short=pgettext_lazy("tab", "Me"))


def entries_for(roles: Collection[str]) -> list[Entry]:
    """The entries that somebody with these roles sees, each page once, in the order of the table."""
    seen: dict[str, Entry] = {}
    for entry in ENTRIES:
        if entry.href is not None and not entry.roles.isdisjoint(roles):
            seen.setdefault(entry.name, entry)
    return list(seen.values())


def tabs_for(roles: Collection[str]) -> list[Entry]:
    """At most four entries for the phone: one for each place, and the personal page last."""
    places: dict[int, Entry] = {}
    for entry in [*entries_for(roles), *([MINE] if MINE.href is not None else [])]:
        if entry.tab:
            places.setdefault(entry.tab, entry)
    return [places[place] for place in sorted(places)]
