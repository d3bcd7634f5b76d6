"""The page of work without an owner, for whoever manages people."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.models import Appointment
from cases.roster.apply import require_manager
from cases.tree import within
from cases.vacancies import MOST, vacancies
from cases.web import viewer_of

SHOWN = 20


@require_safe
def list_vacancies(request: HttpRequest) -> HttpResponse:
    """[vacancies] Unit, post, how much is open and since when; nothing of the cases themselves.

    ``?person=`` finds somebody's appointments, to delegate for whoever has fallen ill.
    """
    viewer = viewer_of(request)
    require_manager(viewer)
    found = vacancies(viewer)
    request.unowned_count = len(found)  # type: ignore[attr-defined]  # spares the frame its own count
    asked = request.GET.get("person", "").strip()[:60]
    context = {
        "vacancies": found,
        "more": len(found) == MOST,
        "most": MOST,
        "asked": asked,
        "appointments": posts_of(viewer, asked)[:SHOWN] if asked else (),
    }
    return render(request, "cases/vacancies.html", context)


def posts_of(viewer: Viewer, asked: str) -> QuerySet[Appointment]:
    """The appointments, in the viewer's area, of whoever has this name or login name."""
    held = Appointment.objects.own().dated(viewer.on).filter(within("unit__path", viewer.paths("manage_people")))
    named = held.filter(Q(user__name=asked) | Q(user__username=asked))
    return named.select_related("user", "unit").order_by("unit__path", "role", "pk")
