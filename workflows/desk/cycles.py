"""The annual cycles that somebody may see, by year, unit, state and light (机构年度档案)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cases.access import Viewer
from cases.keyset import Page, page_of
from cases.lights import HELD, SIGNS, light_is, light_of
from cases.models import Case, Finding, OrgUnit, WorkItem
from cases.web import whole_number
from workflows.desk.memberships import Membership, memberships_of
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
            light=light if light in SIGNS else "",
        )

    @property
    def any(self) -> bool:
        return any((self.text, self.area, self.state, self.light))


@dataclass(frozen=True)
class CycleLine:
    """One cycle of the list, with its next limit, its findings, and what has taken it up."""

    case: Case
    state: Any
    over: bool
    light: str
    item: WorkItem | None
    found: int
    unsettled: int
    referred: int
    membership: Membership


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
    return shows(cycles, filters.light, at) if filters.light else cycles


def shows(cycles: QuerySet[Case], light: str, at: dt.datetime) -> QuerySet[Case]:
    """The cycles with this light; ``cycle_lines`` gives the same one to each."""
    running = cycles.exclude(state__in=OVER)
    if light == HELD:
        return running.exclude(held_at=None)
    running = running.filter(held_at=None).annotate(next_item=next_item())
    if light == "idle":
        return running.filter(next_item=None)
    return running.filter(Exists(WorkItem.objects.filter(light_is(light, at), pk=OuterRef("next_item"))))


def next_item() -> Coalesce:
    """The cycle's own open work that has a limit, or else the most urgent of its children's that runs."""
    items = WorkItem.objects.open().filter(due_at__isnull=False).order_by("due_at", "pk")
    below = items.filter(process__parent=OuterRef("pk"), process__held_at=None)
    return Coalesce(
        Subquery(items.filter(process=OuterRef("pk")).values("pk")[:1]),
        Subquery(below.values("pk")[:1]),
    )


def cycle_page(cycles: QuerySet[Case], after: str, size: int, at: dt.datetime) -> Page:
    """A page of cycles in the order of the unit tree."""
    page = page_of(cycles.select_related("unit__superior"), "unit__path", "pk", after=after, size=size)
    return Page(cycle_lines(page.rows, at), page.next)


def cycle_lines(cases: list[Case], at: dt.datetime) -> list[CycleLine]:
    """The lines of some cycles: limits and findings looked up for all of them together."""
    keys = [case.pk for case in cases]
    items = _next_items(keys)
    counts = finding_counts(keys)
    memberships = memberships_of(cases)
    return [
        CycleLine(
            case=case,
            state=QUALITY_CYCLE.state_label(case.state),
            over=case.state in QUALITY_CYCLE.finals,
            light=_light(case, items.get(case.pk), at),
            item=items.get(case.pk),
            found=counts.get(case.pk, NO_FINDINGS).found,
            unsettled=counts.get(case.pk, NO_FINDINGS).unsettled,
            referred=counts.get(case.pk, NO_FINDINGS).referred,
            membership=memberships[case.pk],
        )
        for case in cases
    ]


def _light(case: Case, item: WorkItem | None, at: dt.datetime) -> str:
    if case.held_at is not None:
        return HELD
    return light_of(item, at) if item is not None else "idle"


def _next_items(keys: list[int]) -> dict[int, WorkItem]:
    found = Case.objects.filter(pk__in=keys).annotate(next_item=next_item()).values_list("pk", "next_item")
    cycles = {item: cycle for cycle, item in found if item is not None}
    items = WorkItem.objects.filter(pk__in=cycles).select_related("process")
    return {cycles[item.pk]: item for item in items}


class Counts(NamedTuple):
    """How many findings of a cycle count, how many are not settled, and how many were handed over."""

    found: int
    unsettled: int
    referred: int


NO_FINDINGS = Counts(0, 0, 0)


def finding_counts(keys: Iterable[int]) -> dict[int, Counts]:
    """The counts of each cycle that has findings; what was rejected or dropped does not count."""
    counted = Finding.objects.filter(cycle__in=list(keys)).exclude(case__state__in=("rejected", "cancelled"))
    rows = counted.values("cycle").annotate(
        found=Count("pk"),
        unsettled=Count("pk", filter=Q(case__state__in=LIVE)),
        referred=Count("pk", filter=Q(case__state="referred")),
    )
    return {row["cycle"]: Counts(row["found"], row["unsettled"], row["referred"]) for row in rows}


def areas_to_choose(viewer: Viewer) -> list[OrgUnit]:
    """The prefectures and counties of the filter; none where there is only one or too many."""
    kinds = (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)
    found = list(OrgUnit.objects.visible_to(viewer).filter(kind__in=kinds)[: MOST_AREAS + 1])
    return found if 1 < len(found) <= MOST_AREAS else []


def area_asked(viewer: Viewer, key: int | None) -> OrgUnit | None:
    """The area of the filter if it is in scope; an area that is not narrows nothing that is not shown anyway."""
    return OrgUnit.objects.visible_to(viewer).filter(pk=key).first() if key is not None else None
