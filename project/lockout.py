"""Five failures lock a person everywhere, and an address for whom it does not know; what somebody reads who is locked.

An office behind one address is not locked by one of its people, nor by somebody who tries names from there: whoever has
signed in from an address lately is held to their own failures alone.
"""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from cases.audit.people import SIGN_IN
from cases.clock import now
from cases.models import User
from cases.models.audit import SystemEvent

MINUTE = 60
KNOWN_FOR = dt.timedelta(days=30)


class Handler(AxesDatabaseHandler):
    """Counts failures by person and by address, as ``AXES_LOCKOUT_PARAMETERS`` names them in this order."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Of the person, or of the address where they are more and the person is not known there."""
        person, address = (_sum(attempts) for attempts in self.get_user_attempts(request, credentials))
        limit = get_failure_limit(request, credentials)
        if person < limit <= address and _is_known(request, get_client_username(request, credentials)):
            return person
        return max(person, address)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """A success forgets what this person failed at this address, and nothing that anybody else did."""
        person, address = self.filter_user_attempts(request, credentials)
        count, _each = (person & address).delete()
        return int(count)


def _sum(attempts: QuerySet[Any]) -> int:
    return attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def _is_known(request: HttpRequest, login: str | None) -> bool:
    """Whether the person has signed in from this address in the last thirty days, as the system recorded it."""
    user = User.objects.filter(username=login or "").first()
    if user is None:
        return False
    lately = SystemEvent.objects.filter(actor=user, verb=SIGN_IN, at__gt=now() - KNOWN_FOR)
    return lately.filter(address=request.META.get("REMOTE_ADDR", "")).exists()


def locked_out(request: HttpRequest, *_axes: Any, **_more: Any) -> HttpResponse:
    """429; says nothing about whether there is such an account (django-axes, AXES_LOCKOUT_CALLABLE)."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // MINUTE
    words = ngettext(
        "Too many failed attempts. Wait %(n)d minute and try again.",
        "Too many failed attempts. Wait %(n)d minutes and try again.",
        minutes,
    )
    shown = {"locked": words % {"n": minutes}}
    return render(request, "registration/locked.html", shown, status=HTTPStatus.TOO_MANY_REQUESTS)


def nobody(*_axes: Any, **_more: Any) -> str:
    """Who failed, for the log: nobody's name and no address (AXES_CLIENT_STR_CALLABLE); the record has both."""
    return "somebody"
