"""Which work items and cases the inbox lists, and how many there are (待办, 已办, 我发起的, 逾期)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from cases.access import Viewer
from cases.keyset import PAGE_SIZE, SEPARATOR, Page, page_of
from cases.lights import SIGNS, light_is
from cases.models import Appointment, Case, OrgUnit, WorkItem
from cases.naming import standing_in
from cases.roles import POSTS, Role
from cases.web import whole_number
from workflows.desk.counting import counts_for, year_asked
from workflows.kinds import KINDS
from workflows.nodes import waiting_nodes

COUNTY_ROLES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER})
INSTITUTION_ROLES = frozenset({Role.INSTITUTION_FILLER, Role.INSTITUTION_HEAD})
WATCHING = ("oversee", "inspect")
WAITING_ROWS = 10
UNDATED = "none"
MOST_UNITS = 100  # a longer list to choose from helps nobody: the search field finds an institution


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; an empty text means everything."""

    text: str = ""
    step: str = ""
    unit: int | None = None
    light: str = ""
    year: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From an address; what it does not understand is left out."""
        light = given.get("light", "")
        return cls(
            text=given.get("q", "").strip()[:60],
            step=given.get("step", "") if given.get("step", "") in steps() else "",
            unit=whole_number(given.get("unit", "")),
            light=light if light in SIGNS else "",
            year=year_asked(given.get("year", "")),
        )

    @property
    def any(self) -> bool:
        return any((self.text, self.step, self.unit, self.light, self.year))


def steps() -> dict[str, Any]:
    """The steps that somebody has work at, by ``kind.node``."""
    return {
        f"{kind.code}.{node.name}": node for kind in KINDS.values() for node in waiting_nodes(kind.flow) if node.role
    }


def to_do(viewer: Viewer) -> QuerySet[WorkItem]:
    """Open items addressed to one of the viewer's appointments."""
    return WorkItem.objects.open().addressed_to(viewer)


def done(viewer: Viewer) -> QuerySet[WorkItem]:
    """Items that the viewer finished, as far as their cases are still in scope."""
    return WorkItem.objects.filter(done_by=viewer.user.pk).visible_to(viewer)


def started(viewer: Viewer) -> QuerySet[Case]:
    """Cases that the viewer started, as far as they are still in scope."""
    return Case.objects.filter(started_by=viewer.user.pk).visible_to(viewer)


def overdue(viewer: Viewer) -> QuerySet[WorkItem]:
    """The viewer's own items past their limit; for those who only watch, those of the units below."""
    watched = WorkItem.objects.open().human()
    late: QuerySet[WorkItem] = watched.visible_to(viewer) if is_watching(viewer) else to_do(viewer)
    return late.filter(light_is("late", viewer.at))


def waiting(viewer: Viewer) -> QuerySet[WorkItem]:
    """What the institutions of the viewer's counties have open (等待机构办理)."""
    counties = [unit for unit, role in sorted(viewer.seats) if role in COUNTY_ROLES]
    return WorkItem.objects.open().human().filter(unit__superior__in=counties)


def is_county(viewer: Viewer) -> bool:
    return any(role in COUNTY_ROLES for _unit, role in viewer.seats)


def is_watching(viewer: Viewer) -> bool:
    """Whether the viewer oversees or inspects units, and so has an eye on work that is not addressed to them."""
    return any(viewer.paths(permission) for permission in WATCHING)


def narrow_items(items: QuerySet[WorkItem], filters: Filters, at: dt.datetime) -> QuerySet[WorkItem]:
    """The items that the filters leave."""
    if filters.text:
        items = items.filter(
            Q(process__number__icontains=filters.text) | Q(process__unit__name__icontains=filters.text)
        )
    if filters.step:
        items = items.filter(flow_task=steps()[filters.step])
    if filters.unit:
        items = items.filter(process__unit=filters.unit)
    if filters.year:
        items = items.filter(process__year=filters.year)
    return items.filter(light_is(filters.light, at)) if filters.light else items


def narrow_cases(cases: QuerySet[Case], filters: Filters) -> QuerySet[Case]:
    """The cases that the filters leave; step and light belong to work items."""
    if filters.text:
        cases = cases.filter(Q(number__icontains=filters.text) | Q(unit__name__icontains=filters.text))
    if filters.unit:
        cases = cases.filter(unit=filters.unit)
    return cases.filter(year=filters.year) if filters.year else cases


def by_due(items: QuerySet[WorkItem], after: str = "", size: int = PAGE_SIZE) -> Page:
    """A page of items by limit; those without one stand at the end."""
    loaded = with_case(items)
    first, _separator, last = after.partition(SEPARATOR)
    if first == UNDATED:
        return _undated(loaded, last, size)
    page = page_of(loaded, "due_at", "pk", after=after, size=size)
    if page.next:
        return page
    room = size - len(page.rows)
    if not room:
        return Page(page.rows, f"{UNDATED}{SEPARATOR}0" if items.filter(due_at=None).exists() else "")
    rest = _undated(loaded, "", room)
    return Page(page.rows + rest.rows, rest.next)


def _undated(items: QuerySet[WorkItem], after: str, size: int) -> Page:
    page = page_of(items.filter(due_at=None), "pk", after=after, size=size)
    return Page(page.rows, f"{UNDATED}{SEPARATOR}{page.next}" if page.next else "")


def by_finish(items: QuerySet[WorkItem], after: str = "", size: int = PAGE_SIZE) -> Page:
    """A page of finished items, the latest first."""
    return page_of(with_case(items), "finished", "pk", after=after, size=size, descending=True)


def by_start(cases: QuerySet[Case], after: str = "", size: int = PAGE_SIZE) -> Page:
    """A page of cases, the latest first; keys rise with time."""
    return page_of(cases.select_related("unit"), "pk", after=after, size=size, descending=True)


def with_case(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """With what every line shows; the findings among the cases are fetched for the page's rows alone."""
    return items.select_related("process__unit", "owner")


def inbox_counts(viewer: Viewer, filters: Filters) -> dict[str, Any]:
    """The counts of the tabs, of the tally over the filtered to-do list, and of what waits for institutions."""
    unlit = Filters(filters.text, filters.step, filters.unit, "", filters.year)
    mine = narrow_items(to_do(viewer), unlit, viewer.at)
    lights = {code: mine.filter(light_is(code, viewer.at)) for code in SIGNS}
    return counts_for(
        viewer,
        todo=to_do(viewer),
        done=done(viewer),
        started=started(viewer),
        overdue=overdue(viewer),
        waiting=waiting(viewer),
        all=mine,
        **lights,
    )


def institutions_to_choose(viewer: Viewer) -> list[OrgUnit]:
    """The institutions of the filter; none where there are too many to choose from, or only one."""
    units = OrgUnit.objects.visible_to(viewer).filter(kind=OrgUnit.Kind.INSTITUTION).only("name", "path")
    found = list(units[: MOST_UNITS + 1])
    return found if 1 < len(found) <= MOST_UNITS else []


def heads_of(unit: OrgUnit, on: dt.date) -> str:
    """Who answers for the unit, and so gets the work of its vacant posts; empty where nobody does."""
    posts = POSTS.get(unit.kind)
    seat = (unit.pk, posts.head if posts else "")
    return pgettext("list separator", ", ").join(people_at([seat], on).get(seat, []))


def people_at(seats: Iterable[tuple[int, str]], on: dt.date) -> dict[tuple[int, str], list[str]]:
    """Who holds each (unit, role) on the day, in one query; whoever stands in for somebody with both names."""
    wanted = set(seats)
    names: dict[tuple[int, str], list[str]] = {}
    if not wanted:
        return names
    rows = Appointment.objects.valid(on).filter(
        unit__in={unit for unit, _role in wanted}, role__in={role for _unit, role in wanted}
    )
    columns = ("unit_id", "role", "user__name", "delegated_by__user__name")
    for unit_id, role, name, absent in rows.order_by("pk").values_list(*columns):
        names.setdefault((unit_id, role), []).append(standing_in(name, absent))
    return names
