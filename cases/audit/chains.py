"""The system's own chains: ``note`` appends, and each event seals the one before it, as in the chain of a case."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from cases.audit.tracking import Entry, collecting
from cases.clock import local_date
from cases.events import canonical
from cases.models import OrgUnit
from cases.models.audit import AuditChain, SystemEvent

if TYPE_CHECKING:
    from cases.access import Actor

MOST_ENTRIES = 500  # of one event
MORE_ROWS = "more_rows"


def hash_of_system_event(chain: str, event: SystemEvent) -> str:
    """The hash of an event over all that it says and the hash before it."""
    body = {
        "format": 2,
        "chain": chain,
        "seq": event.seq,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "subject": event.subject,
        "actor": event.actor_id,
        "appointment": event.appointment_id,
        "reason": event.reason,
        "details": event.details,
        "sealed": event.sealed,
        "request": event.request_id,
        "address": event.address,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def note(
    verb: str,
    *,
    by: Actor,
    at: dt.datetime,
    unit: OrgUnit | int | None = None,
    subject: Any = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
    appointment_id: int | None = None,
    rows: Sequence[Entry] = (),
) -> SystemEvent:
    """Append an event to the chain of the unit and month; the only writer of the system's own events.

    ``at`` in UTC. ``subject`` is a record or a text, ``rows`` what ``collecting`` has found. In the caller's
    transaction, or in a short one of its own; whoever else writes to the chain waits until it ends.
    """
    said = {
        "at": at,
        "verb": verb,
        "subject": subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}",
        "actor_id": by.user.pk if by.user else None,
        "appointment_id": appointment_id,
        "reason": reason,
        "details": details or {},
        "request_id": by.request_id,
        "address": by.address,
    }
    with transaction.atomic(savepoint=False):
        chain = _locked(unit.pk if isinstance(unit, OrgUnit) else unit, at)
        first = event = _append(chain, said, rows[:MOST_ENTRIES])
        for start in range(MOST_ENTRIES, len(rows), MOST_ENTRIES):
            more = said | {"verb": MORE_ROWS, "details": {"of": first.seq}, "reason": ""}
            event = _append(chain, more, rows[start : start + MOST_ENTRIES])
        AuditChain.objects.filter(pk=chain.pk).update(count=event.seq, head=event.hash)
    return first


@dataclass
class Draft:
    """What a block under ``noting`` may still add to its event; nothing is noted when ``skip`` is set."""

    subject: Any = ""
    details: dict[str, Any] = field(default_factory=dict)
    skip: bool = False


@contextmanager
def noting(verb: str, **fields: Any) -> Iterator[Draft]:
    """Note what is written in this block as one event, in the same transaction; takes what ``note`` takes.

    A block that wrote nothing and said nothing leaves no event.
    """
    draft = Draft(fields.pop("subject", ""), fields.pop("details", None) or {})
    with transaction.atomic():
        with collecting(verb, fields["by"].user) as rows:
            yield draft
        if not draft.skip and (rows or draft.details):
            note(verb, subject=draft.subject, details=draft.details, rows=rows, **fields)


def month_of(at: dt.datetime) -> str:
    """The month of a chain, in Asia/Shanghai."""
    return f"{local_date(at):%Y-%m}"


def _locked(unit_id: int | None, at: dt.datetime) -> AuditChain:
    """The row of the chain, held until the transaction ends; made where the month begins."""
    key = f"{unit_id or '-'}/{month_of(at)}"
    held = AuditChain.objects.select_for_update()
    chain = held.filter(key=key).first()
    if chain is None:
        new = AuditChain(key=key, unit_id=unit_id, month=month_of(at))
        AuditChain.objects.bulk_create([new], ignore_conflicts=True)
        chain = held.get(key=key)
    return chain


def _append(chain: AuditChain, said: dict[str, Any], rows: Sequence[Entry]) -> SystemEvent:
    chain.count += 1
    event = SystemEvent(chain=chain, seq=chain.count, previous_hash=chain.head, sealed=list(rows), **said)
    event.hash = chain.head = hash_of_system_event(chain.key, event)
    event.save(force_insert=True)
    return event
