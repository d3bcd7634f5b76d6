"""Writing many rows set-wise, each with its own values: what a step, a mass move and a sweep end with.

The values are those of the models; no signal is sent and no history is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

CHUNK = 1000
ROWS = 250  # of one statement; every database takes that many values
AS_THEY_ARE = (models.TextField, models.IntegerField, models.BooleanField)


def insert_rows(model: Any, rows: list[Any]) -> None:
    """Insert new rows and give them their keys.

    A step inserts one row in each of several tables; the ORM words that statement anew every time.
    """
    if len(rows) > 1:
        model.objects.bulk_create(rows, batch_size=CHUNK)
        return
    for row in rows:
        statement, fields = _insert_statement(model)
        with connection.cursor() as cursor:
            cursor.execute(statement, _values(row, fields))
            row.pk = cursor.fetchone()[0]
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update_rows(model: Any, rows: list[Any], names: tuple[str, ...]) -> None:
    """Write columns of many rows: one statement, executed for all of them.

    ``bulk_update`` would word one CASE of all keys for each column, which costs more than the writing.
    """
    if not rows:
        return
    statement, fields = _update_statement(model, names)
    values = [[*_values(row, fields), row.pk] for row in rows]
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(statement, values[0])
        else:
            cursor.executemany(statement, values)


def _values(row: Any, fields: tuple[Any, ...]) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]  # itself, and not the proxy that looks it up at every use
    return [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]


@cache
def _insert_statement(model: Any) -> tuple[str, tuple[Any, ...]]:
    """INSERT of one row, giving back its key, with the fields that prepare its values."""
    fields = tuple(field for field in model._meta.concrete_fields if field is not model._meta.auto_field)
    quote = connection.ops.quote_name
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    key = quote(model._meta.pk.column)
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {key}", fields  # noqa: S608 - names of our own


@cache
def _update_statement(model: Any, names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """UPDATE of these columns by key, with the fields that prepare their values."""
    fields = tuple(model._meta.get_field(name) for name in names)
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE id = %s", fields  # noqa: S608 - names of our own


def insert_values(
    model: Any, names: Sequence[str], rows: Sequence[Sequence[Any]], returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert rows of plain values for these fields, and return fields of the new rows, in no certain order.

    What is left out must have no default of ours.
    """
    quote = connection.ops.quote_name
    columns, back = (
        ", ".join(quote(model._meta.get_field(name).column) for name in given) for given in (names, returning)
    )
    start = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "
    end = f" RETURNING {back}" if back else ""
    adapters = _adapters(model, names)
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for first in range(0, len(rows), ROWS):
            chunk = [_adapted(row, adapters) for row in rows[first : first + ROWS]]
            if connection.vendor == "postgresql" and len(chunk) > 1:
                # One array a column: the server reads a short statement, however many rows there are.
                source, values = _arrays(model, names), [list(column) for column in zip(*chunk, strict=True)]
            else:
                mark = f"({', '.join(['%s'] * len(names))})"
                source, values = f"VALUES {', '.join([mark] * len(chunk))}", list(chain.from_iterable(chunk))
            cursor.execute(start + source + end, values)
            if back:
                found += cursor.fetchall()
    return found


@cache
def _arrays(model: Any, names: Sequence[str]) -> str:
    """The columns as arrays of their types; without their lengths, since a cast to a length would cut texts off."""
    types = (str(model._meta.get_field(name).db_type(connection)).split("(")[0] for name in names)
    return f"SELECT * FROM UNNEST({', '.join(f'%s::{each}[]' for each in types)})"  # noqa: S608 - types of our own


def _adapted(row: Sequence[Any], adapters: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    """A row as the database's driver takes it; most of its columns are taken as they are."""
    values = list(row)
    for place, adapter in adapters:
        if values[place] is not None:
            values[place] = adapter(values[place])
    return values


@cache
def _adapters(model: Any, names: Sequence[str]) -> list[tuple[int, Callable[[Any], Any]]]:
    """Which columns are not handed over as they are, and how: moments, days, identifiers, JSON, numbers."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = [(place, _kept_as(model._meta.get_field(name))) for place, name in enumerate(names)]
    return [(place, _adapter(field, database)) for place, field in fields if not isinstance(field, AS_THEY_ARE)]


def _kept_as(field: Any) -> Any:
    """The field itself, or the key that a foreign key holds: most are numbers, that of a patient is none."""
    return _kept_as(field.target_field) if isinstance(field, models.ForeignKey) else field


def _adapter(field: Any, database: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.CharField):
        # A state is a member of its kind's choices, or the text of one that was read: an array takes one type.
        return lambda value: value if type(value) is str else str(value)
    if type(field) is models.DateTimeField:
        return cache(database.ops.adapt_datetimefield_value)
    if type(field) is models.JSONField:
        return lambda value: database.ops.adapt_json_value(value, None)
    if type(field) is models.UUIDField:
        return (lambda value: value) if database.features.has_native_uuid_field else (lambda value: value.hex)
    return partial(field.get_db_prep_save, connection=database)
