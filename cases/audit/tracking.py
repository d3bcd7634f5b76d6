"""Every history row that is written gets into a chain: into the event that it belongs to, or into the queue of a sweep.

A step of the engine and ``cases.audit.noting`` collect the rows that are written meanwhile. Whatever is written
elsewhere (drafts) waits as an ``UnsealedRow``, in the same transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from simple_history.manager import HistoryManager
from simple_history.signals import post_create_historical_record

from cases.audit.layouts import FILE, layout_of
from cases.models.audit import UnsealedRow
from cases.rows import insert_values

# What an event says of a history row: name of its layout, its key (None at the opening of a case), its digest.
Entry = list[Any]


class _Collectors(threading.local):
    def __init__(self) -> None:
        self.stack: list[list[Entry]] = []


_collectors = _Collectors()


@contextmanager
def collecting() -> Iterator[list[Entry]]:
    """Collect what history rows written in this block have to say in the event that follows."""
    entries: list[Entry] = []
    _collectors.stack.append(entries)
    try:
        yield entries
    finally:
        _collectors.stack.pop()


def entries_of(row: Any) -> Iterator[Entry]:
    """What an event says of a history row, and of the file that came with it."""
    table: Any = type(row)
    layout = layout_of(table)
    yield [layout.name, row.pk, layout.digest(getattr(row, name) for name in layout.columns)]
    if row.history_type == "+" and "sha256" in layout.columns and "file" in layout.columns:
        yield [FILE + layout.label, getattr(row, layout.table.instance_type._meta.pk.attname), row.sha256]


def take(rows: Iterable[Any]) -> None:
    """Hand rows that have just been written to whoever collects them, or else to the queue."""
    entries = [entry for row in rows for entry in entries_of(row)]
    if _collectors.stack:
        _collectors.stack[-1].extend(entries)
    elif entries:
        insert_values(UnsealedRow, ("label", "row", "digest"), entries)


def connect() -> None:
    """Hear of every history row: of one by simple-history's signal, of many by its manager, which sends none."""
    post_create_historical_record.connect(_one_row, dispatch_uid="cases.audit.tracking")
    if not hasattr(HistoryManager.bulk_history_create, "__wrapped__"):
        HistoryManager.bulk_history_create = _with_taking(HistoryManager.bulk_history_create)


def _one_row(sender: Any, history_instance: Any, **_others: Any) -> None:
    take([history_instance])


def _with_taking(create: Any) -> Any:
    @wraps(create)
    def bulk_history_create(manager: Any, *args: Any, **kwargs: Any) -> Any:
        rows = create(manager, *args, **kwargs)
        if rows:
            take(rows)
        return rows

    return bulk_history_create
