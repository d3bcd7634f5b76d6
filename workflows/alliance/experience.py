"""Published experience of promoted pilots, for everybody of the city and its region (经验推广; part 3 (3))."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access import Viewer, appointments_of
from cases.errors import OutOfScope
from cases.keyset import page_of
from cases.models import Case, OrgUnit, Pilot
from cases.tree import STEP, within
from cases.web import viewer_of
from workflows.alliance.states import State


def published(viewer: Viewer) -> QuerySet[Pilot]:
    """What the viewer may read: that of their own region, the nation's people every region's.

    Reading it is not seeing the pilot: it shows its words alone.
    """
    units = [appointment.unit for appointment in appointments_of(viewer.user, viewer.at)]
    paths = [unit.path for unit in units if unit.kind == OrgUnit.Kind.NATION]
    prefixes = {unit.path[:end] for unit in units for end in range(STEP, len(unit.path) + 1, STEP)}
    paths += OrgUnit.objects.filter(kind=OrgUnit.Kind.REGION, path__in=prefixes).values_list("path", flat=True)
    found = Pilot.objects.filter(within("case__unit__path", paths), case__state=State.PROMOTED)
    return found.exclude(published_at=None).select_related("case__unit", "lead")


@require_safe
def experiences(request: HttpRequest) -> HttpResponse:
    """What has been published, the latest first."""
    page = page_of(
        published(viewer_of(request)), "published_at", "pk", after=request.GET.get("after", ""), descending=True
    )
    context = {"page": page, "nav_current": "pilot_experiences"}
    return render(request, "workflows/alliance/experiences.html", context)


@require_safe
def experience(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; 404 where it is not published in the reader's region."""
    viewer = viewer_of(request)
    record = published(viewer).filter(pk=pk).first()
    if record is None:
        raise OutOfScope(
            "no_such_experience",
            _("There is no such published experience in your region."),
            hint=_("Look for it in the list."),
        )
    may_open = Case.objects.visible_to(viewer).filter(pk=pk).exists()
    context = {"record": record, "may_open": may_open, "nav_current": "pilot_experiences"}
    return render(request, "workflows/alliance/experience.html", context)
