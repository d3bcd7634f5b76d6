"""What the alarm sweep looks at: a few columns of open items and of their cases, claimed for one transaction.

A batch is a thousand items; as model instances two tables of them would take longer to build than all the rest.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cases.models import WorkItem

# Both rows are locked, so that no step moves the case meanwhile; what others hold is passed over.
CLAIM = """
    SELECT i.id FROM cases_workitem i JOIN cases_case c ON c.id = i.process_id
    WHERE i.finished IS NULL AND i.next_alarm_at <= %s AND c.held_at IS NULL
    ORDER BY i.next_alarm_at LIMIT %s
"""
LOCK = "FOR NO KEY UPDATE OF i, c SKIP LOCKED"

CASE = ("uid", "state", "edition_id", "event_count", "chain_head")
ITEM = ("due_at", "due_since", "due_revision", "ladder", "next_alarm_at", "created")


@dataclass(slots=True)
class DueCase:
    """A case whose chain the sweep adds to."""

    pk: int
    uid: uuid.UUID
    state: str
    edition_id: int
    event_count: int
    chain_head: str


@dataclass(slots=True)
class DueItem:
    """An open work item whose alarm has come; two items of one case share its row, because the chain has one head."""

    pk: int
    process_id: int
    due_at: dt.datetime | None
    due_since: dt.datetime | None
    due_revision: int
    ladder: str
    next_alarm_at: dt.datetime | None
    created: dt.datetime
    process: DueCase


def claim(at: dt.datetime, limit: int) -> list[DueItem]:
    """Items whose alarm has come by ``at`` (UTC), locked with their cases, in the order of cases.

    They are read once the locks are held, so that they are seen as they stand now.
    """
    lock = LOCK if connection.features.has_select_for_update_skip_locked else ""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM + lock, [connection.ops.adapt_datetimefield_value(at), limit])
        keys = [row[0] for row in cursor.fetchall()]
    if not keys:
        return []
    rows = WorkItem.objects.filter(pk__in=keys).order_by("process_id", "pk")
    cases: dict[int, DueCase] = {}
    return [_item(cases, *row) for row in rows.values_list("pk", "process_id", *ITEM, *(f"process__{x}" for x in CASE))]


def _item(cases: dict[int, DueCase], pk: int, case_id: int, *values: Any) -> DueItem:
    case = cases.get(case_id)
    if case is None:
        case = cases[case_id] = DueCase(case_id, *values[len(ITEM) :])
    return DueItem(pk, case_id, process=case, **dict(zip(ITEM, values, strict=False)))
