"""When somebody may be told: at once, with the day's digest, and never in their quiet hours; all in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from notifications.models import Preference

DEFAULT = Preference()


def preferences_of(user_ids: Iterable[int]) -> dict[int, Preference]:
    """The preferences of those who have set any; for the others ``DEFAULT`` holds."""
    return {preference.user_id: preference for preference in Preference.objects.filter(pk__in=set(user_ids))}


def after_quiet_hours(preference: Preference, at: dt.datetime) -> dt.datetime:
    """The moment itself, or the end of the quiet hours that it falls into; the end itself is no longer quiet.

    Quiet hours may run over midnight; where both ends are the same hour there are none.
    """
    local = timezone.localtime(at)
    since, until, now = preference.quiet_from, preference.quiet_until, local.time()
    over_midnight = since > until
    quiet = (now >= since or now < until) if over_midnight else since <= now < until
    if not quiet:
        return at
    day = local.date() + dt.timedelta(days=1 if over_midnight and now >= since else 0)
    return _moment(day, until)


def next_digest(preference: Preference, at: dt.datetime) -> dt.datetime:
    """The next moment after this one at which the person's digest is made."""
    today = timezone.localtime(at).date()
    hour = dt.time(preference.digest_hour)
    moment = _moment(today, hour)
    return moment if moment > at else _moment(today + dt.timedelta(days=1), hour)


def _moment(day: dt.date, hour: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, hour)).astimezone(dt.UTC)
