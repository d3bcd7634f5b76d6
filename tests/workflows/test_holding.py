"""Holds: nobody moves the case on, no alarm sounds, and the clock stands still (design, Deadlines)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clock import local_date
from cases.deadlines import counted, resumed
from cases.editions.times import DeadlineRule
from cases.errors import Conflict
from cases.models import Case, CaseEvent, Finding, Hold, WorkItem
from cases.workdays import WorkCalendar
from tests.story import Story, problem
from tests.worlds import moment
from workflows.consistency import faults
from workflows.engine import perform

DAY = dt.date
REASON = "机构整体搬迁，核实后恢复。"


def item_of(case: Case) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def due_on(case: Case) -> dt.date:
    due_at = item_of(case).due_at
    assert due_at is not None
    return local_date(due_at)


def hold(story: Story, case: Case | None = None, role: str = "prefecture_officer") -> Case:
    return perform(case or story.case, "hold", by=story.world.actor(role), at=story.at, reason=REASON)


def release(story: Story, case: Case | None = None) -> Case:
    return perform(case or story.case, "release_hold", by=story.world.actor("prefecture_officer"), at=story.at)


@pytest.fixture
def returned(story: Story) -> Story:
    """Ten working days to supplement, from Monday 5 July."""
    story.on("2021-07-01").submit()
    story.on("2021-07-05").perform("return_", story.officer, reason="请补充。")
    assert due_on(story.case) == DAY(2021, 7, 19)
    return story


@pytest.fixture
def rectifying(story: Story) -> Story:
    """A confirmed finding whose limit is 30 June."""
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return story


def test_what_moves_a_held_case_is_refused_with_who_why_and_what_to_do(returned: Story) -> None:
    held = hold(returned.on("2021-07-08"))
    with pytest.raises(Conflict) as refused:
        perform(held, "request_confirmation", by=returned.filler, at=returned.at)
    assert refused.value.code == "on_hold"
    assert "prefecture_officer" in str(refused.value.message)
    assert REASON in str(refused.value.message)
    assert "prefecture_officer" in str(refused.value.hint)


def test_a_held_case_can_still_be_claimed_and_handed_over(returned: Story) -> None:
    held = hold(returned.on("2021-07-08"))
    perform(held, "claim", by=returned.filler, at=returned.at)
    assert item_of(held).owner == returned.filler.user


def test_no_alarm_sounds_while_a_case_is_on_hold(returned: Story) -> None:
    assert item_of(returned.case).next_alarm_at is not None
    held = hold(returned.on("2021-07-08"))
    assert item_of(held).next_alarm_at is None
    assert item_of(release(returned.on("2021-07-15"))).next_alarm_at is not None


def test_a_relative_date_moves_by_the_working_days_of_the_hold_and_says_so(returned: Story) -> None:
    hold(returned.on("2021-07-08"))
    released = release(returned.on("2021-07-15"))
    item = item_of(released)
    assert due_on(released) == DAY(2021, 7, 26)
    assert (item.due_revision, item.due_trace[-1]["step"], item.due_trace[-1]["days"]) == (1, "hold", 5)
    assert list(faults([released])) == []


def test_a_hold_that_begins_after_the_date_does_not_move_it(returned: Story) -> None:
    hold(returned.on("2021-07-21"))
    released = release(returned.on("2021-07-30"))
    item = item_of(released)
    assert (due_on(released), item.due_revision) == (DAY(2021, 7, 19), 0)
    assert item.next_alarm_at is not None
    assert item.next_alarm_at <= returned.at


def test_a_fixed_date_never_moves_and_what_is_late_against_it_stays_late(story: Story) -> None:
    hold(story.on("2021-04-20"))
    released = release(story.on("2021-05-20"))
    item = item_of(released)
    assert (due_on(released), item.due_revision) == (DAY(2021, 4, 30), 0)
    assert item.next_alarm_at is not None


def test_a_hold_over_a_weekend_moves_nothing_and_counts_no_revision(returned: Story) -> None:
    hold(returned.on("2021-07-10"))
    item = item_of(release(returned.on("2021-07-11")))
    assert (item.due_revision, local_date(item.due_at or returned.at)) == (0, DAY(2021, 7, 19))


def test_holding_a_cycle_holds_its_live_findings_and_releasing_releases_them(rectifying: Story) -> None:
    hold(rectifying.on("2021-06-01"))
    (finding,) = rectifying.findings()
    assert finding.case.held_at == rectifying.at
    assert item_of(finding.case).next_alarm_at is None
    with pytest.raises(Conflict, match="on_hold"):
        perform(finding.case, "start", by=rectifying.filler, at=rectifying.at)
    release(rectifying.on("2021-06-08"))
    finding = rectifying.again(finding)
    assert finding.case.held_at is None
    assert finding.due_on == DAY(2021, 7, 7)
    assert due_on(finding.case) == DAY(2021, 7, 7)
    assert finding.due_trace[-1]["step"] == "hold"
    assert list(faults(Case.objects.all())) == []
    assert list(Hold.objects.filter(until=None)) == []


def test_a_finding_under_review_keeps_its_limit_because_its_clock_stood_already(rectifying: Story) -> None:
    finding = rectifying.on("2021-06-01").fix(rectifying.findings()[0])
    review = due_on(finding.case)
    hold(rectifying.on("2021-06-02"), finding.case)
    release(rectifying.on("2021-06-04"), finding.case)
    assert rectifying.again(finding).due_on == DAY(2021, 6, 30)
    assert due_on(finding.case) > review


def test_a_finding_does_not_come_off_hold_before_its_cycle(rectifying: Story) -> None:
    hold(rectifying.on("2021-06-01"))
    (finding,) = rectifying.findings()
    with pytest.raises(Conflict, match="parent_on_hold"):
        release(rectifying, finding.case)


def test_a_finding_held_by_itself_stays_held_when_its_cycle_is_released(rectifying: Story) -> None:
    (finding,) = rectifying.findings()
    hold(rectifying.on("2021-06-01"), finding.case)
    hold(rectifying.on("2021-06-02"))
    release(rectifying.on("2021-06-03"))
    assert rectifying.again(finding).case.held_at == moment("2021-06-01")


def test_a_superior_may_cancel_a_held_case_and_its_hold_ends_with_it(rectifying: Story) -> None:
    hold(rectifying.on("2021-06-01"))
    with pytest.raises(Conflict, match="on_hold"):
        perform(rectifying.case, "cancel", by=rectifying.approver, at=rectifying.at, reason="机构已停业。")
    rectifying.perform("cancel", rectifying.world.actor("prefecture_head"), reason="机构已停业。")
    assert not Case.objects.filter(held_at__isnull=False).exists()
    assert not Hold.objects.filter(until=None).exists()
    assert list(faults(Case.objects.all())) == []


def test_a_settled_finding_is_not_reopened_under_a_held_cycle(rectifying: Story) -> None:
    rectifying.on("2021-06-01")
    finding = rectifying.close(rectifying.fix(rectifying.findings()[0]))
    hold(rectifying.on("2021-06-02"))
    with pytest.raises(Conflict, match="on_hold"):
        perform(
            finding.case, "reopen", by=rectifying.world.actor("region_head"), at=rectifying.at, reason="复查不合格。"
        )


def test_holding_twice_and_releasing_what_runs_are_refused(returned: Story) -> None:
    with pytest.raises(Conflict, match="not_on_hold"):
        release(returned)
    hold(returned)
    with pytest.raises(Conflict, match="already_on_hold"):
        hold(returned)


def test_hold_and_release_are_events_with_their_reason(returned: Story) -> None:
    hold(returned.on("2021-07-08"))
    release(returned.on("2021-07-09"))
    told = CaseEvent.objects.filter(case=returned.case.pk, verb__in=("hold", "release_hold")).order_by("seq")
    assert [(event.verb, event.reason) for event in told] == [("hold", REASON), ("release_hold", "")]


RULE = DeadlineRule(code="test", kind="working_days", clause="test", days=10, minimum_days=3)
DAYS = st.dates(DAY(2019, 1, 1), DAY(2023, 6, 30))


@given(DAYS, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60), st.sets(DAYS, max_size=8))
def test_a_hold_shifts_by_exactly_the_working_days_that_it_lasted(
    start: dt.date, days: int, until_hold: int, length: int, closed: set[dt.date]
) -> None:
    calendar = WorkCalendar(dict.fromkeys(closed, "汛期"))
    before = counted(start, days, calendar)
    assert before.on is not None
    held_on = start + dt.timedelta(days=until_hold)
    released_on = held_on + dt.timedelta(days=length)
    after = resumed(RULE, before, stopped_on=held_on, resumed_on=released_on, calendar=calendar, cause="hold")
    assert after.on is not None
    lasted = calendar.between(held_on, released_on) if held_on <= before.on else 0
    assert calendar.between(before.on, after.on) == lasted


@given(DAYS, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60))
def test_what_is_left_after_a_return_is_never_less_than_the_minimum(
    start: dt.date, days: int, until_stop: int, length: int
) -> None:
    calendar = WorkCalendar()
    before = counted(start, days, calendar)
    stopped_on = start + dt.timedelta(days=until_stop)
    resumed_on = stopped_on + dt.timedelta(days=length)
    after = resumed(RULE, before, stopped_on=stopped_on, resumed_on=resumed_on, calendar=calendar)
    assert after.on is not None
    assert calendar.between(resumed_on, after.on) >= RULE.minimum_days


def test_findings_with_a_named_limit_stand_under_the_hold_of_their_cycle_too(rectifying: Story) -> None:
    hold(rectifying.on("2021-06-01"))
    assert not Finding.objects.filter(case__held_at=None, case__finished=None).exists()
