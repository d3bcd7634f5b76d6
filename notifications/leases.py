"""Claiming rows of work: a batch at a time, for a while, with a token that only the claimant has (design, idea 4).

Two workers never claim the same row: on PostgreSQL rows that another one is claiming are skipped, on SQLite claims are
immediate transactions one after the other. Whoever dies keeps nothing: the lease ends and the next one claims anew,
with another token, so that a worker that was only slow finds itself fenced off.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet


@dataclass(frozen=True)
class Claim:
    """The keys that were claimed, and the token that finishes them."""

    token: uuid.UUID
    keys: list[int]


def claim(rows: QuerySet[Any], at: dt.datetime, lease: dt.timedelta, limit: int) -> Claim:
    """Claim at most so many of the rows that nobody holds at the moment ``at`` (UTC); finished rows are left out by
    the caller."""
    token = uuid.uuid4()
    if not _free(rows, at, 1):
        return Claim(token, [])
    with transaction.atomic():
        keys = _free(rows.select_for_update(skip_locked=True), at, limit)
        held = {"token": token, "lease_until": at + lease, "attempts": F("attempts") + 1}
        rows.model._default_manager.filter(pk__in=keys).order_by().update(**held)
    return Claim(token, keys)


def _free(rows: QuerySet[Any], at: dt.datetime, limit: int) -> list[int]:
    """Keys of rows that were never claimed, then of those whose lease has ended; each is one range of an index."""
    keys = list(rows.filter(lease_until=None).values_list("pk", flat=True)[:limit])
    if len(keys) < limit:
        keys += rows.filter(lease_until__lte=at).values_list("pk", flat=True)[: limit - len(keys)]
    return keys
