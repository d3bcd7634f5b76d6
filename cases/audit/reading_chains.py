"""The chains as they stand: every event in its place, with its hash, and the head where the chain's own row says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_noop as _

from cases.audit.chains import hash_of_system_event
from cases.audit.faults import Counts, Fault, fault
from cases.events import hash_of
from cases.models import GENESIS, Case, CaseEvent
from cases.models.audit import AuditChain, SystemEvent

PART = "chain"
CHUNK = 2000
FEW = 50  # an event of the system may seal hundreds of rows
EVENT = ("case_id", *(f.attname for f in CaseEvent._meta.concrete_fields if f.attname not in ("id", "case_id")))
CASE = ("pk", "uid", "event_count", "chain_head")

# Told of every sound event: name of its chain, number, hash, what the chain belongs to, what it seals.
Told = Callable[[str, int, str, int | None, list[Any], str], Iterator[Fault]]
# Told of the details of every event of a case, and where it stands.
Said = Callable[[dict[str, Any], str], Iterator[Fault]]


class Read:
    """An event as plain values, which take a fraction of the time of a model's instance."""

    __slots__ = EVENT

    def __init__(self, *values: Any) -> None:
        for name, value in zip(EVENT, values, strict=True):
            setattr(self, name, value)


def case_chains(counts: Counts, told: Told, said: Said | None = None) -> Iterator[Fault]:
    """Every case with its events, both read once in the order of cases."""
    rows = CaseEvent.objects.order_by("case_id", "seq").values_list(*EVENT).iterator(chunk_size=CHUNK)
    chains = groupby((Read(*row) for row in rows), key=attrgetter("case_id"))
    case_id, events = next(chains, (None, iter(())))
    for pk, uid, count, head in Case.objects.order_by("pk").values_list(*CASE).iterator(chunk_size=CHUNK):
        counts.cases += 1
        while case_id is not None and case_id < pk:
            yield fault(PART, f"case {case_id}", _("is gone; its events are there"))
            case_id, events = next(chains, (None, iter(())))
        own: Iterator[Read] = iter(())
        if case_id == pk:
            own = events
        where = f"case {uid}"
        yield from _chain(where, str(uid), pk, own, count, head, partial(hash_of, uid), counts, told, said)
        if case_id == pk:
            case_id, events = next(chains, (None, iter(())))
    if case_id is not None:
        yield fault(PART, f"case {case_id}", _("is gone; its events are there"))


def case_chain(case: Case, counts: Counts, told: Told, said: Said | None = None) -> Iterator[Fault]:
    """The chain of one case alone."""
    counts.cases += 1
    rows = CaseEvent.objects.filter(case=case.pk).order_by("seq").values_list(*EVENT).iterator(chunk_size=CHUNK)
    events = (Read(*row) for row in rows)
    name, hashed = str(case.uid), partial(hash_of, case.uid)
    where = f"case {name}"
    yield from _chain(where, name, case.pk, events, case.event_count, case.chain_head, hashed, counts, told, said)


def system_chains(counts: Counts, told: Told) -> Iterator[Fault]:
    """The system's own chains, one after the other."""
    for chain in AuditChain.objects.order_by("pk").iterator(chunk_size=CHUNK):
        counts.system_chains += 1
        events = SystemEvent.objects.filter(chain=chain.pk).order_by("seq").iterator(chunk_size=FEW)
        key, hashed = chain.key, partial(hash_of_system_event, chain.key)
        yield from _chain(f"chain {key}", key, None, events, chain.count, chain.head, hashed, counts, told)


def _chain(
    where: str,
    name: str,
    case_id: int | None,
    events: Iterator[Any],
    count: int,
    head: str,
    hashed: Callable[[Any], str],
    counts: Counts,
    told: Told,
    said: Said | None = None,
) -> Iterator[Fault]:
    """One chain; after its first fault the rest of it is proved by nothing and only read for what it seals."""
    previous, expected, sound = GENESIS, 0, True
    for event in events:
        expected += 1
        if case_id is None:
            counts.system_events += 1
        else:
            counts.events += 1
        place = f"{where}, event {event.seq}"
        if sound:
            found = _fault_of(event, expected, previous, where, hashed)
            if found is not None:
                sound = False
                yield found
        previous = event.hash
        yield from told(name, event.seq, event.hash, case_id, event.sealed, place)
        if said is not None and event.details:
            yield from said(event.details, place)
    if sound and (count, head) != (expected, previous):
        if expected < count:
            yield fault(
                PART, f"{where}, event {expected + 1}", _("is missing: the chain had %(count)s events"), count=count
            )
        else:
            yield fault(
                PART,
                where,
                _("its row says %(count)s events and another head than the last of %(expected)s"),
                count=count,
                expected=expected,
            )


def _fault_of(event: Any, expected: int, previous: str, where: str, hashed: Callable[[Any], str]) -> Fault | None:
    if event.seq != expected:
        return fault(PART, f"{where}, event {expected}", _("is missing"))
    if event.previous_hash != previous:
        return fault(PART, f"{where}, event {event.seq}", _("does not follow the event before it"))
    if event.hash != hashed(event):
        return fault(PART, f"{where}, event {event.seq}", _("does not match its hash: it was changed"))
    return None
