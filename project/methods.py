"""Which HTTP methods the project speaks at all; each view says further which of them it answers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

SPOKEN = ("GET", "HEAD", "POST", "OPTIONS")


def spoken_methods(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """405 for every other method, before any view is asked: some of Django's own take PUT for POST."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request) if request.method in SPOKEN else HttpResponseNotAllowed(SPOKEN)

    return middleware
