"""The alarm sweep: every rung of every ladder fires once for each date of a work item (design, Ladder).

The sweep claims open items whose next alarm has come, tells each rung once in an event of its case, and moves the
alarm on. The claim is the lock on the case's row, so that two schedulers share the work, and no state of a case moves
meanwhile. Rungs that an outage kept from being told are told together with the one that has been reached.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.load import MalformedEdition
from cases.editions.pinned import edition_of
from cases.editions.schema import Ladder
from cases.events import build_event
from cases.ladders import Reach, alarm_after, reached
from cases.models import Case, CaseEvent, EventDelivery, WorkItem
from cases.rows import insert_many, update_rows
from cases.signals import recorded
from notifications.models import Alarm

REMIND, ESCALATE = "remind", "escalate"
MISSED_AFTER = dt.timedelta(days=1)  # rungs lie at least a day apart: whoever is on time tells one at a time
PARKED_FOR = dt.timedelta(days=1)
MOST_KEYS = 5000  # in one statement

CASE_COLUMNS = ("uid", "kind", "number", "state", "edition", "event_count", "chain_head", "held_at")
ITEM_COLUMNS = ("process", "due_at", "due_since", "due_revision", "ladder", "next_alarm_at", "created")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """The rungs of one work item that are told together; the last one is the one that has been reached."""

    item: WorkItem
    rungs: tuple[Reach, ...]
    missed: tuple[Reach, ...]

    @property
    def reached(self) -> Reach:
        return self.rungs[-1]

    @property
    def verb(self) -> str:
        return ESCALATE if self.reached.is_late else REMIND

    @property
    def to(self) -> list[str]:
        """Whom the reached rung names, then those whom earlier ones should have told; a reminder overtaken by
        lateness is not told any more.
        """
        told = (rung for rung in reversed(self.rungs) if rung.is_late == self.reached.is_late)
        return list(dict.fromkeys(target for rung in told for target in rung.to))

    @property
    def details(self) -> dict[str, Any]:
        """What the event says: ids, dates and codes."""
        due_at: Any = self.item.due_at
        return {
            "item": self.item.pk,
            "revision": self.item.due_revision,
            "rungs": [rung.code for rung in self.rungs],
            "missed": [rung.code for rung in self.missed],
            "due": local_date(due_at).isoformat(),
            "days": self.reached.days,
            "to": self.to,
        }


def fire_alarms(at: dt.datetime, limit: int = 1000) -> int:
    """Tell the rungs that have been reached by ``at`` (UTC) for up to ``limit`` work items; call again until it is 0.

    Returns the number of items that it looked after. An item that cannot be told is logged and tried again after a
    day (``manage.py check_cases`` names it); it keeps no other from being told.
    """
    with transaction.atomic(durable=True):
        items = _claim(at, limit)
        fired = told_rungs(items)
        alerts = []
        for item in items:
            ladder = _ladder_of(item)
            if ladder is None or item.due_at is None:
                item.next_alarm_at = at + PARKED_FOR
                continue
            alert = alert_of(item, ladder, fired.get(item.pk, set()), at)
            if alert is not None:
                alerts.append(alert)
            item.next_alarm_at = alarm_after(ladder, item.due_at, at)
        _write(alerts, at)
        update_rows(WorkItem, items, ("next_alarm_at",))
    if alerts:
        recorded.send(Case)
    return len(items)


def alert_of(item: WorkItem, ladder: Ladder, fired: set[str], at: dt.datetime) -> Alert | None:
    """The rungs of an item that have been reached by ``at`` and not been told, if there are any.

    Missed are those that a sweep on time would have told a day or more ago: since the rung was reached, the date was
    set and the alarm was due.
    """
    due_at: Any = item.due_at
    since = item.due_since or item.created
    pending = [rung for rung in reached(ladder, due_at, since=since, now=at) if rung.code not in fired]
    if not pending:
        return None
    earliest = max(since, item.next_alarm_at or since)
    missed = [rung for rung in pending if at - max(rung.at, earliest) >= MISSED_AFTER]
    return Alert(item, tuple(pending), tuple(missed))


def told_rungs(items: list[WorkItem]) -> dict[int, set[str]]:
    """The rungs that have been told for the present date of each item."""
    revisions = {item.pk: item.due_revision for item in items}
    keys, told = list(revisions), dict[int, set[str]]()
    for first in range(0, len(keys), MOST_KEYS):
        known = Alarm.objects.filter(item__in=keys[first : first + MOST_KEYS])
        for item_id, revision, rung in known.values_list("item_id", "revision", "rung"):
            if revision == revisions[item_id]:
                told.setdefault(item_id, set()).add(rung)
    return told


def _claim(at: dt.datetime, limit: int) -> list[WorkItem]:
    """Items whose alarm has come, with their cases locked for this transaction; what others hold is passed over.

    What is joined to a locked row is as it stood before the lock was granted, so that the items are read again.
    """
    due = WorkItem.objects.open().filter(next_alarm_at__lte=at)
    claimed = (
        due.filter(process__held_at=None)
        .select_related("process")
        .only(*(f"process__{name}" for name in CASE_COLUMNS))
        .select_for_update(of=("process",), skip_locked=True, no_key=True)
        .order_by("next_alarm_at")[:limit]
    )
    cases: dict[int, Case] = {}
    keys = []
    for item in claimed:
        # Two items of one case share its row: the chain has one head.
        cases.setdefault(item.process.pk, item.process)
        keys.append(item.pk)
    items = list(due.filter(pk__in=keys).only(*ITEM_COLUMNS).order_by("process_id", "pk")) if keys else []
    for item in items:
        item.process = cases[item.process_id]
    return items


def _ladder_of(item: WorkItem) -> Ladder | None:
    try:
        ladder = edition_of(item.process).ladders.get(item.ladder)
    except MalformedEdition:
        log.exception("The edition of case %s cannot be read; its alarms wait.", item.process_id)
        return None
    if ladder is None:
        log.error("Work item %s has the unknown ladder %r; its alarms wait.", item.pk, item.ladder)
    return ladder


def _write(alerts: list[Alert], at: dt.datetime) -> None:
    """Events on the chains of their cases, deliveries and alarms, and the cases' counts and heads: set-wise."""
    events = [
        build_event(
            alert.item.process,
            alert.verb,
            actor=SYSTEM,
            at=at,
            source=alert.item.process.state,
            target=alert.item.process.state,
            item=alert.item,
            details=alert.details,
        )
        for alert in alerts
    ]
    insert_many(CaseEvent, events)
    insert_many(EventDelivery, [EventDelivery(event=event) for event in events])
    insert_many(Alarm, list(_alarms(zip(alerts, events, strict=True))))
    cases = {alert.item.process_id: alert.item.process for alert in alerts}
    update_rows(Case, list(cases.values()), ("event_count", "chain_head"))


def _alarms(told: Iterable[tuple[Alert, CaseEvent]]) -> Iterable[Alarm]:
    for alert, event in told:
        for rung in alert.rungs:
            yield Alarm(
                item=alert.item, revision=alert.item.due_revision, rung=rung.code, reached_at=rung.at, event=event
            )
