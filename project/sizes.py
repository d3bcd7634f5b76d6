"""A request that is larger than the system can handle ends before anything of it is read."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

PAGE = settings.BASE_DIR / "project" / "static" / "yiyang" / "too-large.html"  # the proxy shows the same
MEGABYTE = 1024 * 1024


def limited_size(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """413 above ``settings.LARGEST_REQUEST``; a server that is told no length reads no body at all (WSGI)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) <= settings.LARGEST_REQUEST:
            return get_response(request)
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if request.headers.get("Accept", "").startswith("application/json"):
            limit = settings.LARGEST_REQUEST // MEGABYTE
            message = _("What was sent at once is more than %(limit)d MB; nothing was saved.") % {"limit": limit}
            hint = _("Send the files in several goes, or take the photos with a lower resolution.")
            return JsonResponse({"code": "request_too_large", "message": message, "hint": hint}, status=status)
        return HttpResponse(PAGE.read_bytes(), status=status)

    return middleware
