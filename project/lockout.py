"""What somebody reads after five failures: the sign-in page, locked, with when and by whom it opens again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

MINUTE = 60


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
