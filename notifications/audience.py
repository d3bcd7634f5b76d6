"""Who hears of a batch of events: the rules' lines met with the people of the day, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cases.models import WorkItem
from notifications.recipients import ITEM_TARGETS, SIDE_TARGETS, Directory, Recipient
from notifications.rules import Rule, Rules
from notifications.seen import SeenEvent

SPECIAL = frozenset({"told", "starter", "watchers", "administrators", "below", "parties", "named"})


class Hearing(NamedTuple):
    """One person who hears of one event, by which line, and the work item that it is about."""

    event: SeenEvent
    rule: Rule
    person: Recipient
    item: Any


class Seat(NamedTuple):
    """A unit in the place of a work item, for lines that look at the case as a whole."""

    unit_id: int
    role: str = ""
    owner_id: int | None = None


class Batch:
    """The events with what their lines ask for."""

    def __init__(self, events: Sequence[SeenEvent], table: Rules, on: dt.date) -> None:
        known = {key: table.of_event(*key) for key in {(event.case.kind, event.verb) for event in events}}
        self.lines = [
            (event, [rule for rule in known[event.case.kind, event.verb] if rule.applies(event)]) for event in events
        ]
        self.directory = Directory(on)
        used = {(rule.of, target) for _event, lines in self.lines for rule in lines for target in rule.to}
        self.next = self._opened_after() if any(of == "next" for of, _target in used) else {}
        self.opened = self._opened_with() if any(of == "opened" for of, _target in used) else {}
        self._load(watched=any(target == "watchers" for _of, target in used))
        self.directory.load_below(
            event.case.unit_id for event, lines in self.lines if any("below" in rule.to for rule in lines)
        )
        self.directory.load_units_of_parties(
            event.case_id for event, lines in self.lines if any({"parties", "named"} & set(rule.to) for rule in lines)
        )

    def _wanting(self, of: str) -> list[SeenEvent]:
        return [event for event, lines in self.lines if any(rule.of == of for rule in lines)]

    def _opened_after(self) -> dict[int, WorkItem]:
        """By the key of a finished item, the one that the step opened after it."""
        before = [event.item_id for event in self._wanting("next") if event.item_id]
        rows = WorkItem.objects.filter(after__in=before).order_by("pk")
        return {item.after_id: item for item in rows if item.after_id is not None}

    def _opened_with(self) -> dict[tuple[int, dt.datetime], list[WorkItem]]:
        """By case and moment, the first items of the cases that a step of this case opened below it."""
        parents = {event.case_id for event in self._wanting("opened")}
        rows = WorkItem.objects.filter(process__parent__in=parents, after=None).select_related("process")
        found: dict[tuple[int, dt.datetime], list[WorkItem]] = defaultdict(list)
        for item in rows.order_by("pk"):
            if item.process.parent_id is not None:
                found[item.process.parent_id, item.process.created].append(item)
        return found

    def _load(self, *, watched: bool) -> None:
        items: list[Any] = [event.item for event, _lines in self.lines if event.item is not None]
        items += self.next.values()
        items += [item for group in self.opened.values() for item in group]
        items += [Seat(event.case.unit_id) for event, _lines in self.lines]
        self.directory.load(items)
        if watched:
            cases = {event.case_id for event, _lines in self.lines}
            self.directory.load_watchers(cases | {pk for event, _lines in self.lines if (pk := event.case.parent_id)})

    def hearings(self) -> Iterator[Hearing]:
        """Each person once an event, by the first line that reaches them; never of what they did themselves."""
        for event, lines in self.lines:
            told = {event.actor_id}
            for rule in lines:
                for item, seat in self._seen_from(rule, event):
                    for person in self._people(rule, event, seat):
                        if person.user_id not in told:
                            told.add(person.user_id)
                            yield Hearing(event, rule, person, item)

    def _seen_from(self, rule: Rule, event: SeenEvent) -> list[tuple[Any, Any]]:
        """The work items that the line is about, each with the place from which its targets are seen."""
        case_seat = Seat(event.case.unit_id)
        match rule.of:
            case "case":
                return [(event.item, case_seat)]
            case "opened":
                return [(item, item) for item in self.opened.get((event.case_id, event.at), ())]
            case "next":
                item = self.next.get(event.item_id or 0)
                if item is None or (rule.handed_on and not _handed_on(event.item, item)):
                    return []
                return [(item, item)]
        return [(event.item, event.item if event.item is not None else case_seat)]

    def _people(self, rule: Rule, event: SeenEvent, seat: Any) -> Iterable[Recipient]:
        for target in rule.to:
            if target not in SPECIAL:
                yield from self.directory.people(target, seat)
            elif target == "told":
                for token in event.details.get("to", ()):
                    if token in ITEM_TARGETS or token in SIDE_TARGETS:
                        yield from self.directory.people(token, seat)
            elif target != "starter":
                yield from self._special(target, event)
            elif event.case.started_by_id is not None:
                yield Recipient(event.case.started_by_id, "", target, event.case.unit_id, "")

    def _special(self, target: str, event: SeenEvent) -> Iterable[Recipient]:
        """Those who are not seen from a work item."""
        if target == "watchers":
            yield from self.directory.watchers(event.case_id)
            if event.case.parent_id is not None:
                yield from self.directory.watchers(event.case.parent_id)
        elif target == "administrators":
            yield from self.directory.administrators()
        elif target == "parties":
            yield from self.directory.officers_of_parties(event.case_id)
        elif target == "named":
            yield from self.directory.officers_of_parties(event.case_id, event.details.get("units", ()))
        else:
            yield from self.directory.officers_below(event.case.unit_id)


def _handed_on(before: Any, item: WorkItem) -> bool:
    """Whether the work came to another post than the one that finished the last of it."""
    return bool(item.role) and (before is None or (before.unit_id, before.role) != (item.unit_id, item.role))
