"""Events as the rules see them: a few columns of event, case and work item, read set-wise.

A batch is a thousand events; as model instances three tables of them would take longer to build than all the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cases.models import CaseEvent, WorkItem


@dataclass(frozen=True, slots=True)
class SeenCase:
    kind: str
    unit_id: int
    parent_id: int | None
    started_by_id: int | None


@dataclass(slots=True)
class SeenItem:
    pk: int
    unit_id: int
    role: str
    owner_id: int | None
    due_at: dt.datetime | None
    process_id: int
    flow_task: Any = None


@dataclass(frozen=True, slots=True)
class SeenEvent:
    pk: int
    case_id: int
    item_id: int | None
    at: dt.datetime
    verb: str
    actor_id: int | None
    details: dict[str, Any]
    case: SeenCase
    item: SeenItem | None


EVENT = ("pk", "case_id", "item_id", "at", "verb", "actor_id", "details")
CASE = ("case__kind", "case__unit_id", "case__parent_id", "case__started_by_id")
ITEM = ("item__unit_id", "item__role", "item__owner_id", "item__due_at")


def seen(keys: Sequence[int]) -> list[SeenEvent]:
    """The events with these keys, in their order of recording."""
    rows = CaseEvent.objects.filter(pk__in=keys).order_by("pk").values_list(*EVENT, *CASE, *ITEM)
    found = [_event(*row) for row in rows]
    # What a claimed item asks of its owner is the node's to say; most items are not claimed.
    owned = {event.item_id: event.item for event in found if event.item is not None and event.item.owner_id}
    if owned:
        for key, node in WorkItem.objects.filter(pk__in=owned).values_list("pk", "flow_task"):
            owned[key].flow_task = node
    return found


def _event(*row: Any) -> SeenEvent:
    item_id = row[2]
    pk, case_id, _item_id, at, verb, actor_id, details = row[:7]
    unit_id, role, owner_id, due_at = row[11:15]
    item = SeenItem(item_id, unit_id, role, owner_id, due_at, case_id) if item_id is not None else None
    return SeenEvent(pk, case_id, item_id, at, verb, actor_id, details, SeenCase(*row[7:11]), item)
