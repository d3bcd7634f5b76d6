"""The records behind a number of the reporting table: the cases of a step with their date and outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.keyset import PAGE_SIZE, Page, page_of
from cases.models import Case, WorkItem
from cases.punctuality import DONE, LATE, ON_TIME, OVERDUE, outcome_word
from workflows.kinds import KINDS
from workflows.reporting.asked import Asked
from workflows.reporting.completeness import GROUPS, with_standing

LIGHTS = {ON_TIME: "ok", LATE: "late", OVERDUE: "late"}


@dataclass(frozen=True)
class Line:
    """One case of the step: how it stands, and the work item that says so."""

    case: Case
    title: str
    state: Any
    standing: str
    item: WorkItem | None

    @property
    def word(self) -> str:
        return outcome_word(self.standing)

    @property
    def light(self) -> str:
        return LIGHTS.get(self.standing, "idle")

    @property
    def is_done(self) -> bool:
        return self.standing in DONE

    @property
    def href(self) -> str:
        return KINDS[self.case.kind].page(self.case)


def behind(asked: Asked) -> QuerySet[Case]:
    """The cases that a number counts, within the viewer's scope."""
    cases = with_standing(asked.step.cases(asked.viewer, asked.year, asked.area.path), asked.step, asked.viewer)
    if asked.own:
        cases = cases.filter(unit=asked.area)
    return cases if asked.group == "all" else cases.filter(standing__in=GROUPS[asked.group])


def page_behind(asked: Asked, after: str) -> Page:
    """One page of them in the order of the unit tree; two queries."""
    page = page_of(behind(asked).select_related("unit__superior"), "unit__path", "pk", after=after, size=PAGE_SIZE)
    items = _items(asked, page.rows)
    lines = [
        Line(
            case=case,
            title=case.number or str(case.year),
            state=KINDS[case.kind].state_label(case.state),
            standing=case.standing,
            item=items.get(case.pk),
        )
        for case in page.rows
    ]
    return Page(lines, page.next)


def _items(asked: Asked, cases: list[Case]) -> dict[int, WorkItem]:
    """The work item by which each case is judged: the one that ended the step, else the open one."""
    step = asked.step
    rows = WorkItem.objects.filter(process__in=cases).order_by("pk")
    ended: dict[int, WorkItem] = {}
    running: dict[int, WorkItem] = {}
    withdrawn: set[int | None] = set()
    for item in rows:
        if item.outcome == "withdraw":
            withdrawn.add(item.after_id)
    for item in rows:
        if item.finished is None:
            running[item.process_id] = item
            continue
        counts = item.due_rule in step.rules and item.outcome in step.outcomes and item.pk not in withdrawn
        if counts and (step.last or item.process_id not in ended):
            ended[item.process_id] = item
    found = {}
    for case in cases:
        done = case.standing in DONE
        item = ended.get(case.pk) if done else running.get(case.pk)
        if item is not None:
            item.process = case
            found[case.pk] = item
    return found
