"""Work without an owner (无人办理的事项): open items of posts that nobody holds, for whoever manages people there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Value

from cases.access import Viewer
from cases.models import Appointment, OrgUnit, WorkItem
from cases.roles import POSTS, RULES, WORKING, Role

MOST = 200  # a longer list is a roster that was never imported


@dataclass(frozen=True)
class Vacancy:
    """A post without a holder that has open work: how much, since when, by when, and who gets it meanwhile."""

    unit: OrgUnit
    role: str
    items: int
    oldest: dt.datetime
    due_at: dt.datetime | None
    heads: tuple[str, ...]

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


def vacancies(viewer: Viewer) -> list[Vacancy]:
    """The vacant posts with open work in the viewer's area, the most urgent first; at most ``MOST``. Four queries."""
    seats = list(vacant_seats(viewer)[:MOST])
    units = OrgUnit.objects.in_bulk({unit_id for unit_id, _role in seats})
    work = _work_of(seats)
    heads = _heads_of(units.values(), viewer.on)
    found = [
        Vacancy(units[unit_id], role, heads=heads.get(unit_id, ()), **work[unit_id, role])
        for unit_id, role in seats
        if (unit_id, role) in work
    ]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or each.oldest, each.unit.path, each.role))


def vacant_seats(viewer: Viewer) -> QuerySet[Any]:
    """The (unit, role) pairs of the viewer's area that have open work and no holder today, in one query.

    Goes through units and not through work: its cost does not follow the number of open items.
    """
    area = OrgUnit.objects.within(*viewer.paths("manage_people")).order_by()
    parts = []
    for role in sorted(WORKING):
        kinds = sorted(RULES[role].kinds)
        held = Appointment.objects.valid(viewer.on).filter(unit=OuterRef("pk"), role=role)
        work = WorkItem.objects.open().filter(unit=OuterRef("pk"), role=role).order_by()
        vacant = area.filter(~Exists(held), Exists(work), kind__in=kinds)
        parts.append(vacant.annotate(vacant_role=Value(role)).values_list("pk", "vacant_role"))
    return parts[0].union(*parts[1:], all=True)


def _work_of(seats: list[tuple[int, str]]) -> dict[tuple[int, str], dict[str, Any]]:
    rows = WorkItem.objects.open().filter(
        unit__in={unit_id for unit_id, _role in seats}, role__in={role for _unit, role in seats}
    )
    counted = (
        rows.order_by().values("unit_id", "role").annotate(items=Count("pk"), oldest=Min("created"), due=Min("due_at"))
    )
    return {
        (row["unit_id"], row["role"]): {"items": row["items"], "oldest": row["oldest"], "due_at": row["due"]}
        for row in counted
    }


def _heads_of(units: Any, on: dt.date) -> dict[int, tuple[str, ...]]:
    """Who heads each unit, and so has its vacant posts' work in the inbox."""
    wanted = {unit.pk: POSTS[unit.kind].head for unit in units}
    rows = Appointment.objects.valid(on).filter(unit__in=wanted, role__in=set(wanted.values())).order_by("pk")
    names: dict[int, tuple[str, ...]] = {}
    for unit_id, role, name in rows.values_list("unit_id", "role", "user__name"):
        if role == wanted[unit_id]:
            names[unit_id] = (*names.get(unit_id, ()), name)
    return names
