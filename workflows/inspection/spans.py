"""How long each step of a case took, and how often it was sent back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from cases.calendars import calendar_of
from cases.clock import local_date
from cases.models import Case, CaseEvent, WorkItem
from cases.naming import Signatures
from workflows.kinds import kind_of


@dataclass(frozen=True)
class Span:
    """One work item: what, whose, from when until when, in calendar days and in working days of the unit."""

    task: Any
    unit: Any
    role: str
    done_by: str
    outcome: Any
    item: WorkItem
    days: int
    working_days: int
    late: bool


@dataclass(frozen=True)
class Times:
    """All steps, and how often each verb that leads back was done."""

    spans: list[Span]
    returns: list[tuple[Any, int]]
    days: int
    working_days: int


def times_of(case: Case, at: dt.datetime) -> Times:
    """The steps in their order; what is open counts until ``at`` (UTC). The first day does not count. Four queries."""
    calendar, kind, signatures = calendar_of(case.unit), kind_of(case), Signatures([case.pk])
    items = WorkItem.objects.filter(process=case.pk).select_related("unit", "done_by").order_by("created", "pk")
    spans = []
    for item in items:
        item.process = case
        start, end = local_date(item.created), local_date(item.finished or at)
        spans.append(
            Span(
                task=item.flow_task.task_title if item.flow_task else "",
                unit=item.unit,
                role=item.get_role_display() if item.role else "",
                outcome=kind.verbs[item.outcome].rule.label if item.outcome in kind.verbs else "",
                done_by=signatures.name(case.pk, item.done_by, item.finished),
                item=item,
                days=max(0, (end - start).days),
                working_days=max(0, calendar.between(start, end)),
                late=item.due_at is not None and (item.finished or at) > item.due_at,
            )
        )
    verbs = CaseEvent.objects.filter(case=case.pk).values_list("verb", flat=True)
    back = Counter(verb for verb in verbs if verb in kind.verbs and kind.verbs[verb].rule.movement == "back")
    first, last = local_date(case.created), local_date(case.finished or at)
    return Times(
        spans,
        [(kind.verbs[verb].rule.label, count) for verb, count in back.most_common()],
        (last - first).days,
        calendar.between(first, last),
    )
