"""The auditor's page: the system's own events. Looking is recorded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.audit.people import note_looking
from cases.audit.searching import SearchForm, search
from cases.errors import WrongRole
from cases.web import viewer_of

SEARCH = "search_system"


@require_safe
def system_events(request: HttpRequest) -> HttpResponse:
    """[system_events] Search over the system's own events; filters that cannot be are refused (422) and kept."""
    viewer = viewer_of(request)
    require_auditor(viewer)
    form = SearchForm(request.GET)
    context: dict[str, Any] = {"filters": form, "nav_current": "system_events", "after": request.GET.get("after", "")}
    if not form.is_valid():
        return render(request, "audit/events.html", context, status=422)
    asked = form.cleaned_data
    note_looking(request, SEARCH, "audit_system", asked, in_digests={"person"})
    found = search(viewer, asked, after=context["after"])
    return render(request, "audit/events.html", {**context, "found": found, "narrowed": any(asked.values())})


def require_auditor(viewer: Viewer) -> None:
    """The system's own events are for auditors (审计员); WrongRole (403) for others."""
    if not viewer.paths("audit_system"):
        raise WrongRole(
            "not_an_auditor",
            _("Only auditors read the system’s own trail."),
            hint=_("What happened in a case stands on its page."),
        )
