"""The sweep that reminds guidance centres that are behind their targets, once for each day that the edition names."""

from __future__ import annotations

import datetime as dt

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.editions.pinned import edition_of
from cases.editions.terms import day_of
from cases.errors import Refusal
from cases.models import Case, CaseEvent
from cases.targets import progress_of_years
from workflows.alliance.guidance.kind import GUIDANCE_YEAR, State
from workflows.engine import perform

VERB = "note_behind"


def last_check(checks: tuple[str, ...], year: int, today: dt.date) -> dt.date | None:
    """The latest day of the edition that has been reached; None before the first, and once the year is over."""
    days = sorted(day_of(year, text) for text in checks)
    return max((day for day in days if day <= today), default=None) if today.year == year else None


def remind_those_behind(at: dt.datetime, limit: int = 100) -> int:
    """Tell centres that are behind on the latest check day; after an outage only of that one. Safe to repeat."""
    today, done = local_date(at), 0
    cases = Case.objects.filter(
        kind=GUIDANCE_YEAR.code, state=State.OPEN, year=today.year, held_at=None
    ).select_related("edition")
    for case in cases.order_by("pk"):
        edition = alliance_of(edition_of(case))
        day = last_check(edition.guidance.checks, case.year, today)
        if day is None or done >= limit or _told(case, day):
            continue
        if any(row.behind for row in progress_of_years(edition, [(case.pk, case.year)], day)[case.pk]):
            done += _tell(case, day, at)
    return done


def _told(case: Case, day: dt.date) -> bool:
    told = CaseEvent.objects.filter(case=case.pk, verb=VERB, details__check=day.isoformat())
    return told.exists()


def _tell(case: Case, day: dt.date, at: dt.datetime) -> int:
    """With the version that was read: of two clocks only one tells, and who closes the year in between wins."""
    try:
        perform(case, VERB, by=SYSTEM, at=at, version=case.version, check=day)
    except Refusal:
        return 0
    return 1
