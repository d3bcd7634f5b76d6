"""The matrix of a round: the prefectures of a region with their summaries, decisions, nudges (part 3 (3))."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Conflict, Invalid, OutOfScope, Refusal
from cases.models import Case, Round
from cases.web import viewer_of
from workflows.bulk import BulkForm, may_nudge, nudge_many, picked, tell
from workflows.reporting.deciding import Refused, decide, return_form
from workflows.reporting.matrix import GROUPS, SUBMITTED, Line, matrix, tally
from workflows.reporting.steps import label_of
from workflows.web import case_in_scope

DECISIONS = ("accept", "return_")


@require_safe
def round_matrix(request: HttpRequest, pk: int) -> HttpResponse:
    """Where every prefecture of the region stands with its summary of the round."""
    return _page(request, round_in_scope(request, pk))


@require_POST
def round_decide(request: HttpRequest, pk: int, case_pk: int, verb: str) -> HttpResponse:
    """Accept a summary, or return it with a reason; a refusal shows the matrix again with what was typed."""
    of = round_in_scope(request, pk)
    case = case_in_scope(request, case_pk, "summary")
    if verb not in DECISIONS or case.summary.round_id != of.pk:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    refused = decide(request, case, verb)
    if refused is not None:
        return _page(request, of, refused=refused, status=refused.status)
    said = _("Accepted: %(unit)s.") if verb == "accept" else _("Returned: %(unit)s.")
    messages.success(request, said % {"unit": case.unit})
    return redirect("round_matrix", pk)


@require_POST
def round_nudge(request: HttpRequest, pk: int) -> HttpResponse:
    """Nudge the ticked prefectures, or all that are overdue; says how many were, which were not, and why (催办)."""
    of, bulk = round_in_scope(request, pk), BulkForm(request.POST)

    def keys_of(everything: bool) -> Iterable[int]:
        if not everything:
            return picked(request.POST.getlist("pick"))
        return [line.case.pk for line in matrix(viewer_of(request), of) if line.is_overdue]

    try:
        outcome = nudge_many(request, bulk, keys_of)
    except (Invalid, Conflict) as refusal:
        return _page(request, of, refusal=refusal, bulk=bulk, status=refusal.status)
    tell(request, outcome)
    return redirect("round_matrix", pk)


def round_in_scope(request: HttpRequest, pk: int) -> Round:
    """The round if the viewer sees its region's programme; OutOfScope (404) where they do not."""
    programmes = Case.objects.visible_to(viewer_of(request)).filter(kind="programme")
    found = Round.objects.filter(pk=pk, programme__case__in=programmes).select_related("programme__case__unit").first()
    if found is None:
        raise OutOfScope("no_such_round", _("There is no such round, or it is not among those that you may see."))
    return found


def _page(
    request: HttpRequest,
    of: Round,
    *,
    refused: Refused | None = None,
    refusal: Refusal | None = None,
    bulk: BulkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer, region = viewer_of(request), of.programme.case.unit
    lines = matrix(viewer, of)
    group = request.GET.get("group", "")
    shown = [line for line in lines if _matches(line, group)]
    report = Case.objects.filter(kind="regional_report", summary__round=of, unit=region).first()
    context: dict[str, Any] = {
        "round": of,
        "round_name": label_of(of),
        "region": region,
        "lines": shown,
        "all": len(lines),
        "group": group if group in (*GROUPS, "late") else "",
        "tally": tally(lines),
        "to_decide": [
            {"line": line, "form": return_form(line.case.pk, refused), "refused": _refused(line, refused)}
            for line in lines
            if line.group == SUBMITTED and viewer.may("receive", line.case)
        ],
        "may_nudge": may_nudge(viewer),
        "overdue": sum(line.is_overdue for line in lines),
        "report": report,
        "report_url": reverse("regional_report", args=[report.pk]) if report is not None else "",
        "refusal": refusal or (refused.refusal if refused is not None else None),
        "bulk_form": bulk or BulkForm(),
        "picked": picked(request.POST.getlist("pick")),
        "nav_current": "rounds",
    }
    return render(request, "workflows/reporting/matrix.html", context, status=status)


def _matches(line: Line, group: str) -> bool:
    if group == "late":
        return line.is_late
    return group not in GROUPS or line.group == group


def _refused(line: Line, refused: Refused | None) -> bool:
    return refused is not None and refused.case_id == line.case.pk and refused.form is not None
