"""The self-rectification report (自查整改报告): drafted from the answers, then the institution's own text."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.editions.quality import quality_of
from cases.errors import Invalid, WrongRole
from cases.saving import StaleRow
from cases.selfcheck import snapshot
from cases.selfcheck_drafts import LONGEST_REPORT, save_report, text_before_redraft
from cases.selfcheck_report import draft_report, report_title
from cases.web import viewer_of
from workflows.quality_cycle.drafting import WRITABLE, cycle_in_scope, drafting, may_fill
from workflows.quality_cycle.selfcheck_forms import row_version_of
from workflows.quality_cycle.selfcheck_pages import wants_json


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the report; saved by itself, or by its button where there is no script."""
    if request.method == "POST":
        return _save(request, pk)
    case = cycle_in_scope(request, pk)
    if not (may_fill(request, case) and case.state in WRITABLE):
        return redirect("selfcheck", pk)
    return _page(request, case)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the report from the answers. A text that stands there is replaced only when it has been shown beside it.

    ``replace`` puts the new draft in its place, ``restore`` brings back the text from before the last replacement.
    """
    viewer = viewer_of(request)
    user: Any = viewer.user
    with drafting(request, pk) as case:
        selfcheck = case.selfcheck
        proposal = _proposal(case)
        if "restore" in request.POST:
            before = text_before_redraft(selfcheck)
            text, said = before.report if before else selfcheck.report, _("The earlier text is back.")
        elif "replace" in request.POST or not selfcheck.report.strip():
            text, said = proposal, _("The report has been drafted from the answers; please check and complete it.")
        else:
            return _page(request, case, proposal=proposal)
        try:
            save_report(selfcheck, text, row_version=row_version_of(request), by=user, at=viewer.at, redrafted=True)
        except StaleRow as stale:
            return _page(request, case, proposal=proposal, stale=True, status=stale.status)
    messages.success(request, said)
    return redirect("selfcheck_report", pk)


def _save(request: HttpRequest, pk: int) -> HttpResponse:
    viewer = viewer_of(request)
    user: Any = viewer.user
    typed = request.POST.get("report", "")
    try:
        with drafting(request, pk) as case:
            selfcheck = save_report(case.selfcheck, typed, row_version=row_version_of(request), by=user, at=viewer.at)
    except Invalid as refusal:
        if wants_json(request):
            errors = {name: [str(text) for text in found] for name, found in refusal.faults.items()}
            return JsonResponse({"errors": errors}, status=refusal.status)
        return _page(request, case, typed=typed, errors=refusal.faults["report"], status=refusal.status)
    except StaleRow as stale:
        if wants_json(request):
            theirs = {"report": stale.stored.report}
            return JsonResponse({"row_version": stale.row_version, "theirs": theirs}, status=stale.status)
        return _page(request, case, typed=typed, theirs=stale.stored.report, status=stale.status)
    if wants_json(request):
        saved_at = date_format(timezone.localtime(viewer.at), "TIME_FORMAT")
        return JsonResponse({"row_version": selfcheck.report_version, "saved_at": saved_at})
    messages.success(request, _("The report has been saved."))
    return redirect("selfcheck_report", pk)


def _page(
    request: HttpRequest,
    case: Any,
    *,
    typed: str | None = None,
    theirs: str | None = None,
    proposal: str | None = None,
    errors: Any = (),
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    selfcheck = case.selfcheck
    if not may_fill(request, case):
        raise WrongRole("wrong_role", _("Only the institution itself fills in its form."))
    context = {
        "case": case,
        "nav_current": "cycles",
        "heading": report_title(case.unit.name),
        "text": selfcheck.report if typed is None else typed,
        "row_version": selfcheck.report_version,
        "theirs": theirs,
        "proposal": proposal,
        "stale": stale,
        "text_errors": errors,
        "lines": [("report", "", message) for message in errors],
        "before": text_before_redraft(selfcheck),
        "longest": LONGEST_REPORT,
    }
    return render(request, "workflows/selfcheck/report.html", context, status=status)


def _proposal(case: Any) -> str:
    return draft_report(
        quality_of(case.edition).form, snapshot(case.selfcheck), unit_name=case.unit.name, year=case.year
    )
