"""Inserting many rows by hand-made SQL: the sweep that records messages is bound by it (docs/adr/0011)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection, models

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
    adapters = _adapters(model, names)
    end = f" RETURNING {back}" if back else ""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for first in range(0, len(rows), ROWS):
            chunk = rows[first : first + ROWS]
            statement = start + ", ".join([mark] * len(chunk)) + end
            cursor.execute(statement, list(chain.from_iterable(_adapted(row, adapters) for row in chunk)))
            if back:
                found += cursor.fetchall()
    return found


def _adapted(row: Sequence[Any], adapters: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    """A row as the database's driver takes it; most of its columns are taken as they are."""
    values = list(row)
    for place, adapter in adapters:
        if values[place] is not None:
            values[place] = adapter(values[place])
    return values


def _adapters(model: Any, names: Sequence[str]) -> list[tuple[int, Callable[[Any], Any]]]:
    """Where moments, identifiers and JSON stand, and how they are handed over."""
    kinds = [(number, model._meta.get_field(name)) for number, name in enumerate(names)]
    by_field: dict[type, Callable[[Any], Any]] = {
        models.DateTimeField: cache(connection.ops.adapt_datetimefield_value),
        models.JSONField: lambda value: connection.ops.adapt_json_value(value, None),
    }
    if not connection.features.has_native_uuid_field:
        by_field[models.UUIDField] = lambda value: value.hex
    return [(number, by_field[type(field)]) for number, field in kinds if type(field) in by_field]
