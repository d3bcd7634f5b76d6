"""The working days of a unit: the national calendar without the closures that hold there (design, Deadlines)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cases.models import LocalClosure, OrgUnit
from cases.tree import STEP
from cases.workdays import NATIONAL, WorkCalendar


def calendar_of(unit: OrgUnit) -> WorkCalendar:
    """The calendar of a unit, in one query: closures of the unit itself and of every unit above it count."""
    above = [unit.path[:length] for length in range(STEP, len(unit.path) + 1, STEP)]
    closures = LocalClosure.objects.filter(unit__path__in=above, withdrawn_at=None)
    return _calendar(closures.order_by("pk").values_list("first_on", "last_on", "reason"))


class Calendars:
    """The calendars of many units, from one look at all closures; for sweeps over the whole tree."""

    def __init__(self) -> None:
        closures = LocalClosure.objects.filter(withdrawn_at=None).order_by("pk")
        self._closures = list(closures.values_list("unit__path", "first_on", "last_on", "reason"))
        self._known: dict[tuple[int, ...], WorkCalendar] = {}

    def of(self, unit: OrgUnit) -> WorkCalendar:
        """The calendar of a unit; units with the same closures share one."""
        key = tuple(place for place, row in enumerate(self._closures) if unit.path.startswith(row[0]))
        if key not in self._known:
            self._known[key] = _calendar(self._closures[place][1:] for place in key)
        return self._known[key]


def _calendar(closures: Iterable[tuple[dt.date, dt.date, str]]) -> WorkCalendar:
    closed: dict[dt.date, str] = {}
    for first, last, reason in closures:
        for number in range((last - first).days + 1):
            closed.setdefault(first + dt.timedelta(days=number), reason)
    return WorkCalendar(closed) if closed else NATIONAL
