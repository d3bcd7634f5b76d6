"""The alarm sweep: every rung of every ladder fires once for each date of a work item (design, Ladder).

The sweep claims open items whose next alarm has come, tells each rung once in an event of its case, and moves the
alarm on. The claim is the lock on the case's row, so that two schedulers share the work, and no state of a case moves
meanwhile. Rungs that an outage kept from being told are told together with the one that has been reached.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.load import MalformedEdition
from cases.editions.pinned import edition_by
from cases.editions.times import Ladder
from cases.events import Sealed
from cases.ladders import Reach, alarm_after, reached
from cases.models import Case, CaseEvent, EventDelivery, WorkItem
from cases.rows import insert_values, update_rows
from cases.signals import recorded
from notifications.due import DueItem, claim
from notifications.models import Alarm

REMIND, ESCALATE = "remind", "escalate"
# Rungs in days lie at least a day apart: whoever is on time tells one at a time. Those in hours are missed then, too.
MISSED_AFTER = dt.timedelta(days=1)
PARKED_FOR = dt.timedelta(days=1)
MOST_KEYS = 5000  # in one statement

SEALED_COLUMNS = tuple(
    field.attname for field in CaseEvent._meta.concrete_fields if field.attname not in ("id", "case_id")
)
EVENT_COLUMNS = ("case_id", *SEALED_COLUMNS)
ALARM_COLUMNS = ("item_id", "revision", "rung", "reached_at", "event_id")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """The rungs of one work item that are told together; the last one is the one that has been reached."""

    item: WorkItem | DueItem
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
            "due": _day(due_at),
            "days": self.reached.days,
            "to": self.to,
            **({} if self.reached.hours is None else {"hours": self.reached.hours, "due_at": due_at.isoformat()}),
        }


def fire_alarms(at: dt.datetime, limit: int = 1000) -> int:
    """Tell the rungs that have been reached by ``at`` (UTC) for up to ``limit`` work items; call again until it is 0.

    Returns the number of items that it looked after. An item that cannot be told is logged and tried again after a
    day (``manage.py check_cases`` names it); it keeps no other from being told.
    """
    with transaction.atomic(durable=True):
        items = claim(at, limit)
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


def alert_of(item: DueItem, ladder: Ladder, fired: set[str], at: dt.datetime) -> Alert | None:
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


def told_rungs(items: Sequence[WorkItem | DueItem]) -> dict[int, set[str]]:
    """The rungs that have been told for the present date of each item."""
    revisions = {item.pk: item.due_revision for item in items}
    keys, told = list(revisions), dict[int, set[str]]()
    for first in range(0, len(keys), MOST_KEYS):
        known = Alarm.objects.filter(item__in=keys[first : first + MOST_KEYS])
        for item_id, revision, rung in known.values_list("item_id", "revision", "rung"):
            if revision == revisions[item_id]:
                told.setdefault(item_id, set()).add(rung)
    return told


@lru_cache(maxsize=1000)
def _day(due_at: dt.datetime) -> str:
    """The day of a date; thousands of items share one."""
    return local_date(due_at).isoformat()


def _ladder_of(item: DueItem) -> Ladder | None:
    try:
        ladder = edition_by(item.process.edition_id).ladders.get(item.ladder)
    except MalformedEdition:
        log.exception("The edition of case %s cannot be read; its alarms wait.", item.process_id)
        return None
    if ladder is None:
        log.error("Work item %s has the unknown ladder %r; its alarms wait.", item.pk, item.ladder)
    return ladder


def _write(alerts: list[Alert], at: dt.datetime) -> None:
    """Events on the chains of their cases, deliveries and alarms, and the cases' counts and heads: set-wise."""
    events = [_event(alert, at) for alert in alerts]
    found = insert_values(CaseEvent, EVENT_COLUMNS, events, returning=("case_id", "seq", "id"))
    keys = {(case_id, seq): key for case_id, seq, key in found}
    pairs = [(alert, keys[event[0], event[1]]) for alert, event in zip(alerts, events, strict=True)]
    insert_values(EventDelivery, ("event", "attempts"), [(key, 0) for _alert, key in pairs])
    insert_values(Alarm, ALARM_COLUMNS, [row for alert, key in pairs for row in _alarms(alert, key)])
    cases = {alert.item.process_id: alert.item.process for alert in alerts}
    update_rows(Case, list(cases.values()), ("event_count", "chain_head"))


def _event(alert: Alert, at: dt.datetime) -> tuple[Any, ...]:
    """The next event of the case as a row of EVENT_COLUMNS, chained; moves the case's own count and head along."""
    case, details = alert.item.process, alert.details
    case.event_count += 1
    sealed = Sealed(
        case=case.uid,
        seq=case.event_count,
        at=at,
        verb=alert.verb,
        source=case.state,
        target=case.state,
        item_id=alert.item.pk,
        details=details,
        request_id=SYSTEM.request_id,
        address=SYSTEM.address,
        previous_hash=case.chain_head,
    )
    case.chain_head = sealed.hash
    return (case.pk, *(getattr(sealed, name) for name in SEALED_COLUMNS))


def _alarms(alert: Alert, event_id: int) -> Iterable[tuple[Any, ...]]:
    """A row of ALARM_COLUMNS for each rung."""
    for rung in alert.rungs:
        yield alert.item.pk, alert.item.due_revision, rung.code, rung.at, event_id
