"""Behind a proxy of one's own, the address of a request is the one that the proxy names."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def forwarded_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the address from X-Forwarded-For, counted from the right by ``settings.PROXIES``; 0 reads no such header.

    What a client writes into the header stands further left and is never believed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.PROXIES:
            named = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
            if len(named) >= settings.PROXIES and (address := _address(named[-settings.PROXIES])):
                request.META["REMOTE_ADDR"] = address
        return get_response(request)

    return middleware


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
