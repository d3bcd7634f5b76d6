"""A present that begins where a test wants it and runs faster than ours, the same in all processes of the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class FastClock:
    """What a process adds to the real time; ``settings.CLOCK_OFFSET`` where a test sets one."""

    begins: dt.datetime
    since: dt.datetime
    speed: int

    @classmethod
    def starting(cls, begins: dt.datetime, speed: int) -> FastClock:
        return cls(begins, dt.datetime.now(dt.UTC), speed)

    @classmethod
    def read(cls, text: str) -> FastClock:
        begins, since, speed = text.split()
        return cls(dt.datetime.fromisoformat(begins), dt.datetime.fromisoformat(since), int(speed))

    def __str__(self) -> str:
        """As ``YIYANG_TEST_CLOCK`` carries it to another process."""
        return f"{self.begins.isoformat()} {self.since.isoformat()} {self.speed}"

    def __radd__(self, moment: dt.datetime) -> dt.datetime:
        return self.begins + (moment - self.since) * self.speed

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self
