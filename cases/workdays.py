"""Working days of the Chinese calendar, make-up days included (design, Readings: Working days).

The holidays are those of the ``chinesecalendar`` package. A year that it does not know yet, or no longer, counts Monday
to Friday and is provisional. A year is looked up once a process and kept as day numbers, so that counting is a search.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from functools import cache

from chinese_calendar import constants

_FRIDAY = 4


@cache
def is_provisional(year: int) -> bool:
    """Whether the year's holidays are unknown; National Day stands in every published year."""
    return dt.date(year, 10, 1) not in constants.holidays


@cache
def _working_days(year: int) -> tuple[int, ...]:
    """The ordinals of the year's working days, ascending."""
    days = (dt.date.fromordinal(number) for number in range(*_ordinals(year)))
    if is_provisional(year):
        return tuple(day.toordinal() for day in days if day.weekday() <= _FRIDAY)
    return tuple(
        day.toordinal()
        for day in days
        if day in constants.workdays or (day.weekday() <= _FRIDAY and day not in constants.holidays)
    )


def _ordinals(year: int) -> tuple[int, int]:
    """The ordinals of the year's first day and of the day after its last."""
    return dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal() + 1


def _count_until(day: dt.date) -> int:
    """How many working days of its year have come up to the day, itself included."""
    return bisect_right(_working_days(day.year), day.toordinal())


def is_working_day(day: dt.date) -> bool:
    """Whether offices work on the day: no holiday, and a weekend only where it makes up for one."""
    days, position = _working_days(day.year), _count_until(day)
    return position > 0 and days[position - 1] == day.toordinal()


def working_days_between(start: dt.date, end: dt.date) -> int:
    """The number of working days after ``start`` up to and including ``end``; negative when the end comes first."""
    if end < start:
        return -working_days_between(end, start)
    whole_years = sum(len(_working_days(year)) for year in range(start.year, end.year))
    return whole_years + _count_until(end) - _count_until(start)


def add_working_days(start: dt.date, days: int) -> dt.date:
    """The day that a limit of so many working days ends on; the first day does not count.

    A limit of zero ends on the day itself, or on the next working day when it starts on a day off. A negative limit
    raises ValueError.
    """
    if days < 0:
        raise ValueError(f"a limit cannot be negative: {days}")
    if days == 0:
        return start if is_working_day(start) else add_working_days(start, 1)
    year, position = start.year, _count_until(start) + days
    while position > len(_working_days(year)):
        position -= len(_working_days(year))
        year += 1
    return dt.date.fromordinal(_working_days(year)[position - 1])
