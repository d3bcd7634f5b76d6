"""The dry run of the ladders on screen: for a chosen day, who would be told what, and why (演练)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.alarm_words import rung_named, targets_named
from cases.clock import local_date
from cases.errors import Invalid, WrongRole
from cases.models import OrgUnit
from cases.web import viewer_of, whole_number
from notifications.alarms import ESCALATE, REMIND
from notifications.dry_run import counted, lines, plan

READERS = ("approve", "oversee")  # whom the ladders go up to
COUNTER = "manage_people"
PAGE = 30
NEAREST_UNITS = ("region", "prefecture", "county")


@require_safe
def dry_run(request: HttpRequest) -> HttpResponse:
    """``?on=`` the day, ``?unit=`` a unit of the reader's subtree; the administrator sees numbers and no case."""
    viewer = viewer_of(request)
    paths, reads = _paths(viewer)
    fault = ""
    try:
        on = _day(request.GET.get("on", ""), viewer)
    except Invalid as refusal:
        fault, on = str(refusal.message), viewer.on
    units = _units(paths)
    chosen = next((unit for unit in units if str(unit.pk) == request.GET.get("unit")), None)
    planned = plan(on, at=viewer.at, paths=[chosen.path] if chosen else paths)
    page = max(1, min(whole_number(request.GET.get("page", "")) or 1, -(-len(planned) // PAGE) or 1))
    shown = planned[(page - 1) * PAGE : page * PAGE] if reads else []
    counts = counted(planned)
    context: dict[str, Any] = {
        "on": on,
        "typed": request.GET.get("on", "") if fault else on.isoformat(),
        "fault": fault,
        "is_today": on == local_date(viewer.at),
        "is_past": on < local_date(viewer.at),
        "units": units,
        "chosen": chosen,
        "reads": reads,
        "lines": [
            (line, rung_named(line.alert.reached.days, line.alert.reached.hours), targets_named(line.alert.to))
            for line in lines(shown, on)
        ],
        "total": len(planned),
        "reminders": _row(counts[REMIND]),
        "escalations": _row(counts[ESCALATE]),
        "page_no": page,
        "previous": page - 1 if page > 1 else None,
        "next": page + 1 if page * PAGE < len(planned) else None,
        "nav_current": "dry_run",
    }
    return render(request, "notifications/dry_run.html", context, status=422 if fault else 200)


def _paths(viewer: Viewer) -> tuple[list[str], bool]:
    """The subtrees whose work the reader may see here, and whether singly or in numbers only."""
    own = [path for permission in READERS for path in viewer.paths(permission)]
    if own:
        return own, True
    counted_only = viewer.paths(COUNTER)
    if counted_only:
        return counted_only, False
    raise WrongRole(
        "wrong_role",
        _("The dry run is for approvers and those above them."),
        hint=_("Your own dates stand in your list of work."),
    )


def _day(text: str, viewer: Viewer) -> dt.date:
    if not text:
        return viewer.on
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if abs((day - viewer.on).days) > 800:
        raise Invalid("no_such_day", _("Choose a day within two years of today."))
    return day


def _units(paths: list[str]) -> list[OrgUnit]:
    """The authorities of the subtrees, to narrow the list with."""
    return list(OrgUnit.objects.within(*paths).filter(kind__in=NEAREST_UNITS))


def _row(counts: dict[tuple[int, int | None], int]) -> list[tuple[str, int]]:
    """The numbers in the order in which the rungs are reached."""
    ordered = sorted(counts, key=lambda distance: distance[0] + (distance[1] or 0) / 24)
    return [(rung_named(days, hours), counts[days, hours]) for days, hours in ordered]
