"""The sweep that reminds those who are behind the plan's targets, once for each day that the edition names."""

from __future__ import annotations

import datetime as dt

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.editions.pinned import edition_of
from cases.errors import Refusal
from cases.models import Case
from cases.targets import progress_of_years
from workflows.alliance.guidance.checks import VERB, already_told, last_check
from workflows.alliance.guidance.kind import GUIDANCE_YEAR, State
from workflows.alliance.guidance.standing import remind_of_standing_targets
from workflows.engine import perform


def remind_those_behind(at: dt.datetime, limit: int = 100) -> int:
    """Tell centres, cities and districts that are behind on the latest check day; after an outage of that one only.

    Safe to repeat.
    """
    today, done = local_date(at), 0
    cases = Case.objects.filter(
        kind=GUIDANCE_YEAR.code, state=State.OPEN, year=today.year, held_at=None
    ).select_related("edition")
    for case in cases.order_by("pk"):
        edition = alliance_of(edition_of(case))
        day = last_check(edition.guidance.checks, case.year, today)
        if day is None or done >= limit or already_told(case, day):
            continue
        if any(row.behind for row in progress_of_years(edition, [(case.pk, case.year)], day)[case.pk]):
            done += _tell(case, day, at)
    return done + remind_of_standing_targets(at, limit - done)


def _tell(case: Case, day: dt.date, at: dt.datetime) -> int:
    """With the version that was read: of two clocks only one tells, and who closes the year in between wins."""
    try:
        perform(case, VERB, by=SYSTEM, at=at, version=case.version, check=day)
    except Refusal:
        return 0
    return 1
