"""What the ladders would tell on a chosen day, to whom and why (演练); nothing is sent and nothing is written.

Work is taken as it stands now: what somebody finishes or moves until then will not be told.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cases.clock import end_of_day, local_date, start_of_day
from cases.editions.pinned import edition_of
from cases.editions.times import Ladder
from cases.ladders import Reach, reaches
from cases.models import Edition, WorkItem
from cases.tree import within
from notifications.alarms import ESCALATE, REMIND, Alert, told_rungs
from notifications.recipients import Directory, Recipient, once
from notifications.subject import naming

COLUMNS = ("process__edition", "due_at", "due_since", "due_revision", "ladder", "next_alarm_at", "created")


@dataclass(frozen=True)
class Planned:
    """One event that the sweep would record on the day, or has recorded; ``told`` says which."""

    alert: Alert
    told: bool

    @property
    def order(self) -> tuple[float, Any, int]:
        """The latest work first, then by date."""
        return -_days(self.alert.reached), self.alert.item.due_at, self.alert.item.pk


@dataclass(frozen=True)
class Line:
    """A planned event with its reasons and the people who would hear of it."""

    planned: Planned
    title: str
    unit: Any
    number: str
    address: str
    ladder: str
    ladder_basis: str
    rule_basis: str
    people: list[Recipient]

    @property
    def alert(self) -> Alert:
        return self.planned.alert


def plan(on: dt.date, *, at: dt.datetime, paths: Iterable[str] | None = None) -> list[Planned]:
    """Everything that the ladders tell on the day (Asia/Shanghai), for work below these paths or all.

    ``at`` is the present (UTC): today includes what earlier sweeps have missed, and a past day says what has been told.
    """
    items = list(_candidates(on, at, paths))
    told = told_rungs(items)
    found = (_planned(item, on, at, told.get(item.pk, set())) for item in items)
    return sorted((planned for planned in found if planned is not None), key=lambda planned: planned.order)


def counted(planned: Iterable[Planned]) -> dict[str, Counter[tuple[int, int | None]]]:
    """How many events there are for each distance (days, and hours of a limit in hours), by reminder and escalation."""
    counts: dict[str, Counter[tuple[int, int | None]]] = {REMIND: Counter(), ESCALATE: Counter()}
    for one in planned:
        counts[one.alert.verb][one.alert.reached.days, one.alert.reached.hours] += 1
    return counts


def _days(reached: Reach) -> float:
    """The distance in days, also of a rung in hours."""
    return reached.days if reached.hours is None else reached.hours / 24


def lines(planned: Sequence[Planned], on: dt.date) -> list[Line]:
    """The events in words, with the people who hold the posts on the day; set-wise, for the part that is shown."""
    keys = [one.alert.item.pk for one in planned]
    loaded = WorkItem.objects.select_related("process__unit", "unit").in_bulk(keys)
    directory = Directory(on)
    directory.load(loaded.values())
    return [_line(one, loaded[one.alert.item.pk], directory) for one in planned if one.alert.item.pk in loaded]


def _candidates(on: dt.date, at: dt.datetime, paths: Iterable[str] | None) -> QuerySet[WorkItem]:
    """Open work with a rung on the day, by its date and ladder; today also what waits for a sweep."""
    today = local_date(at)
    wanted = Q(pk__in=[])
    for edition in Edition.objects.exclude(used_at=None):
        for code, ladder in edition.parsed.ladders.items():
            wanted |= Q(_dated(ladder, on), process__edition=edition.pk, ladder=code)
    if on == today:
        wanted |= Q(next_alarm_at__lte=end_of_day(today))
    items = WorkItem.objects.open().filter(wanted, process__held_at=None, due_at__isnull=False)
    if on > today:
        items = items.filter(next_alarm_at__isnull=False)
    if paths is not None:
        items = items.filter(within("process__unit__path", paths))
    return items.select_related("process").only(*COLUMNS)


def _dated(ladder: Ladder, on: dt.date) -> Q:
    """The dates that have a rung of the ladder on the day; of one in hours perhaps some that have none."""
    rungs = reaches(ladder, end_of_day(on))
    if ladder.unit == "days":
        return Q(due_at__in=[end_of_day(on - dt.timedelta(days=rung.days)) for rung in rungs])
    hours = [rung.hours or 0 for rung in rungs]
    first, last = (dt.timedelta(hours=bound) for bound in (max(hours), min(hours)))
    return Q(due_at__gte=start_of_day(on) - first, due_at__lte=end_of_day(on) - last)


def _planned(item: WorkItem, on: dt.date, at: dt.datetime, told: set[str]) -> Planned | None:
    ladder = edition_of(item.process).ladders.get(item.ladder)
    if ladder is None:
        return None
    due_at: Any = item.due_at
    since = item.due_since or item.created
    rungs = [rung for rung in reaches(ladder, due_at) if rung.is_late or rung.at > since]
    of_the_day = [rung for rung in rungs if local_date(max(rung.at, since)) == on]
    if on == local_date(at):
        waiting = [rung for rung in rungs if rung.code not in told and rung.at <= end_of_day(on)]
        if waiting:
            return Planned(_alert(item, waiting, on), told=False)
    if not of_the_day:
        return None
    return Planned(_alert(item, of_the_day, on), told=of_the_day[-1].code in told)


def _alert(item: WorkItem, rungs: list[Reach], on: dt.date) -> Alert:
    missed = tuple(rung for rung in rungs[:-1] if local_date(rung.at) < on)
    return Alert(item, tuple(rungs), missed)


def _line(one: Planned, item: WorkItem, directory: Directory) -> Line:
    case, named = item.process, naming()
    edition = edition_of(case)
    ladder, rule = edition.ladders[item.ladder], edition.deadlines.get(item.due_rule)
    people = once(person for target in one.alert.to for person in directory.people(target, item))
    return Line(
        planned=one,
        title=named.work_title(item),
        unit=case.unit,
        number=case.number,
        address=named.case_address(case),
        ladder=ladder.title,
        ladder_basis=ladder.basis,
        rule_basis=rule.basis if rule else "",
        people=people,
    )
