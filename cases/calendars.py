"""The working days of a unit: the national calendar without the closures that hold there (design, Deadlines)."""

from __future__ import annotations

import datetime as dt

from cases.models import LocalClosure, OrgUnit
from cases.tree import STEP
from cases.workdays import NATIONAL, WorkCalendar


def calendar_of(unit: OrgUnit) -> WorkCalendar:
    """The calendar of a unit, in one query: closures of the unit itself and of every unit above it count."""
    above = [unit.path[:length] for length in range(STEP, len(unit.path) + 1, STEP)]
    closures = LocalClosure.objects.filter(unit__path__in=above, withdrawn_at=None)
    closed: dict[dt.date, str] = {}
    for first, last, reason in closures.order_by("pk").values_list("first_on", "last_on", "reason"):
        for number in range((last - first).days + 1):
            closed.setdefault(first + dt.timedelta(days=number), reason)
    return WorkCalendar(closed) if closed else NATIONAL
