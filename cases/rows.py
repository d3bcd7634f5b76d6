"""Writing many rows set-wise, each with its own values: what a step, a mass move and a sweep end with.

The values are those of the models; no signal is sent and no history is noted.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

CHUNK = 1000


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
