"""What of a finding counts in figures, by its state (design, Readings: Annex 2).

A finding that was dropped or not upheld does not count; "rectified" in a report is what the county has closed, and what
the institution says it has rectified is kept apart.
"""

from __future__ import annotations

from typing import Any

from cases.models import Finding, FindingFact
from workflows.finding.states import State
from workflows.kinds import Facts

Status = FindingFact.Status
STATUS: dict[str, str] = {
    State.OPEN: Status.OPEN,
    State.PLAN_SUBMITTED: Status.OPEN,
    State.IN_PROGRESS: Status.OPEN,
    State.FIXED: Status.FIXED,
    State.CLOSING: Status.FIXED,
    State.CONTINUING: Status.FIXED,
    State.CLOSED: Status.CLOSED,
    State.REFERRED: Status.REFERRED,
}


def facts_of_finding(case: Any) -> Facts:
    """One row for each facet, in their order; one without a facet where the finding names none."""
    status = STATUS.get(case.state)
    finding = case.finding
    if status is None or finding.source not in Finding.OF_CYCLES:
        return ()
    facets = sorted(set(finding.facets)) or [""]
    common = {"source": str(finding.source), "item_code": finding.item_code, "status": str(status)}
    return tuple({**common, "facet": facet} for facet in facets)
