"""One e-mail a day for those who want it so: the messages that waited for it, gathered at the person's hour."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.urls import reverse

from cases.clock import local_date
from cases.models import User
from notifications.models import Digest, Dispatch
from notifications.preferences import DEFAULT, after_quiet_hours, next_digest, preferences_of
from notifications.wording import Rendered, absolute, subject_of, worded

LISTED = 50  # lines of one e-mail; the message centre has them all


def gather_digests(at: dt.datetime, limit: int = 500) -> int:
    """Make the digests that are due for at most so many people; returns how many messages it gathered or put off.

    A person has one digest a day, whatever is started again: what falls due after it waits for the next day's.
    """
    due = Dispatch.objects.filter(state=Dispatch.State.DIGEST, not_before__lte=at).order_by("not_before", "pk")
    first = due.values_list("message__recipient", flat=True)[: limit * 20]
    people = list(dict.fromkeys(first))[:limit]
    if not people:
        return 0
    with transaction.atomic():
        # Whoever holds a person's row makes their digest; another sweep passes on to other people.
        mine = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=people).order_by("pk")
        return _gather(set(mine.values_list("pk", flat=True)), due, at)


def _gather(people: set[int], due: Any, at: dt.datetime) -> int:
    waiting: dict[int, list[int]] = defaultdict(list)
    rows = due.filter(message__recipient__in=people).values_list("message__recipient", "pk")
    for user_id, key in rows:
        waiting[user_id].append(key)
    day = local_date(at)
    had = set(Digest.objects.filter(recipient__in=waiting, day=day).values_list("recipient_id", flat=True))
    preferences = preferences_of(waiting)
    made = Digest.objects.bulk_create(
        [Digest(recipient_id=user_id, day=day, created_at=at) for user_id in waiting if user_id not in had]
    )
    Dispatch.objects.bulk_create(
        [
            Dispatch(
                digest=digest,
                channel=Dispatch.Channel.EMAIL,
                created_at=at,
                not_before=after_quiet_hours(preferences.get(digest.recipient_id, DEFAULT), at),
            )
            for digest in made
        ]
    )
    for digest in made:
        rows = Dispatch.objects.filter(pk__in=waiting[digest.recipient_id]).order_by()
        rows.update(state=Dispatch.State.GATHERED, gathered_in=digest, done_at=at)
    for user_id in had:
        rows = Dispatch.objects.filter(pk__in=waiting[user_id]).order_by()
        rows.update(not_before=next_digest(preferences.get(user_id, DEFAULT), at))
    return sum(map(len, waiting.values()))


def digest_words(digest: Digest) -> Rendered:
    """The digest in words, in the active language."""
    rows = Dispatch.objects.filter(gathered_in=digest).order_by("-pk")
    loaded = rows.select_related("message__event", "message__case__unit", "message__item")
    entries = [_entry(dispatch.message) for dispatch in loaded[:LISTED]]
    count = rows.count()
    variables = {
        "count": count,
        "more": count - len(entries),
        "day": digest.day,
        "entries": entries,
        "url": absolute(reverse("messages")),
    }
    return worded("digest", variables)


def _entry(message: Any) -> dict[str, Any]:
    finished = message.item is not None and message.item.finished is not None
    subject = subject_of(message)
    return {"subject": subject, "url": absolute(reverse("message", args=[message.pk])), "finished": finished}
