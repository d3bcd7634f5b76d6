"""Recomputing the dates of open work after a calendar has changed: a year announced, a closure recorded or withdrawn.

Every open date that was counted is counted again; the ones that differ go through the door, set-wise. A date that has
passed never moves, and a fixed one never differs. Safe to repeat (design, Readings: Working days).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from cases.access import SYSTEM
from cases.calendars import Calendars
from cases.clock import local_date, start_of_day
from cases.editions.pinned import edition_of
from cases.errors import Refusal
from cases.models import OrgUnit, WorkItem
from cases.tree import within
from workflows.dating import recounted
from workflows.engine import perform_many

CHUNK = 500


@dataclass(frozen=True)
class Moved:
    """One date that moved, or was affirmed (the day stays, its year is announced now), or whose case refused."""

    item: WorkItem
    before: dt.date
    after: dt.date
    refusal: Refusal | None = None

    @property
    def affirmed(self) -> bool:
        return self.before == self.after


def recompute(at: dt.datetime, *, unit: OrgUnit | None = None) -> Iterator[Moved]:
    """Move what has to move, in chunks of one transaction each; ``unit`` narrows to its subtree."""
    for group in _chunks(at, unit):
        for verb, affirmed in (("redate", False), ("affirm_date", True)):
            found = {moved.item.process_id: moved for moved in group if moved.affirmed is affirmed}
            cases = [moved.item.process for moved in found.values()]
            for case, refusal in perform_many(cases, verb, by=SYSTEM, at=at, chunk=CHUNK):
                moved = found[case.pk]
                yield Moved(moved.item, moved.before, moved.after, refusal)


def due_to_move(at: dt.datetime, unit: OrgUnit | None = None) -> Iterator[Moved]:
    """What ``recompute`` would do; nothing is written."""
    for group in _chunks(at, unit):
        yield from group


def _chunks(at: dt.datetime, unit: OrgUnit | None) -> Iterator[list[Moved]]:
    today, calendars, last = local_date(at), Calendars(), 0
    items = WorkItem.objects.open().filter(due_at__gte=start_of_day(today)).select_related("process__unit")
    if unit is not None:
        items = items.filter(within("process__unit__path", [unit.path]))
    while rows := list(items.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        group = []
        for item in rows:
            date = recounted(edition_of(item.process), item, calendars.of(item.process.unit), today)
            if date is not None and date.on is not None and item.due_at is not None:
                group.append(Moved(item, local_date(item.due_at), date.on))
        if group:
            yield group
