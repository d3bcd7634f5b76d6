"""Which cycles are in a summary (进入汇总): taken in when it is filed, one event a cycle, set-wise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cases.figures.annex2 import SELF_CHECKED, Entry
from cases.models import Case, Summary, SummaryMember
from cases.rows import CHUNK
from workflows.engine import cascade, lock_many
from workflows.step import Step


def take_in(step: Step, summary: Summary, entries: Iterable[Entry]) -> dict[str, int]:
    """Take in the cycles that add something to the figures; how many came, and how many do not belong to them any more.

    That is whoever had self-checked or has a finding behind a figure. A cycle that a former version took in stays
    without another event. The summary is locked already, and the cycles are locked here, in the order of their keys:
    nobody who holds a cycle ever asks for a summary, so no two can wait for each other.
    """
    institutions = {
        entry.institution_id for entry in entries if entry.cell == SELF_CHECKED or entry.finding_id is not None
    }
    cycles = _cycles_of(institutions, summary.round.cycle_year)
    members = dict(summary.members.values_list("cycle_id", "pk"))
    joining = [cycle for cycle in cycles if cycle.pk not in members]
    leaving = members.keys() - {cycle.pk for cycle in cycles}
    gone = list(Case.objects.filter(pk__in=leaving)) if leaving else []
    told = {"summary": summary.pk, "number": step.case.number}
    for cycle in lock_many([*joining, *gone]) if joining or gone else []:
        cascade(step, cycle, "leave_summary" if cycle.pk in leaving else "take_into_summary", **told)
    SummaryMember.objects.bulk_create(
        (SummaryMember(summary=summary, cycle=cycle, since=step.at) for cycle in joining), batch_size=CHUNK
    )
    if leaving:
        summary.members.filter(cycle__in=leaving).delete()
    return {"taken_in": len(joining), "left": len(leaving)}


def _cycles_of(institutions: Iterable[int], year: int) -> list[Case]:
    """The cycle of each institution in the year; where one was cancelled beside another, the later one."""
    found: dict[int, Any] = {}
    cycles = Case.objects.filter(kind="quality_cycle", year=year, unit__in=list(institutions)).order_by("pk")
    for cycle in cycles:
        found[cycle.unit_id] = cycle
    return list(found.values())
