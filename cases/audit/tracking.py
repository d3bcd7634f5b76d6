"""Every history row that is written gets into a chain: into the event that it belongs to, or into the queue of a sweep.

A step of the engine and ``cases.audit.noting`` collect the rows that are written meanwhile. Whatever is written
elsewhere (drafts) waits as an ``UnsealedRow``, in the same transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from simple_history.manager import HistoryManager
from simple_history.signals import post_create_historical_record, pre_create_historical_record

from cases.audit.layouts import FILE, layout_of
from cases.models.audit import UnsealedRow
from cases.rows import insert_values

# What an event says of a history row: name of its layout, its key (None at the opening of a case), its digest.
Entry = list[Any]
DRAFT = "draft"  # why a person's row is written that belongs to no verb


@dataclass
class _Act:
    """What is being done while rows are collected: the verb, who does it, and the entries so far."""

    verb: str
    by: Any
    entries: list[Entry] = field(default_factory=list)


class _Acts(threading.local):
    def __init__(self) -> None:
        self.stack: list[_Act] = []


_acts = _Acts()


@contextmanager
def collecting(verb: str = "", by: Any = None) -> Iterator[list[Entry]]:
    """Collect what history rows written in this block have to say in the event that follows.

    Rows that do not say by whom or why bear the person (None: the system) and the verb.
    """
    act = _Act(verb, by)
    _acts.stack.append(act)
    try:
        yield act.entries
    finally:
        _acts.stack.pop()


def taken() -> list[Entry]:
    """What the block around has collected so far; it is handed over, and the block begins anew."""
    if not _acts.stack:
        return []
    entries, _acts.stack[-1].entries[:] = list(_acts.stack[-1].entries), []
    return entries


def entries_of(row: Any) -> Iterator[Entry]:
    """What an event says of a history row, and of the file that came with it."""
    table: Any = type(row)
    layout = layout_of(table)
    yield [layout.name, row.pk, layout.digest(getattr(row, name) for name in layout.columns)]
    if row.history_type == "+" and "sha256" in layout.columns and "file" in layout.columns:
        yield [FILE + layout.label, getattr(row, layout.table.instance_type._meta.pk.attname), row.sha256]


def take(rows: Iterable[Any]) -> None:
    """Hand rows that have just been written to whoever collects them, or else to the queue."""
    hand_on([entry for row in rows for entry in entries_of(row)])


def hand_on(entries: list[Entry]) -> None:
    """The same with what events say of them."""
    if _acts.stack:
        _acts.stack[-1].entries.extend(entries)
    elif entries:
        insert_values(UnsealedRow, ("label", "row", "digest"), entries)


def connect() -> None:
    """Hear of every history row: of one by simple-history's signal, of many by its manager, which sends none."""
    pre_create_historical_record.connect(_signed, dispatch_uid="cases.audit.tracking")
    post_create_historical_record.connect(_one_row, dispatch_uid="cases.audit.tracking")
    if not hasattr(HistoryManager.bulk_history_create, "__wrapped__"):
        HistoryManager.bulk_history_create = _with_taking(HistoryManager.bulk_history_create)


def _signed(sender: Any, instance: Any, history_instance: Any, **_others: Any) -> None:
    """A row that does not say by whom or why says it now."""
    act = next((act for act in reversed(_acts.stack) if act.verb), None)
    if act is not None and not hasattr(instance, "_history_user") and history_instance.history_user_id is None:
        history_instance.history_user_id = act.by.pk if act.by is not None else None
    if not history_instance.history_change_reason:
        drafted = DRAFT if history_instance.history_user_id is not None else None
        history_instance.history_change_reason = act.verb if act is not None else drafted


def _one_row(sender: Any, history_instance: Any, **_others: Any) -> None:
    take([history_instance])


def _with_taking(create: Any) -> Any:
    @wraps(create)
    def bulk_history_create(manager: Any, *args: Any, **kwargs: Any) -> Any:
        act = next((act for act in reversed(_acts.stack) if act.verb), None)
        if act is not None:
            kwargs["default_user"] = kwargs.get("default_user") or act.by
            kwargs["default_change_reason"] = kwargs.get("default_change_reason") or act.verb
        rows = create(manager, *args, **kwargs)
        if rows:
            take(rows)
        return rows

    return bulk_history_create
