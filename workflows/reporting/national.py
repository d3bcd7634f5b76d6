"""The regions with their reports of one year, round by round: what the nation's pages list (part 3 (3))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from cases.access import Viewer
from cases.lights import light_of
from cases.models import Case, OrgUnit, Round, SummaryVersion, WorkItem
from workflows.reporting.steps import label_of
from workflows.summary.regional import State
from workflows.summary.regional_prefectures import RECEIVED


@dataclass(frozen=True)
class Line:
    """One region and round: the report, its light, and how many prefectures the region has accepted."""

    round: Round
    name: str
    case: Any
    state: Any
    light: str
    item: WorkItem | None
    version: SummaryVersion | None
    accepted: int
    prefectures: int

    @property
    def region(self) -> OrgUnit:
        unit: OrgUnit = self.round.programme.case.unit
        return unit


def reports_of(viewer: Viewer, year: int) -> list[Line]:
    """Every region and round of the year in scope; six queries, however many there are."""
    programmes = Case.objects.visible_to(viewer).filter(kind="programme", year=year)
    found = Round.objects.filter(programme__case__in=programmes).select_related("programme__case__unit")
    each_round = list(found.order_by("due_on", "programme__case__unit__path"))
    reports = Case.objects.filter(kind="regional_report", summary__round__in=each_round).select_related(
        "unit", "summary"
    )
    cases = {case.summary.round_id: case for case in reports}
    keys = [case.pk for case in cases.values()]
    items = {item.process_id: item for item in WorkItem.objects.open().filter(process__in=keys)}
    filed = SummaryVersion.objects.filter(summary__in=keys).select_related("by").defer("figures", "texts")
    versions = {version.summary_id: version for version in filed.order_by("no")}
    summaries = Case.objects.filter(kind="summary", summary__round__in=each_round).order_by()
    counts = {
        key: (accepted, total)
        for key, accepted, total in summaries.values_list("summary__round").annotate(
            accepted=Count("pk", filter=Q(state__in=RECEIVED)), total=Count("pk")
        )
    }
    return [_line(viewer, each, cases.get(each.pk), items, versions, counts) for each in each_round]


def _line(viewer: Viewer, each: Round, case: Any, items: Any, versions: Any, counts: Any) -> Line:
    item = items.get(case.pk) if case is not None else None
    if item is not None:
        item.process = case
    done = case is not None and case.state == State.ACKNOWLEDGED
    accepted, total = counts.get(each.pk, (0, 0))
    return Line(
        round=each,
        name=label_of(each),
        case=case,
        state=State(case.state).label if case is not None else "",
        light="ok" if done else light_of(item, viewer.at) if item is not None else "idle",
        item=item,
        version=versions.get(case.pk) if case is not None else None,
        accepted=accepted,
        prefectures=total,
    )
