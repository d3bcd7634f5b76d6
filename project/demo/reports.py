"""What goes up the line: the region's programme, the prefectures' work plans, and the one-off report of February 2021.

The report is that of the year 2020 as of 31 January 2021 (action plan, 4 (2)); the yearly one is still to come.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction

from cases.models import Case, OrgUnit
from cases.roles import Role
from cases.summaries import passages
from cases.summaries.missing import explain
from cases.summaries.reading import drafts_of, missing_of
from project.demo.acts import Person
from project.demo.days import Days, Story, moment
from project.demo.personas import NATION, PREFECTURE, REGION
from project.demo.source import Prefecture, words
from workflows.engine import perform
from workflows.programme.drafts import save_work_plan
from workflows.programme.opening import open_programme

OPENED = moment("2021-01-04 10:02")
FIRST_REPORT = "first_report"
Who = Callable[[str, str], Person]


def reports(region: OrgUnit, places: Iterable[Prefecture], person: Who) -> Iterator[Story]:
    """The stories of the region, of each prefecture's plan and of its first summary."""
    codes = [place.code for place in places]
    yield _programme(region, person)
    for number, code in enumerate(codes):
        days = Days(random.Random(f"reports of {code}"))
        yield _plan(code, days, person, number)
        yield _summary(code, days, person, number)
    yield _regional_report(person)


def _programme(region: OrgUnit, person: Who) -> Story:
    yield OPENED
    by = person(REGION, Role.REGION_OFFICER)
    open_programme(region, 2021, by=by, at=OPENED, notice="\n\n".join(words("notice")))


def _plan(code: str, days: Days, person: Who, number: int) -> Story:
    """Most plans are on file; one came back and was filed again, one still lies with its head, one is being written."""
    officer, head = person(code, Role.PREFECTURE_OFFICER), person(code, Role.PREFECTURE_HEAD)
    region = person(REGION, Role.REGION_OFFICER)
    own = code == PREFECTURE
    if number % 14 == 9:
        return
    at = days.between("2021-02-22", "2021-03-19")
    yield at
    plan = Case.objects.select_related("work_plan", "unit").get(kind="work_plan", year=2021, unit__code=code)
    parts = {name: text.format(unit=plan.unit.name) for name, text in zip(PARTS, words("work_plan"), strict=True)}
    with transaction.atomic():
        save_work_plan(plan.work_plan, parts, based_on=0, by=officer, at=at)
    if number % 14 == 11 and not own:
        return
    at = days.after(at, 0, 2)
    yield at
    perform(plan, "request_confirmation", by=officer, at=at)
    if number % 14 == 5 and not own:
        return
    at = days.after(at, 1, 3)
    yield at
    perform(plan, "submit", by=head, at=at)
    at = days.after(at, 2, 6)
    yield at
    if number % 14 == 3:
        perform(plan, "return_", by=region, at=at, reason=words("plan_returned")[0])
        at = days.after(at, 2, 4)
        yield at
        perform(plan, "request_confirmation", by=officer, at=at)
        at = days.after(at, 1, 2)
        yield at
        perform(plan, "submit", by=head, at=at)
        at = days.after(at, 2, 6)
        yield at
    perform(plan, "accept", by=region, at=at)


PARTS = ("goals", "arrangements", "organisation")


def _summary(code: str, days: Days, person: Who, number: int) -> Story:
    """Annex 2 for 2020: filed in February and accepted; one was returned once, one came late."""
    officer, head = person(code, Role.PREFECTURE_OFFICER), person(code, Role.PREFECTURE_HEAD)
    region = person(REGION, Role.REGION_OFFICER)
    at = days.between("2021-03-01", "2021-03-04") if number % 14 == 7 else days.between("2021-02-03", "2021-02-19")
    yield at
    case = _first("summary", code)
    _complete(case, officer, at, words("summary_missing")[0])
    at = days.after(at, 0, 2)
    yield at
    perform(case, "request_confirmation", by=officer, at=at)
    at = days.after(at, 0, 2)
    yield at
    perform(case, "submit", by=head, at=at)
    at = days.after(at, 2, 5)
    yield at
    if number % 14 == 4:
        perform(case, "return_", by=region, at=at, reason=words("summary_returned")[0])
        at = days.after(at, 1, 3)
        yield at
        perform(case, "request_confirmation", by=officer, at=at)
        at = days.after(at, 0, 1)
        yield at
        perform(case, "submit", by=head, at=at)
        at = days.after(at, 1, 4)
        yield at
    perform(case, "accept", by=region, at=at)


def _regional_report(person: Who) -> Story:
    """The region's own report of 2020 is with the national level."""
    officer, head = person(REGION, Role.REGION_OFFICER), person(REGION, Role.REGION_HEAD)
    at = moment("2021-03-22 11:20")
    yield at
    case = _first("regional_report", REGION)
    _complete(case, officer, at, words("summary_missing")[0])
    at = moment("2021-03-25 16:05")
    yield at
    perform(case, "request_confirmation", by=officer, at=at)
    at = moment("2021-03-29 10:40")
    yield at
    perform(case, "submit", by=head, at=at)
    at = moment("2021-04-13 15:50")
    yield at
    perform(case, "acknowledge", by=person(NATION, Role.NATION_OFFICER), at=at)


def _first(kind: str, code: str) -> Case:
    rows = Case.objects.select_related("summary__round", "unit", "edition")
    return rows.get(kind=kind, unit__code=code, summary__round__code=FIRST_REPORT)


def _complete(case: Case, officer: Person, at: Any, why: str) -> None:
    """The words as the system drafts them, and why some reports are missing."""
    summary: Any = case.summary
    with transaction.atomic():
        passages.draft(summary, drafts_of(case), by=officer.user, at=at)
        if missing_of(case) or case.kind == "regional_report":
            explain(summary, why, row_version=summary.row_version, by=officer.user, at=at)
