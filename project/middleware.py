"""A refusal becomes a page that says what, why and what to do, with the right HTTP status (design, Errors)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.errors import Refusal

TEMPLATES = {HTTPStatus.FORBIDDEN: "403.html", HTTPStatus.NOT_FOUND: "404.html", HTTPStatus.CONFLICT: "409.html"}


class RefusalMiddleware:
    """Answers the refusals that no view has turned into a form with errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """No text of ours holds a NUL character, and PostgreSQL stores none: such a request is refused as a whole."""
        if any(
            "\0" in value for sent in (request.GET, request.POST) for _name, values in sent.lists() for value in values
        ):
            refusal = Refusal("nul_character", _("The text contains a character that cannot be stored (NUL)."))
            return self.process_exception(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if request.headers.get("Accept", "").startswith("application/json"):
            body = {"code": exception.code, "message": str(exception.message), "hint": str(exception.hint)}
            return JsonResponse(body, status=exception.status)
        template = TEMPLATES.get(exception.status, "refused.html")
        context = {"refusal": exception, "status": int(exception.status)}
        return render(request, template, context, status=exception.status)
