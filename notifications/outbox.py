"""The outbox: recorded events become messages, and messages leave by their channels (design, idea 4).

Both are sweeps: they claim a batch with a lease and a fresh token, do it, and finish what the token still holds. An
event becomes messages in one transaction with its delivery row, so exactly once; what leaves is sent outside any
transaction, so at least once, with a key that stays the same.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from cases.clock import local_date
from cases.models import CaseEvent, EventDelivery, User
from notifications.audience import Batch, Hearing
from notifications.leases import Claim, claim
from notifications.models import Dispatch, Message, Preference, Webhook
from notifications.preferences import DEFAULT, after_quiet_hours, next_digest, preferences_of
from notifications.rules import rules
from notifications.sending import send_dispatches
from notifications.wording import kept_facts

__all__ = ["deliver_events", "send_dispatches"]

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=5)
CHUNK = 1000


def deliver_events(at: dt.datetime, limit: int = 1000) -> int:
    """Turn recorded events into messages; returns how many events it finished, 0 when there are none."""
    waiting = EventDelivery.objects.filter(done_at=None).order_by("lease_until", "event")
    taken = claim(waiting, at, LEASE, limit)
    if not taken.keys:
        return 0
    try:
        return _deliver(taken, taken.keys, at)
    except Exception:
        log.exception("a batch of %d events could not be delivered; each is tried alone", len(taken.keys))
    return sum(_deliver_alone(taken, key, at) for key in taken.keys)


def _deliver_alone(taken: Claim, key: int, at: dt.datetime) -> int:
    """One event by itself, so that it cannot hold up others; what fails is left to its lease and tried again."""
    try:
        return _deliver(taken, [key], at)
    except Exception:
        log.exception("event %d could not be delivered", key)
        return 0


def _deliver(taken: Claim, keys: Sequence[int], at: dt.datetime) -> int:
    """Word and write the messages of these events; only what the token still holds is written and finished."""
    events = CaseEvent.objects.filter(pk__in=keys).select_related("case", "item").order_by("pk")
    hearings = list(Batch(list(events), rules(), local_date(at)).hearings())
    out = Outgoing(hearings, at)
    with transaction.atomic():
        held = EventDelivery.objects.select_for_update().filter(pk__in=keys, token=taken.token, done_at=None)
        mine = set(held.values_list("pk", flat=True))
        out.write(mine)
        EventDelivery.objects.filter(pk__in=mine).update(done_at=at, token=None, lease_until=None)
    return len(mine)


class Outgoing:
    """The messages of a batch, and what leaves the system for each: what people have set is asked for once."""

    def __init__(self, hearings: list[Hearing], at: dt.datetime) -> None:
        self.hearings, self.at = hearings, at
        people = {hearing.person.user_id for hearing in hearings}
        self.preferences = preferences_of(people)
        self.addressed = set(User.objects.filter(pk__in=people).exclude(email="").values_list("pk", flat=True))
        self.webhook = Webhook.objects.filter(active=True).only("pk").first() if hearings else None

    def write(self, events: set[int]) -> None:
        """Write the rows of these events."""
        heard = [hearing for hearing in self.hearings if hearing.event.pk in events]
        messages = Message.objects.bulk_create([self._message(hearing) for hearing in heard], batch_size=CHUNK)
        dispatches = [
            dispatch
            for hearing, message in zip(heard, messages, strict=True)
            for dispatch in self._dispatches(hearing, message)
        ]
        Dispatch.objects.bulk_create(dispatches, batch_size=CHUNK)

    def _message(self, hearing: Hearing) -> Message:
        event, rule, person, item = hearing
        facts = kept_facts(rule.facts, event, item)
        if person.instead_of:
            facts["stands_in"] = person.instead_of
        return Message(
            recipient_id=person.user_id,
            event_id=event.pk,
            case_id=event.case_id,
            item_id=item.pk if item is not None else None,
            rule=rule.code,
            template=rule.template,
            level=rule.level,
            facts=facts,
            created_at=self.at,
        )

    def _dispatches(self, hearing: Hearing, message: Message) -> list[Dispatch]:
        rule, user_id = hearing.rule, hearing.person.user_id
        preference = self.preferences.get(user_id, DEFAULT)
        found = []
        if "email" in rule.channels and settings.EMAIL_URL and preference.email != Preference.Email.OFF:
            found.append(self._email(message, preference, urgent=rule.urgent))
        if "webhook" in rule.channels and self.webhook is not None:
            not_before = after_quiet_hours(preference, self.at)
            found.append(self._dispatch(message, "webhook", not_before, webhook_id=self.webhook.pk))
        return found

    def _email(self, message: Message, preference: Preference, *, urgent: bool) -> Dispatch:
        if message.recipient_id not in self.addressed:
            return self._dispatch(message, "email", self.at, state=Dispatch.State.NO_ADDRESS, done_at=self.at)
        if preference.email == Preference.Email.DIGEST and not urgent:
            return self._dispatch(message, "email", next_digest(preference, self.at), state=Dispatch.State.DIGEST)
        return self._dispatch(message, "email", after_quiet_hours(preference, self.at))

    def _dispatch(self, message: Message, channel: str, not_before: dt.datetime, **fields: object) -> Dispatch:
        return Dispatch(message=message, channel=channel, created_at=self.at, not_before=not_before, **fields)
