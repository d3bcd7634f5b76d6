"""What is asked this year (年度工作要求): notice, windows and rounds, as everybody below the region reads them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.errors import Invalid, WrongRole
from cases.models import Case
from cases.web import viewer_of
from workflows.desk.counting import year_asked
from workflows.programme import shown
from workflows.programme.work_plan import State as PlanState
from workflows.quality_cycle.opening import edition_for
from workflows.step import edition_of

MOST_YEARS = 20


@require_safe
def requirements(request: HttpRequest) -> HttpResponse:
    """The programme of one year of the viewer's region, the latest one that has begun where none is asked for."""
    viewer = viewer_of(request)
    if not viewer.paths("view"):
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this page."),
            hint=_("It is for the institutions and authorities of a region."),
        )
    found = list(shown.programmes_above(viewer)[:MOST_YEARS])
    years = sorted({case.year for case in found}, reverse=True)
    year = year_asked(request.GET.get("year", "")) or next((each for each in years if each <= viewer.on.year), None)
    year = year or viewer.on.year
    case: Any = next((case for case in found if case.year == year), None)
    context: dict[str, Any] = {
        "case": case,
        "year": year,
        "years": years,
        "plan": _own_plan(viewer, case),
        "phases": _phases(viewer, case, year),
        "sees_programme": case is not None and viewer.can("view", case.unit),
    }
    if case is not None:
        context["rounds"] = shown.round_lines(case, case.programme.rounds.all())
        context["readings"] = edition_of(case).readings
    return render(request, "workflows/programme/requirements.html", context)


def _phases(viewer: Viewer, case: Any, year: int) -> list[shown.PhaseLine]:
    """The windows by the programme's edition; before it is opened, by the edition in force, if there is one."""
    if case is not None:
        return shown.phase_lines(edition_of(case), year, viewer.at)
    try:
        return shown.phase_lines(edition_for(year).parsed, year, viewer.at)
    except Invalid:
        return []


def _own_plan(viewer: Viewer, case: Any) -> tuple[Case, Any] | None:
    """The work plan of the prefecture where the viewer works, with the word for its state."""
    if case is None:
        return None
    units = [*viewer.unit_ids("compile"), *viewer.unit_ids("endorse")]
    plan = Case.objects.filter(parent=case.pk, kind="work_plan", unit__in=units).first() if units else None
    return (plan, PlanState(plan.state).label) if plan is not None else None
