"""Inserting many rows by hand-made SQL: the sweep that records messages is bound by it (docs/adr/0011)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db import connection

ROWS = 250  # of one statement; every database takes that many values


def insert(
    model: Any, names: Sequence[str], rows: Sequence[Sequence[Any]], returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert rows of plain values for these fields, and return fields of the new rows, in no certain order.

    What is left out must have no default of ours.
    """
    quote = connection.ops.quote_name
    columns, back = (
        ", ".join(quote(model._meta.get_field(name).column) for name in given) for given in (names, returning)
    )
    start = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of our own
    mark = f"({', '.join(['%s'] * len(names))})"
    end = f" RETURNING {back}" if back else ""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for first in range(0, len(rows), ROWS):
            chunk = rows[first : first + ROWS]
            statement = start + ", ".join([mark] * len(chunk)) + end
            cursor.execute(statement, [adapted(value) for value in chain(*chunk)])
            if back:
                found += cursor.fetchall()
    return found


def adapted(value: Any) -> Any:
    """A value as the database's driver takes it."""
    kind = type(value)
    if kind is dt.datetime:
        return _moment(value, connection.vendor)
    if kind is uuid.UUID:
        return value if connection.features.has_native_uuid_field else value.hex
    if kind is dict:
        return connection.ops.adapt_json_value(value, json.JSONEncoder)
    return value


@lru_cache(maxsize=1000)
def _moment(value: dt.datetime, _vendor: str) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
