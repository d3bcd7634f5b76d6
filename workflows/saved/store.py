"""Keeping, naming and dropping a person's views: what stands in a list's address, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.errors import Invalid, OutOfScope
from cases.models import SavedView, User

MOST_VIEWS = 20
NAME_LENGTH = SavedView._meta.get_field("name").max_length or 0
QUERY_LENGTH = SavedView._meta.get_field("query").max_length or 0
# The lists that views are kept of, by the name of their address, with the parameters that a view remembers.
LISTS = {
    "ledger": (
        "year", "prefecture", "county", "institution", "item", "facet", "state", "light", "source", "severity",
        "responsible", "recurrence", "returned", "q", "sort",
    ),
    "inbox": ("view", "q", "step", "unit", "light", "year"),
    "cycles": ("year", "q", "area", "state", "light"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A view as a list offers it."""

    view: SavedView
    href: str
    current: bool


def canonical(page: str, query: QueryDict | str) -> str:
    """What of an address a view remembers, always in the same order; paging and the like are left out."""
    given = QueryDict(query) if isinstance(query, str) else query
    kept = QueryDict(mutable=True)
    for name in LISTS[page]:
        if value := given.get(name, "").strip():
            kept[name] = value
    return kept.urlencode()


def address_of(page: str, query: str) -> str:
    return f"{reverse(page)}?{query}" if query else reverse(page)


def views_of(user: Any, page: str, query: QueryDict | str = "") -> list[Shown]:
    """A person's views of a list, in the order of their names; the one that is in force is marked."""
    now = canonical(page, query)
    views = SavedView.objects.filter(user=user.pk, page=page).order_by("name")
    return [Shown(view, address_of(page, view.query), view.query == now) for view in views]


@transaction.atomic
def save_view(user: Any, page: str, name: str, query: str) -> SavedView:
    """Keep a filter under a name.

    Raises OutOfScope for a list that there is not, and Invalid for a name that is empty, too long or taken, for a
    filter that is kept already or too long to keep, and for one view too many.
    """
    if page not in LISTS:
        raise _no_such_view()
    _lock(user)
    others = list(SavedView.objects.filter(user=user.pk, page=page))
    kept = canonical(page, query)
    name = _checked(name, others)
    if len(kept) > QUERY_LENGTH:
        raise _fault("query_too_long", _("This filter is too long to be kept; shorten what you search for."))
    if twin := next((view for view in others if view.query == kept), None):
        raise _fault("view_twice", _("You keep this filter already, as “%(name)s”.") % {"name": twin.name})
    if len(others) >= MOST_VIEWS:
        raise _fault("too_many_views", _("You keep %(most)d views already; delete one first.") % {"most": MOST_VIEWS})
    return SavedView.objects.create(user=user, page=page, name=name, query=kept)


@transaction.atomic
def rename_view(user: Any, pk: int, name: str) -> SavedView:
    """Give a view another name; raises OutOfScope for somebody else's, Invalid for a name that cannot be had."""
    _lock(user)
    view = own_view(user, pk)
    view.name = _checked(name, list(SavedView.objects.filter(user=user.pk, page=view.page).exclude(pk=pk)))
    view.save(update_fields=["name"])
    return view


def own_view(user: Any, pk: int) -> SavedView:
    view = SavedView.objects.filter(user=user.pk, pk=pk).first()
    if view is None:
        raise _no_such_view()
    return view


def _lock(user: Any) -> None:
    """One at a time for each person, so that neither names nor the limit are overrun."""
    User.objects.select_for_update().order_by().values_list("pk").get(pk=user.pk)


def _checked(name: str, others: list[SavedView]) -> str:
    name = " ".join(name.split())
    if not name:
        raise _fault("name_missing", _("Give the view a name."))
    if len(name) > NAME_LENGTH:
        raise _fault("name_too_long", _("Use at most %(limit)d characters for the name.") % {"limit": NAME_LENGTH})
    if any(view.name == name for view in others):
        raise _fault("name_taken", _("You have a view of this name already."))
    return name


def _fault(code: str, message: str) -> Invalid:
    return Invalid(code, message, faults={"name": [message]})


def _no_such_view() -> OutOfScope:
    return OutOfScope("no_such_view", _("There is no such view among yours."))
