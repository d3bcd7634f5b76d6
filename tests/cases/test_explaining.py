"""Why this date? Every kind of step has words, in both languages, and says what did not count (design, Deadlines)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import Due, counted, due, extended, known, named, replayed, resumed
from cases.editions.load import DATA, parse, read_file
from cases.editions.times import DeadlineRule
from cases.explaining import Explanation, explain
from cases.workdays import WorkCalendar

DAY = dt.date
EDITION = parse(read_file(DATA / "quality-cycle-2021.json"), where="quality-cycle-2021.json")
START = dt.datetime(2021, 4, 29, 3, 0, tzinfo=dt.UTC)
FLOOD = WorkCalendar({DAY(2021, 5, 6): "防汛停工", DAY(2021, 5, 7): "防汛停工"})


def explained(date: Due, code: str = "supplement") -> Explanation:
    rule = EDITION.deadlines[code]
    return explain(date.trace, on=date.on, rule=rule, edition=EDITION, provisional=date.provisional)


def rule(kind: str, **more: Any) -> DeadlineRule:
    return DeadlineRule(code="test", kind=kind, clause="test", **more)  # type: ignore[arg-type]


def test_a_count_names_what_it_skipped_and_why_and_what_made_up_for_it() -> None:
    with translation.override("en"):
        (line,) = explained(counted(DAY(2021, 4, 29), 5, FLOOD)).lines
    assert line.on == DAY(2021, 5, 12)
    assert [(run.first, run.last) for run in line.skipped] == [
        (DAY(2021, 5, 1), DAY(2021, 5, 5)),
        (DAY(2021, 5, 6), DAY(2021, 5, 7)),
    ]
    assert [run.reason for run in line.skipped] == ["Labour Day", "closed here: 防汛停工"]
    assert (line.weekends, line.made_up) == (1, (DAY(2021, 5, 8),))


def test_the_rule_and_its_clause_stand_with_the_steps() -> None:
    with translation.override("en"):
        english = explained(counted(DAY(2021, 5, 6), 10))
    with translation.override("zh-hans"):
        chinese = explained(counted(DAY(2021, 5, 6), 10))
    assert (
        english.rule == "10 working days from the day the work begins. After a return never less than 3 working days."
    )
    assert english.basis == EDITION.deadlines["supplement"].clause_en
    assert chinese.basis == EDITION.deadlines["supplement"].clause
    assert english.extendable


def test_every_rule_of_the_edition_is_put_into_words() -> None:
    with translation.override("en"):
        for code, each in EDITION.deadlines.items():
            found = explained(due(EDITION, each, year=2021, start=START), code)
            assert found.rule
            assert found.basis
            assert all(line.text for line in found.lines), code


def a_date_with_everything() -> Due:
    """Counted, returned late with the minimum, held, extended."""
    supplement = EDITION.deadlines["supplement"]
    date = counted(DAY(2021, 7, 5), 10)
    date = resumed(supplement, date, stopped_on=DAY(2021, 7, 21), resumed_on=DAY(2021, 7, 23))
    date = resumed(supplement, date, stopped_on=DAY(2021, 7, 26), resumed_on=DAY(2021, 7, 28), cause="hold")
    return extended(date, DAY(2021, 8, 20), number="2021-650102-Y001")


def test_a_long_story_is_told_in_the_order_in_which_it_happened() -> None:
    with translation.override("en"):
        found = explained(a_date_with_everything())
    assert [line.on for line in found.lines] == [
        DAY(2021, 7, 19),
        DAY(2021, 7, 19),
        DAY(2021, 7, 28),
        DAY(2021, 7, 30),
        DAY(2021, 8, 20),
    ]
    assert "had passed" in found.lines[1].text
    assert "minimum" in found.lines[2].text
    assert "2 working days" in found.lines[3].text
    assert "2021-650102-Y001" in found.lines[4].text
    assert (found.on, found.original) == (DAY(2021, 8, 20), DAY(2021, 7, 30))


@pytest.mark.parametrize("by", ["institution", "county", ""])
def test_a_named_date_says_who_named_it(by: str) -> None:
    with translation.override("en"):
        (line,) = explained(named(DAY(2021, 6, 30), by), "rectify").lines
    assert by in line.text
    assert line.on == DAY(2021, 6, 30)


def test_a_date_from_before_steps_were_kept_says_so() -> None:
    found = explain([], on=DAY(2021, 6, 30), rule=None, edition=EDITION)
    assert (found.kept, found.lines) == (False, ())
    assert known(DAY(2021, 6, 30), []).trace == [{"step": "record", "on": "2021-06-30", "by": ""}]


def test_years_not_announced_are_named_until_a_date_is_granted() -> None:
    date = counted(DAY(2199, 12, 28), 10)
    with translation.override("en"):
        (line,) = explained(date).lines
        assert line.provisional_years == "2199, 2200"
    assert date.provisional
    granted = extended(date, DAY(2200, 3, 1), number="Y001")
    assert not granted.provisional


DAYS = st.dates(DAY(2019, 1, 1), DAY(2023, 6, 30))
CLOSED = st.sets(DAYS, max_size=10).map(lambda days: WorkCalendar(dict.fromkeys(days, "停办")))


@given(
    DAYS,
    st.integers(1, 40),
    st.lists(st.tuples(st.sampled_from(["return", "hold"]), st.integers(0, 40), st.integers(0, 40)), max_size=4),
    CLOSED,
    CLOSED,
)
def test_the_same_steps_by_the_same_calendar_lead_to_the_same_date(
    start: dt.date, days: int, pauses: list[tuple[str, int, int]], then: WorkCalendar, now: WorkCalendar
) -> None:
    limit = rule("working_days", days=days, minimum_days=min(3, days))
    date, day = counted(start, days, then), start
    for cause, after, length in pauses:
        stopped = day + dt.timedelta(days=after)
        day = stopped + dt.timedelta(days=length)
        date = resumed(limit, date, stopped_on=stopped, resumed_on=day, calendar=then, cause=cause)
    assert replayed(limit, date.trace, then) == date
    again = replayed(limit, date.trace, now)
    assert [step["step"] for step in again.trace if step["step"] != "minimum"] == [
        step["step"] for step in date.trace if step["step"] != "minimum"
    ]
    assert replayed(limit, again.trace, then).on == date.on


@given(DAYS, st.integers(1, 40), st.lists(st.integers(1, 60), min_size=1, max_size=3), CLOSED)
def test_extensions_keep_the_first_date_whatever_the_calendar_does(
    start: dt.date, days: int, steps: list[int], calendar: WorkCalendar
) -> None:
    date = counted(start, days)
    first = date.on
    for number in steps:
        assert date.on is not None
        date = extended(date, date.on + dt.timedelta(days=number), number=f"Y{number}")
    assert date.original_on == first
    again = replayed(rule("working_days", days=days), date.trace, calendar)
    assert again.on == date.on
