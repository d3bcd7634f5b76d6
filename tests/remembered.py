"""What a builder writes into empty tables, written again by a few statements for every later test of a worker.

The first test really builds; what it wrote is read back. Later tests write the same rows, keys and histories, and get
objects as fresh as the builder's. Where something stands in one of the tables already, or where rows would be
committed, the builder is called as ever.
"""

# ruff: noqa: S608 - the names are those of our own tables

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

Built = TypeVar("Built")
WRITTEN = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')


@dataclass
class _Memory:
    """A statement with its values for each table, a question whether all tables are empty, and the pickled objects."""

    rows: list[tuple[str, list[Any]]]
    occupied: str
    objects: bytes


_memories: dict[str, _Memory] = {}


def forget() -> None:
    """To be called whenever tables were emptied: content types and permissions may have new keys."""
    _memories.clear()


def remembered(build: Callable[[], Built]) -> Callable[[], Built]:
    """The builder, which builds once and is remembered then; it may write to tables only that are empty before."""

    @wraps(build)
    def built() -> Built:
        # Outside a test's transaction the rows would stay, and other connections could see them half written.
        if not connection.in_atomic_block:
            return build()
        memory = _memories.get(build.__qualname__)
        if memory is None:
            return _build_and_remember(build)
        with connection.cursor() as cursor:
            cursor.execute(memory.occupied)
            if cursor.fetchone()[0]:
                return build()
            for statement, values in memory.rows:
                cursor.execute(statement, values)
        again: Built = pickle.loads(memory.objects)  # noqa: S301 - our own objects, pickled by this process
        return again

    return built


def _build_and_remember(build: Callable[[], Built]) -> Built:
    tables: dict[str, bool] = {}

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITTEN.match(sql)) and (table := found[1]) not in tables:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
                tables[table] = cursor.fetchone()[0]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        objects = build()
    if not any(tables.values()):
        occupied = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables)
        rows = [statement for table in tables if (statement := _rows(table))]
        _memories[build.__qualname__] = _Memory(rows, f"SELECT {occupied}", pickle.dumps(objects))
    return objects


def _rows(table: str) -> tuple[str, list[Any]] | None:
    """One statement that writes what stands in the table now, and its values."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = ", ".join(f'"{column[0]}"' for column in cursor.description)
        rows = cursor.fetchall()
    if not rows:
        return None
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    values = [value for row in rows for value in row]
    return f'INSERT INTO "{table}" ({columns}) VALUES {", ".join([row] * len(rows))}', values
