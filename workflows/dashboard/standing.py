"""Whose figures of which year, as of which day: what every figure of a dashboard is counted by.

An institution counts where it was on that day (design, Readings); findings follow it. Today means this moment.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from cases.clock import end_of_day, local_date
from cases.models import CycleFact, FindingFact, OrgUnit, Placement

Kind = OrgUnit.Kind
BELOW = {
    Kind.NATION: Kind.REGION,
    Kind.REGION: Kind.PREFECTURE,
    Kind.PREFECTURE: Kind.COUNTY,
    Kind.COUNTY: Kind.INSTITUTION,
}
FEBRUARY, LEAP_DAY = 2, 29


@dataclass(frozen=True)
class Standing:
    """A unit's year as of a day in Asia/Shanghai; ``now`` is the moment of asking (UTC)."""

    unit: OrgUnit
    year: int
    on: dt.date
    now: dt.datetime

    @property
    def is_today(self) -> bool:
        return self.on == local_date(self.now)

    @property
    def moment(self) -> dt.datetime:
        """The moment as of which facts are read (UTC)."""
        return self.now if self.is_today else end_of_day(self.on)

    @property
    def column(self) -> str:
        """The column of a placement that names the units one level below."""
        return BELOW[Kind(self.unit.kind)]

    @cached_property
    def year_before(self) -> Standing:
        """The same unit a year earlier: the year before, as of the same day of it."""
        leap = (self.on.month, self.on.day) == (FEBRUARY, LEAP_DAY)
        on = self.on.replace(year=self.on.year - 1, day=self.on.day - 1 if leap else self.on.day)
        return Standing(self.unit, self.year - 1, on, self.now)

    def at_month_end(self, month: int) -> Standing:
        """The same figures at the end of a month of the year, or on the day itself where the month is not over."""
        last = dt.date(self.year, month, calendar.monthrange(self.year, month)[1])
        return Standing(self.unit, self.year, min(last, self.on), self.now)

    @property
    def months(self) -> range:
        """The months of the year that have begun on the day."""
        if self.on.year != self.year:
            return range(1, 13 if self.on.year > self.year else 1)
        return range(1, self.on.month + 1)

    def placed(self, prefix: str = "") -> Q:
        """That an institution was below the unit on the day, as it is known now; ``prefix`` is the way to the row."""
        there = {f"{prefix}known_until": None, f"{prefix}valid_from__lte": self.on}
        if self.unit.kind != Kind.NATION:
            there[f"{prefix}{self.unit.kind}"] = self.unit.pk
        over = f"{prefix}valid_until"
        return Q(**there) & (Q(**{over: None}) | Q(**{f"{over}__gt": self.on}))

    def institutions(self) -> QuerySet[Placement]:
        """Where the institutions of the unit were on the day."""
        return Placement.objects.filter(self.placed(), institution__kind=Kind.INSTITUTION)

    def reported(self) -> QuerySet[Any]:
        """The cycles whose institutions had self-checked."""
        found = CycleFact.objects.as_of(self.moment).filter(year=self.year, self_checked=True)
        return found.filter(self.placed("institution__placements__"))

    def findings(self) -> QuerySet[Any]:
        """How the findings of the unit stood, one row a facet."""
        found = FindingFact.objects.as_of(self.moment).filter(year=self.year)
        return found.filter(self.placed("institution__placements__"))
