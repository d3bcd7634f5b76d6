"""The sweep that takes history rows which no event has taken up, those of drafts above all, into a chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cases.access import SYSTEM
from cases.audit.chains import note
from cases.audit.layouts import Layout, layout_of, tables_by_label
from cases.audit.tracking import Entry
from cases.models.audit import UnsealedRow

SEALED = "seal_rows"


def seal_rows(at: dt.datetime, limit: int = 500) -> int:
    """Seal up to ``limit`` waiting rows in one event of the month's chain; returns how many they were.

    A row is sealed by the digest that was made when it was written; one of before that was kept, as it is found.
    """
    with transaction.atomic(durable=True):
        waiting = list(UnsealedRow.objects.select_for_update(skip_locked=True).order_by("pk")[:limit])
        if not waiting:
            return 0
        entries: list[Entry] = [[row.label, row.row, row.digest] for row in waiting if row.digest]
        entries += _as_found([row for row in waiting if not row.digest])
        note(SEALED, by=SYSTEM, at=at, details={"rows": len(entries)}, rows=entries)
        UnsealedRow.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(waiting)


def _as_found(rows: list[UnsealedRow]) -> list[Entry]:
    """Entries of rows that have no digest yet; a table that exists no more has none."""
    by_label: dict[str, list[int]] = {}
    for row in rows:
        by_label.setdefault(row.label, []).append(row.row)
    entries: list[Entry] = []
    for label, keys in by_label.items():
        table = tables_by_label().get(label)
        if table is not None:
            layout = layout_of(table)
            entries += [[layout.name, key, digest] for key, digest in digests_of(layout, keys)]
    return entries


def digests_of(layout: Layout, keys: list[int]) -> list[tuple[int, Any]]:
    """Key and digest of history rows as they now stand, in the order of the keys; those that are gone are left out."""
    rows = layout.table.objects.filter(history_id__in=keys).order_by("history_id")
    return [(key, layout.digest(values)) for key, *values in rows.values_list("history_id", *layout.columns)]
