"""The region's spot-check of spring 2021: drawn on 12 April, its visits at every station by the twelfth of May.

What is drawn, assessed and answered goes through the doors of the pages. Only the random part of the seed is not the
operating system's: the demonstration comes out the same every time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cases import evidence
from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.models import AnswerStatus, Case, DrawEntry, Evidence, Finding, OrgUnit
from cases.roles import Role
from cases.sampling.numbers import seeded_by
from cases.visits.drafts import assessing, save_item, save_particulars
from project.demo.acts import Person
from project.demo.days import Diary, Story, moment
from project.demo.files import Drawer
from project.demo.personas import REGION, XUELIAN
from project.demo.source import words
from workflows.engine import perform
from workflows.spot_check.drawing import visits_of
from workflows.spot_check.opening import plan_spot_check
from workflows.spot_check.teams import experts_of
from workflows.step import edition_of
from workflows.visit.kind import State

PLANNED, DRAWN, SENT = moment("2021-04-09 11:20"), moment("2021-04-12 16:30"), moment("2021-04-14 12:05")
REPLACED = moment("2021-05-10 12:40")
UNTIL = dt.date(2021, 6, 30)
SYSTEM = hashlib.sha256("演示".encode()).hexdigest()
LED_BY_THE_PERSONA = 4  # visits; the others are led by colleagues
HALF, PROBLEMS = 12, 2

Who = Callable[[str, str], Person]


def spot_check(region: OrgUnit, person: Who, drawer: Drawer, diary: Diary) -> Story:
    """Planned, drawn, the teams sent out; then a visit at each station, and one institution that is replaced."""
    officer, expert = person(REGION, Role.REGION_OFFICER), person(REGION, Role.REGION_EXPERT)
    yield PLANNED
    able = OrgUnit.objects.within(region.path).active(local_date(PLANNED)).filter(kind=OrgUnit.Kind.INSTITUTION)
    plan = {"title": words("spot_check")["title"], "size": 4 + able.count() // 10, "visits_until": UNTIL}
    case = plan_spot_check(region, plan, by=officer, at=PLANNED)
    yield DRAWN
    with seeded_by(lambda: SYSTEM):
        case = perform(case, "draw", by=officer, at=DRAWN, public=words("spot_check")["public"])
    yield SENT
    # 雪莲敬老院, whose people a visitor signs in as, comes first where it was drawn.
    visits = sorted(visits_of(case).select_related("unit"), key=lambda visit: (visit.unit.code != XUELIAN, visit.pk))
    one, other = experts_of(region, local_date(SENT)).exclude(pk=expert.user.pk)[:2]
    for number, visit in enumerate(visits):
        team = [expert.user, one] if number < LED_BY_THE_PERSONA else [one, other]
        case = perform(case, "assign_team", by=officer, at=SENT, visit=visit.pk, experts=team)
    for visit, station in zip(visits, (_concluded, _half_written, _to_be_signed, _answered), strict=False):
        head = person(visit.unit.code, Role.INSTITUTION_HEAD)
        diary.add(station(Visiting(visit, expert, head, f"{expert.user}、{one}", drawer)))
    yield REPLACED
    dropped = _to_be_replaced(visits[LED_BY_THE_PERSONA:])
    if dropped is not None:
        why = words("spot_check")["replaced" if dropped.institution.is_active(local_date(REPLACED)) else "closed"]
        perform(case, "replace", by=officer, at=REPLACED, entry=dropped.pk, reason=why)


def _to_be_replaced(visits: list[Case]) -> DrawEntry | None:
    """An institution that has closed since the draw, else the last one that was drawn."""
    found = DrawEntry.objects.filter(visit__in=[visit.pk for visit in visits]).select_related("institution")
    return max(found, key=lambda entry: (not entry.institution.is_active(local_date(REPLACED)), entry.pk), default=None)


@dataclass
class Visiting:
    """One visit; each method is what the team or the institution's head does at one moment."""

    case: Case
    expert: Person
    head: Person
    present: str
    drawer: Drawer

    def do(self, verb: str, by: Person, at: dt.datetime, **details: Any) -> None:
        self.case = perform(self.case, verb, by=by, at=at, **details)

    def assess(self, at: dt.datetime, problems: list[dict[str, Any]], *, items: int = 0) -> None:
        """Write the first so many items, or all of them, with a photo of each problem."""
        found = {each["item"]: each for each in problems}
        form, by = quality_of(edition_of(self.case)).form, self.expert.user
        day = {"visited_on": local_date(at), "present": f"{self.present}；{self.head.user}"}
        opinion = {} if items else {"opinion": words("spot_check")["opinion"]}
        with assessing(self.case, state=State.VISITING, viewer=self.expert.viewer(at)) as record:
            save_particulars(record, {**day, **opinion}, based_on=record.row_version, by=by, at=at)
            for code in list(form.items)[: items or None]:
                said = _problem(found[code]) if code in found else {"status": AnswerStatus.COMPLIANT}
                save_item(record, form, code, said, based_on=0, by=by, at=at)
        for code in found:
            file, purpose = self.drawer.photo(f"第{form.items[code].no}项现场照片.jpg"), Evidence.Purpose.VISIT
            evidence.store(case=self.case, upload=file, purpose=purpose, by=by, at=at, item_code=code)

    def problems(self, most: int, *, within: int = 0) -> list[dict[str, Any]]:
        """Things that may be found anywhere, as far as they are not on the institution's ledger already."""
        ledger = Finding.objects.filter(case__unit=self.case.unit_id, case__year=self.case.year)
        known = set(ledger.values_list("item_code", flat=True))
        codes = list(edition_of(self.case).items)[: within or None]
        return [each for each in words("county_findings") if each["item"] in codes and each["item"] not in known][:most]


def _problem(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": AnswerStatus.PROBLEM,
        "facets": entry["facets"],
        "problem": entry["problem"].format(n=2, m=4),
        "measure": entry["measure"],
        "rectification": "time_limited",
        "note": words("spot_check")["note"],
    }


def _concluded(visiting: Visiting) -> Story:
    """Assessed, signed, concluded: its problems stand on the ledger."""
    at = moment("2021-04-15 17:10")
    yield at
    visiting.assess(at, visiting.problems(PROBLEMS))
    at = moment("2021-04-16 11:35")
    yield at
    visiting.do("deliver", visiting.expert, at)
    at = moment("2021-04-20 12:50")
    yield at
    visiting.do("sign", visiting.head, at)
    at = moment("2021-04-22 16:15")
    yield at
    conclusion = words("spot_check")["conclusion"].format(n=visiting.case.visit.items.filter(status="problem").count())
    visiting.do("conclude", visiting.expert, at, conclusion=conclusion)


def _half_written(visiting: Visiting) -> Story:
    """The team has come back yesterday and goes on with its assessment."""
    at = moment("2021-05-11 18:20")
    yield at
    visiting.assess(at, visiting.problems(1, within=HALF), items=HALF)


def _to_be_signed(visiting: Visiting) -> Story:
    """Delivered; the institution's head signs or replies."""
    at = moment("2021-05-07 16:40")
    yield at
    visiting.assess(at, visiting.problems(1))
    at = moment("2021-05-10 11:05")
    yield at
    visiting.do("deliver", visiting.expert, at)


def _answered(visiting: Visiting) -> Story:
    """The head has stated another view; the team reads it before it concludes."""
    at = moment("2021-05-06 17:30")
    yield at
    visiting.assess(at, visiting.problems(1))
    at = moment("2021-05-07 12:25")
    yield at
    visiting.do("deliver", visiting.expert, at)
    at = moment("2021-05-11 11:50")
    yield at
    item = visiting.case.visit.items.filter(status="problem").first()
    number = edition_of(visiting.case).items[item.item_code].no if item is not None else ""
    visiting.do("reply", visiting.head, at, reply=words("spot_check")["reply"].format(no=number))
