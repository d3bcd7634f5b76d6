"""Working days of the Chinese calendar, make-up days included (design, Readings: Working days).

The holidays are those of the ``chinesecalendar`` package, and of the files of announced years that the operator has put
beside it (:mod:`cases.announced`). A year that neither knows counts Monday to Friday and is provisional. A year is
looked up once a process and kept as day numbers, so that counting is a search; a unit's own closed days
(:class:`WorkCalendar`) are taken out of that.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from chinese_calendar import constants

from cases.announced import announced_year

_FRIDAY = 4


@cache
def is_provisional(year: int) -> bool:
    """Whether the year's holidays are unknown; National Day stands in every published year."""
    return announced_year(year) is None and dt.date(year, 10, 1) not in constants.holidays


@cache
def _working_days(year: int) -> tuple[int, ...]:
    """The ordinals of the year's working days, ascending."""
    days = (dt.date.fromordinal(number) for number in range(*_ordinals(year)))
    return tuple(day.toordinal() for day in days if reason_off(day) == "")


def _ordinals(year: int) -> tuple[int, int]:
    """The ordinals of the year's first day and of the day after its last."""
    return dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal() + 1


def reason_off(day: dt.date) -> str:
    """Why offices are closed on the day: ``holiday`` or ``weekend``; empty for a working day."""
    weekend = "weekend" if day.weekday() > _FRIDAY else ""
    announced = announced_year(day.year)
    if announced is not None:
        holidays, made_up = announced.holidays, announced.working_days
    elif is_provisional(day.year):
        return weekend
    else:
        holidays, made_up = constants.holidays, constants.workdays
    if day in made_up:
        return ""
    if day in holidays:
        return "holiday"
    return weekend


def is_made_up(day: dt.date) -> bool:
    """Whether the day is a weekend day on which offices work."""
    return day.weekday() > _FRIDAY and reason_off(day) == ""


def forget_years() -> None:
    """Drop the look-ups of years, because other ones have been announced."""
    is_provisional.cache_clear()
    _working_days.cache_clear()


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of a place: the national ones without those on which its offices are closed.

    ``closed`` says why for each such day (a county's flood week); weekend days and holidays among them change nothing.
    """

    closed: Mapping[dt.date, str] = field(default_factory=dict)

    @cached_property
    def _lost(self) -> list[int]:
        """The ordinals of the national working days that are closed here, ascending."""
        return sorted(day.toordinal() for day in self.closed if reason_off(day) == "")

    def is_working_day(self, day: dt.date) -> bool:
        """Whether offices work on the day: no holiday, no closure, and a weekend only where it makes up for one."""
        return reason_off(day) == "" and day not in self.closed

    def reason_off(self, day: dt.date) -> str:
        """Why offices are closed on the day: ``holiday``, ``weekend`` or ``closure``; empty for a working day."""
        return reason_off(day) or ("closure" if day in self.closed else "")

    def between(self, start: dt.date, end: dt.date) -> int:
        """The number of working days after ``start`` up to and including ``end``; negative when the end comes first."""
        if end < start:
            return -self.between(end, start)
        whole_years = sum(len(_working_days(year)) for year in range(start.year, end.year))
        lost = bisect_right(self._lost, end.toordinal()) - bisect_right(self._lost, start.toordinal())
        return whole_years + _count_until(end) - _count_until(start) - lost

    def add(self, start: dt.date, days: int) -> dt.date:
        """The day that a limit of so many working days ends on; the first day does not count.

        A limit of zero ends on the day itself, or on the next working day when it starts on a day off. A negative
        limit raises ValueError.
        """
        if days < 0:
            raise ValueError(f"a limit cannot be negative: {days}")
        if days == 0:
            return start if self.is_working_day(start) else self.add(start, 1)
        end = _nth_after(start, days)
        for lost in self._lost[bisect_left(self._lost, start.toordinal() + 1) :]:
            if lost > end.toordinal():
                break
            end = _nth_after(end, 1)
        return end

    def days_off(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, str]]:
        """The days after ``start`` up to and including ``end`` that do not count, each with the reason."""
        for number in range(start.toordinal() + 1, end.toordinal() + 1):
            day = dt.date.fromordinal(number)
            if reason := self.reason_off(day):
                yield day, reason


NATIONAL = WorkCalendar()


def _count_until(day: dt.date) -> int:
    """How many working days of its year have come up to the day, itself included."""
    return bisect_right(_working_days(day.year), day.toordinal())


def _nth_after(start: dt.date, days: int) -> dt.date:
    """The n-th national working day after a day."""
    year, position = start.year, _count_until(start) + days
    while position > len(_working_days(year)):
        position -= len(_working_days(year))
        year += 1
    return dt.date.fromordinal(_working_days(year)[position - 1])


is_working_day = NATIONAL.is_working_day
working_days_between = NATIONAL.between
add_working_days = NATIONAL.add
