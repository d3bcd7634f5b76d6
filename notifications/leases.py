"""Claiming rows of work: a batch at a time, for a while, with a token that only the claimant has (design, idea 4).

Two workers never claim the same row: on PostgreSQL rows that another one is claiming are skipped, on SQLite claims are
immediate transactions one after the other. Whoever dies keeps nothing: the lease ends and the next one claims anew,
with another token, so that a worker that was only slow finds itself fenced off.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet


@dataclass(frozen=True)
class Claim:
    """The keys that were claimed, and the token that finishes them."""

    token: uuid.UUID
    keys: list[int]


def claim(rows: QuerySet[Any], at: dt.datetime, lease: dt.timedelta, limit: int) -> Claim:
    """Claim at most so many of the rows that nobody holds at the moment ``at`` (UTC); finished rows are left out by
    the caller."""
    token = uuid.uuid4()
    never, ended = rows.filter(lease_until=None), rows.filter(lease_until__lte=at)
    keys: list[int] = []
    # Looked for first: on SQLite a transaction that finds nothing would still take the one write lock.
    if never.exists() or ended.exists():
        with transaction.atomic():
            keys = _take(never, token, at + lease, limit)
            if len(keys) < limit:
                keys += _take(ended, token, at + lease, limit - len(keys))
    return Claim(token, keys)


def _take(rows: QuerySet[Any], token: uuid.UUID, until: dt.datetime, limit: int) -> list[int]:
    """Mark the first of these rows in one statement that also says which they were; each is one range of an index."""
    table = rows.model._meta
    wanted = rows.select_for_update(skip_locked=True).values("pk")[:limit]
    inner, values = wanted.query.sql_with_params()
    held = [table.get_field("token").get_db_prep_save(token, connection)]
    held += [table.get_field("lease_until").get_db_prep_save(until, connection)]
    name, key = (connection.ops.quote_name(word) for word in (table.db_table, table.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} SET token = %s, lease_until = %s, attempts = attempts + 1 "  # noqa: S608 - names of our own
            f"WHERE {key} IN ({inner}) RETURNING {key}",
            [*held, *values],
        )
        return sorted(row[0] for row in cursor.fetchall())


def finish(model: Any, claimed: Claim, keys: Sequence[int], at: dt.datetime) -> set[int]:
    """Mark rows of a claim as done; returns those that the token still held, and nobody else's."""
    if not keys:
        return set()
    table = model._meta
    name, key = (connection.ops.quote_name(word) for word in (table.db_table, table.pk.column))
    done = table.get_field("done_at").get_db_prep_save(at, connection)
    token = table.get_field("token").get_db_prep_save(claimed.token, connection)
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} SET done_at = %s, token = NULL, lease_until = NULL "  # noqa: S608 - names of our own
            f"WHERE {key} IN ({marks}) AND token = %s AND done_at IS NULL RETURNING {key}",
            [done, *keys, token],
        )
        return {row[0] for row in cursor.fetchall()}
