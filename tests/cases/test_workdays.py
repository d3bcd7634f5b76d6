"""Working days of the Chinese calendar, and the moments that work is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import due
from cases.editions.load import DATA, parse, read_file
from cases.editions.times import DeadlineRule
from cases.workdays import add_working_days, is_provisional, is_working_day, working_days_between

DAY = dt.date
DAYS = st.dates(dt.date(2002, 1, 1), dt.date(2035, 12, 31))
LIMITS = st.integers(1, 700)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (DAY(2020, 1, 24), False),
        (DAY(2020, 1, 31), False),
        (DAY(2020, 2, 2), False),
        (DAY(2020, 6, 28), True),
        (DAY(2020, 10, 8), False),
        (DAY(2020, 10, 10), True),
        (DAY(2021, 2, 7), True),
        (DAY(2021, 2, 11), False),
        (DAY(2021, 2, 17), False),
        (DAY(2021, 2, 18), True),
        (DAY(2021, 2, 20), True),
        (DAY(2021, 4, 25), True),
        (DAY(2021, 5, 1), False),
        (DAY(2021, 5, 5), False),
        (DAY(2021, 5, 6), True),
        (DAY(2021, 5, 8), True),
        (DAY(2021, 5, 9), False),
        (DAY(2021, 9, 18), True),
        (DAY(2021, 9, 26), True),
        (DAY(2021, 10, 7), False),
        (DAY(2021, 10, 9), True),
        (DAY(2022, 1, 3), False),
        (DAY(2022, 1, 29), True),
        (DAY(2022, 4, 2), True),
        (DAY(2022, 4, 24), True),
        (DAY(2022, 5, 7), True),
        (DAY(2022, 10, 8), True),
        (DAY(2022, 10, 9), True),
        (DAY(2022, 12, 31), False),
    ],
)
def test_public_holidays_rest_and_make_up_days_work(day: dt.date, works: bool) -> None:
    assert is_working_day(day) is works


def test_the_working_days_of_whole_years_are_those_of_the_published_calendar() -> None:
    assert [working_days_between(DAY(year - 1, 12, 31), DAY(year, 12, 31)) for year in (2020, 2021, 2022)] == [
        249,
        250,
        249,
    ]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (DAY(2021, 4, 30), 5, DAY(2021, 5, 11)),
        (DAY(2021, 4, 30), 1, DAY(2021, 5, 6)),
        (DAY(2021, 5, 7), 1, DAY(2021, 5, 8)),
        (DAY(2021, 5, 6), 0, DAY(2021, 5, 6)),
        (DAY(2021, 5, 8), 0, DAY(2021, 5, 8)),
        (DAY(2021, 5, 1), 0, DAY(2021, 5, 6)),
        (DAY(2021, 5, 1), 1, DAY(2021, 5, 6)),
        (DAY(2021, 12, 31), 1, DAY(2022, 1, 4)),
        (DAY(2020, 12, 31), 250, DAY(2021, 12, 31)),
        (DAY(2020, 12, 31), 251, DAY(2022, 1, 4)),
    ],
)
def test_the_first_day_does_not_count_and_holidays_are_passed_over(start: dt.date, days: int, end: dt.date) -> None:
    assert add_working_days(start, days) == end


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(DAY(2021, 5, 6), -1)


@given(DAYS, LIMITS)
def test_a_limit_ends_on_the_working_day_that_counts_to_it(start: dt.date, days: int) -> None:
    end = add_working_days(start, days)
    assert is_working_day(end)
    assert working_days_between(start, end) == days
    assert working_days_between(end, start) == -days


@given(DAYS, DAYS, DAYS)
def test_counting_may_be_split_at_any_day(first: dt.date, second: dt.date, third: dt.date) -> None:
    parts = working_days_between(first, second) + working_days_between(second, third)
    assert parts == working_days_between(first, third)


@given(DAYS, st.integers(0, 60))
def test_counting_is_the_same_as_looking_at_every_day(start: dt.date, length: int) -> None:
    days = [start + dt.timedelta(days=offset) for offset in range(1, length + 1)]
    assert working_days_between(start, start + dt.timedelta(days=length)) == sum(map(is_working_day, days))


def test_years_whose_holidays_are_not_published_are_provisional_and_count_monday_to_friday() -> None:
    assert [is_provisional(year) for year in (2003, 2004, 2021, 2022)] == [True, False, False, False]
    assert is_provisional(2199)
    assert is_working_day(DAY(2199, 10, 1))
    assert not is_working_day(DAY(2199, 10, 5))


def rule(kind: str, **details: int | str) -> DeadlineRule:
    return DeadlineRule(code="test", kind=kind, clause="test", **details)  # type: ignore[arg-type]


START = dt.datetime(2021, 4, 30, 3, 0, tzinfo=dt.UTC)
EDITION = parse(read_file(DATA / "quality-cycle-2021.json"), where="quality-cycle-2021.json")


def due_at(rule: DeadlineRule, **more: Any) -> dt.datetime | None:
    return due(EDITION, rule, **more).at


def test_a_fixed_day_is_due_at_its_end_in_shanghai_and_never_moves() -> None:
    assert due_at(rule("fixed", on="05-01"), year=2021, start=START) == dt.datetime(
        2021, 5, 1, 15, 59, 59, 999999, tzinfo=dt.UTC
    )


def test_a_leap_day_falls_to_the_28th_in_common_years() -> None:
    end = due_at(rule("fixed", on="02-29"), year=2021, start=START)
    assert end is not None
    assert end.date() == DAY(2021, 2, 28)


def test_working_days_count_from_the_day_in_shanghai() -> None:
    late_evening = dt.datetime(2021, 5, 6, 16, 30, tzinfo=dt.UTC)
    end = due_at(rule("working_days", days=1), year=2021, start=late_evening)
    assert end == dt.datetime(2021, 5, 8, 15, 59, 59, 999999, tzinfo=dt.UTC)


def test_a_record_is_due_by_its_own_date_or_by_the_days_of_the_rule() -> None:
    own = due_at(rule("record", days=5), year=2021, start=START, record_date=DAY(2021, 6, 1))
    without = due_at(rule("record", days=5), year=2021, start=START)
    assert own is not None
    assert own.date() == DAY(2021, 6, 1)
    assert without is not None
    assert without.date() == DAY(2021, 5, 11)


def test_work_that_waits_has_no_date() -> None:
    assert due_at(rule("none"), year=2021, start=START, record_date=DAY(2021, 6, 1)) is None


def test_due_moments_are_in_utc() -> None:
    for each in EDITION.deadlines.values():
        moment = due_at(each, year=2021, start=START)
        assert moment is None or moment.tzinfo is dt.UTC
