"""A spot-check as people read it: who sees how much of it, what strata and factors are called, how visits stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.access import Viewer
from cases.editions.quality import QualityEdition, quality_of
from cases.models import Case, CaseEvent, DrawEntry, OrgUnit, SpotCheck, User, WorkItem
from cases.roles import Role
from cases.sampling.drawing import ALL
from cases.sampling.frame import FACTORS, LARGE, SMALL
from cases.tree import within
from workflows.desk.destinations import page_of_case
from workflows.desk.timeline import Entry, entries
from workflows.engine import no_such_case
from workflows.kinds import KINDS
from workflows.spot_check.kind import SpotCheckCase
from workflows.spot_check.opening import KIND
from workflows.spot_check.teams import team_of
from workflows.step import edition_of

# Who reads what a spot-check drew below their unit, once it is drawn; the institutions do not.
READERS = (Role.PREFECTURE_OFFICER, Role.PREFECTURE_HEAD, Role.INSPECTOR)
FACTOR_NAMES = {
    "findings": gettext_lazy("Findings of last year"),
    "disagreements": gettext_lazy("Items on which the self-check was belied last year"),
    "overdue": gettext_lazy("Overdue work and forms filed late"),
    "never_visited": gettext_lazy("Never visited before"),
}
STRATUM_NAMES = {
    "prefecture": pgettext_lazy("stratum", "prefecture"),
    "size": pgettext_lazy("stratum", "size by medical beds"),
    "type": pgettext_lazy("stratum", "type of medical institution"),
}


@dataclass(frozen=True)
class Seen:
    """A spot-check as far as the viewer may see it: all of it, or what was drawn below their unit."""

    case: Any
    record: SpotCheck
    entries: QuerySet[DrawEntry]
    whole: bool


def paths_below(viewer: Viewer) -> list[str]:
    """The subtrees of which the viewer may read what was drawn."""
    return [grant.path for grant in viewer.grants if grant.permission == "view" and grant.role in READERS]


def spot_checks_of(viewer: Viewer) -> QuerySet[Case]:
    """The spot-checks that the viewer may see, all of them or a part, the latest first."""
    below = DrawEntry.objects.filter(within("institution__path", paths_below(viewer)), spot_check=OuterRef("pk"))
    mine = Case.objects.visible_to(viewer).filter(kind=KIND).order_by().values("pk")
    found = Case.objects.filter(Q(pk__in=mine) | Exists(below), kind=KIND)
    return found.select_related("unit", "edition", "spot_check").order_by("-pk")


def seen(viewer: Viewer, pk: int) -> Seen:
    """The spot-check, or OutOfScope (404)."""
    case: Any = spot_checks_of(viewer).filter(pk=pk).first()
    if case is None:
        raise no_such_case()
    case.__class__ = SpotCheckCase
    whole = viewer.can("view", case.unit)
    entries = DrawEntry.objects.filter(spot_check=pk).select_related("institution").order_by("pk")
    if not whole:
        entries = entries.filter(within("institution__path", paths_below(viewer)))
    return Seen(case, case.spot_check, entries, whole)


class Words:
    """What the strata of a draw are called: prefectures by their names, types as the form prints them."""

    def __init__(self, entries: Iterable[DrawEntry], edition: QualityEdition) -> None:
        codes = {entry.values["prefecture"] for entry in entries}
        units = OrgUnit.objects.filter(code__in=codes)
        self.prefectures = {unit.code: unit.division or unit.name for unit in units}
        field = edition.form.basic_fields.get("medical_type")
        self.types = {option.code: option.label for option in field.options} if field else {}

    def prefecture(self, entry: DrawEntry) -> str:
        return self.prefectures.get(entry.values["prefecture"], entry.values["prefecture"])

    def size(self, entry: DrawEntry) -> str:
        return size_word(entry.values["size"])

    def type(self, entry: DrawEntry) -> str:
        return self.types.get(entry.values["type"]) or pgettext("institution", "type unknown")

    def stratum(self, entry: DrawEntry) -> str:
        """The institution's prefecture, size and type in one line."""
        return " · ".join((self.prefecture(entry), self.size(entry), self.type(entry)))


def size_word(code: str) -> str:
    """大型 / 小型 / 规模不详."""
    if code == LARGE:
        return pgettext("institution", "large")
    return pgettext("institution", "small") if code == SMALL else pgettext("institution", "size unknown")


def percent(entry: DrawEntry) -> str:
    """The probability of being drawn, to two decimals of a percent."""
    return f"{entry.probability * 100:.2f}%"


def weight_words(entry: DrawEntry, shares: dict[str, Any]) -> str:
    """How the weight came about: 1 + 0.1 × 3 + 0.5 × 1."""
    parts = [f"{shares[name]} × {entry.values[name]}" for name in FACTORS if entry.values.get(name)]
    return " + ".join(["1", *parts])


@dataclass(frozen=True)
class Line:
    """An institution that was drawn: its chance, its team, and how its visit stands."""

    entry: DrawEntry
    stratum: str
    chance: str
    state: str
    over: bool
    item: WorkItem | None
    href: str
    team: list[User]


def lines_of(found: Seen, viewer: Viewer) -> list[Line]:
    """What was drawn, replaced or came in place, in the order of the draw; a fixed number of queries."""
    related = ("institution", "visit__case__unit", "visit__case__edition", "replaces__institution")
    rows = list(found.entries.filter(drawn=True).select_related(*related, "replaced_by__institution"))
    words = Words(rows, quality_of(edition_of(found.case)))
    visits = {entry.visit.pk: entry.visit.case for entry in rows if hasattr(entry, "visit")}
    items = {item.process_id: item for item in WorkItem.objects.open().filter(process__in=visits)}
    for item in items.values():
        item.process = visits[item.process_id]
    teams = team_of(visits, viewer.on)
    lines = []
    for entry in rows:
        visit = visits.get(entry.visit.pk) if hasattr(entry, "visit") else None
        lines.append(
            Line(
                entry=entry,
                stratum=words.stratum(entry),
                chance=percent(entry),
                state=str(KINDS["visit"].state_label(visit.state)) if visit else "",
                over=visit is None or visit.finished is not None,
                item=items.get(visit.pk) if visit else None,
                href=page_of_case(visit) if visit else "",
                team=teams.get(visit.pk, []) if visit else [],
            )
        )
    return lines


def course_of(case: Case, events: list[CaseEvent]) -> list[Entry]:
    """The events, with the institutions and experts that each is about; two queries of its own."""
    about = [event.details for event in events]
    units = {details[name] for details in about for name in ("dropped", "in_place") if details.get(name)}
    visits = dict(Case.objects.filter(parent=case.pk, kind="visit").values_list("pk", "unit__name"))
    names = dict(OrgUnit.objects.filter(pk__in=units).values_list("pk", "name"))
    shown = entries(case, events)
    return [
        replace(entry, detail=_about(event.details, visits, names) or entry.detail)
        for entry, event in zip(shown, events, strict=True)
    ]


def _about(details: dict[str, Any], visits: dict[int, str], names: dict[int, str]) -> str:
    if "visit" in details:
        return visits.get(details["visit"], "")
    if "dropped" in details:
        change = {"from": names.get(details["dropped"], ""), "to": names.get(details["in_place"], "—")}
        return _("%(from)s → %(to)s") % change
    if "drawn" in details:
        return _("%(drawn)d of %(all)d institutions") % {"drawn": details["drawn"], "all": details["institutions"]}
    return ""


def strata_words(record: SpotCheck) -> str:
    return pgettext("list separator", ", ").join(str(STRATUM_NAMES[name]) for name in record.strata)


def factor_rows(record: SpotCheck) -> list[tuple[Any, str]]:
    """Each factor with the share that it adds to the weight."""
    return [(FACTOR_NAMES[name], record.factors[name]) for name in FACTORS]


def meaning(record: SpotCheck, entries: list[DrawEntry]) -> str:
    """What the probability says, in one sentence."""
    if any(entry.stratum == ALL for entry in entries[:1]):
        return _(
            "The probability is the chance that an institution had of being drawn: the places of the sample times its "
            "weight, divided by the weights of all; whoever reached 100% was certain."
        )
    return _(
        "The probability is the chance that an institution had of being drawn: the places of its prefecture times its "
        "weight, divided by the weights of all institutions there; whoever reached 100% was certain."
    )
