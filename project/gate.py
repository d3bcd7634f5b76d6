"""Every page is behind the gates of its session: time first, then what ``cases.accounts.gates`` has left to pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cases.accounts import gates

OPEN = {"logout", "set_language"}


class GateMiddleware:
    """Signs out whoever was idle too long, and leads everybody else to the gate that they stand before.

    Stands before LoginRequiredMiddleware, which then asks whoever was signed out to sign in. What was typed stays on
    the device (docs/ui.md, Autosave): the answer to an autosave is then a redirect.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        if gates.is_over(request):
            logout(request)
            messages.info(request, _("You have been signed out, because the time of your session was over."))
            return None
        gates.recheck(request)
        left = gates.left(request)
        match = request.resolver_match
        if not left or match is None or match.url_name in OPEN or match.url_name == gates.PAGES[left[0]]:
            return None
        where = reverse(gates.PAGES[left[0]])
        wanted = request.get_full_path() if request.method == "GET" and match.url_name != "inbox" else ""
        return redirect(f"{where}?{urlencode({'next': wanted})}" if wanted else where)
