"""What every page asks first: who is looking, and as whom they act."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cases.access import Actor, Viewer
from cases.clock import now


def viewer_of(request: HttpRequest) -> Viewer:
    """The person behind the request with the grants that hold now; looked up once a request."""
    known: Viewer | None = getattr(request, "viewer", None)
    if known is None:
        known = Viewer(request.user, now())
        request.viewer = known  # type: ignore[attr-defined]
    return known


def whole_number(text: str, most_digits: int = 18) -> int | None:
    """The number in a text that came in an address or a form; None where it is none, or longer than any of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most_digits else None


def actor_of(request: HttpRequest) -> Actor:
    """The person behind the request as the actor of a verb."""
    user: Any = request.user
    return Actor(user, address=request.META.get("REMOTE_ADDR", ""))


def next_of(request: HttpRequest, default: str | None = None) -> str:
    """The page of ours that somebody was on the way to (``next``), else the default, else the inbox."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("inbox") if default is None else default
