"""The traffic light (红绿灯) of work: one rule, for one row in Python and for many in SQL (design, Ladder).

Amber begins at the moment that the edition's threshold gave the work item (``amber_at``); a limit without one turns
from green to red. A case on hold shows no light, whatever its date is.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from cases.models import WorkItem
from cases.wording import light_code

LIGHTS = ("late", "soon", "ok", "idle")
HELD = "held"
SIGNS = (*LIGHTS, HELD)


def light_of(item: WorkItem, now: dt.datetime) -> str:
    """What a work item shows now."""
    held = item.process.held_at is not None
    return light_code(item.due_at, now, amber_at=item.amber_at, done=item.finished is not None, held=held)


def light_is(code: str, now: dt.datetime, items: str = "", case: str = "process__") -> Q:
    """The condition that open work shows this sign now; ``items`` and ``case`` are the ways to the two rows."""
    held = f"{case}held_at__isnull"
    if code == HELD:
        return Q(**{held: False})
    due, amber = f"{items}due_at", f"{items}amber_at"
    conditions: dict[str, dict[str, Any]] = {
        "late": {f"{due}__lt": now},
        "soon": {f"{due}__gte": now, f"{amber}__lte": now},
        "ok": {f"{due}__gte": now},
        "idle": {f"{due}__isnull": True},
    }
    found = Q(**conditions[code], **{held: True})
    return found & (Q(**{f"{amber}__gt": now}) | Q(**{f"{amber}__isnull": True})) if code == "ok" else found
