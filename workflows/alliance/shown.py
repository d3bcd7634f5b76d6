"""How a pilot is shown: its phases as a rail, its members by tier, the pages of its parts, what may be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.models import Case, CaseParty, Membership, OrgUnit, Pilot, User
from workflows.alliance.joining import contacts_at
from workflows.alliance.membership import KINDS, members_of
from workflows.alliance.opening import KIND, PILOT
from workflows.alliance.period import practice_of
from workflows.alliance.states import PHASE_OF, State

# The pages of the parts of a pilot: a part whose pages do not exist is left out.
PARTS = (
    ("pilot_filings", gettext_lazy("Filings"), "file"),
    ("pilot_meetings", gettext_lazy("Committee and plans"), "users"),
    ("pilot_activities", gettext_lazy("Activity registers"), "ledger"),
    ("certificates", gettext_lazy("Certificates"), "seal"),
    ("pilot_referrals", gettext_lazy("Referrals"), "compare"),
    ("pilot_survey", gettext_lazy("Satisfaction survey"), "form"),
    ("pilot_scoring", gettext_lazy("Scorecard"), "check"),
    ("pilot_funds", gettext_lazy("Funds"), "chart"),
)


@dataclass(frozen=True)
class Stage:
    """A phase on the rail."""

    name: str
    window: str
    note: str
    state: str


def stages_of(case: Any) -> list[Stage]:
    """启动 → 实践 → 总结推广, with their windows; a pilot that ended early stays where it ended."""
    edition, record = edition_of(case), case.pilot
    reached = PHASE_OF.get(case.state, "")
    codes = [phase.code for phase in edition.phases]
    at = codes.index(reached) if reached in codes else -1
    stages = []
    for place, phase in enumerate(edition.phases):
        first, last = practice_of(record) if phase.code == "practice" else phase.window(case.year)
        state = "done" if place < at or case.state == State.PROMOTED else "current" if place == at else ""
        note = str(State(case.state).label) if state == "current" else ""
        if phase.code == "practice" and record.extended_until:
            note = note or _("extended")
        stages.append(Stage(phase.label, f"{_month(first)}–{_month(last)}", note, state))
    return stages


def _month(day: dt.date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def tiers_of(record: Pilot, on: dt.date) -> list[tuple[str, list[Membership]]]:
    """The members of the day by tier, each agreement in a line, and those to come."""
    coming = record.memberships.filter(valid_from__gt=on).select_related("unit__superior", "contact")
    rows: list[Any] = [*members_of(record, on), *coming.order_by("valid_from", "pk")]
    return [
        (str(tier.label), found) for tier in Membership.Tier if (found := [row for row in rows if row.tier == tier])
    ]


def former_members(record: Pilot, on: dt.date) -> list[Membership]:
    """Whose agreements have ended, the latest first."""
    rows = record.memberships.filter(valid_until__lte=on).select_related("unit")
    return list(rows.order_by("-valid_until", "-pk"))


def parts_of(case: Case) -> list[tuple[str, Any, str]]:
    """Address, name and icon of the pages of the pilot's parts that exist."""
    found = []
    for name, label, icon in PARTS:
        try:
            found.append((reverse(name, args=[case.pk]), label, icon))
        except NoReverseMatch:
            continue
    return found


def programmes_of(viewer: Viewer) -> QuerySet[Case]:
    return Case.objects.visible_to(viewer).filter(kind=KIND).select_related("unit", "pilot_programme")


def pilots_of(viewer: Viewer) -> QuerySet[Case]:
    """The pilots that the viewer may see, with what a line of the list shows."""
    return Case.objects.visible_to(viewer).filter(kind=PILOT).select_related("unit", "pilot__lead")


def units_that_join(city: OrgUnit, on: dt.date) -> QuerySet[OrgUnit]:
    """The units of a city's districts that may be members."""
    kinds = {kind for tier, kinds in KINDS.items() if tier != Membership.Tier.LEAD for kind in kinds}
    units = OrgUnit.objects.within(city.path).active(on).filter(kind__in=kinds)
    return units.exclude(superior=city.pk).order_by("path")


def own_memberships(viewer: Viewer, record: Pilot) -> QuerySet[Membership]:
    """The memberships that the viewer may touch: all but the lead's for its office, its own for a member."""
    rows = record.memberships.exclude(valid_until__lte=viewer.on).select_related("unit")
    found: QuerySet[Membership] = (
        rows if viewer.may("party:lead", record.case) else rows.filter(unit__in=viewer.unit_ids("view"))
    )
    return found


def people_for(memberships: Iterable[Membership], on: dt.date) -> QuerySet[User]:
    """Everybody who may be contact of one of these members."""
    units = {row.unit_id for row in memberships}
    keys = {seat.user_id for unit in units for seat in contacts_at(unit, on)}
    return User.objects.filter(pk__in=keys).order_by("name")


def applicants_units(viewer: Viewer, programme: Case) -> QuerySet[OrgUnit]:
    """The hospitals that the viewer may apply for: its own, or any of the city for a district that nominates."""
    on = local_date(viewer.at)
    leads = CaseParty.objects.valid(on).filter(case=programme.pk, part="lead").values("unit")
    units = OrgUnit.objects.active(on).filter(pk__in=leads)
    if viewer.may("party:district", programme):
        return units
    return units.filter(pk__in=viewer.unit_ids("view"))
