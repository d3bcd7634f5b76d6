"""When the rungs of a ladder are reached: reminders before a date, escalation after it (design, Ladder).

A rung is named by its distance in calendar days: ``-7``, ``+3``, and ``+15~2`` for the second repetition of the last
one. It is reached at the ladder's hour of that day in Asia/Shanghai. The rungs of a ladder in hours are named ``-1h``
or ``+0h``, and are reached so many hours from the moment of the date, day and night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from cases.clock import local_date
from cases.editions.times import Ladder, Target

MOST_DATES = 2_000
_reaches: dict[tuple[int, dt.datetime], tuple[Ladder, tuple[Reach, ...]]] = {}


@dataclass(frozen=True)
class Reach:
    """A rung of one date: its name, the moment (UTC) at which it is reached, and who hears of it.

    ``days`` or ``hours`` is the distance from the date, before it below zero; ``hours`` is None where days are counted.
    """

    code: str
    at: dt.datetime
    days: int
    to: tuple[Target, ...]
    hours: int | None = None

    @property
    def is_late(self) -> bool:
        """Whether the rung lies after the date."""
        return self.days > 0 or (self.hours is not None and self.hours >= 0)


def reaches(ladder: Ladder, due_at: dt.datetime) -> tuple[Reach, ...]:
    """Every rung of the ladder for work that is due then, in the order in which they are reached.

    Remembered by ladder and date, because thousands of items share a date.
    """
    known = _reaches.get((id(ladder), due_at))
    if known is None or known[0] is not ladder:
        if len(_reaches) >= MOST_DATES:
            _reaches.clear()
        known = _reaches[id(ladder), due_at] = ladder, tuple(_all(ladder, due_at))
    return known[1]


def _all(ladder: Ladder, due_at: dt.datetime) -> Iterator[Reach]:
    return _by_hours(ladder, due_at) if ladder.unit == "hours" else _by_days(ladder, local_date(due_at))


def _by_hours(ladder: Ladder, due_at: dt.datetime) -> Iterator[Reach]:
    def reach(code: str, hours: int, to: tuple[Target, ...]) -> Reach:
        return Reach(code, due_at + dt.timedelta(hours=hours), 0, to, hours)

    for rung in ladder.before:
        yield reach(f"-{rung.hours}h", -rung.hours, rung.to)
    for rung in ladder.after:
        yield reach(f"+{rung.hours}h", rung.hours, rung.to)
    last = ladder.after[-1]
    for count in range(1, ladder.repeat_times + 1):
        yield reach(f"+{last.hours}h~{count}", last.hours + 24 * count * ladder.repeat_days, last.to)


def _by_days(ladder: Ladder, due_on: dt.date) -> Iterator[Reach]:
    for rung in ladder.before:
        yield Reach(f"-{rung.days}", _moment(ladder, due_on, -rung.days), -rung.days, rung.to)
    for rung in ladder.after:
        yield Reach(f"+{rung.days}", _moment(ladder, due_on, rung.days), rung.days, rung.to)
    last = ladder.after[-1]
    for count in range(1, ladder.repeat_times + 1):
        days = last.days + count * ladder.repeat_days
        yield Reach(f"+{last.days}~{count}", _moment(ladder, due_on, days), days, last.to)


def reached(ladder: Ladder, due_at: dt.datetime, *, since: dt.datetime, now: dt.datetime) -> list[Reach]:
    """The rungs that have been reached by now, for a date that holds since then.

    Reminders from before the work had this date are not made up for; what was late from the start is escalated all the
    same.
    """
    return [rung for rung in reaches(ladder, due_at) if rung.at <= now and (rung.is_late or rung.at > since)]


def next_alarm(ladder: Ladder | None, due_at: dt.datetime | None, *, since: dt.datetime) -> dt.datetime | None:
    """The moment (UTC) of the first rung for a date that holds since then; None where nothing is to come."""
    if ladder is None or due_at is None:
        return None
    return next((rung.at for rung in reaches(ladder, due_at) if rung.is_late or rung.at > since), None)


def alarm_after(ladder: Ladder, due_at: dt.datetime, moment: dt.datetime) -> dt.datetime | None:
    """The moment (UTC) of the next rung after a moment; None when the ladder has ended."""
    return next((rung.at for rung in reaches(ladder, due_at) if rung.at > moment), None)


def _moment(ladder: Ladder, due_on: dt.date, days: int) -> dt.datetime:
    day = due_on + dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(ladder.hour))).astimezone(dt.UTC)
