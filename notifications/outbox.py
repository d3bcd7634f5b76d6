"""The outbox: recorded events become messages, and messages leave by their channels (design, idea 4).

Both are sweeps: they claim a batch with a lease and a fresh token, do it, and finish what the token still holds. An
event becomes messages in one transaction with its delivery row, so exactly once; what leaves is sent outside any
transaction, so at least once, with a key that stays the same.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from cases.clock import local_date
from cases.models import EventDelivery, User
from cases.rows import insert_values
from notifications.audience import Batch, Hearing
from notifications.leases import Claim, claim, finish
from notifications.models import Dispatch, Message, Preference, Webhook
from notifications.preferences import DEFAULT, after_quiet_hours, next_digest
from notifications.rules import rules
from notifications.seen import seen
from notifications.sending import send_dispatches
from notifications.wording import kept_facts

__all__ = ["deliver_events", "send_dispatches"]

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=5)
MESSAGE = ("recipient", "event", "case", "item", "rule", "template", "level", "facts", "created_at")
DISPATCH = (
    "message",
    "webhook",
    "channel",
    "state",
    "key",
    "created_at",
    "not_before",
    "attempts",
    "last_error",
    "done_at",
)


def deliver_events(at: dt.datetime, limit: int = 1000) -> int:
    """Turn recorded events into messages; returns how many events it finished, 0 when there are none."""
    waiting = EventDelivery.objects.filter(done_at=None).order_by("lease_until", "event_id")
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
    hearings = list(Batch(seen(keys), rules(), local_date(at)).hearings())
    out = Outgoing(hearings, at)
    with transaction.atomic():
        mine = finish(EventDelivery, taken, keys, at)
        out.write(mine)
    return len(mine)


SET = ("email", "digest_hour", "quiet_from", "quiet_until")
WAY = ("pk", "email", *(f"notification_preference__{name}" for name in SET))


class Way(NamedTuple):
    """How somebody is told by e-mail, when at the earliest, when with the digest, and whether they have an address."""

    email: str
    at: dt.datetime
    digest_at: dt.datetime
    addressed: bool


class Outgoing:
    """The messages of a batch, and what leaves the system for each: what people have set is asked for once."""

    def __init__(self, hearings: list[Hearing], at: dt.datetime) -> None:
        self.hearings, self.at = hearings, at
        self._moments: dict[tuple[Any, ...], Way] = {}
        people = {hearing.person.user_id for hearing in hearings}
        self._ways = {
            user_id: self._way(*row) for user_id, *row in User.objects.filter(pk__in=people).values_list(*WAY)
        }
        self.webhook = Webhook.objects.filter(active=True).only("pk").first() if hearings else None

    def write(self, events: set[int]) -> None:
        """Write the rows of these events."""
        heard = [hearing for hearing in self.hearings if hearing.event.pk in events]
        rows = [self._message(hearing) for hearing in heard]
        new = insert_values(Message, MESSAGE, rows, returning=("event", "recipient", "id"))
        keys = {(event_id, user_id): key for event_id, user_id, key in new}
        sent = [
            row
            for hearing in heard
            for row in self._dispatches(hearing, keys[hearing.event.pk, hearing.person.user_id])
        ]
        insert_values(Dispatch, DISPATCH, sent)

    def _message(self, hearing: Hearing) -> tuple[Any, ...]:
        event, rule, person, item = hearing
        facts = kept_facts(rule.facts, event, item)
        if person.instead_of:
            facts["stands_in"] = str(person.instead_of)
        item_id = item.pk if item is not None else None
        about = (person.user_id, event.pk, event.case_id, item_id)
        return (*about, rule.code, rule.template, rule.level, facts, self.at)

    def _dispatches(self, hearing: Hearing, message: int) -> Iterator[tuple[Any, ...]]:
        rule, way = hearing.rule, self._ways[hearing.person.user_id]
        if "email" in rule.channels and settings.EMAIL_URL and way.email != Preference.Email.OFF:
            if not way.addressed:
                yield self._row(message, "email", "no_address", self.at, done_at=self.at)
            elif way.email == Preference.Email.DIGEST and not rule.urgent:
                yield self._row(message, "email", "digest", way.digest_at)
            else:
                yield self._row(message, "email", "waiting", way.at)
        if "webhook" in rule.channels and self.webhook is not None:
            yield self._row(message, "webhook", "waiting", way.at, webhook_id=self.webhook.pk)

    def _way(self, address: str, email: str | None, *hours: Any) -> Way:
        """How and when somebody is told; the same settings are worked out once."""
        settings_of = (email, *hours)
        if settings_of not in self._moments:
            preference = Preference(**dict(zip(SET, settings_of, strict=True))) if email else DEFAULT
            at, digest_at = after_quiet_hours(preference, self.at), next_digest(preference, self.at)
            self._moments[settings_of] = Way(preference.email, at, digest_at, addressed=True)
        way = self._moments[settings_of]
        return way if address else way._replace(addressed=False)

    def _row(
        self,
        message: int,
        channel: str,
        state: str,
        not_before: dt.datetime,
        *,
        webhook_id: int | None = None,
        done_at: dt.datetime | None = None,
    ) -> tuple[Any, ...]:
        return (message, webhook_id, channel, state, uuid.uuid4(), self.at, not_before, 0, "", done_at)
