"""Who has reported (报送完整性) and who in time (报送及时性): one query a step, however many units there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Substr

from cases.access import Viewer
from cases.models import Case, OrgUnit
from cases.punctuality import DONE, EXTENDED, LATE, ON_TIME, OPEN, OVERDUE, STANDINGS, UNDATED, standing
from cases.tree import STEP
from workflows.reporting.steps import SELF_CHECK, Step

MOST_ROWS = 1_000  # units below one; a county with more institutions shows the first of them
REPORTED, MISSING, ALL = "reported", "missing", "all"
GROUPS: dict[str, tuple[str, ...]] = {
    ALL: STANDINGS,
    REPORTED: DONE,
    MISSING: (OVERDUE, OPEN),
    **{name: (name,) for name in STANDINGS},
}


@dataclass
class Tally:
    """How the cases of one step and unit stand, by ``cases.punctuality.STANDINGS``."""

    counts: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, group: str) -> int:
        return sum(self.counts.get(name, 0) for name in GROUPS[group])

    def add(self, other: Tally) -> None:
        for name, number in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    @property
    def expected(self) -> int:
        return self[ALL]

    @property
    def reported(self) -> int:
        return self[REPORTED]

    @property
    def on_time(self) -> int:
        return self[ON_TIME]

    @property
    def extended(self) -> int:
        return self[EXTENDED]

    @property
    def late(self) -> int:
        return self[LATE]

    @property
    def undated(self) -> int:
        return self[UNDATED]

    @property
    def overdue(self) -> int:
        return self[OVERDUE]

    @property
    def pending(self) -> int:
        return self[OPEN]

    @property
    def light(self) -> str:
        """Red where something is overdue and not done, green where all is done, else none."""
        if self.overdue:
            return "late"
        return "ok" if self.expected and self.reported == self.expected else "idle"


@dataclass
class Row:
    """One unit of the table, with a tally a step; the area itself has a row where it reports something."""

    unit: OrgUnit
    tallies: list[Tally]
    own: bool = False


@dataclass
class Table:
    """The units below an area × the steps of the year, with their sums."""

    area: OrgUnit
    steps: list[Step]
    rows: list[Row]
    totals: list[Tally]


def with_standing(cases: QuerySet[Case], step: Step, viewer: Viewer) -> QuerySet[Case]:
    """The cases with their standing in the step as a column."""
    column = standing(done=step.done, rules=step.rules, outcomes=step.outcomes, last=step.last, at=viewer.at)
    return cases.annotate(standing=column)


def table_of(viewer: Viewer, area: OrgUnit, year: int, steps: list[Step]) -> Table:
    """The whole table: one query for the units and one for each step."""
    length = len(area.path) + STEP
    units = list(units_below(viewer, area)[:MOST_ROWS])
    found = [_tallies(viewer, area, year, step, length) for step in steps]
    rows = [Row(unit, [tallies.get(unit.path, Tally()) for tallies in found]) for unit in units]
    if any(area.path in tallies for tallies in found):
        rows.insert(0, Row(area, [tallies.get(area.path, Tally()) for tallies in found], own=True))
    return Table(area, steps, rows, [_sum(tallies.values()) for tallies in found])


def without_cycle(viewer: Viewer, area: OrgUnit, year: int) -> QuerySet[OrgUnit]:
    """The institutions of an area for which no cycle of the year was ever opened: nothing is expected of them yet.

    Those that exist today, or existed at the end of a year that is over.
    """
    on = min(viewer.on, dt.date(year, 12, 31))
    opened = Case.objects.filter(kind=SELF_CHECK.kind, year=year, unit=OuterRef("pk"))
    found = OrgUnit.objects.visible_to(viewer).within(area.path).active(on)
    return found.filter(~Exists(opened), kind=OrgUnit.Kind.INSTITUTION)


def units_below(viewer: Viewer, area: OrgUnit) -> QuerySet[OrgUnit]:
    """The units directly below an area that exist today; the institutions of a county among them."""
    below = OrgUnit.objects.visible_to(viewer).within(area.path).active(viewer.on)
    return below.filter(depth=area.depth + 1, kind__in=BELOW.get(area.kind, ()))


BELOW: Mapping[str, tuple[str, ...]] = {
    OrgUnit.Kind.NATION: (OrgUnit.Kind.REGION,),
    OrgUnit.Kind.REGION: (OrgUnit.Kind.PREFECTURE,),
    OrgUnit.Kind.PREFECTURE: (OrgUnit.Kind.COUNTY,),
    OrgUnit.Kind.COUNTY: (OrgUnit.Kind.INSTITUTION,),
}


def _tallies(viewer: Viewer, area: OrgUnit, year: int, step: Step, length: int) -> dict[str, Tally]:
    """The tallies of one step by the path of the unit directly below the area, or of the area itself."""
    cases = with_standing(step.cases(viewer, year, area.path), step, viewer)
    rows = cases.annotate(below=Substr(F("unit__path"), 1, length)).order_by().values_list("below", "standing")
    found: dict[str, Tally] = {}
    for path, name, number in rows.annotate(n=Count("pk")):
        found.setdefault(path, Tally()).counts[name] = number
    return found


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
