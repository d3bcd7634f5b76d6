"""Does the last history row of every tracked row say what the row says? The database compares; only faults come back.

Works by introspection over every model that has a history, those of other applications included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop as _

from cases.audit.faults import Counts, Fault, fault
from cases.audit.layouts import label_of, tracked_tables

PART = "history"
CHUNK = 500
NOTED = frozenset({"history_id", "history_date", "history_change_reason", "history_type", "history_user_id"})


def drift(counts: Counts) -> Iterator[Fault]:
    """Every row that differs from its last history row, has none, or is gone without a history row that says so."""
    present = set(connection.introspection.table_names())
    for table in tracked_tables():
        if table._meta.db_table in present:
            counts.live_rows += table.instance_type._base_manager.count()
            yield from _differing(table)
            yield from _gone(table)


def compared_columns(table: Any) -> list[str]:
    """The columns that a model shares with its history, its key left out."""
    key = table.instance_type._meta.pk.attname
    live = {field.attname: field.column for field in table.instance_type._meta.concrete_fields}
    return [field.column for field in table._meta.concrete_fields if field.attname in live.keys() - NOTED - {key}]


def _differing(table: Any) -> Iterator[Fault]:
    quote = connection.ops.quote_name
    model = table.instance_type
    live, past, key = quote(model._meta.db_table), quote(table._meta.db_table), quote(model._meta.pk.column)
    # Both say "differs, and NULL equals NULL"; SQLite knows the standard's words only since 2022.
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    columns = compared_columns(table)
    marks = [f"t.{quote(column)} {differs} h.{quote(column)}" for column in columns]
    sql = f"""
        SELECT t.{key}, h.history_id, h.history_type{"".join(f", {mark}" for mark in marks)}
        FROM {live} t LEFT JOIN {past} h ON h.{key} = t.{key} AND h.history_id = (
            SELECT MAX(last.history_id) FROM {past} last WHERE last.{key} = t.{key}
        )
        WHERE h.history_id IS NULL OR h.history_type = '-'{"".join(f" OR {mark}" for mark in marks)}
        ORDER BY t.{key}
    """  # noqa: S608 - names of our own
    for found, row, kind, *unequal in _rows(sql):
        where = f"{label_of(table)} {found}"
        if row is None:
            yield fault(PART, where, _("has no history"))
        elif kind == "-":
            yield fault(PART, where, _("is there although history row %(row)s says that it was deleted"), row=row)
        else:
            names = ", ".join(column for column, differing in zip(columns, unequal, strict=True) if differing)
            yield fault(
                PART, where, _("differs from its last history row %(row)s in %(fields)s"), row=row, fields=names
            )


def _gone(table: Any) -> Iterator[Fault]:
    quote = connection.ops.quote_name
    model = table.instance_type
    live, past, key = quote(model._meta.db_table), quote(table._meta.db_table), quote(model._meta.pk.column)
    sql = f"""
        SELECT h.{key}, h.history_id FROM {past} h
        WHERE h.history_type <> '-' AND NOT EXISTS (SELECT 1 FROM {live} t WHERE t.{key} = h.{key})
        AND NOT EXISTS (SELECT 1 FROM {past} later WHERE later.{key} = h.{key} AND later.history_id > h.history_id)
        ORDER BY h.history_id
    """  # noqa: S608 - names of our own
    for found, row in _rows(sql):
        yield fault(
            PART,
            f"{label_of(table)} {found}",
            _("is gone; its last history row %(row)s says that it is there"),
            row=row,
        )


def _rows(sql: str) -> Iterator[Any]:
    """The rows of a statement, few at a time: what is sound does not come back at all."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk
