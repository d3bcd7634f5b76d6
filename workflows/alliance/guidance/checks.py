"""The days of a year on which whoever is behind the plan's targets is reminded, each of them once."""

from __future__ import annotations

import datetime as dt

from cases.editions.terms import day_of
from cases.models import Case, CaseEvent

VERB = "note_behind"


def last_check(checks: tuple[str, ...], year: int, today: dt.date) -> dt.date | None:
    """The latest day of the edition that has been reached; None before the first, and once the year is over."""
    days = sorted(day_of(year, text) for text in checks)
    return max((day for day in days if day <= today), default=None) if today.year == year else None


def already_told(case: Case, day: dt.date) -> bool:
    """Whether the reminder of this day has been given in the case."""
    return CaseEvent.objects.filter(case=case.pk, verb=VERB, details__check=day.isoformat()).exists()
