"""Is the process alive, and is the system ready to work? For health checks, without session, scope or personal data.

``/healthz`` asks nothing but whether the process answers. ``/readyz`` says 503 where work would fail: the database is
away, migrations are missing, triggers are not in place. What only delays work is a warning: the broker is away, or
alarms and messages have been waiting for longer than :data:`LATE`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse

from cases.clock import now
from cases.immutability import missing
from cases.models import EventDelivery, WorkItem

LATE = dt.timedelta(minutes=5)
BROKER_SECONDS = 1


@dataclass
class Readiness:
    """What keeps the system from working (``faults``) or delays it (``warnings``): code → what an operator reads.

    ``waiting`` says for how many seconds the oldest due alarm and the oldest undelivered event have been waiting.
    """

    faults: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.faults


def readiness(at: dt.datetime) -> Readiness:
    """Look at everything that the work depends on; a handful of queries, each on an index."""
    found = Readiness()
    try:
        _look_at_database(found)
        if found.is_ready:
            _look_at_clock(found, at)
    except DatabaseError as failure:
        found.faults["database"] = type(failure).__name__
    if settings.REDIS_URL and not _broker_answers():
        found.warnings["broker"] = "Redis does not answer; the next beat does what is due"
    return found


def _look_at_database(found: Readiness) -> None:
    absent = sorted(_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    if absent:
        found.faults["migrations"] = ", ".join(f"{app}.{name}" for app, name in absent)
    elif triggers := missing(connection):
        found.faults["triggers"] = ", ".join(triggers)


def _look_at_clock(found: Readiness, at: dt.datetime) -> None:
    alarm = WorkItem.objects.open().filter(next_alarm_at__lte=at).order_by("next_alarm_at")
    event = EventDelivery.objects.filter(done_at=None, event__at__lte=at).order_by("event")
    oldest = {
        "alarms": alarm.values_list("next_alarm_at", flat=True).first(),
        "events": event.values_list("event__at", flat=True).first(),
    }
    for name, since in oldest.items():
        waiting = at - since if since else dt.timedelta(0)
        found.waiting[name] = int(waiting.total_seconds())
        if waiting > LATE:
            found.warnings[name] = f"the oldest has been waiting since {since:%Y-%m-%d %H:%M} UTC"


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """The migrations of this release, read once a process."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _broker_answers() -> bool:
    seconds = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **seconds) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """Codes and seconds only; ``manage.py check_ready`` says more."""
    found = readiness(now())
    said = {
        "status": "ready" if found.is_ready else "not ready",
        "faults": sorted(found.faults),
        "warnings": sorted(found.warnings),
        "waiting_seconds": found.waiting,
    }
    return JsonResponse(said, status=200 if found.is_ready else 503)


PAGES: dict[str, Callable[[HttpRequest], JsonResponse]] = {"/healthz": healthz, "/readyz": readyz}


def health_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer before anything else does: a probe comes by number, not by the site's name, and without TLS or session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        page = PAGES.get(request.path_info)
        if page is None or request.method not in {"GET", "HEAD"}:
            return get_response(request)
        response = page(request)
        response["Cache-Control"] = "no-store"
        return response

    return middleware
