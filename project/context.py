"""What the frame of every page shows: brand, navigation, who is signed in, language.

Everything is looked up when the frame asks for it, so that a fragment answered to htmx costs no query here.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext

from cases import clock
from cases.access import appointments_of
from cases.accounts.waiting import waiting_for
from cases.audit.daily import last_verification
from cases.models import Appointment, User, WorkItem
from cases.roles import Role
from cases.vacancies import vacant_seats
from cases.web import viewer_of
from notifications.centre import unread_count
from project.navigation import Entry, entries_for, tabs_for

BARE_CODE = re.compile(r"[\w.:+/=-]*", re.ASCII)  # what a form's own machinery sends; anything else was typed
SECRET = {"password", "old_password", "new_password1", "new_password2", "csrfmiddlewaretoken", "next"}
COUNT_CAP = 99  # a badge needs no more, and an officer may have thousands


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell`` for the frame, ``now`` for the tags that compare limits with the present.

    ``demo_today`` is the demonstration's present where it is not the real one, else None.
    """
    at = clock.now()
    return {"shell": Shell(request, at), "now": at, "demo_today": at if settings.CLOCK_OFFSET else None}


def _address(name: str) -> str:
    """The address of a page, empty where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Link:
    """One line of the navigation, ready to be drawn."""

    name: str
    label: str
    short: str
    href: str
    icon: str
    current: bool
    count: str


@dataclass(frozen=True)
class Group:
    """Lines of the navigation under one heading."""

    label: str
    entries: list[Link]


class Shell:
    """The frame of one page for one request."""

    def __init__(self, request: HttpRequest, at: dt.datetime) -> None:
        self.request = request
        self.at = at

    @property
    def brand(self) -> str:
        return gettext("Yiyang Casework")

    @property
    def lang(self) -> str:
        return "en" if (get_language() or "").startswith("en") else "zh-CN"

    @property
    def here(self) -> str:
        """Where to come back to after changing the language; a page that answered a form is not an address."""
        return self.request.get_full_path() if self.request.method == "GET" else ""

    @property
    def back(self) -> str:
        """The page that the person came from, for the way back out of a refusal; ours or none."""
        referer = self.request.headers.get("Referer", "")
        return referer if url_has_allowed_host_and_scheme(referer, {self.request.get_host()}) else ""

    @property
    def typed(self) -> list[str]:
        """The text that came with a refused form, so that nobody has to write it twice."""
        if self.request.method != "POST":
            return []
        try:
            fields = list(self.request.POST.lists())
        except (OSError, SuspiciousOperation, MultiPartParserError):  # the body itself is what was refused
            return []
        return [
            value
            for name, values in fields
            for value in values
            if name not in SECRET and not BARE_CODE.fullmatch(value)
        ]

    @cached_property
    def user(self) -> User | None:
        """The person signed in; None also where a refusal came before sign-in was looked at."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def user_name(self) -> str:
        return self.user.get_full_name() if self.user else ""

    @cached_property
    def appointments(self) -> list[Appointment]:
        return appointments_of(self.user, self.at) if self.user else []

    @property
    def unit(self) -> str:
        """The unit of the first appointment; the menu lists them all."""
        return self.appointments[0].unit.name if self.appointments else ""

    @property
    def role(self) -> str:
        return self.appointments[0].get_role_display() if self.appointments else ""

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(appointment.role for appointment in self.appointments)

    @cached_property
    def groups(self) -> list[Group]:
        """The side navigation."""
        groups: dict[str, list[Link]] = {}
        for entry in entries_for(self.roles):
            groups.setdefault(str(entry.group), []).append(self._link(entry))
        return [Group(label, links) for label, links in groups.items()]

    @cached_property
    def tabs(self) -> list[Link]:
        """The bar at the bottom of a phone."""
        return [self._link(entry) for entry in tabs_for(self.roles)] if self.user else []

    def _link(self, entry: Entry) -> Link:
        match = self.request.resolver_match
        return Link(
            name=entry.name,
            label=str(entry.label),
            short=str(entry.short or entry.label),
            href=entry.href or "",
            icon=entry.icon,
            current=match is not None and match.url_name == entry.name,
            count=getattr(self, entry.counted) if entry.counted else "",
        )

    @cached_property
    def to_do(self) -> str:
        """How many work items wait for this person's posts, capped; empty for none."""
        if not self.user or not self.appointments:
            return ""
        count: int | None = getattr(self.request, "to_do_count", None)  # set by a page that has counted already
        if count is None:
            count = WorkItem.objects.open().addressed_to(viewer_of(self.request))[: COUNT_CAP + 1].count()
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")

    @cached_property
    def unowned(self) -> str:
        """How many vacant posts of this administrator's area have open work, capped; empty for none."""
        count: int | None = getattr(self.request, "unowned_count", None)
        if count is None:
            count = vacant_seats(viewer_of(self.request))[: COUNT_CAP + 1].count()
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")

    @cached_property
    def to_confirm(self) -> str:
        """How many appointments wait for this person as the second one, capped; empty for none."""
        count = waiting_for(viewer_of(self.request), COUNT_CAP + 1)
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")

    @cached_property
    def unread(self) -> str:
        """How many messages this person has not read, capped; empty for none."""
        if not self.user:
            return ""
        count: int | None = getattr(self.request, "unread_count", None)  # set by a page that has counted already
        if count is None:
            count = unread_count(self.user)
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")

    @cached_property
    def trail_faults(self) -> int:
        """How many faults the last verification of the trail has found, for those who read its proof; else 0."""
        if self.roles.isdisjoint({Role.AUDITOR, Role.INSPECTOR}):
            return 0
        found = last_verification()
        return int(found.details["faults"]) if found is not None else 0

    @property
    def audit_url(self) -> str:
        return _address("audit")

    @property
    def demo_url(self) -> str:
        """Where the demonstration's clock is moved; empty outside the demonstration."""
        return _address("demo_advance") if settings.MODE == "demo" else ""

    @property
    def messages_url(self) -> str:
        return _address("messages")

    @property
    def home(self) -> str:
        return _address("inbox") or "/"

    @property
    def login_url(self) -> str:
        return _address("login")

    @property
    def logout_url(self) -> str:
        return _address("logout")

    @property
    def set_language_url(self) -> str:
        return _address("set_language")

    @property
    def me_url(self) -> str:
        return _address("me")
