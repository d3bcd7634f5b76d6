"""Races of summaries on PostgreSQL: filed once however often it is pressed, and a cycle that two summaries ask for at
once stays whole. Locks are asked for in one order: programme, summary, cycles by key (docs/adr/0025-frozen-figures.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cases.access import appoint
from cases.models import Case, CaseEvent, OrgUnit, Round, SummaryMember, SummaryVersion
from tests.filing import Filing
from tests.story import Story, problem
from tests.workflows.test_races import race
from tests.worlds import BEGINNING, World, build_world, person, unit
from workflows.consistency import faults
from workflows.engine import perform
from workflows.moving import move_units

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Tries = Callable[[int, int], int]


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


def self_checked(world: World, place: OrgUnit) -> Story:
    """The institution's cycle, submitted in March with one problem."""
    for role in ("institution_filler", "institution_head"):
        appoint(world.people[role], place, role, valid_from=BEGINNING)
    story = Story.open(world, unit=place)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    return story


def files(filing: Filing, head: str = "prefecture_head") -> Callable[[], object]:
    """One contestant: the head presses “confirm and submit”."""
    return lambda: perform(filing.case, "submit", by=filing.world.actor(head), at=filing.at)


def hand_on_again(filing: Filing, on: str, officer: str = "prefecture_officer") -> None:
    """The summary before its head, whether it was filed already or not."""
    filing.on(on).case = Case.objects.get(pk=filing.case.pk)
    if filing.case.state == "submitted":
        filing.perform("return_", "region_officer", reason="请核实。")
    filing.explain().perform("request_confirmation", officer)


def everything_is_sound() -> bool:
    return list(faults(Case.objects.all())) == []


def test_a_summary_that_is_submitted_twice_at_once_is_filed_once(world: World, tries: Tries) -> None:
    cycle = self_checked(world, world.institution).case
    filing = Filing.open(world)
    for no in range(1, tries(6, 100) + 1):
        hand_on_again(filing, "2021-10-08")
        assert sorted(race(files(filing), files(filing))) == ["ok", "wrong_state"]
        assert list(SummaryVersion.objects.order_by("no").values_list("no", flat=True)) == [*range(1, no + 1)]
    assert list(SummaryMember.objects.values_list("cycle", flat=True)) == [cycle.pk]
    assert CaseEvent.objects.filter(verb="take_into_summary").count() == 1
    assert everything_is_sound()


def test_two_summaries_that_take_in_the_same_cycles_at_once_both_have_each_of_them_once(
    world: World, tries: Tries
) -> None:
    cycles = [self_checked(world, place).case for place in (world.institution, world.sibling, world.other_institution)]
    filings = [Filing.open(world), Filing.open(world, "first_report")]
    annual = Round.objects.get(code="annual")
    dates = {"cycle_year": 2021, "cutoff_on": annual.cutoff_on, "due_on": annual.due_on}
    Round.objects.filter(code="first_report").update(**dates)
    for turn in range(1, tries(5, 100) + 1):
        SummaryMember.objects.all().delete()
        for filing in filings:
            hand_on_again(filing, "2021-10-08")
        assert race(*map(files, filings)) == ["ok", "ok"]
        assert set(SummaryMember.objects.values_list("summary", "cycle")) == {
            (filing.case.pk, cycle.pk) for filing in filings for cycle in cycles
        }
        for cycle in cycles:
            told = CaseEvent.objects.filter(case=cycle, verb="take_into_summary")
            assert sorted(event.details["summary"] for event in told) == sorted(
                filing.case.pk for filing in filings for _turn in range(turn)
            )
    assert everything_is_sound()


def test_a_cycle_that_one_prefecture_gives_up_and_another_takes_at_once_is_in_one_of_them(
    world: World, tries: Tries
) -> None:
    cycle = self_checked(world, world.institution).case
    there = unit("county", "独山子区卫生健康委", "650202", world.other_prefecture)
    world.people["second_officer"] = person("克拉玛依经办", "prefecture_officer", world.other_prefecture)
    world.people["second_head"] = person("克拉玛依负责人", "prefecture_head", world.other_prefecture)
    here, other = Filing.open(world), Filing.open(world, unit=world.other_prefecture)
    hand_on_again(here, "2021-10-08")
    files(here)()
    for turn in range(tries(4, 60)):
        to, now = (there, other) if turn % 2 == 0 else (world.county, here)
        day = dt.date(2021, 10, 9) + dt.timedelta(days=turn)
        place = OrgUnit.objects.get(pk=world.institution.pk)
        move_units([place], to, on=dt.date(2021, 9, 1), by=world.system_admin, at=here.on(f"{day}").at)
        hand_on_again(here, f"{day} 10:00")
        hand_on_again(other, f"{day} 10:00", "second_officer")
        assert race(files(here), files(other, "second_head")) == ["ok", "ok"]
        assert list(SummaryMember.objects.values_list("summary", "cycle")) == [(now.case.pk, cycle.pk)]
    assert everything_is_sound()


def test_a_finding_closed_at_the_moment_of_the_filing_hinders_nobody(world: World, tries: Tries) -> None:
    story = self_checked(world, world.institution)
    story.on("2021-05-10").approve()
    filing = Filing.open(world)
    for turn in range(tries(4, 60)):
        finding = story.on("2021-10-08").fix(story.findings()[0])
        hand_on_again(filing, "2021-10-08")
        SummaryMember.objects.all().delete()

        def close(story: Story = story, case: Case = finding.case) -> object:
            return perform(case, "close", by=story.officer, at=story.at)

        assert race(files(filing), close) == ["ok", "ok"]
        cells = SummaryVersion.objects.latest("no").figures["cells"]
        assert (cells["A2-06.selfcheck.problem"], cells["A2-06.selfcheck.fixed"]) == (1, 0)
        assert CaseEvent.objects.filter(case=story.case, verb="take_into_summary").count() == turn + 1
        perform(finding.case, "reopen", by=world.actor("region_officer"), at=story.at, reason="复发。")
    assert everything_is_sound()


def test_a_region_that_accepts_while_the_head_withdraws_leaves_one_of_them(world: World, tries: Tries) -> None:
    filing = Filing.open(world)
    hand_on_again(filing, "2021-10-08")
    for _turn in range(tries(6, 100)):
        files(filing)()

        def does(verb: str, role: str) -> Callable[[], object]:
            return lambda: perform(filing.case, verb, by=world.actor(role), at=filing.at)

        outcomes = race(does("accept", "region_officer"), does("withdraw", "prefecture_head"))
        assert outcomes.count("ok") == 1
        filing.case = Case.objects.get(pk=filing.case.pk)
        if filing.case.state == "accepted":
            filing.perform("correct", "prefecture_officer", reason="床位数有误。")
            filing.explain().perform("request_confirmation", "prefecture_officer")
    assert everything_is_sound()


def test_a_report_is_not_filed_past_a_prefecture_that_is_reopened_at_that_moment(world: World, tries: Tries) -> None:
    """Either the prefecture is in the report as accepted, or the report waits for a reason: never neither."""
    first, second = Filing.open(world), Filing.open(world, unit=world.other_prefecture)
    Case.objects.filter(pk=second.case.pk).update(state="accepted")
    report = Filing(world, Case.objects.get(kind="regional_report", summary__round__code="annual"), first.at)
    hand_on_again(first, "2021-10-08")
    files(first)()
    first.case = Case.objects.get(pk=first.case.pk)
    first.perform("accept", "region_officer")
    for _turn in range(tries(4, 60)):
        report.on("2021-11-08").perform("request_confirmation", "region_officer")

        def correct() -> object:
            by = world.actor("prefecture_officer")
            return perform(first.case, "correct", by=by, at=report.at, reason="床位数有误。")

        outcomes = race(files(report, "region_head"), correct)
        assert outcomes in (["ok", "ok"], ["summary_incomplete", "ok"])
        report.case = Case.objects.get(pk=report.case.pk)
        verb, role = ("return_", "nation_officer") if outcomes[0] == "ok" else ("send_back", "region_head")
        report.perform(verb, role, reason="请核实。")
        hand_on_again(first, "2021-11-08")
        files(first)()
        first.case = Case.objects.get(pk=first.case.pk)
        first.perform("accept", "region_officer")
    missing = [version.missing for version in SummaryVersion.objects.filter(summary=report.case.pk)]
    assert missing == [{}] * len(missing)
