"""A doctor's days at the members of an alliance: overlapping days count once, everywhere together and at each member.

Pilot plan, 4 (1): the work of doctors of city hospitals at community centres and institutions of an alliance counts as
time of service at the base before a promotion. Both ends of a stay are counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

DAY = dt.timedelta(days=1)


class Days(NamedTuple):
    """Days in a row, the first and the last both counted."""

    first: dt.date
    last: dt.date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Stay:
    """What an entry says: at which unit, in which register, on which days."""

    entry: int
    unit: int
    register: str
    days: Days


@dataclass(frozen=True)
class UnitDays:
    """The days at one unit, without overlaps, and the registers that say so."""

    unit: int
    spans: tuple[Days, ...]
    registers: tuple[str, ...]

    @property
    def count(self) -> int:
        return count_of(self.spans)


def merged(spans: Iterable[Days]) -> tuple[Days, ...]:
    """The same days without overlaps; what follows on each other becomes one."""
    found: list[Days] = []
    for span in sorted(spans):
        if found and span.first <= found[-1].last + DAY:
            found[-1] = Days(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return tuple(found)


def count_of(spans: Iterable[Days]) -> int:
    """How many days there are, each once."""
    return sum(span.length for span in merged(spans))


def by_unit(stays: Sequence[Stay]) -> list[UnitDays]:
    """The days at each unit, in the order in which somebody first came there."""
    ordered = sorted(stays, key=lambda stay: stay.unit)
    lines = []
    for unit, group in groupby(ordered, key=lambda stay: stay.unit):
        there = list(group)
        registers = tuple(sorted({stay.register for stay in there}))
        lines.append(UnitDays(unit, merged(stay.days for stay in there), registers))
    return sorted(lines, key=lambda line: (line.spans[0].first, line.unit))
