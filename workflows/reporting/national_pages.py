"""The regions with their reports, round by round: what is filed, acknowledged or returned (part 3 (3))."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.errors import Refusal, WrongRole
from cases.models import Case, OrgUnit
from cases.web import viewer_of
from workflows.desk.counting import year_asked
from workflows.reporting.deciding import Refused, decide, return_form
from workflows.reporting.national import reports_of
from workflows.summary.regional import State
from workflows.web import case_in_scope

DECISIONS = ("acknowledge", "return_")
LEVELS = ("nation", "region")


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """The reports of the regions in scope for one year."""
    return _page(request)


@require_POST
def report_decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Acknowledge a region's report, or return it with a reason; a refusal shows the list again."""
    case = case_in_scope(request, pk, "regional_report")
    if verb not in DECISIONS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    refused = decide(request, case, verb)
    if refused is not None:
        return _page(request, refused=refused, status=refused.status)
    said = _("Acknowledged: %(unit)s.") if verb == "acknowledge" else _("Returned: %(unit)s.")
    messages.success(request, said % {"unit": case.unit})
    return redirect("rounds")


def _page(request: HttpRequest, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    if not OrgUnit.objects.filter(pk__in=viewer.unit_ids("view"), kind__in=LEVELS).exists():
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this page."),
            hint=_("The reports of the regions are shown to the region and the national level."),
        )
    years = _years(viewer)
    year = year_asked(request.GET.get("year", "")) or next(iter(years), viewer.on.year)
    lines = reports_of(viewer, year)
    waiting = [line for line in lines if line.case and line.case.state == State.SUBMITTED]
    context = {
        "year": year,
        "years": years,
        "lines": lines,
        "national": bool(viewer.paths("acknowledge")),
        "to_decide": [
            {
                "line": line,
                "form": return_form(line.case.pk, refused),
                "refused": refused is not None and refused.case_id == line.case.pk and refused.form is not None,
            }
            for line in waiting
            if viewer.may("acknowledge", line.case)
        ],
        "refusal": refused.refusal if refused is not None else None,
        "regions": len({line.region.pk for line in lines}),
        "filed": sum(line.version is not None for line in lines),
        "acknowledged": sum(bool(line.case) and line.case.state == State.ACKNOWLEDGED for line in lines),
        "nav_current": "rounds",
    }
    return render(request, "workflows/reporting/rounds.html", context, status=status)


def _years(viewer: Viewer) -> list[int]:
    programmes = Case.objects.visible_to(viewer).filter(kind="programme")
    return list(programmes.order_by("-year").values_list("year", flat=True).distinct())
