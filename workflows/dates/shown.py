"""What the page of a case shows of its dates beside the date itself: a hold, and requests for more time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.models import Case
from workflows.common import on_hold
from workflows.extension.kind import PENDING, State


@dataclass(frozen=True)
class Request:
    """One request for more time in a list of its case."""

    case: Case
    state: Any
    pending: bool


def dates_of(case: Case) -> dict[str, Any]:
    """The context of ``workflows/dates/_hold.html`` and ``_extensions.html``."""
    requests = Case.objects.filter(parent=case.pk, kind="extension").select_related("extension").order_by("-pk")
    return {
        "hold": on_hold(case) if case.held_at is not None else None,
        "extensions": [Request(row, State(row.state).label, row.state in PENDING) for row in requests],
    }
