"""The administrator's page of files that nobody may open."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.models import SystemEvent
from cases.quarantine import held_back
from cases.roster.apply import require_manager
from cases.tree import within
from cases.uploads.examining import TYPES
from cases.web import viewer_of

SHOWN = 200
ENDINGS = {kind.media_type: kind.endings[0].removeprefix(".").upper() for kind in TYPES}
REFUSED_SHOWN = 20


@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """[quarantine] What is held back, of which unit and since when; neither the file nor its name."""
    viewer = viewer_of(request)
    require_manager(viewer)
    found = held_back(viewer)
    area = within("chain__unit__path", viewer.paths("manage_people"))
    refused = SystemEvent.objects.filter(area, verb="refuse_infected").select_related("chain__unit", "actor")
    context = {
        "files": [(file, ENDINGS.get(file.media_type, file.media_type)) for file in found[:SHOWN]],
        "count": found.count(),
        "shown": SHOWN,
        "refused": refused.order_by("-at", "-pk")[:REFUSED_SHOWN],
        "has_scanner": bool(settings.SCANNER),
    }
    return render(request, "cases/quarantine.html", context)
