"""The one place where the present is looked up; everything else is told the time."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone


def now() -> dt.datetime:
    """This moment, in UTC; views and commands pass it on as ``at``. The demonstration has a present of its own."""
    moment: dt.datetime = timezone.now() + settings.CLOCK_OFFSET
    return moment


def local_date(moment: dt.datetime) -> dt.date:
    """The calendar day in Asia/Shanghai that the moment falls on."""
    return timezone.localtime(moment).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """The last microsecond of a day in Asia/Shanghai: a date means the end of that day (design, Deadlines)."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def start_of_day(day: dt.date) -> dt.datetime:
    """The first moment of a day in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
