"""What a session still has to pass after the password: second factor, a password of one's own, a factor to set up.

Computed when somebody signs in and kept in the session. Where a second factor is forced, each request asks whether it
has become so meanwhile: rights that came today are used with it today. Times are real ones.
"""

from __future__ import annotations

import time
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from cases.clock import local_date, now
from cases.models import User
from cases.passwords import one_time
from cases.second_factor import devices

BEGAN, SEEN, LEFT = "began", "seen", "gates"
SECOND, PASSWORD, ENROL = "second", "password", "enrol"
PAGES = {SECOND: "second_step", PASSWORD: "password_change", ENROL: "second_factor"}
EVERY = 60  # seconds between two notes of when somebody was last seen


def begin(request: HttpRequest | None, user: User, **_signal: Any) -> None:
    """When somebody has signed in: the session's beginning, and the gates before it."""
    if request is None:
        return
    left = []
    if devices.has_factor(user):
        left.append(SECOND)
    if one_time.has_to_change(user):
        left.append(PASSWORD)
    if devices.is_missing(user, local_date(now())):
        left.append(ENROL)
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    request.session[LEFT] = left


def left(request: HttpRequest) -> list[str]:
    """The gates that the session has not passed yet, in order."""
    found: list[str] = request.session.get(LEFT, [])
    return found


def recheck(request: HttpRequest) -> None:
    """Whoever has been given a post since they signed in sets a factor up now. One query, where factors are forced."""
    if ENROL not in left(request) and devices.is_missing(cast("User", request.user), local_date(now())):
        request.session[LEFT] = [*left(request), ENROL]


def passed(request: HttpRequest, gate: str) -> None:
    """A gate is behind the person; the session gets a new key, because it may do more from now on."""
    if gate in left(request):
        request.session[LEFT] = [each for each in left(request) if each != gate]
        request.session.cycle_key()


def is_over(request: HttpRequest) -> bool:
    """Whether the session has been idle too long or is too old; notes, once a minute, that it is in use."""
    at, began, seen = int(time.time()), request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None or at - began >= settings.SESSION_COOKIE_AGE or at - seen >= settings.SESSION_IDLE:
        return True
    if at - seen >= EVERY:
        request.session[SEEN] = at
    return False


def connect() -> None:
    user_logged_in.connect(begin, dispatch_uid="cases.accounts.gates")
