"""The working days of a unit: the national calendar without the closures that hold there (design, Deadlines)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from cases.models import LocalClosure, OrgUnit
from cases.tree import STEP
from cases.workdays import NATIONAL, WorkCalendar

# Asked at every step whose date counts working days; worded by the ORM it takes a seventh of the step (ADR 0011).
CLOSURES = """
    SELECT c.id, c.first_on, c.last_on, c.reason
    FROM cases_localclosure c JOIN cases_orgunit u ON u.id = c.unit_id
    WHERE c.withdrawn_at IS NULL AND u.path IN ({places})
    ORDER BY c.id
"""


def calendar_of(unit: OrgUnit) -> WorkCalendar:
    """The calendar of a unit, in one query: closures of the unit itself and of every unit above it count."""
    above = [unit.path[:length] for length in range(STEP, len(unit.path) + 1, STEP)]
    with connection.cursor() as cursor:
        cursor.execute(CLOSURES.format(places=", ".join(["%s"] * len(above))), above)
        rows = cursor.fetchall()
    return _calendar((_day(first), _day(last), reason) for _key, first, last, reason in rows)


def _day(value: dt.date | str) -> dt.date:
    """A day as the driver hands it over: SQLite's has no type for it."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


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
