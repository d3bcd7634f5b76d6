"""Writing many rows set-wise, each with its own values: what a step, a mass move and a sweep end with.

The values are those of the models; no signal is sent and no history is noted.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, CharField, ForeignKey, IntegerField, TextField

CHUNK = 1000
MOST_VALUES = 30_000  # in one statement; PostgreSQL takes 65,535, SQLite 32,766


def insert_rows(model: Any, rows: list[Any]) -> None:
    """Insert new rows and give them their keys."""
    if len(rows) == 1:
        rows[0].save_base(raw=True, force_insert=True)
    elif rows:
        model.objects.bulk_create(rows, batch_size=CHUNK)


def insert_many(model: Any, rows: list[Any]) -> None:
    """Insert many new rows of a plain table by statements of many values, and give them their keys.

    ``bulk_create`` asks each field of each row how it wants to be written, which costs several times the writing; a
    sweep of thousands feels it. For tables whose columns all come from the rows and whose key the database gives.
    """
    if not rows:
        return
    head, fields, key = _insert_statement(model)
    marks = f"({', '.join(['%s'] * len(fields))})"
    step = min(CHUNK, MOST_VALUES // len(fields))
    with connection.cursor() as cursor:
        for first in range(0, len(rows), step):
            group = rows[first : first + step]
            values = [
                value if prepare is None else prepare(value, connection)
                for row in group
                for value, prepare in ((getattr(row, name), prepare) for name, prepare in fields)
            ]
            listed = ", ".join([marks] * len(group))
            if key is None:
                cursor.execute(f"{head} VALUES {listed}", values)
                continue
            cursor.execute(f"{head} VALUES {listed} RETURNING {key}", values)
            for row, (pk,) in zip(group, cursor.fetchall(), strict=True):
                row.pk = pk
                row._state.adding = False


@cache
def _insert_statement(model: Any) -> tuple[str, tuple[tuple[str, Any], ...], str | None]:
    """INSERT without its values, the fields with what prepares a value (nothing where the driver does), the key."""
    own = model._meta.pk
    given = isinstance(own, AutoField)
    fields = tuple(field for field in model._meta.concrete_fields if not (given and field is own))
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    prepared = tuple((f.attname, None if _is_plain(f) else f.get_db_prep_save) for f in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", prepared, quote(own.column) if given else None


def _is_plain(field: Any) -> bool:
    """Whether the driver takes the value as it is: texts, numbers, keys."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    return isinstance(target, (CharField, TextField, IntegerField, AutoField))


def update_rows(model: Any, rows: list[Any], names: tuple[str, ...]) -> None:
    """Write columns of many rows: one statement, executed for all of them.

    ``bulk_update`` would word one CASE of all keys for each column, which costs more than the writing.
    """
    if not rows:
        return
    statement, fields = _update_statement(model, names)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] + [row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(statement, values[0])
        else:
            cursor.executemany(statement, values)


@cache
def _update_statement(model: Any, names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """UPDATE of these columns by key, with the fields that prepare their values."""
    fields = tuple(model._meta.get_field(name) for name in names)
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE id = %s", fields  # noqa: S608 - names of our own
