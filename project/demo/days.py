"""When things happen: office hours on working days, and many stories told in the order of time."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import random
from collections.abc import Iterator

from django.utils import timezone

from cases.clock import local_date
from cases.workdays import add_working_days, is_working_day

Story = Iterator[dt.datetime]

# Offices in Xinjiang keep Beijing time and begin late.
OPENING, LUNCH, BACK, CLOSING = 10 * 60, 14 * 60, 15 * 60 + 30, 19 * 60


def moment(text: str) -> dt.datetime:
    """A moment in Asia/Shanghai, written as ``2021-05-12 10:00``."""
    return timezone.make_aware(dt.datetime.fromisoformat(text))


class Days:
    """Moments in office hours, drawn from one institution's own chance."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def on(self, day: str | dt.date) -> dt.datetime:
        """Some time on the day, or on the next working day."""
        date = dt.date.fromisoformat(day) if isinstance(day, str) else day
        return self._at(add_working_days(date, 0), OPENING, CLOSING)

    def between(self, first: str, last: str) -> dt.datetime:
        """Some working day between two dates."""
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        return self.on(start + dt.timedelta(days=self.rng.randint(0, (end - start).days)))

    def after(self, at: dt.datetime, least: int, most: int) -> dt.datetime:
        """So many working days later; later on the same day for none, as long as the office is open."""
        days = self.rng.randint(least, most)
        local = timezone.localtime(at)
        minute = local.hour * 60 + local.minute
        if days == 0 and minute + 60 < CLOSING:
            return self._at(local.date(), minute + 20, min(minute + 150, CLOSING))
        return self._at(add_working_days(local_date(at), max(days, 1)), OPENING, CLOSING)

    def before(self, at: dt.datetime, days: int) -> dt.datetime:
        """The same time of day, so many working days earlier."""
        day = local_date(at)
        while days:
            day -= dt.timedelta(days=1)
            days -= is_working_day(day)
        return at - (local_date(at) - day)

    def _at(self, day: dt.date, earliest: int, latest: int) -> dt.datetime:
        minute = self.rng.randrange(earliest, latest)
        if LUNCH <= minute < BACK <= latest:
            minute = BACK
        clock = dt.time(minute // 60, minute % 60, self.rng.randrange(60))
        return timezone.make_aware(dt.datetime.combine(day, clock))


class Diary:
    """Tells stories side by side: each says when it goes on, and the earliest goes on first.

    What would happen at or after ``until`` has not happened yet.
    """

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        self._waiting: list[tuple[dt.datetime, int, Story]] = []
        self._numbers = itertools.count()

    def add(self, story: Story) -> None:
        at = next(story, None)
        if at is not None and at < self.until:
            heapq.heappush(self._waiting, (at, next(self._numbers), story))

    def tell(self) -> Iterator[dt.datetime]:
        """Run all stories to their ends; yields the time as it passes."""
        while self._waiting:
            at, _number, story = heapq.heappop(self._waiting)
            self.add(story)
            yield at
