"""Sending what is due: outside any transaction, tried again in growing pauses, finished only by who still holds it."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels.email import EmailChannel
from notifications.channels.outcome import Undelivered
from notifications.channels.webhook import WebhookChannel
from notifications.digests import digest_words
from notifications.leases import claim
from notifications.models import Dispatch, Preference
from notifications.preferences import DEFAULT, preferences_of
from notifications.wording import plain, render

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=10)
MOST_SECONDS = 300  # of one sweep; the lease outlasts the slowest single message after that
GROUP = 50  # so many messages are noted as sent together; a worker that dies sends at most so many again
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
ERROR_LENGTH = 300
CAREFUL_AFTER = 3  # claims without an answer; from then on a message is sent alone, and no other dies with it
MOST_ALONE = len(PAUSES) + 3  # a message that workers die of even when it is alone is given up, after some days


@dataclass(frozen=True)
class Outcome:
    """What became of one message: nothing to say where it was sent."""

    dispatch: Dispatch
    error: str = ""
    for_good: bool = False
    no_address: bool = False


def send_dispatches(at: dt.datetime, limit: int = 100) -> int:
    """Send what is due at the moment ``at`` (UTC); returns how many it finished or put off, 0 when nothing was due."""
    due = Dispatch.objects.filter(state=Dispatch.State.WAITING, not_before__lte=at).order_by("not_before", "pk")
    taken = claim(due, at, LEASE, limit)
    if not taken.keys:
        return 0
    begun, done = time.monotonic(), 0
    outcomes: list[Outcome] = []
    waiting, left = _together(_loaded(taken.keys))
    if left:
        _release(taken.token, left)
    if any(map(_suspicious, waiting)):
        _begin_alone(taken.token, waiting[0], at)
    preferences = preferences_of(_recipient_of(dispatch).pk for dispatch in waiting)
    channels = Channels(preferences)
    try:
        while waiting and time.monotonic() - begun < MOST_SECONDS:
            outcomes.append(channels.send(waiting.pop(0)))
            if len(outcomes) >= GROUP:
                done += finish(taken.token, outcomes, at)
                outcomes = []
    finally:
        channels.close()
        done += finish(taken.token, outcomes, at)
    if waiting:
        _release(taken.token, waiting)
    return done


def _together(claimed: list[Dispatch]) -> tuple[list[Dispatch], list[Dispatch]]:
    """What is sent in this sweep, and what is left to the next: all of it, or one that was begun too often, alone."""
    suspect = next(filter(_suspicious, claimed), None)
    if suspect is None:
        return claimed, []
    return [suspect], [dispatch for dispatch in claimed if dispatch is not suspect]


def _suspicious(dispatch: Dispatch) -> bool:
    """Whether workers died more than once with this one among what they held, which alone proves nothing."""
    return dispatch.attempts > CAREFUL_AFTER


def _begin_alone(token: uuid.UUID, dispatch: Dispatch, at: dt.datetime) -> None:
    """Note before it is sent that it is sent alone; should the worker die, its next try comes after a growing pause."""
    pause = PAUSES[min(dispatch.alone, len(PAUSES) - 1)]
    held = Dispatch.objects.filter(pk=dispatch.pk, token=token)
    held.update(alone=F("alone") + 1, lease_until=at + max(LEASE, pause))


class Channels:
    """The ways out for one batch, opened when the first message wants one."""

    def __init__(self, preferences: dict[int, Preference]) -> None:
        self.preferences = preferences
        self.email, self.webhook = EmailChannel(), WebhookChannel()

    def send(self, dispatch: Dispatch) -> Outcome:
        """Send one message by its channel, in its reader's language."""
        if dispatch.alone >= MOST_ALONE:
            return Outcome(dispatch, _("Given up: it was begun too often and never finished."), for_good=True)
        recipient = _recipient_of(dispatch)
        language = self.preferences.get(recipient.pk, DEFAULT).language
        try:
            if dispatch.channel == Dispatch.Channel.WEBHOOK:
                self.webhook.send(dispatch, payload_of(dispatch, language))
            elif not recipient.email:
                return Outcome(dispatch, no_address=True)
            else:
                self.email.send(dispatch, recipient.email, _words(dispatch, language), language)
        except Undelivered as failure:
            return Outcome(dispatch, failure.reason, failure.for_good)
        except Exception as fault:
            # One message that cannot be worded must not hold up the others; the administrator finds it in the list.
            log.exception("dispatch %d could not be sent", dispatch.pk)
            return Outcome(dispatch, f"{type(fault).__name__}: {fault}"[:ERROR_LENGTH])
        return Outcome(dispatch)

    def close(self) -> None:
        self.email.close()
        self.webhook.close()


def payload_of(dispatch: Dispatch, language: str) -> dict[str, Any]:
    """What the webhook's receiver gets: words, a link and the login of the reader, which the receiver's own directory
    turns into a telephone number or an account; no name and no number of ours."""
    message: Any = dispatch.message
    subject, text = plain(message, language)
    return {
        "type": f"message.{message.level}",
        "timestamp": message.created_at.isoformat(),
        "data": {
            "recipient": message.recipient.username,
            "level": message.level,
            "subject": subject,
            "text": text,
            "language": language,
        },
    }


def finish(token: uuid.UUID, outcomes: Iterable[Outcome], at: dt.datetime) -> int:
    """Note what became of messages; only those that the token still holds. Returns how many those were."""
    by_outcome: dict[tuple[Any, ...], list[int]] = {}
    for outcome in outcomes:
        by_outcome.setdefault(_changes(outcome, at), []).append(outcome.dispatch.pk)
    done = asked = 0
    with transaction.atomic():
        for (state, error, not_before, done_at), keys in by_outcome.items():
            held = Dispatch.objects.filter(pk__in=keys, token=token, state=Dispatch.State.WAITING).order_by()
            changed: dict[str, Any] = {"state": state, "last_error": error, "done_at": done_at}
            if error:
                # An answer, if a bad one: no worker died of it.
                changed |= {"failures": F("failures") + 1, "attempts": 0, "alone": 0}
            if not_before is not None:
                changed["not_before"] = not_before
            done += held.update(**changed, token=None, lease_until=None)
            asked += len(keys)
    if done < asked:
        log.warning("%d messages had been taken over by another worker when they were finished", asked - done)
    return done


def _changes(outcome: Outcome, at: dt.datetime) -> tuple[Any, ...]:
    """State, error, next try and moment of finishing."""
    if outcome.no_address:
        return Dispatch.State.NO_ADDRESS, "", None, at
    if not outcome.error:
        return Dispatch.State.SENT, "", None, at
    tries = outcome.dispatch.failures + 1
    if outcome.for_good or tries > len(PAUSES):
        return Dispatch.State.FAILED, outcome.error, None, at
    return Dispatch.State.WAITING, outcome.error, at + PAUSES[tries - 1], None


def _loaded(keys: list[int]) -> list[Dispatch]:
    message = ("message__event", "message__case__unit", "message__item", "message__recipient")
    rows = Dispatch.objects.filter(pk__in=keys).select_related(*message, "webhook", "digest__recipient")
    return list(rows.order_by("not_before", "pk"))


def _recipient_of(dispatch: Dispatch) -> Any:
    told: Any = dispatch.message or dispatch.digest
    return told.recipient


def _words(dispatch: Dispatch, language: str) -> Any:
    if dispatch.digest is not None:
        with override(language):
            return digest_words(dispatch.digest)
    message: Any = dispatch.message
    return render(message, language)


def _release(token: uuid.UUID, unsent: list[Dispatch]) -> None:
    """Give back what there was no time for; it does not count as tried."""
    held = Dispatch.objects.filter(pk__in=[dispatch.pk for dispatch in unsent], token=token).order_by()
    held.update(token=None, lease_until=None, attempts=F("attempts") - 1)
