"""Findings put into the tables directly, for tests of lists: many, of any date and state."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from cases.clock import end_of_day, local_date, start_of_day
from cases.models import Case, Edition, Finding, OrgUnit, WorkItem
from workflows.finding.kind import FINDING, WITH_INSTITUTION, FindingFlow
from workflows.quality_cycle.kind import QualityCycleFlow

_numbers = itertools.count(1)
RECORDED = (
    "facets",
    "severity",
    "responsible_unit",
    "recurrence_of",
    "referred_to",
    "reference",
    "enforcement_outcome",
)


def findings(unit: OrgUnit, rows: Iterable[dict[str, Any]], *, year: int = 2021) -> list[Finding]:
    """Findings of one cycle of the unit, with their open work items; each row is what differs from the ordinary."""
    edition = Edition.objects.get(version="2021")
    common = {"unit": unit, "year": year, "edition": edition}
    cycle = Case.objects.create(kind="quality_cycle", flow_class=QualityCycleFlow, state="rectifying", **common)
    wanted = [{"state": "open", "due_on": dt.date(2021, 6, 30), **row} for row in rows]
    cases = Case.objects.bulk_create(
        Case(
            kind="finding",
            flow_class=FindingFlow,
            parent=cycle,
            state=row["state"],
            held_at=row.get("held_at"),
            number=row.get("number") or f"{year}-{unit.code[:6]}-{next(_numbers):06d}",
            **common,
        )
        for row in wanted
    )
    records = [
        Finding(
            case=case,
            cycle=cycle,
            source=row.get("source", "county"),
            item_code=row.get("item_code", "A1-08"),
            problem=row.get("problem", "应急灯不亮。"),
            measure=row.get("measure", ""),
            responsible=row.get("responsible", "护理部"),
            rectification="time_limited",
            due_on=row["due_on"],
            return_count=row.get("return_count", 0),
            **{name: row[name] for name in RECORDED if name in row},
        )
        for case, row in zip(cases, wanted, strict=True)
    ]
    Finding.objects.bulk_create(records)
    WorkItem.objects.bulk_create(
        _item(case, row) for case, row in zip(cases, wanted, strict=True) if row["state"] in FINDING.nodes_by_state
    )
    return records


def _item(case: Case, row: dict[str, Any]) -> WorkItem:
    node = FINDING.nodes_by_state[row["state"]]
    unit_id, role = node.seat_of(case)
    due_at = end_of_day(row["due_on"]) if row["due_on"] and row["state"] in WITH_INSTITUTION else row.get("review_due")
    amber_on = local_date(due_at) - dt.timedelta(days=row.get("amber_days", 7)) if due_at else None
    return WorkItem(
        process=case,
        flow_task=node,
        flow_task_type=node.task_type,
        unit_id=unit_id,
        role=role,
        due_at=due_at,
        amber_at=start_of_day(amber_on) if amber_on else None,
        original_due_at=row.get("original_due_at"),
    )
