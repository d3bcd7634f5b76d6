"""The alarm sweep: who is told when, each rung once for each date, over a year, an outage and a moved date."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.access import SYSTEM
from cases.clock import end_of_day, local_date
from cases.deadlines import Due
from cases.editions.pinned import edition_by, edition_of
from cases.ladders import next_alarm, reaches
from cases.models import Case, CaseEvent, Edition, EventDelivery, Finding, WorkItem
from cases.signals import recorded
from notifications.alarms import fire_alarms
from notifications.models import Alarm
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.consistency import faults
from workflows.engine import lock, perform
from workflows.quality_cycle.opening import open_year
from workflows.step import Batch, Step

pytestmark = pytest.mark.django_db
STANDARD = ["-30", "-14", "-7", "-3", "-1", "+1", "+3", "+7", "+15", *(f"+15~{n}" for n in range(1, 7))]


def days(first: str, last: str) -> list[dt.datetime]:
    """Nine o'clock of every day, both counted."""
    start, end = moment(first), moment(last)
    return [start + dt.timedelta(days=number) for number in range((end - start).days + 1)]


def sweep(at: dt.datetime) -> int:
    """As a scheduler does it: until nothing is due."""
    total = 0
    while done := fire_alarms(at):
        total += done
    return total


def told(case: Case) -> list[CaseEvent]:
    return list(case.events.filter(verb__in=("remind", "escalate")).order_by("seq"))


def lines(case: Case) -> list[tuple[str, str, str, str]]:
    """Day, verb, rungs and targets of everything that was told of a case."""
    return [
        (
            local_date(event.at).isoformat(),
            event.verb,
            " ".join(event.details["rungs"]),
            " ".join(event.details["to"]),
        )
        for event in told(case)
    ]


def item_of(case: Case) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def due_on(item: WorkItem, day: str, since: str = "2021-01-04", ladder: str = "") -> WorkItem:
    """Give the item a date as the engine does."""
    item.due_at, item.due_since = end_of_day(dt.date.fromisoformat(day)).astimezone(dt.UTC), moment(since)
    item.ladder = ladder or item.ladder
    item.next_alarm_at = next_alarm(edition_of(item.process).ladders[item.ladder], item.due_at, since=item.due_since)
    item.save()
    return item


def test_a_year_of_one_institution_that_never_answers_goes_up_the_line(story: Story) -> None:
    """Calendar days count, Labour Day and National Day notwithstanding."""
    for at in days("2021-01-04", "2021-12-31"):
        sweep(at)
    person, head, officer, above = "person", "head", "officer+1", "head+1"
    last = f"{head} {officer} {above}"
    assert lines(story.case) == [
        ("2021-03-31", "remind", "-30", person),
        ("2021-04-16", "remind", "-14", person),
        ("2021-04-23", "remind", "-7", person),
        ("2021-04-27", "remind", "-3", person),
        ("2021-04-29", "remind", "-1", person),
        ("2021-05-01", "escalate", "+1", person),
        ("2021-05-03", "escalate", "+3", f"{person} {head}"),
        ("2021-05-07", "escalate", "+7", f"{person} {head} {officer}"),
        ("2021-05-15", "escalate", "+15", last),
        ("2021-06-14", "escalate", "+15~1", last),
        ("2021-07-14", "escalate", "+15~2", last),
        ("2021-08-13", "escalate", "+15~3", last),
        ("2021-09-12", "escalate", "+15~4", last),
        ("2021-10-12", "escalate", "+15~5", last),
        ("2021-11-11", "escalate", "+15~6", last),
    ]
    assert item_of(story.case).next_alarm_at is None
    assert list(faults([Case.objects.get(pk=story.case.pk)])) == []


def test_what_is_told_stands_in_the_trail_and_changes_nothing_else(story: Story) -> None:
    before = Case.objects.get(pk=story.case.pk)
    sweep(moment("2021-03-31"))
    (event,) = told(story.case)
    item, case = item_of(story.case), Case.objects.get(pk=story.case.pk)
    assert event.details == {
        "item": item.pk,
        "revision": 0,
        "rungs": ["-30"],
        "missed": [],
        "due": "2021-04-30",
        "days": -30,
        "to": ["person"],
    }
    assert (event.actor, event.item, event.source, event.target) == (None, item, "self_check", "self_check")
    assert (case.version, case.state, case.event_count) == (before.version, before.state, before.event_count + 1)
    assert case.history.count() == before.history.count()
    assert EventDelivery.objects.filter(event=event, done_at=None).exists()
    alarm = Alarm.objects.get(item=item)
    assert (alarm.rung, alarm.revision, alarm.reached_at, alarm.event) == ("-30", 0, moment("2021-03-31"), event)
    assert item.next_alarm_at == moment("2021-04-16")
    assert list(faults([case])) == []


def test_nothing_is_told_before_the_hour_of_the_ladder_nor_twice_after_it(story: Story) -> None:
    assert sweep(moment("2021-03-31 08:59")) == 0
    assert fire_alarms(moment("2021-03-31 09:00")) == 1
    assert fire_alarms(moment("2021-03-31 09:00")) == 0
    assert sweep(moment("2021-04-15 23:59")) == 0
    assert lines(story.case) == [("2021-03-31", "remind", "-30", "person")]


def test_work_that_is_done_in_time_is_not_spoken_of_again(story: Story) -> None:
    story.on("2021-04-20").submit()
    for at in days("2021-04-20", "2021-05-20"):
        sweep(at)
    assert not CaseEvent.objects.filter(details__due="2021-04-30").exists()


def test_after_an_outage_of_three_days_the_missed_rungs_are_one_message_at_the_right_height(story: Story) -> None:
    for at in days("2021-03-01", "2021-04-30"):
        sweep(at)
    sweep(moment("2021-05-04 16:20"))
    event = told(story.case)[-1]
    assert (event.verb, event.details["rungs"], event.details["days"]) == ("escalate", ["+1", "+3"], 3)
    assert event.details["missed"] == ["+1", "+3"]
    assert event.details["to"] == ["person", "head"]
    assert item_of(story.case).next_alarm_at == moment("2021-05-07")


def test_whoever_a_missed_rung_should_have_told_hears_of_it_with_the_one_reached(story: Story) -> None:
    sweep(moment("2021-05-15 09:00"))
    (event,) = told(story.case)
    assert event.details["to"] == ["head", "officer+1", "head+1", "person"]


def test_reminders_that_lateness_has_overtaken_are_not_told_as_reminders(story: Story) -> None:
    sweep(moment("2021-04-16"))
    sweep(moment("2021-05-01 09:00"))
    event = told(story.case)[-1]
    assert (event.verb, event.details["to"], event.details["days"]) == ("escalate", ["person"], 1)
    assert event.details["rungs"] == ["-7", "-3", "-1", "+1"]
    assert event.details["missed"] == ["-7", "-3", "-1"]
    assert list(Alarm.objects.filter(event=event).order_by("pk").values_list("rung", flat=True)) == [
        "-7",
        "-3",
        "-1",
        "+1",
    ]


def test_a_sweep_that_comes_some_hours_late_has_missed_nothing(story: Story) -> None:
    sweep(moment("2021-04-01 08:59"))
    assert told(story.case)[0].details["missed"] == []


def test_work_that_was_late_from_the_start_is_escalated_and_nothing_was_missed(story: Story) -> None:
    due_on(item_of(story.case), "2021-03-01", since="2021-03-05 10:00")
    sweep(moment("2021-03-05 10:01"))
    event = told(story.case)[-1]
    assert (event.details["rungs"], event.details["missed"]) == (["+1", "+3"], [])


def test_reminders_go_over_the_turn_of_the_year(story: Story) -> None:
    item = due_on(item_of(story.case), "2022-01-02", since="2021-12-01")
    for at in days("2021-12-01", "2022-01-20"):
        sweep(at)
    assert [line[:3] for line in lines(story.case)] == [
        ("2021-12-03", "remind", "-30"),
        ("2021-12-19", "remind", "-14"),
        ("2021-12-26", "remind", "-7"),
        ("2021-12-30", "remind", "-3"),
        ("2022-01-01", "remind", "-1"),
        ("2022-01-03", "escalate", "+1"),
        ("2022-01-05", "escalate", "+3"),
        ("2022-01-09", "escalate", "+7"),
        ("2022-01-17", "escalate", "+15"),
    ]
    assert Alarm.objects.filter(item=item).count() == 9


def test_a_date_that_was_moved_gets_its_reminders_anew(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30))})
    story.on("2021-05-10").approve()
    (finding,) = story.findings()
    for at in days("2021-05-11", "2021-06-23"):
        sweep(at)
    story.on("2021-06-24 08:00")
    item = item_of(finding.case)
    _move(story, finding, dt.date(2021, 7, 10))
    for at in days("2021-06-24", "2021-07-09"):
        sweep(at)
    assert [line[:3] for line in lines(finding.case)] == [
        ("2021-06-16", "remind", "-14"),
        ("2021-06-23", "remind", "-7"),
        ("2021-06-26", "remind", "-14"),
        ("2021-07-03", "remind", "-7"),
        ("2021-07-07", "remind", "-3"),
        ("2021-07-09", "remind", "-1"),
    ]
    revisions = Alarm.objects.filter(item=item).order_by("pk").values_list("revision", flat=True)
    first = item.due_revision
    assert list(revisions) == [first] * 2 + [first + 1] * 4
    assert list(faults([Case.objects.get(pk=finding.pk)])) == []


def _move(story: Story, finding: Finding, to: dt.date) -> None:
    """The engine's own way of giving open work another date, with the least verb around it."""
    with transaction.atomic():
        batch = Batch()
        case = lock(finding.case)
        step = Step(case, "redate", SYSTEM, story.at, batch, item=case.open_items[0])
        step.move_due(case.open_items[0], Due(to, [{"step": "record", "on": to.isoformat()}]))
        batch.write()


def test_a_serious_finding_is_told_by_its_steeper_ladder(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30))})
    story.on("2021-05-10").approve()
    (finding,) = story.findings()
    Finding.objects.filter(pk=finding.pk).update(severity="serious")
    perform(finding.case, "submit_plan", by=story.filler, at=moment("2021-05-12"), plan="更换全部应急灯。")
    perform(finding.case, "accept_plan", by=story.officer, at=moment("2021-05-12"))
    for at in days("2021-05-12", "2021-07-14"):
        sweep(at)
    assert lines(finding.case) == [
        ("2021-06-23", "remind", "-7", "person head"),
        ("2021-06-27", "remind", "-3", "person head"),
        ("2021-06-29", "remind", "-1", "person head"),
        ("2021-07-01", "escalate", "+1", "person head officer+1"),
        ("2021-07-03", "escalate", "+3", "head officer+1 head+1"),
        ("2021-07-07", "escalate", "+7", "head+1 officer+2 head+2"),
        ("2021-07-14", "escalate", "+7~1", "head+1 officer+2 head+2"),
    ]


def test_two_items_of_one_case_share_its_chain(story: Story) -> None:
    second = item_of(story.case)
    second.pk = None
    second.save(force_insert=True)
    assert fire_alarms(moment("2021-03-31")) == 2
    case = Case.objects.get(pk=story.case.pk)
    assert [event.details["rungs"] for event in told(case)] == [["-30"], ["-30"]]
    assert {event.item_id for event in told(case)} == set(WorkItem.objects.open().values_list("pk", flat=True))
    WorkItem.objects.filter(pk=second.pk).update(finished=moment("2021-03-31"))
    assert list(faults([case])) == []


def test_a_case_on_hold_is_silent(story: Story) -> None:
    Case.objects.filter(pk=story.case.pk).update(held_at=moment("2021-02-01"))
    WorkItem.objects.open().filter(process=story.case.pk).update(next_alarm_at=None)
    for at in days("2021-03-30", "2021-05-10"):
        assert sweep(at) == 0
    WorkItem.objects.open().filter(process=story.case.pk).update(next_alarm_at=moment("2021-03-31"))
    assert sweep(moment("2021-05-10")) == 0


def test_a_ladder_that_nobody_knows_keeps_no_other_from_being_told(
    world: World, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    other = Story.open(world, unit=world.sibling)
    item = item_of(story.case)
    WorkItem.objects.filter(pk=item.pk).update(ladder="rope")
    with caplog.at_level(logging.ERROR):
        assert sweep(moment("2021-03-31")) == 2
    assert f"Work item {item.pk} has the unknown ladder 'rope'" in caplog.text
    assert (len(told(story.case)), len(told(other.case))) == (0, 1)
    (fault,) = faults([Case.objects.get(pk=story.case.pk)])
    assert "'rope'" in fault
    WorkItem.objects.filter(pk=item.pk).update(ladder="standard")
    sweep(moment("2021-04-01"))
    assert lines(story.case) == [("2021-04-01", "remind", "-30", "person")]


def test_an_edition_that_cannot_be_read_keeps_no_other_from_being_told(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from cases.editions.load import MalformedEdition

    other = Story.open(world, unit=world.sibling)

    broken = Edition.objects.exclude(pk=story.case.edition_id).values_list("pk", flat=True)[0]
    Case.objects.filter(pk=story.case.pk).update(edition=broken)

    def read(key: int) -> Any:
        if key == broken:
            raise MalformedEdition("broken", [])
        return edition_by(key)

    monkeypatch.setattr("notifications.alarms.edition_by", read)
    assert sweep(moment("2021-03-31")) == 2
    assert (len(told(story.case)), len(told(other.case))) == (0, 1)
    assert "cannot be read" in caplog.text


def test_whoever_delivers_is_woken_after_the_commit_and_only_when_something_was_told(story: Story) -> None:
    calls = []

    def wake(**_kwargs: Any) -> None:
        calls.append(CaseEvent.objects.filter(verb="remind").count())

    recorded.connect(wake)
    try:
        fire_alarms(moment("2021-03-30"))
        assert calls == []
        fire_alarms(moment("2021-03-31"))
        assert calls == [1]
    finally:
        recorded.disconnect(wake)


def test_a_batch_takes_no_more_than_asked_for_and_the_next_one_goes_on(world: World) -> None:
    opened = open_year(world.region, 2021, by=SYSTEM, at=moment("2021-01-04"), keep_cases=True)
    assert len(opened.cases) == 3
    assert [fire_alarms(moment("2021-03-31"), limit=2) for _round in range(3)] == [2, 1, 0]
    assert CaseEvent.objects.filter(verb="remind").count() == 3


def test_the_number_of_statements_does_not_grow_with_the_number_of_items(
    world: World, django_assert_max_num_queries: Any
) -> None:
    def with_items(count: int) -> None:
        """The same institution in as many years, each with a date of its own."""
        for number in range(count):
            story = Story.open(world, year=2021 if not number else 2022, unit=world.institution)
            case = Case.objects.filter(pk=story.case.pk)
            case.update(slot=None, year=3000 + number)
            due_on(item_of(story.case), f"2021-05-{1 + number:02d}")

    with_items(1)
    fire_alarms(moment("2021-03-01"))
    with django_assert_max_num_queries(10):
        assert fire_alarms(moment("2021-05-30")) == 1
    with_items(12)
    with django_assert_max_num_queries(10):
        assert fire_alarms(moment("2021-05-30")) == 12


moments = st.integers(0, 400 * 24 * 60)
ladders = st.sampled_from(["standard", "rectification", "serious", "decision"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(moments, max_size=12), ladder=ladders, since=st.integers(0, 130))
def test_whenever_the_sweeps_come_every_rung_is_told_once_and_none_is_left_out(
    story: Story, minutes: list[int], ladder: str, since: int
) -> None:
    start = moment("2021-01-04 00:00")
    set_on = start + dt.timedelta(days=since)
    point = transaction.savepoint()
    try:
        item = due_on(item_of(story.case), "2021-04-30", since=set_on.strftime("%Y-%m-%d %H:%M"), ladder=ladder)
        for minute in minutes:
            fire_alarms(max(set_on, start + dt.timedelta(minutes=minute)))
        fire_alarms(moment("2023-12-31"))
        assert fire_alarms(moment("2024-12-31")) == 0
        rungs = reaches(edition_of(story.case).ladders[ladder], end_of_day(dt.date(2021, 4, 30)))
        expected = [rung.code for rung in rungs if rung.is_late or rung.at > set_on]
        assert list(Alarm.objects.filter(item=item).order_by("pk").values_list("rung", flat=True)) == expected
        assert [code for event in told(story.case) for code in event.details["rungs"]] == expected
        assert list(faults([Case.objects.get(pk=story.case.pk)])) == []
    finally:
        transaction.savepoint_rollback(point)


def test_reminders_from_before_the_work_existed_are_not_made_up_for(world: World) -> None:
    late = Story.open(world, at="2021-04-20")
    for at in days("2021-04-20", "2021-04-30"):
        sweep(at)
    assert [line[2] for line in lines(late.case)] == ["-7", "-3", "-1"]


def test_what_has_no_alarm_although_rungs_are_to_come_is_found(story: Story) -> None:
    def found(**changed: Any) -> list[str]:
        WorkItem.objects.open().filter(process=story.case.pk).update(**changed)
        return [fault.partition(": ")[2] for fault in faults([Case.objects.get(pk=story.case.pk)])]

    item = item_of(story.case)
    forgotten = f"work item {item.pk} would be forgotten: its alarm is not set for rung -30"
    assert found() == []
    assert found(next_alarm_at=None) == [forgotten]
    assert found(next_alarm_at=moment("2021-04-16")) == [forgotten]
    sweep(moment("2021-04-16"))
    assert found() == []
    assert found(due_revision=1) == [forgotten]
    undated = f"work item {item.pk} has no date, and its rule 'self_check' does not say so"
    assert found(due_revision=0, due_at=None) == [undated]
    Case.objects.filter(pk=story.case.pk).update(held_at=moment("2021-04-17"))
    assert f"work item {item.pk} has an alarm although the case is on hold" in found(due_at=item.due_at)
