"""What happens by itself in the demonstration's past: reminders in the morning, messages all day.

The sweeps run at nine and at eight in the evening of every day; afterwards each message is dated when its event
happened, as the running clock would have had it within seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from cases.models import CaseEvent
from notifications.alarms import fire_alarms
from notifications.models import Message
from notifications.outbox import deliver_events
from project.demo.days import Story

MORNING, EVENING = dt.time(9), dt.time(20)
READ_UNTIL = dt.timedelta(days=6)  # what is older has been read
LOOKED_AT = dt.timedelta(hours=1)


def days_pass(first: dt.date) -> Story:
    """Every day from the first one on, until the diary ends."""
    day = first
    while True:
        morning = timezone.make_aware(dt.datetime.combine(day, MORNING))
        yield morning
        _all(fire_alarms, morning)
        _all(deliver_events, morning)
        evening = timezone.make_aware(dt.datetime.combine(day, EVENING))
        yield evening
        _all(deliver_events, evening)
        day += dt.timedelta(days=1)


def settle(at: dt.datetime) -> None:
    """At the end: deliver what happened since, date the messages, and let people have read the old ones."""
    _all(deliver_events, at)
    event = CaseEvent.objects.filter(pk=OuterRef("event"))
    Message.objects.update(created_at=Subquery(event.values("at")[:1]))
    Message.objects.filter(created_at__lt=at - READ_UNTIL).update(read_at=F("created_at") + LOOKED_AT)


@contextmanager
def in_the_system_only() -> Iterator[None]:
    """Nothing of the past leaves by e-mail: it was never sent, and shall not go out when the server starts."""
    known = settings.EMAIL_URL
    settings.EMAIL_URL = ""
    try:
        yield
    finally:
        settings.EMAIL_URL = known


def _all(sweep: Callable[[dt.datetime], int], at: dt.datetime) -> None:
    while sweep(at):
        pass
