"""When a pilot is in practice: the phase of its edition, and longer where it was extended (pilot plan, part 3 (2))."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.editions.pinned import edition_of
from cases.errors import Invalid
from cases.models import Pilot
from cases.wording import cdate

CLAUSE = "试点方案 三（二）"


def practice_of(pilot: Pilot) -> tuple[dt.date, dt.date]:
    """The first and the last day of a pilot's practice, both counted."""
    first, last = phase_of(pilot, "practice")
    return first, max(last, pilot.extended_until or last)


def phase_of(pilot: Pilot, code: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a phase as the edition has it."""
    return edition_of(pilot.case).phase(code).window(pilot.case.year)


def in_practice(pilot: Pilot, day: dt.date, field: str = "") -> None:
    """Refuse a day outside the practice; raises Invalid (422), for the ``field`` where there is one."""
    first, last = practice_of(pilot)
    if first <= day <= last:
        return
    message = _("%(day)s lies outside the practice of the pilot, %(first)s to %(last)s (%(clause)s).") % {
        "day": cdate(day),
        "first": cdate(first),
        "last": cdate(last),
        "clause": CLAUSE,
    }
    raise Invalid("outside_practice", message, faults={field: [message]} if field else None)
