"""What pages show of a programme: the matrix of its prefectures, and the year as those below it see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.editions.rounds import RoundRule
from cases.editions.schema import EditionData
from cases.models import Case, OrgUnit, Round, Summary, WorkItem
from cases.tree import STEP
from workflows.desk.destinations import page_of_case
from workflows.kinds import kind_of
from workflows.programme.kind import State
from workflows.programme.opening import KIND

ASKED = (State.RUNNING, State.ENDED)


@dataclass(frozen=True)
class Cell:
    """One case of the matrix: where it stands, whose turn it is, and where its page is."""

    case: Case
    state: Any
    item: WorkItem | None
    href: str


@dataclass(frozen=True)
class Row:
    """One prefecture of the matrix; its summaries in the order of the programme's rounds, each with its round."""

    unit: OrgUnit
    work_plan: Cell | None
    pairs: list[tuple[Cell | None, RoundLine]]


@dataclass(frozen=True)
class RoundLine:
    """A reporting round as people read it; ``moved`` says that the region set other dates than the edition."""

    label: str
    cycle_year: int
    cutoff_on: dt.date
    due_on: dt.date
    basis: str
    moved: bool = False


@dataclass(frozen=True)
class PhaseLine:
    """A phase of the year's plan with its window, both days counted, and the clause that it rests on."""

    label: str
    start: dt.date
    end: dt.date
    clause: str
    current: bool


def matrix(programme: Case, rounds: list[Round]) -> tuple[list[Row], list[tuple[Cell | None, RoundLine]]]:
    """The prefectures of a programme with their cases, and the region's own reports if there are any; three queries."""
    cases = list(Case.objects.filter(parent=programme.pk).select_related("unit").order_by("unit__path", "pk"))
    items = {item.process_id: item for item in WorkItem.objects.open().filter(process__in=cases).order_by("pk")}
    reported = dict(Summary.objects.filter(case__in=cases).values_list("case_id", "round_id"))
    cells: dict[tuple[int, int | None], Cell] = {}
    units: dict[int, OrgUnit] = {}
    for case in cases:
        item = items.get(case.pk)
        if item is not None:
            item.process = case
        state = kind_of(case).state_label(case.state)
        cells[case.unit_id, reported.get(case.pk)] = Cell(case, state, item, page_of_case(case))
        units[case.unit_id] = case.unit
    lines = list(zip(rounds, round_lines(programme, rounds), strict=True))

    def summaries(unit_id: int) -> list[tuple[Cell | None, RoundLine]]:
        return [(cells.get((unit_id, each.pk)), line) for each, line in lines]

    own = programme.unit_id
    rows = [Row(unit, cells.get((pk, None)), summaries(pk)) for pk, unit in units.items() if pk != own]
    return rows, summaries(own) if own in units else []


def programmes_above(viewer: Viewer) -> QuerySet[Case]:
    """The opened programmes of the regions that the viewer's units belong to, or are, the latest year first."""
    above = {path[:length] for path in viewer.paths("view") for length in range(STEP, len(path) + 1, STEP)}
    found = Case.objects.filter(kind=KIND, state__in=ASKED, unit__path__in=above)
    return found.select_related("unit", "edition", "programme").order_by("-year", "pk")


def asks_something(viewer: Viewer) -> bool:
    """Whether a programme of the viewer's region is running; one query."""
    return programmes_above(viewer).filter(state=State.RUNNING).exists()


def round_lines(programme: Case, rounds: Iterable[Round]) -> list[RoundLine]:
    """The rounds of a programme with the words of its edition; one that the edition does not know goes by its code."""
    rules = quality_of(edition_of(programme)).rounds
    return [_line(each, rules.get(each.code), programme.year) for each in rounds]


def _line(each: Round, rule: RoundRule | None, year: int) -> RoundLine:
    dates = (each.cutoff_on, each.due_on)
    if rule is None:
        return RoundLine(each.code, each.cycle_year, *dates, "")
    return RoundLine(rule.label, each.cycle_year, *dates, rule.basis, moved=rule.dates(year) != dates)


def phase_lines(edition: EditionData, year: int, at: dt.datetime) -> list[PhaseLine]:
    """The windows of the year, those of the day marked."""
    today = local_date(at)
    lines = []
    for phase in edition.phases:
        start, end = phase.window(year)
        lines.append(PhaseLine(phase.label, start, end, phase.clause, start <= today <= end))
    return lines
