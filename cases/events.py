"""The audit trail: ``record`` is the only writer of events, and each event seals the one before it.

Hash: SHA-256 over the canonical JSON of the event and the previous hash (a linear hash chain as in Haber and
Stornetta 1991). The case row carries the count and the head, so that appending needs no look-up. From format 2 on an
event also says in whose name it was done, and seals the history rows and files that belong to it (docs/audit.md).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cases.models.case import EVENT_FORMAT, Case, CaseEvent, EventDelivery, WorkItem

if TYPE_CHECKING:
    from cases.access import Actor

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no white space, UTF-8: the same value always gives the same bytes."""
    return _encode(value).encode()


def event_hash(event: CaseEvent) -> str:
    """The hash of an event over all that it says and the hash before it."""
    return hash_of(event.case.uid, event)


def hash_of(case: uuid.UUID, event: CaseEvent | Sealed) -> str:
    """The hash of what an event of the case says; time in UTC to the microsecond.

    Events of before there was a format are hashed as they were then.
    """
    body: dict[str, Any] = {
        "case": str(case),
        "seq": event.seq,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "from": event.source,
        "to": event.target,
        "actor": event.actor_id,
        "appointment": event.appointment_id,
        "item": event.item_id,
        "reason": event.reason,
        "details": event.details,
        "request": event.request_id,
        "address": event.address,
        "previous": event.previous_hash,
    }
    if event.format >= EVENT_FORMAT:
        body |= {"format": event.format, "for": event.acted_for_id, "sealed": event.sealed}
    return hashlib.sha256(canonical(body)).hexdigest()


@dataclass(slots=True)
class Sealed:
    """An event as plain values with its hash, for those who write thousands of rows at once."""

    case: uuid.UUID
    seq: int
    at: dt.datetime
    verb: str
    source: str
    target: str
    previous_hash: str
    actor_id: int | None = None
    appointment_id: int | None = None
    item_id: int | None = None
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""
    address: str = ""
    format: int = EVENT_FORMAT
    acted_for_id: int | None = None
    sealed: list[Any] = field(default_factory=list)
    hash: str = ""

    def __post_init__(self) -> None:
        self.hash = hash_of(self.case, self)


def next_event(
    case: Case,
    verb: str,
    *,
    actor: Actor,
    at: dt.datetime,
    source: str,
    target: str,
    appointment_id: int | None = None,
    acted_for_id: int | None = None,
    item: WorkItem | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> CaseEvent:
    """The next event of the case, counted and not yet sealed: what belongs to it may still be written."""
    case.event_count += 1
    return CaseEvent(
        case=case,
        seq=case.event_count,
        at=at,
        verb=verb,
        source=source,
        target=target,
        actor_id=actor.user.pk if actor.user else None,
        appointment_id=appointment_id,
        acted_for_id=acted_for_id,
        item=item,
        reason=reason,
        details=details or {},
        request_id=actor.request_id,
        address=actor.address,
    )


def seal(event: CaseEvent) -> None:
    """Chain an event to the one before it and move the case's head along; events of a case in their order."""
    case = event.case
    event.previous_hash = case.chain_head
    event.hash = case.chain_head = event_hash(event)


def build_event(case: Case, verb: str, **fields: Any) -> CaseEvent:
    """The next event of the case, sealed, not yet saved; moves the case's own count and head along."""
    event = next_event(case, verb, **fields)
    seal(event)
    return event


def record(case: Case, verb: str, *, deliver: bool = False, **fields: Any) -> CaseEvent:
    """Append an event to the case's chain, with a delivery row where somebody has to hear of it.

    The caller holds the lock on the case row and saves the case's ``event_count`` and ``chain_head`` in the same
    transaction.
    """
    event = build_event(case, verb, **fields)
    event.save(force_insert=True)
    if deliver:
        EventDelivery(event=event).save(force_insert=True)
    return event
