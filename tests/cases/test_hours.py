"""Limits in hours: they run day and night to the minute, explain themselves, and have ladders in hours."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases.alarm_words import rung_named
from cases.clock import end_of_day, local_date
from cases.deadlines import Due, due, in_hours, known, replayed, went_on
from cases.editions.load import DATA, MalformedEdition, parse, read_file
from cases.editions.times import DeadlineRule
from cases.explaining import explain
from cases.ladders import alarm_after, next_alarm, reached, reaches
from cases.wording import climit, climit_short, is_timed, light_code, remaining
from tests.worlds import moment

FILE = "alliance-pilot-2020.json"
RAW = read_file(DATA / FILE)
EDITION = parse(RAW, where=FILE)
LADDER = EDITION.ladders["referral"]
UP = EDITION.deadlines["referral_acceptance_up"]
HOUR = dt.timedelta(hours=1)
# Over two years with their holidays and the nights between them.
MOMENTS = st.datetimes(
    moment("2020-01-01").replace(tzinfo=None),
    moment("2021-12-31").replace(tzinfo=None),
    timezones=st.just(dt.UTC),
)
HOURS = st.integers(1, 24 * 30)


def rule(hours: int, **more: Any) -> DeadlineRule:
    return DeadlineRule(code="test", kind="hours", clause="test", hours=hours, ladder="referral", **more)


# ── the date ──


def test_a_limit_in_hours_ends_at_the_minute_and_not_at_the_end_of_the_day() -> None:
    date = due(EDITION, UP, year=2020, start=moment("2020-05-01 22:30"))
    assert date.at == moment("2020-05-02 02:30")
    assert date.on == dt.date(2020, 5, 2)
    assert date.amber_by(EDITION, UP) == moment("2020-05-02 01:30")


def test_a_limit_in_hours_without_hours_of_amber_turns_from_green_to_red() -> None:
    date = due(EDITION, rule(5), year=2020, start=moment("2020-05-01"))
    assert date.amber_by(EDITION, rule(5)) is None


@given(start=MOMENTS, hours=HOURS)
def test_holidays_and_nights_count_like_any_hour(start: dt.datetime, hours: int) -> None:
    date = due(EDITION, rule(hours), year=start.year, start=start)
    assert date.at == start + hours * HOUR
    assert date.on == local_date(start + hours * HOUR)
    assert not date.provisional


@given(start=MOMENTS, hours=HOURS, pauses=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), max_size=3))
def test_what_is_stored_of_a_limit_in_hours_leads_to_the_same_moment_again(
    start: dt.datetime, hours: int, pauses: list[tuple[int, int]]
) -> None:
    date = in_hours(start, hours)
    for after, minutes in pauses:
        stopped = start + dt.timedelta(minutes=after)
        until = stopped + dt.timedelta(minutes=minutes)
        date = went_on(rule(hours), date, stopped_at=stopped, resumed_at=until, cause="hold")
    assert date.on is not None
    assert known(date.on, date.trace).at == date.at
    assert replayed(rule(hours), date.trace) == date
    with translation.override("en"):
        lines = explain(date.trace, on=date.on, rule=rule(hours), edition=EDITION).lines
    assert len(lines) == 1 + len(pauses)
    assert lines[-1].on == date.at


@given(start=MOMENTS, hours=HOURS, after=st.integers(-100, 60 * 24 * 40), minutes=st.integers(0, 5000))
def test_a_pause_before_the_date_moves_it_by_its_length_and_one_after_it_not_at_all(
    start: dt.datetime, hours: int, after: int, minutes: int
) -> None:
    before = in_hours(start, hours)
    assert before.at is not None
    stopped, length = start + dt.timedelta(minutes=after), dt.timedelta(minutes=minutes)
    date = went_on(rule(hours), before, stopped_at=stopped, resumed_at=stopped + length, cause="hold")
    moved = length if stopped <= before.at else dt.timedelta(0)
    assert date.at == before.at + moved


def test_a_limit_in_days_goes_on_by_the_calendar_as_before() -> None:
    in_days = DeadlineRule(code="test", kind="working_days", clause="test", days=3)
    before = due(EDITION, in_days, year=2020, start=moment("2020-05-06"))
    pause: dict[str, Any] = {"stopped_at": moment("2020-05-07"), "resumed_at": moment("2020-05-08")}
    assert went_on(in_days, before, **pause).on == dt.date(2020, 5, 11)  # the Saturday between makes up for a holiday


def test_work_without_a_date_is_left_alone_by_a_pause() -> None:
    pause: dict[str, Any] = {"stopped_at": moment("2020-05-07"), "resumed_at": moment("2020-05-08")}
    assert went_on(rule(1), Due(None), **pause) == Due(None)


# ── why this date ──


def test_why_this_date_names_the_minute_of_start_and_end() -> None:
    date = in_hours(moment("2020-05-01 22:30"), 4)
    with translation.override("en"):
        told = explain(date.trace, on=date.on, rule=UP, edition=EDITION)
    assert told.timed
    assert told.on == moment("2020-05-02 02:30")
    assert told.rule == "4 hours from the moment the work begins, day and night."
    assert told.basis == UP.clause_en
    assert "22:30" in told.lines[0].text


def test_why_this_date_says_whether_a_pause_moved_it() -> None:
    date = in_hours(moment("2020-05-01 22:30"), 4)
    on_time: dict[str, Any] = {"stopped_at": moment("2020-05-01 23:00"), "resumed_at": moment("2020-05-02 00:10")}
    late: dict[str, Any] = {"stopped_at": moment("2020-05-03"), "resumed_at": moment("2020-05-04")}
    with translation.override("en"):
        moved = explain(went_on(UP, date, **on_time).trace, on=date.on, rule=UP, edition=EDITION).lines[-1]
        stood = explain(went_on(UP, date, **late).trace, on=date.on, rule=UP, edition=EDITION).lines[-1]
    assert "moves by 1 h 10 min" in moved.text
    assert "does not move" in stood.text


# ── the ladder ──


def test_the_ladder_of_referrals_fires_at_once_when_the_date_has_passed() -> None:
    due_at = moment("2020-05-02 02:30")
    rungs = reaches(LADDER, due_at)
    assert [rung.code for rung in rungs[:4]] == ["-1h", "+0h", "+4h", "+24h"]
    assert rungs[1].at == due_at
    assert "other_side" in rungs[1].to
    assert [rung.is_late for rung in rungs[:3]] == [False, True, True]
    assert rungs[4].code == "+24h~1"
    assert rungs[4].at == due_at + dt.timedelta(hours=48)


@given(due_at=MOMENTS, ahead=st.integers(0, 300), waited=st.integers(0, 600))
def test_alarms_in_hours_are_reached_in_order_and_each_comes_after_the_one_before(
    due_at: dt.datetime, ahead: int, waited: int
) -> None:
    since, now = due_at - dt.timedelta(minutes=ahead), due_at + dt.timedelta(minutes=waited)
    rungs = reaches(LADDER, due_at)
    assert [rung.at for rung in rungs] == sorted({rung.at for rung in rungs})
    told = reached(LADDER, due_at, since=since, now=now)
    assert all(rung.is_late or since < rung.at <= now for rung in told)
    first, following = next_alarm(LADDER, due_at, since=since), alarm_after(LADDER, due_at, now)
    assert first is not None
    assert following is None or following > now
    assert not told or told[0].at == first


def test_a_rung_in_hours_is_named_by_its_hours() -> None:
    with translation.override("en"):
        names = [rung_named(0, -1), rung_named(0, 0), rung_named(0, 4), rung_named(3), rung_named(-7)]
    assert names == ["1 hour before", "just overdue", "4 hours overdue", "3 days overdue", "7 days before"]


# ── the words ──


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2020-05-01 02:30", "24 hours left"),
        ("2020-05-01 22:30", "4 hours left"),
        ("2020-05-02 00:10", "2 h 20 min left"),
        ("2020-05-02 02:00", "30 min left"),
        ("2020-05-02 02:30", "less than a minute left"),
        ("2020-05-02 03:00", "30 min overdue"),
        ("2020-05-02 04:30", "2 hours overdue"),
        ("2020-05-02 04:45", "2 h 15 min overdue"),
        ("2020-05-03 12:45", "34 hours overdue"),
    ],
)
def test_what_is_left_is_told_in_hours_and_minutes(now: str, words: str) -> None:
    with translation.override("en"):
        assert remaining(moment("2020-05-02 02:30"), moment(now)) == words


def test_a_limit_in_hours_is_shown_with_its_time_and_a_date_without() -> None:
    timed, day = moment("2020-05-02 02:30"), end_of_day(dt.date(2020, 5, 2))
    assert (is_timed(timed), is_timed(day), is_timed(dt.date(2020, 5, 2))) == (True, False, False)
    with translation.override("zh-hans"):
        assert climit(timed) == "2020年5月2日 02:30"
        assert climit_short(timed, timed) == "5月2日 02:30"
        assert "02:30" not in climit(day)
        assert "23:59" not in climit_short(day, timed)


def test_the_light_of_a_limit_in_hours_turns_by_its_hours() -> None:
    date = in_hours(moment("2020-05-01 22:30"), 4)
    amber = date.amber_by(EDITION, UP)
    times = ("2020-05-02 01:29", "2020-05-02 01:30", "2020-05-02 02:30", "2020-05-02 02:31")
    lights = [light_code(date.at, moment(time), amber_at=amber) for time in times]
    assert lights == ["ok", "soon", "soon", "late"]


# ── the edition ──


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("hours", {"hours": 0}),
        ("hours", {"hours": 24 * 366 + 1}),
        ("amber_hours", {"amber_hours": 5}),
        ("amber_days", {"amber_days": 1}),
        ("extendable", {"extendable": True}),
        ("ladder", {"ladder": "standard"}),
        ("hours", {"kind": "working_days", "days": 3}),
        ("days", {"days": 3}),
    ],
)
def test_a_limit_in_hours_that_means_nothing_is_refused_with_its_place(place: str, values: dict[str, Any]) -> None:
    raw = copy.deepcopy(RAW)
    raw["deadlines"]["referral_acceptance_up"].update(values)
    with pytest.raises(MalformedEdition) as refused:
        parse(raw, where=FILE)
    assert f"deadlines.referral_acceptance_up.{place}" in str(refused.value)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("before[0].hours", lambda ladder: ladder["before"][0].update(hours=0)),
        ("after[0].days", lambda ladder: ladder["after"][0].update(days=1)),
        ("after", lambda ladder: ladder["after"].reverse()),
        ("after", lambda ladder: [rung["to"].clear() or rung["to"].append("head") for rung in ladder["after"]]),
        ("before[0].hours", lambda ladder: ladder.update(unit="days")),
    ],
)
def test_a_ladder_in_hours_that_means_nothing_is_refused_with_its_place(place: str, change: Any) -> None:
    raw = copy.deepcopy(RAW)
    change(raw["ladders"]["referral"])
    with pytest.raises(MalformedEdition) as refused:
        parse(raw, where=FILE)
    assert f"ladders.referral.{place}" in str(refused.value)
