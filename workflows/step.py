"""One step of one case in the making: what the verb's method sees, and the rows that the step will write.

A step writes nothing while the verb runs; the batch writes everything at its end, set-wise, so that a step of one
case and a mass move of thousands are the same code (design, What costs).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from viewflow.workflow.status import PROCESS, STATUS

from cases.access import Actor, Grant, Viewer
from cases.audit.layouts import Layout, layout_of
from cases.audit.tracking import Entry
from cases.calendars import calendar_of
from cases.clock import local_date
from cases.deadlines import Due, due, went_on
from cases.editions.pinned import edition_of
from cases.editions.schema import EditionData
from cases.events import next_event, seal
from cases.ladders import next_alarm
from cases.models import Case, CaseEvent, Edition, EventDelivery, Severity, WorkItem
from cases.rows import CHUNK, insert_rows, insert_values, update_rows
from cases.workdays import NATIONAL, WorkCalendar
from workflows.dated_facts import Change, digest_of, facts_of, write_changes
from workflows.kinds import Facts

CASE_FIELDS = ("state", "version", "event_count", "chain_head", "held_at", "status", "finished", "slot")
ITEM_FIELDS = ("status", "finished", "owner_id", "assigned", "done_by_id", "outcome")
EVENT_FIELDS = tuple(field.attname for field in CaseEvent._meta.concrete_fields if not field.primary_key)
HISTORY_FIELDS = ("history_date", "history_user_id", "history_change_reason", "history_type")
DATE_FIELDS = (
    "due_at",
    "due_rule",
    "due_revision",
    "due_since",
    "due_trace",
    "due_provisional",
    "original_due_at",
    "amber_at",
    "ladder",
    "next_alarm_at",
)


@dataclass
class Batch:
    """The rows that one transaction of the engine writes, in the order in which they depend on each other."""

    opened: list[Case] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    changed: dict[int, Case] = field(default_factory=dict)
    new_items: list[WorkItem] = field(default_factory=list)
    changed_items: dict[int, WorkItem] = field(default_factory=dict)
    dated_items: dict[int, WorkItem] = field(default_factory=dict)
    events: list[tuple[CaseEvent, bool]] = field(default_factory=list)
    history: list[tuple[Any, Any, dt.datetime, str, str]] = field(default_factory=list)
    events_of_history: list[CaseEvent] = field(default_factory=list)
    facts: dict[int, Change] = field(default_factory=dict)

    def note_history(self, case: Case, *, actor: Actor, at: dt.datetime, reason: str, kind: str = "~") -> None:
        """A version of the case's row; it belongs to the event that was logged last."""
        self.history.append((case, actor.user, at, reason or self.events[-1][0].verb, kind))
        self.events_of_history.append(self.events[-1][0])

    def write(self) -> None:
        """Write everything; call once, inside the transaction that holds the locks.

        Rows that belong to a new case are assigned to it again once it has its key.
        """
        if self.opened:
            self._seal_openings()
            Case.objects.bulk_create(self.opened, batch_size=CHUNK)
        for record in self.records:
            record.case = record.case
        by_model: dict[type[Any], list[Any]] = {}
        for record in self.records:
            by_model.setdefault(type(record), []).append(record)
        for model, rows in by_model.items():
            _create_with_history(model, rows)
        update_rows(WorkItem, list(self.changed_items.values()), ITEM_FIELDS)
        update_rows(WorkItem, list(self.dated_items.values()), DATE_FIELDS)
        self._write_history()
        update_rows(Case, list(self.changed.values()), CASE_FIELDS)
        for item in self.new_items:
            item.process = item.process
        insert_rows(WorkItem, self.new_items)
        for event, _deliver in self.events:
            event.case = event.case
        self._write_events()
        if self.facts:
            write_changes(self.facts)

    def _seal_openings(self) -> None:
        """Seal the events of new cases, whose rows carry the head of their chain; their own keys are not known yet."""
        new: dict[int, list[Entry]] = {id(case): [] for case in self.opened}
        for case, user, at, reason, kind in self.history:
            if id(case) in new:
                new[id(case)].append(opening_entry(Case, case, user, at, reason, kind))
        for record in self.records:
            if hasattr(type(record), "history"):
                step = record.case.step
                new[id(record.case)].append(
                    opening_entry(type(record), record, step.actor.user, step.at, step.verb, "+")
                )
        for event, _deliver in self.events:
            if id(event.case) in new:
                event.sealed = [*event.sealed, *new.pop(id(event.case))]
                seal(event)

    def _write_history(self) -> None:
        """The versions of the cases' rows, and then the events that they belong to, sealed with them."""
        written = insert_history(Case, self.history, returning=bool(self.changed))
        keys: dict[int, list[int]] = {}
        for case_id, key in sorted(written):
            keys.setdefault(case_id, []).append(key)
        layout = layout_of(history_of(Case)[0])
        for entry, event in zip(self.history, self.events_of_history, strict=True):
            if not event.hash:
                key = keys[entry[0].pk].pop(0)
                event.sealed = [*event.sealed, [layout.name, key, layout.digest(_values_of(layout, *entry))]]
        for event, _deliver in self.events:
            if not event.hash:
                seal(event)

    def _write_events(self) -> None:
        """The events, and a delivery of each that somebody has to hear of."""
        delivered = [event for event, deliver in self.events if deliver]
        if len(self.events) == 1 or delivered:
            insert_rows(CaseEvent, [event for event, _deliver in self.events])
            insert_rows(EventDelivery, [EventDelivery(event=event) for event in delivered])
        else:
            rows = [tuple(getattr(event, name) for name in EVENT_FIELDS) for event, _deliver in self.events]
            insert_values(CaseEvent, EVENT_FIELDS, rows)


@cache
def history_of(model: Any) -> tuple[Any, tuple[str, ...]]:
    """The history table of a model and its columns; simple-history makes a new manager class at every access."""
    table = model.history.model
    return table, tuple(field.attname for field in table.tracked_fields)


def insert_history(
    model: Any, entries: Sequence[tuple[Any, Any, dt.datetime, str, str]], *, returning: bool = False
) -> list[tuple[Any, ...]]:
    """What simple-history would note of rows that its signals do not see: row, who, when, why, and what kind.

    With ``returning``, the keys of the rows and of their history, in no certain order.
    """
    table, names = history_of(model)
    rows = [
        (*(getattr(row, name) for name in names), at, user.pk if user else None, reason or None, kind)
        for row, user, at, reason, kind in entries
    ]
    back = (model._meta.pk.attname, "history_id") if returning else ()
    return insert_values(table, (*names, *HISTORY_FIELDS), rows, back)


def opening_entry(model: Any, row: Any, user: Any, at: dt.datetime, reason: str, kind: str) -> Entry:
    """What the first event of a case seals of its rows, before they have their keys."""
    layout = layout_of(history_of(model)[0])
    return [layout.name, None, layout.digest_at_opening(_values_of(layout, row, user, at, reason, kind))]


def _values_of(layout: Layout, row: Any, user: Any, at: dt.datetime, reason: str, kind: str) -> list[Any]:
    """The values of a history row that ``insert_history`` writes, in the order of the layout."""
    noted = {
        "history_date": at,
        "history_user_id": user.pk if user else None,
        "history_change_reason": reason or None,
        "history_type": kind,
    }
    return [noted[name] if name in noted else getattr(row, name) for name in layout.columns]


def _create_with_history(model: Any, rows: list[Any]) -> None:
    """Insert the records of new cases, and what simple-history would have noted of each."""
    model.objects.bulk_create(rows, batch_size=CHUNK)
    if hasattr(model, "history"):
        steps = ((row, row.case.step) for row in rows)
        insert_history(model, [(row, step.actor.user, step.at, step.verb, "+") for row, step in steps])


@dataclass
class Step:
    """One verb on one case: the method reads who, when and why from it, and hands rows to the batch."""

    case: Case
    verb: str
    actor: Actor
    at: dt.datetime
    batch: Batch
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    grant: Grant | None = None
    item: WorkItem | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    goes_back: bool = False
    facts_digest: str = ""

    @property
    def person(self) -> Any:
        """Whoever acts, as a record names them; None when it is the system."""
        return self.actor.user

    @property
    def edition(self) -> EditionData:
        return edition_of(self.case)

    def add_item(self, item: WorkItem) -> None:
        self.batch.new_items.append(item)

    def change_item(self, item: WorkItem) -> None:
        if item.pk is not None:
            self.batch.changed_items[item.pk] = item

    def change_date(self, item: WorkItem) -> None:
        """Write what belongs to the date of an item: most steps leave it alone, and it is many columns."""
        if item.pk is not None:
            self.batch.dated_items[item.pk] = item

    @property
    def held_by_another(self) -> Any:
        """Who else has claimed the open work item, and may still do it; not the one whom the actor stands in for."""
        item = self.item
        if item is None or item.owner_id is None or item.owner_id in self.in_the_name_of:
            return None
        return holder_of(item, self.at)

    @property
    def in_the_name_of(self) -> set[int]:
        """Whose step this is: the person who acts, and the one whom they stand in for (委托)."""
        people = (self.actor.user.pk if self.actor.user else None, self.grant.stands_in_for if self.grant else None)
        return {person for person in people if person is not None}

    def finish_item(self, item: WorkItem, status: str) -> None:
        """Close an item of this case; the verb is its outcome and the actor the one who did it."""
        item.status = status
        item.finished = self.at
        item.outcome = self.verb
        if status == STATUS.DONE:
            item.done_by_id = self.actor.user.pk if self.actor.user else None
        self.change_item(item)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working days of the case's unit; nothing is asked where the lock has seen that no place is closed."""
        return calendar_of(self.case.unit) if getattr(self.item, "closures", True) else NATIONAL

    def due(self, node: Any) -> Due:
        """When the work at a node is due, by the edition's rule, and why (design, Deadlines)."""
        rule = self.edition.deadlines[node.rule_of(self)]
        if rule.kind in ("working_days", "hours") and (before := self._continued(node)) is not None:
            was = Due(local_date(before.due_at), list(before.due_trace))
            return went_on(rule, was, stopped_at=before.finished, resumed_at=self.at, calendar=self.calendar)
        given = node.due_date(self) if node.due_date else None
        if isinstance(given, Due):
            return given
        counts = rule.kind == "working_days" or (rule.kind == "record" and given is None)
        calendar = self.calendar if counts else NATIONAL
        return due(self.edition, rule, year=self.case.year, start=self.at, record_date=given, calendar=calendar)

    def set_due(self, item: WorkItem, date: Due, rule_code: str) -> None:
        """Give a work item its date, and with it the light, the ladder and the first alarm; the item is not saved."""
        rule = self.edition.deadlines[rule_code]
        item.due_rule, item.due_at, item.due_since = rule_code, date.at, self.at
        item.due_trace, item.due_provisional, item.original_due_at = date.trace, date.provisional, date.original_at
        item.amber_at = date.amber_by(self.edition, rule)
        item.ladder = self.edition.ladder_code(rule, serious=is_serious(self.case)) if item.role else ""
        ladder = self.edition.ladders.get(item.ladder)
        item.next_alarm_at = None if self.case.held_at else next_alarm(ladder, item.due_at, since=self.at)

    def move_due(self, item: WorkItem, date: Due, rule_code: str | None = None) -> None:
        """Give an open work item another date: a revision, for which every rung counts anew."""
        self.set_due(item, date, rule_code or item.due_rule)
        item.due_revision += 1
        self.change_date(item)

    def _continued(self, node: Any) -> Any:
        """The finished work that goes on at the node because it was taken or sent back: its limit goes on, too."""
        before: Any = self.item.after if self.goes_back and self.item is not None else None
        if before is None or before.status != STATUS.DONE or before.flow_task != node:
            return None
        if before.due_rule != node.rule_of(self):
            return None
        return before if before.due_at else None

    def note_facts(self, before: Facts | None) -> None:
        """Have the batch write what counts of the case now where that changed; None before means a new case."""
        now = facts_of(self.case)
        if now != (before or ()):
            self.replace_facts(now, is_new=before is None)

    def replace_facts(self, now: Facts, *, is_new: bool = False) -> None:
        """What counts of the case from this step on; the event carries its digest."""
        self.batch.facts[id(self.case)] = Change(self.case, now, self.at, is_new=is_new)
        self.facts_digest = digest_of(now)

    def close_case(self, status: str = PROCESS.CANCELED) -> None:
        self.case.status = status
        self.case.finished = self.at

    def log(self, source: str, deliver: bool, rows: Sequence[Entry] = ()) -> None:
        """Append the step's event to the case's chain; the batch seals it with the history rows that belong to it."""
        event = next_event(
            self.case,
            self.verb,
            actor=self.actor,
            at=self.at,
            source=source,
            target=self.case.state,
            appointment_id=self.grant.appointment_id if self.grant else None,
            acted_for_id=self.grant.stands_in_for if self.grant else None,
            item=self.item,
            reason=self.reason,
            details={**self.facts, "facts": self.facts_digest} if self.facts_digest else self.facts,
        )
        event.sealed = list(rows)
        self.batch.events.append((event, deliver))


def is_serious(case: Case) -> bool:
    """Whether the case is a finding of the worst kind, for which a ladder may be steeper."""
    finding = getattr(case, "finding", None) if case.kind == "finding" else None
    return finding is not None and finding.severity == Severity.SERIOUS


def holder_of(item: WorkItem, at: dt.datetime) -> Any:
    """Who has claimed the work item; nobody once their appointments or account no longer let them do it."""
    if item.owner is None or not item.flow_task.permission:
        return None
    permission = item.flow_task.permission_for(item.role)
    return item.owner if Viewer(item.owner, at).may(permission, item.process) else None


def held_by_another(item: WorkItem, viewer: Viewer) -> Any:
    """Who has claimed the work item instead of the viewer, and may still do it; not whom the viewer stands in for."""
    if item.owner_id == viewer.user.pk or viewer.stands_in_for_owner(item):
        return None
    return holder_of(item, viewer.at)


def pin(edition: Edition, at: dt.datetime) -> None:
    """Mark an edition as used, from which moment it cannot change any more."""
    if edition.used_at is None:
        first = Edition.objects.filter(pk=edition.pk, used_at=None).update(used_at=at)
        edition.used_at = at
        if first:
            Edition.history.bulk_history_create([edition], update=True, default_date=at, default_change_reason="pin")
