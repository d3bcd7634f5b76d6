"""Does what is stored of a case agree with itself? For tests, for operators (``manage.py check_cases``), after a crash.

Checked are: the chain of events, the case row against it, the open work item against the state, its date and its next
alarm against what was told, the last history row against the live row, and the dated facts against the records and
the digests in the trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from cases.editions.pinned import edition_of
from cases.editions.times import Ladder
from cases.events import event_hash
from cases.ladders import Reach, reaches
from cases.models import GENESIS, Case, WorkItem
from workflows.dated_facts import TABLES, digest_of, facts_of, rows_of, values_of
from workflows.kinds import Kind, kind_of
from workflows.quality_cycle.counting import told_by_records
from workflows.step import history_of


def faults(cases: Iterable[Case]) -> Iterator[str]:
    """Every fault of the cases, in words that name the case and the place."""
    for case in cases:
        kind = kind_of(case)
        found = (_chain_faults(case), _item_faults(case, kind), _alarm_faults(case), _history_faults(case))
        for fault in chain(*found, _fact_faults(case)):
            yield f"case {case.pk} ({case}): {fault}"


def _chain_faults(case: Case) -> Iterator[str]:
    previous, count, state = GENESIS, 0, ""
    for event in case.events.select_related("case").order_by("seq"):
        count += 1
        if event.seq != count:
            yield f"event {count} is missing"
            return
        if event.previous_hash != previous or event.hash != event_hash(event):
            yield f"event {event.seq} does not match its hash"
            return
        if event.seq > 1 and event.source != state:
            yield f"event {event.seq} begins in {event.source}, the one before ended in {state}"
        previous, state = event.hash, event.target
    if (case.event_count, case.chain_head, case.state) != (count, previous, state):
        yield "the case row does not agree with its last event"


def _item_faults(case: Case, kind: Kind) -> Iterator[str]:
    nodes = [item.flow_task.name for item in WorkItem.objects.open().filter(process=case.pk)]
    node = kind.nodes_by_state.get(case.state)
    expected = [node.name] if node else []
    if nodes != expected:
        yield f"open work items {nodes}, but the state {case.state} waits at {expected}"
    if bool(case.finished) != (case.state in kind.finals):
        yield "it is finished in a state that is not final, or the other way round"


def _alarm_faults(case: Case) -> Iterator[str]:
    """Nothing may be forgotten: every open piece of work has a date, or a rule without one, and its rungs come."""
    edition = edition_of(case)
    for item in WorkItem.objects.open().human().filter(process=case.pk):
        rule, ladder = edition.deadlines.get(item.due_rule), edition.ladders.get(item.ladder)
        if item.due_at is None:
            if rule is None or rule.kind != "none":
                yield f"work item {item.pk} has no date, and its rule {item.due_rule!r} does not say so"
        elif ladder is None:
            yield f"work item {item.pk} has the unknown ladder {item.ladder!r}: nobody will hear of it"
        elif case.held_at is not None:
            if item.next_alarm_at is not None:
                yield f"work item {item.pk} has an alarm although the case is on hold"
        else:
            to_come = next(_untold(case, item, ladder), None)
            if to_come is not None and (item.next_alarm_at is None or item.next_alarm_at > to_come.at):
                yield f"work item {item.pk} would be forgotten: its alarm is not set for rung {to_come.code}"


def _untold(case: Case, item: WorkItem, ladder: Ladder) -> Iterator[Reach]:
    """The rungs of the item's present date that the trail does not tell of, the first one first."""
    due_at: Any = item.due_at
    events = case.events.filter(item=item.pk, verb__in=("remind", "escalate"), details__revision=item.due_revision)
    told = {code for rungs in events.values_list("details__rungs", flat=True) for code in rungs}
    since = item.due_since or item.created
    return (rung for rung in reaches(ladder, due_at) if (rung.is_late or rung.at > since) and rung.code not in told)


def _history_faults(case: Case) -> Iterator[str]:
    table, names = history_of(Case)
    last = table.objects.filter(id=case.pk).order_by("-history_id").first()
    if last is None:
        yield "it has no history"
    else:
        differing = [name for name in names if getattr(last, name) != getattr(case, name)]
        if differing:
            yield f"the last history row differs in {', '.join(differing)}"


def _fact_faults(case: Case) -> Iterator[str]:
    """Figures rest on the facts: they begin and end with events, match their digests, and say now what the records say.

    Facts of before this was kept are as the migration found them, and no event has their digest.
    """
    if case.kind not in TABLES:
        return
    rows, events = rows_of(case), list(case.events.order_by("seq").values_list("seq", "at", "details__facts"))
    moments = {at for _seq, at, _digest in events} | {None}
    if any(row["valid_from"] not in moments or row["valid_until"] not in moments for row in rows):
        yield "a fact begins or ends at a moment without an event"
    last_of_moment = {at: (seq, digest) for seq, at, digest in events if digest}
    for at, (seq, digest) in last_of_moment.items():
        held = [
            row for row in rows if row["valid_from"] <= at and not (row["valid_until"] and row["valid_until"] <= at)
        ]
        if digest_of(values_of(case, held)) != digest:
            yield f"the facts that held from event {seq} on do not match its digest"
    present = values_of(case, [row for row in rows if row["valid_until"] is None])
    case.__class__ = kind_of(case).model
    if present != (facts_of(case) if case.kind == "finding" else told_by_records(case)):
        yield "the present facts do not agree with its records"
