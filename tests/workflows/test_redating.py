"""Calendars that change: a year announced, a closure recorded or withdrawn (design, Readings: Working days)."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from cases.access import SYSTEM
from cases.announced import announced_years
from cases.clock import local_date
from cases.closures import add_closure, withdraw_closure
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, CaseEvent, LocalClosure, OrgUnit, WorkItem
from cases.workdays import add_working_days, forget_years
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.consistency import faults
from workflows.engine import perform
from workflows.redating import due_to_move, recompute

DAY = dt.date


def item_of(case: Any) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def due_on(case: Any) -> dt.date:
    due_at = item_of(case).due_at
    assert due_at is not None
    return local_date(due_at)


@pytest.fixture
def returned(story: Story) -> Story:
    """Ten working days to supplement, from Monday 5 July: due on Monday 19 July."""
    story.on("2021-07-01").submit()
    story.on("2021-07-05").perform("return_", story.officer, reason="请补充。")
    assert due_on(story.case) == DAY(2021, 7, 19)
    return story


@pytest.fixture
def calendars(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The operator's directory of announced years, still empty."""
    settings.CALENDAR_DIR = str(tmp_path)
    _read_again()
    yield tmp_path
    settings.CALENDAR_DIR = ""
    _read_again()


def _read_again() -> None:
    announced_years.cache_clear()
    forget_years()


def announce(directory: Path, year: int, holidays: list[str], working_days: list[str]) -> None:
    """The State Council's notice arrives, and the processes start again."""
    others = [DAY(year, 1, 1) + dt.timedelta(days=200 + number) for number in range(11)]
    days = [*holidays, *(day.isoformat() for day in others)]
    text = {"year": year, "notice": "国办发明电", "holidays": days, "working_days": working_days}
    (directory / f"{year}.json").write_text(json.dumps(text), encoding="utf-8")
    _read_again()


def close(unit: OrgUnit, first: dt.date, last: dt.date, at: str = "2021-07-07") -> LocalClosure:
    return add_closure(unit, first_on=first, last_on=last, reason="防汛停工", by=SYSTEM, at=moment(at))


def test_a_closure_moves_the_dates_that_were_counted_over_it(returned: Story) -> None:
    close(returned.world.county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    (moved,) = recompute(moment("2021-07-07"))
    assert (moved.before, moved.after, moved.refusal) == (DAY(2021, 7, 19), DAY(2021, 7, 26), None)
    item = item_of(returned.case)
    assert (due_on(returned.case), item.due_revision) == (DAY(2021, 7, 26), 1)
    assert ["2021-07-08", "closure", "防汛停工"] in item.due_trace[0]["skipped"]
    told = CaseEvent.objects.get(case=returned.case.pk, verb="redate")
    assert (told.actor, told.details) == (None, {"before": "2021-07-19", "due": "2021-07-26"})
    assert list(faults([Case.objects.get(pk=returned.case.pk)])) == []
    assert list(recompute(moment("2021-07-07"))) == []


def test_looking_at_what_would_move_moves_nothing(returned: Story) -> None:
    close(returned.world.county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    (moved,) = due_to_move(moment("2021-07-07"))
    assert moved.after == DAY(2021, 7, 26)
    assert due_on(returned.case) == DAY(2021, 7, 19)


def test_withdrawing_a_closure_moves_the_dates_back_but_never_before_today(returned: Story) -> None:
    closure = close(returned.world.prefecture, DAY(2021, 7, 8), DAY(2021, 7, 14))
    list(recompute(moment("2021-07-07")))
    withdraw_closure(closure, reason="录入错误", by=SYSTEM, at=moment("2021-07-20"))
    assert list(recompute(moment("2021-07-20"))) == []
    assert due_on(returned.case) == DAY(2021, 7, 26)
    list(recompute(moment("2021-07-19")))
    assert due_on(returned.case) == DAY(2021, 7, 19)


def test_a_date_that_has_passed_never_moves(returned: Story) -> None:
    close(returned.world.county, DAY(2021, 7, 8), DAY(2021, 7, 14), at="2021-07-20")
    assert list(recompute(moment("2021-07-20"))) == []


def test_a_closure_elsewhere_moves_nothing_here(returned: Story) -> None:
    close(returned.world.other_county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    assert list(recompute(moment("2021-07-07"))) == []


def test_fixed_dates_and_dates_that_somebody_named_stay(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    close(story.world.county, DAY(2021, 6, 1), DAY(2021, 6, 11), at="2021-05-11")
    assert list(recompute(moment("2021-05-11"))) == []


def test_a_finding_counted_by_the_editions_days_moves_in_its_record_too(story: Story) -> None:
    story.on("2021-05-06").submit()
    story.on("2021-05-10").approve()
    found = {"item_code": "A1-01", "facets": ["qualification"], "problem": "资质证书过期。"}
    story.perform("add_finding", story.officer, **found)
    (finding,) = story.findings()
    before = finding.due_on
    close(story.world.county, DAY(2021, 5, 12), DAY(2021, 5, 14), at="2021-05-11")
    list(recompute(moment("2021-05-11")))
    finding = story.again(finding)
    assert before is not None
    assert finding.due_on == due_on(finding.case) == add_working_days(before, 3)
    assert finding.due_trace == item_of(finding.case).due_trace


def test_a_granted_date_names_its_day_whatever_the_calendar(returned: Story) -> None:
    returned.perform("request_extension", returned.filler, reason="设备到货延迟。", due_asked=DAY(2021, 8, 2))
    request = Case.objects.get(kind="extension")
    perform(request, "grant", by=returned.approver, at=returned.at)
    close(returned.world.county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    list(recompute(moment("2021-07-07")))
    assert due_on(returned.case) == DAY(2021, 8, 2)


def reopened_in(world: World, day: str) -> Story:
    """A cycle with ten working days to supplement from that day."""
    story = Story.open(world, int(day[:4]), at=f"{day[:4]}-01-04")
    story.on(f"{day[:4]}-03-01").perform("cancel", story.approver, reason="机构停业。")
    story.on(day).perform("reopen", world.actor("prefecture_head"), reason="机构恢复执业。")
    return story


def test_a_year_not_announced_is_provisional_and_moves_when_its_calendar_arrives(
    returned: Story, calendars: Path
) -> None:
    """Returned on 28 December 2028; new year and its make-up day are announced on the 30th."""
    world = returned.world
    story = reopened_in(world, "2028-12-28")
    item = item_of(story.case)
    assert (due_on(story.case), item.due_provisional) == (DAY(2029, 1, 11), True)
    announce(calendars, 2028, ["2028-01-01"], [])
    announce(calendars, 2029, ["2029-01-01", "2029-01-02", "2029-01-03"], ["2029-01-06"])
    (moved,) = recompute(moment("2028-12-30"))
    item = item_of(story.case)
    assert (moved.before, moved.after) == (DAY(2029, 1, 11), DAY(2029, 1, 15))
    assert (due_on(story.case), item.due_provisional, item.due_revision) == (DAY(2029, 1, 15), False, 1)
    assert item.due_trace[0]["made_up"] == ["2029-01-06"]


def test_a_date_that_turns_out_right_is_affirmed_without_a_revision(returned: Story, calendars: Path) -> None:
    story = reopened_in(returned.world, "2028-12-28")
    announce(calendars, 2028, ["2028-01-01"], [])
    announce(calendars, 2029, ["2029-01-06"], [])
    (moved,) = recompute(moment("2028-12-30"))
    item = item_of(story.case)
    assert (moved.affirmed, item.due_provisional, item.due_revision) == (True, False, 0)
    assert list(faults([Case.objects.get(pk=story.case.pk)])) == []


def test_the_spring_festival_and_its_make_up_days_are_counted_as_announced(story: Story) -> None:
    story.on("2021-02-01").submit()
    story.on("2021-02-05").perform("return_", story.officer, reason="请补充。")
    (step,) = item_of(story.case).due_trace
    assert due_on(story.case) == DAY(2021, 2, 24)
    assert step["made_up"] == ["2021-02-07", "2021-02-20"]
    assert [day for day, reason, *_why in step["skipped"] if reason == "holiday"] == [
        f"2021-02-{day}" for day in range(11, 18)
    ]


def test_the_national_day_week_is_skipped_and_its_make_up_days_are_counted(story: Story) -> None:
    story.on("2021-09-15").submit()
    story.on("2021-09-24").perform("return_", story.officer, reason="请补充。")
    (step,) = item_of(story.case).due_trace
    assert due_on(story.case) == DAY(2021, 10, 13)
    assert step["made_up"] == ["2021-09-26", "2021-10-09"]


def test_the_command_shows_first_and_moves_on_request(returned: Story) -> None:
    close(returned.world.county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    with time_machine.travel(moment("2021-07-07"), tick=False):
        shown = run("recompute_deadlines")
        assert "天山区康宁护理院" in shown
        assert due_on(returned.case) == DAY(2021, 7, 19)
        run("recompute_deadlines", "--apply", "--unit", "650102")
    assert due_on(returned.case) == DAY(2021, 7, 26)


def test_the_command_that_adds_a_closure_moves_the_dates_at_once(returned: Story) -> None:
    with time_machine.travel(moment("2021-07-07"), tick=False):
        run("add_closure", "650102", "2021-07-08", "2021-07-14", "--reason", "防汛停工")
        with pytest.raises(CommandError):
            run("add_closure", "650102", "2021-07-14", "2021-07-08", "--reason", "防汛停工")
        with pytest.raises(CommandError):
            run("add_closure", "999999", "2021-07-08", "2021-07-14", "--reason", "防汛停工")
    assert due_on(returned.case) == DAY(2021, 7, 26)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


WEEK = {"first_on": DAY(2021, 7, 8), "last_on": DAY(2021, 7, 14), "reason": "防汛停工"}


def test_a_county_closes_itself_and_a_prefecture_what_is_below_it(world: World) -> None:
    at = moment("2021-07-07")
    add_closure(world.county, **WEEK, by=world.actor("county_approver"), at=at)  # type: ignore[arg-type]
    add_closure(world.other_county, **WEEK, by=world.actor("prefecture_head"), at=at)  # type: ignore[arg-type]
    for role, unit in (
        ("county_approver", world.other_county),
        ("county_officer", world.county),
        ("institution_head", world.county),
        ("prefecture_head", world.other_prefecture),
    ):
        with pytest.raises(WrongRole):
            add_closure(unit, **WEEK, by=world.actor(role), at=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_on": DAY(2021, 7, 7)}, "last_on"),
        ({"last_on": DAY(2022, 7, 14)}, "last_on"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_with_the_place(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_closure(world.county, **{**WEEK, **changes}, by=SYSTEM, at=moment("2021-07-07"))
    assert list(refused.value.faults) == [field]


def test_the_same_days_are_not_closed_twice_and_a_closure_is_withdrawn_once(world: World) -> None:
    closure = close(world.county, DAY(2021, 7, 8), DAY(2021, 7, 14))
    with pytest.raises(Invalid, match="closure_overlaps"):
        close(world.county, DAY(2021, 7, 14), DAY(2021, 7, 20))
    withdraw_closure(closure, reason="录入错误", by=SYSTEM, at=moment("2021-07-08"))
    with pytest.raises(Conflict, match="withdrawn_already"):
        withdraw_closure(closure, reason="录入错误", by=SYSTEM, at=moment("2021-07-08"))
    close(world.county, DAY(2021, 7, 14), DAY(2021, 7, 20))
