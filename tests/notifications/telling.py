"""What the tests about messages share: events to deliver, and who was told what."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cases.access import SYSTEM, Actor
from cases.events import record
from cases.models import Case, CaseEvent, EventDelivery, User, WorkItem
from notifications.models import Message
from notifications.outbox import deliver_events
from tests.worlds import World


def announce(case: Case, verb: str, at: dt.datetime, *, by: Actor = SYSTEM, **details: Any) -> CaseEvent:
    """An event of the clock on the case's open work item, as the alarms record it."""
    item = WorkItem.objects.filter(process=case.pk, finished=None).first()
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        event = record(
            locked,
            verb,
            deliver=True,
            actor=by,
            at=at,
            source=locked.state,
            target=locked.state,
            item=item,
            details=details,
        )
        locked.save(update_fields=["event_count", "chain_head"])
    return event


def remind(case: Case, at: dt.datetime, days: int = -3, **details: Any) -> CaseEvent:
    verb = "remind" if days < 0 else "escalate"
    given: dict[str, Any] = {"days": days, "due": "2021-05-15", "missed": [], "rungs": [f"{days:+}"], "to": ["person"]}
    return announce(case, verb, at, **(given | details))


def deliver_all(at: dt.datetime) -> int:
    """Run the sweep as the clock does: until nothing is left."""
    done = 0
    while count := deliver_events(at):
        done += count
    return done


def told(event_verb: str | None = None) -> dict[str, str]:
    """Who was told, by their name in the world: with which template."""
    rows = Message.objects.order_by("pk")
    if event_verb is not None:
        rows = rows.filter(event__verb=event_verb)
    return {message.recipient.name: message.template for message in rows.select_related("recipient")}


def forget_deliveries() -> None:
    """Nothing of what happened so far is to be told."""
    EventDelivery.objects.filter(done_at=None).update(done_at=dt.datetime(2021, 1, 1, tzinfo=dt.UTC))


def give_addresses(world: World) -> None:
    """Everybody has an e-mail address."""
    for user in world.people.values():
        user.email = f"{user.username}@example.cn"
    User.objects.bulk_update(world.people.values(), ["email"])
