"""The pages of saved views: keep one, and the list to rename and delete them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Invalid, OutOfScope
from cases.web import viewer_of
from workflows.saved.store import (
    LISTS,
    MOST_VIEWS,
    NAME_LENGTH,
    address_of,
    canonical,
    own_view,
    rename_view,
    save_view,
    views_of,
)

NAMES = {
    "ledger": gettext_lazy("Rectification ledger"),
    "inbox": gettext_lazy("To do"),
    "cycles": gettext_lazy("Annual cycles"),
}


class NameForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(label=pgettext_lazy("view", "Name"), max_length=NAME_LENGTH)


@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """GET lists the person's views of a list, POST keeps another; a refused name stays typed (422)."""
    given = request.POST if request.method == "POST" else request.GET
    page, query, name = given.get("page", ""), given.get("query", ""), given.get("name", "")
    if page not in LISTS:
        raise OutOfScope("no_such_list", _("There is no such list."))
    if request.method != "POST":
        return _list(request, page)
    try:
        view = save_view(request.user, page, name, query)
    except Invalid as refusal:
        return _list(request, page, status=refusal.status, form=_form(name, refusal), query=canonical(page, query))
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(address_of(page, view.query))


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for one's own view; a refused one stays typed (422)."""
    view, name = own_view(request.user, pk), request.POST.get("name", "")
    try:
        view = rename_view(request.user, pk, name)
    except Invalid as refusal:
        return _list(request, view.page, status=refusal.status, renamed=pk, form=_form(name, refusal))
    messages.success(request, _("The view is now called “%(name)s”.") % {"name": view.name})
    return redirect(_address(view.page))


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop one's own view; the list itself is not touched."""
    view = own_view(request.user, pk)
    view.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(_address(view.page))


def _address(page: str) -> str:
    return f"{reverse('views')}?page={page}"


def _form(name: str, refusal: Invalid) -> NameForm:
    """What was typed, with the refusal at its field."""
    form = NameForm({"name": name})
    form.is_valid()
    form.errors.clear()
    form.add_error(None if "name" not in refusal.faults else "name", [str(refusal.message)])
    return form


def _list(request: HttpRequest, page: str, *, status: int = 200, **more: Any) -> HttpResponse:
    viewer_of(request)
    context: dict[str, Any] = {
        "page": page,
        "list_name": NAMES[page],
        "list_url": reverse(page),
        "views": views_of(request.user, page),
        "most": MOST_VIEWS,
        "nav_current": page,
        **more,
    }
    return render(request, "workflows/saved/views.html", context, status=status)
