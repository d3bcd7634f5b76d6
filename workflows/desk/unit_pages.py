"""The institution files: a list to search, and one file across the years (一机构一档)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.errors import OutOfScope
from cases.keyset import PAGE_SIZE
from cases.models import OrgUnit, SelfCheckSubmission, WorkItem
from cases.punctuality import counts
from cases.web import viewer_of
from workflows.common_problem.kind import OFFICERS
from workflows.common_problem.shown import measures_for_unit
from workflows.desk import institution
from workflows.desk.case_pages import basic_facts
from workflows.desk.counting import capped_count, shown
from workflows.desk.cycles import CycleFilters, area_asked, areas_to_choose
from workflows.desk.inbox import is_county, is_watching


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The institutions in scope; somebody of a single institution is led to its file."""
    viewer = viewer_of(request)
    filters = CycleFilters.read(request.GET)
    found = institution.units_of(viewer, filters.text, area_asked(viewer, filters.area))
    if not (is_county(viewer) or is_watching(viewer)):
        own = list(found[:2])
        if len(own) == 1:
            return redirect("unit", own[0].pk)
    context: dict[str, Any] = {
        "filters": filters,
        "areas": areas_to_choose(viewer),
        "total": shown(capped_count(found)),
        "page": institution.unit_page(found, viewer, request.GET.get("after", ""), PAGE_SIZE),
    }
    return render(request, "workflows/desk/units.html", context)


@require_safe
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One institution's file, as far as the reader may see its cases; an authority's page is its common problems."""
    viewer = viewer_of(request)
    visible = OrgUnit.objects.visible_to(viewer).filter(pk=pk)
    unit = visible.filter(kind__in=institution.KINDS).select_related("superior__superior").first()
    if unit is None and visible.filter(kind__in=OFFICERS).exists():
        return redirect(f"{reverse('common_problems')}?unit={pk}")
    if unit is None:
        raise OutOfScope(
            "no_such_unit",
            _("There is no such institution, or it is not among those that you may see."),
            hint=_("Look for it in the list of institution files."),
        )
    cycles = institution.cycles_of_unit(unit, viewer)
    submissions = institution.submissions_of_unit(cycles)
    findings = institution.findings_of_unit(cycles)
    context: dict[str, Any] = {
        "unit": unit,
        "closed": not unit.is_active(viewer.on),
        "facts": _facts(cycles, submissions),
        "years_lines": institution.year_lines(cycles, submissions),
        "punctuality": sorted(counts(WorkItem.objects.filter(unit=unit), "process__year").items(), reverse=True),
        "versions": institution.version_lines(cycles, submissions),
        "finding_years": institution.finding_years(cycles, findings),
        "recurrences": institution.recurrences(cycles, findings),
        "joint_measures": measures_for_unit(unit, findings),
        "people": institution.people_of_unit(unit),
        "dossier_years": sorted({case.year for case in cycles}, reverse=True) if viewer.can("inspect", unit) else [],
        "on": viewer.on,
        "nav_current": "units",
    }
    return render(request, "workflows/desk/unit.html", context)


def _facts(cycles: list[Any], submissions: dict[int, list[SelfCheckSubmission]]) -> list[str]:
    """What the institution said of itself in the latest submitted version."""
    case = next((case for case in cycles if case.pk in submissions), None)
    if case is None:
        return []
    last = submissions[case.pk][0]
    basic = SelfCheckSubmission.objects.values_list("snapshot__basic", flat=True).get(pk=last.pk)
    return basic_facts(case, basic)
