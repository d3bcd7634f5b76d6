"""What is granted, and what people do to their own sign-in, goes to the system's own chains (``cases.audit.note``)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from cases import audit
from cases.access import Actor
from cases.models import OrgUnit, User
from cases.web import actor_of


def note(
    verb: str,
    *,
    unit: OrgUnit | None,
    at: dt.datetime,
    subject: Any,
    by: User | None = None,
    request: HttpRequest | None = None,
    reason: str = "",
) -> None:
    """Record one act on the system: what, by whom, on which record; ids only. With a request also from where."""
    actor = Actor(by) if request is None else actor_of(request)
    audit.note(verb, by=actor, at=at, unit=unit, subject=subject, reason=reason)
