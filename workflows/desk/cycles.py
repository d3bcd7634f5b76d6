"""The annual cycles that somebody may see, by year, unit, state and light (机构年度档案)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cases.access import Viewer
from cases.models import Case, Finding, OrgUnit, WorkItem
from cases.web import whole_number
from workflows.desk.counting import LIGHTS, light_is
from workflows.desk.keyset import Page, page_of
from workflows.finding.kind import LIVE
from workflows.quality_cycle.kind import QUALITY_CYCLE, State

MOST_AREAS = 200
OVER = tuple(sorted(QUALITY_CYCLE.finals))


@dataclass(frozen=True)
class CycleFilters:
    """What the reader asked for; an empty text means everything."""

    text: str = ""
    area: int | None = None
    state: str = ""
    light: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> CycleFilters:
        """From an address; what it does not understand is left out."""
        state, light = given.get("state", ""), given.get("light", "")
        return cls(
            text=given.get("q", "").strip()[:60],
            area=whole_number(given.get("area", "")),
            state=state if state in State.values else "",
            light=light if light in LIGHTS else "",
        )

    @property
    def any(self) -> bool:
        return any((self.text, self.area, self.state, self.light))


@dataclass(frozen=True)
class CycleLine:
    """One cycle of the list, with its next limit and its findings."""

    case: Case
    state: Any
    over: bool
    due_at: dt.datetime | None
    found: int
    unsettled: int


def cycles_of(viewer: Viewer, year: int) -> QuerySet[Case]:
    return Case.objects.visible_to(viewer).filter(kind=QUALITY_CYCLE.code, year=year)


def narrow(cycles: QuerySet[Case], filters: CycleFilters, area: OrgUnit | None, at: dt.datetime) -> QuerySet[Case]:
    """The cycles that the filters leave; a cycle that is over has no light."""
    if filters.text:
        cycles = cycles.filter(Q(unit__name__icontains=filters.text) | Q(unit__code__icontains=filters.text))
    if area is not None:
        cycles = cycles.filter(unit__in=OrgUnit.objects.within(area.path))
    if filters.state:
        cycles = cycles.filter(state=filters.state)
    if filters.light:
        cycles = (
            cycles.exclude(state__in=OVER).annotate(next_due=next_due()).filter(light_is(filters.light, at, "next_due"))
        )
    return cycles


def next_due() -> Coalesce:
    """The limit of the cycle's own work, or the most urgent one of its findings."""
    items = WorkItem.objects.open().filter(due_at__isnull=False).order_by("due_at")
    return Coalesce(
        Subquery(items.filter(process=OuterRef("pk")).values("due_at")[:1]),
        Subquery(items.filter(process__parent=OuterRef("pk")).values("due_at")[:1]),
    )


def cycle_page(cycles: QuerySet[Case], after: str, size: int) -> Page:
    """A page of cycles in the order of the unit tree."""
    page = page_of(cycles.select_related("unit__superior"), "unit__path", "pk", after=after, size=size)
    return Page(cycle_lines(page.rows), page.next)


def cycle_lines(cases: list[Case]) -> list[CycleLine]:
    """The lines of some cycles: limits and findings looked up for all of them together."""
    keys = [case.pk for case in cases]
    due = _next_limits(keys)
    counts = finding_counts(keys)
    return [
        CycleLine(
            case=case,
            state=QUALITY_CYCLE.state_label(case.state),
            over=case.state in QUALITY_CYCLE.finals,
            due_at=due.get(case.pk),
            found=counts.get(case.pk, (0, 0))[0],
            unsettled=counts.get(case.pk, (0, 0))[1],
        )
        for case in cases
    ]


def _next_limits(keys: list[int]) -> dict[int, dt.datetime]:
    items = WorkItem.objects.open().filter(due_at__isnull=False)
    children = items.filter(process__parent__in=keys).values(cycle=F("process__parent")).annotate(due=Min("due_at"))
    limits = {row["cycle"]: row["due"] for row in children}
    own = items.filter(process__in=keys).values(cycle=F("process")).annotate(due=Min("due_at"))
    return limits | {row["cycle"]: row["due"] for row in own}


def finding_counts(keys: Iterable[int]) -> dict[int, tuple[int, int]]:
    """For each cycle how many findings count, and how many of them are not settled."""
    counted = Finding.objects.filter(cycle__in=list(keys)).exclude(case__state__in=("rejected", "cancelled"))
    rows = counted.values("cycle").annotate(found=Count("pk"), unsettled=Count("pk", filter=Q(case__state__in=LIVE)))
    return {row["cycle"]: (row["found"], row["unsettled"]) for row in rows}


def areas_to_choose(viewer: Viewer) -> list[OrgUnit]:
    """The prefectures and counties of the filter; none where there is only one or too many."""
    kinds = (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)
    found = list(OrgUnit.objects.visible_to(viewer).filter(kind__in=kinds)[: MOST_AREAS + 1])
    return found if 1 < len(found) <= MOST_AREAS else []


def area_asked(viewer: Viewer, key: int | None) -> OrgUnit | None:
    """The area of the filter if it is in scope; an area that is not narrows nothing that is not shown anyway."""
    return OrgUnit.objects.visible_to(viewer).filter(pk=key).first() if key is not None else None
