"""Writing many rows set-wise, each with its own values: what a step, a mass move and a sweep end with.

The values are those of the models; no signal is sent and no history is noted.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

CHUNK = 1000


def insert_rows(model: Any, rows: list[Any]) -> None:
    """Insert new rows and give them their keys."""
    if len(rows) == 1:
        rows[0].save_base(raw=True, force_insert=True)
    elif rows:
        model.objects.bulk_create(rows, batch_size=CHUNK)


def update_rows(model: Any, rows: list[Any], names: tuple[str, ...]) -> None:
    """Write columns of many rows: one statement, executed for all of them.

    ``bulk_update`` would word one CASE of all keys for each column, which costs more than the writing.
    """
    if not rows:
        return
    database = connections[DEFAULT_DB_ALIAS]  # itself, and not the proxy that looks it up at every use
    statement, fields = _update_statement(model, names)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields] + [row.pk] for row in rows
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
