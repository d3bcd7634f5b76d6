"""How often one address may answer or try links, so that nobody counts through them."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.core.cache import cache
from django.utils.translation import gettext as _

from cases.errors import Refusal

A_MINUTE = 60
MOST = 60  # of one address in a minute: a ward behind one address may answer together


class TooMany(Refusal):
    """Too many in too short a time (429); counted by each server process for itself."""

    status = 429  # type: ignore[assignment]


def count(address: str, at: dt.datetime) -> None:
    """Count one more from the address, of which only a digest is kept, and for a minute; raises TooMany."""
    minute = int(at.timestamp()) // A_MINUTE
    key = f"survey-{minute}-{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=2 * A_MINUTE)
    if cache.incr(key) > MOST:
        raise TooMany(
            "too_many_answers",
            _("Too many answers have come from here within a minute."),
            hint=_("Wait a minute and try again; your link is still good."),
        )
