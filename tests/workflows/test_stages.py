"""The stage rail of a cycle: its own state, and beside it what has taken it up, never inferred from each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import (
    Case,
    DrawEntry,
    Edition,
    OrgUnit,
    Programme,
    Round,
    SpotCheck,
    Summary,
    SummaryMember,
    Visit,
)
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.desk.destinations import page_of_case
from workflows.desk.memberships import Membership, memberships_of
from workflows.quality_cycle.kind import QualityCycleFlow

pytestmark = pytest.mark.django_db
SUMMARY, REPORT, SPOT_CHECK = 3, 4, 5


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(moment("2021-11-10"), tick=False):
        yield


def row(kind: str, state: str, unit: OrgUnit, parent: Case | None = None) -> Case:
    """A case put into the table directly, in any state; nobody follows its flow here."""
    return Case.objects.create(
        kind=kind,
        flow_class=QualityCycleFlow,
        state=state,
        unit=unit,
        year=2021,
        edition=Edition.objects.get(version="2021"),
        parent=parent,
        number=f"{kind}-{unit.pk}-{Case.objects.count()}",
    )


def taken_up(world: World, cycle: Case, summary: str, report: str = "") -> None:
    """The cycle in its prefecture's summary, in a state, and the region's report of the same round."""
    year = row("programme", "running", world.region)
    record = Programme.objects.create(case=year)
    days = {"cutoff_on": moment("2021-09-30").date(), "due_on": moment("2021-10-20").date()}
    asked = Round.objects.create(programme=record, code="annual", cycle_year=2021, **days)
    filed = Summary.objects.create(case=row("summary", summary, world.prefecture, year), round=asked)
    SummaryMember.objects.create(summary=filed, cycle=cycle, since=moment("2021-10-12"))
    if report:
        Summary.objects.create(case=row("regional_report", report, world.region, year), round=asked)


def in_frame(world: World, institution: OrgUnit, *, drawn: bool, visit: str = "", dropped: bool = False) -> None:
    case = Case.objects.filter(kind="spot_check").first() or row("spot_check", "visiting", world.region)
    check, _new = SpotCheck.objects.get_or_create(
        case=case, defaults={"title": "抽查", "size": 1, "drawn_at": moment("2021-10-25")}
    )
    entry = DrawEntry.objects.create(
        spot_check=check,
        institution=institution,
        stratum="all",
        weight=Decimal(1),
        probability=Decimal("0.5"),
        position=DrawEntry.objects.count() + 1,
        drawn=drawn,
        dropped_at=moment("2021-10-26") if dropped else None,
        dropped_reason="停业" if dropped else "",
    )
    if visit:
        Visit.objects.create(case=row("visit", visit, institution, case), entry=entry)


def membership(cycle: Case) -> Membership:
    return memberships_of([cycle])[cycle.pk]


def rail(user: Any, cycle: Case) -> list[Any]:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    stages: list[Any] = client.get(reverse("case", args=[cycle.pk])).context["stages"]
    return stages


def test_a_cycle_that_nothing_has_taken_up_says_so(story: Story) -> None:
    stages = rail(story.world.county_officer, story.case)
    assert [(stages[no].note, stages[no].state) for no in (SUMMARY, REPORT, SPOT_CHECK)] == [
        ("Not in a summary yet", ""),
        ("Not reported yet", ""),
        ("No draw yet", ""),
    ]


def test_a_cycle_is_in_the_summary_while_its_findings_are_still_open(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    taken_up(story.world, story.case, "submitted")
    stages = rail(story.world.county_officer, story.case)
    assert (stages[2].state, stages[SUMMARY].state, stages[REPORT].state) == ("current", "done", "")
    assert stages[SUMMARY].note.startswith("in it since")


@pytest.mark.parametrize(
    ("summary", "report", "reported"),
    [
        ("submitted", "submitted", False),
        ("accepted", "", False),
        ("accepted", "drafting", False),
        ("accepted", "submitted", True),
        ("archived", "acknowledged", True),
        ("drafting", "acknowledged", False),
    ],
)
def test_reported_means_accepted_by_the_region_and_filed_with_the_nation(
    story: Story, summary: str, report: str, reported: bool
) -> None:
    taken_up(story.world, story.case, summary, report)
    assert membership(story.case).reported is reported
    assert rail(story.world.county_officer, story.case)[REPORT].state == ("done" if reported else "")


@pytest.mark.parametrize(
    ("drawn", "visit", "dropped", "note", "state"),
    [
        (False, "", False, "Not drawn this year", ""),
        (True, "", False, "Drawn", ""),
        (True, "visiting", False, "Drawn: With the team", ""),
        (True, "concluded", False, "Drawn: Concluded", "done"),
        (True, "cancelled", True, "Not drawn this year", ""),
        (True, "cancelled", False, "Not drawn this year", ""),
    ],
)
def test_the_rail_says_whether_the_institution_was_drawn_and_how_far_the_visit_is(
    story: Story, drawn: bool, visit: str, dropped: bool, note: str, state: str
) -> None:
    in_frame(story.world, story.unit, drawn=drawn, visit=visit, dropped=dropped)
    stage = rail(story.world.county_officer, story.case)[SPOT_CHECK]
    assert (stage.note, stage.state) == (note, state)


def test_the_visit_is_linked_for_those_who_may_see_it(story: Story) -> None:
    in_frame(story.world, story.unit, drawn=True, visit="visiting")
    visit = Case.objects.get(kind="visit")
    for person in (story.world.county_officer, story.world.region_officer, story.world.institution_head):
        assert rail(person, story.case)[SPOT_CHECK].href == page_of_case(visit)


def test_another_year_s_draw_is_not_this_year_s(story: Story) -> None:
    in_frame(story.world, story.unit, drawn=True)
    Case.objects.filter(kind="spot_check").update(year=2020)
    assert membership(story.case).draw == ""


def test_the_summary_is_linked_for_those_who_may_see_it(story: Story) -> None:
    taken_up(story.world, story.case, "accepted", "submitted")
    world = story.world
    assert rail(world.county_officer, story.case)[SUMMARY].href == ""
    assert rail(world.prefecture_officer, story.case)[SUMMARY].href != ""
    assert rail(world.prefecture_officer, story.case)[REPORT].href == ""
    assert rail(world.region_officer, story.case)[REPORT].href != ""


def test_a_list_of_cycles_says_what_took_them_up_in_three_queries(story: Story, django_assert_num_queries: Any) -> None:
    other = Story.open(story.world, unit=story.world.sibling)
    taken_up(story.world, story.case, "accepted", "acknowledged")
    in_frame(story.world, story.unit, drawn=True, visit="concluded")
    in_frame(story.world, story.world.sibling, drawn=False)
    with django_assert_num_queries(3):
        found = memberships_of([story.case, other.case])
    assert found[story.case.pk].tags != []
    assert found[other.case.pk].tags == []
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(story.world.county_officer)
    text = client.get(reverse("cycles")).content.decode()
    assert "Reported</span>" in text
    assert "Spot-checked</span>" in text
