"""What is granted, and what people do to their own sign-in, goes to the system's own chains (``cases.audit.note``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from cases import audit
from cases.access import Actor
from cases.audit.people import unit_of
from cases.audit.tracking import collecting, hand_on, taken
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
    """Record one act on the system: what, by whom, on which record; ids only. With a request also from where.

    Where no unit is named it stands in the chain of the unit of the person whom it is about.
    """
    actor = Actor(by) if request is None else actor_of(request)
    where = unit if unit is not None or not isinstance(subject, User) else unit_of(subject)
    audit.note(verb, by=actor, at=at, unit=where, subject=subject, reason=reason, rows=taken())


@contextmanager
def acting(verb: str) -> Iterator[None]:
    """One act on the system: what it writes bears the verb and gets into the event that ``note`` makes of it.

    What no event has taken up waits for the sweep, as everything else does.
    """
    with transaction.atomic():
        with collecting(verb) as rows:
            yield
        hand_on(rows)
