"""Findings put into the tables directly, for tests of lists: many, of any date and state."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from cases.models import Case, Edition, Finding, OrgUnit, WorkItem
from tests.worlds import moment
from workflows.finding.kind import FINDING, FindingFlow
from workflows.quality_cycle.kind import QualityCycleFlow

_numbers = itertools.count(1)


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
    return WorkItem(
        process=case,
        flow_task=node,
        flow_task_type=node.task_type,
        unit_id=node.responsible_unit(case),
        role=node.role,
        due_at=row.get("review_due") or moment("2021-06-15"),
    )
