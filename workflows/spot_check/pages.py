"""The page of one spot-check: its plan, the draw, the visits with their teams and replacements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import CaseEvent, OrgUnit
from cases.naming import ACTOR
from cases.sampling.entries import reproduce
from cases.web import viewer_of
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.spot_check.forms import DrawForm, PlanForm
from workflows.spot_check.opening import KIND, drawing_grant
from workflows.spot_check.shown import course_of, factor_rows, lines_of, meaning, seen, strata_words
from workflows.spot_check.states import LIVE, State
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from

MOST_EVENTS = 50
FORMS: dict[str, type[forms.Form]] = {"draw": DrawForm, "conclude": forms.Form, "cancel": ReasonForm}


@require_safe
def spot_check(request: HttpRequest, pk: int) -> HttpResponse:
    """One spot-check; ``?again=1`` does the draw again and says whether it comes out the same."""
    return _page(request, pk, {}, 200)


@require_http_methods(["GET", "HEAD", "POST"])
def spot_check_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan before the draw; a refusal shows the form again with all that was typed."""
    case = case_in_scope(request, pk, KIND)
    if request.method != "POST":
        if drawing_grant(viewer_of(request), case.unit) is None:
            raise WrongRole("wrong_role", _("Your role does not include this action."))
        if case.state != State.PLANNING:
            raise Conflict("wrong_state", _("The draw has been made; the plan stays as it is."))
        record = case.spot_check
        initial = {"title": record.title, "size": record.size, "visits_until": record.visits_until}
        return _plan_page(request, case, PlanForm(initial=initial), 200)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _plan_page(request, case, form, 422)
    try:
        perform_from(request, case, "revise", **form.cleaned_data)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _plan_page(request, case_in_scope(request, pk, KIND), form, refusal.status)
    messages.success(request, _("The plan has been changed."))
    return redirect("spot_check", pk)


@require_POST
def spot_check_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Draw, conclude or cancel; a refusal shows the page again with what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in FORMS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = FORMS[verb](request.POST)
    if not form.is_valid():
        return _page(request, pk, {verb: form}, 422)
    details = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, pk, {verb: form}, refusal.status)
    messages.success(
        request,
        {
            "draw": _("The draw has been made and recorded; a visit is open for every institution that was drawn."),
            "conclude": _("The spot-check is concluded."),
            "cancel": _("The spot-check is cancelled."),
        }[verb],
    )
    return redirect("spot_check", pk)


def _page(request: HttpRequest, pk: int, given: dict[str, forms.Form], status: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = seen(viewer, pk)
    case, record = found.case, found.record
    may = drawing_grant(viewer, case.unit) is not None
    lines = lines_of(found, viewer)
    context: dict[str, Any] = {
        "case": case,
        "record": record,
        "whole": found.whole,
        "may": may,
        "state": State(case.state).label,
        "planning": case.state == State.PLANNING,
        "live": case.state in LIVE,
        "visiting": case.state == State.VISITING,
        "strata": strata_words(record),
        "factors": factor_rows(record),
        "basis": quality_of(edition_of(case)).draw.basis,
        "lines": lines,
        "meaning": meaning(record, [line.entry for line in lines]),
        "tally": _tally(lines),
        "errors_of": next(iter(given.values()), None),
        "draw_form": given.get("draw") or DrawForm(),
        "cancel_form": given.get("cancel") or ReasonForm(auto_id="cancel_%s"),
        "nav_current": "spot_checks",
    }
    if found.whole:
        context["item"] = open_item(case)
        events = list(CaseEvent.objects.filter(case=pk).select_related(*ACTOR).order_by("-seq")[:MOST_EVENTS])
        context["entries"] = course_of(case, events)
        context["drawing"] = next((event.details for event in events if event.verb == "draw"), None)
        context["institutions"] = found.entries.count() if record.seed else _in_frame(case, viewer.on)
        if record.seed and request.GET.get("again"):
            context["again"] = reproduce(record)
    return render(request, "workflows/spot_check/spot_check.html", context, status=status)


def _plan_page(request: HttpRequest, case: Any, form: PlanForm, status: int) -> HttpResponse:
    record = case.spot_check
    context = {
        "case": case,
        "unit": case.unit,
        "form": form,
        "strata": [strata_words(record)],
        "factors": factor_rows(record),
        "beds_large": record.factors["beds_large"],
        "basis": quality_of(edition_of(case)).draw.basis,
        "nav_current": "spot_checks",
    }
    return render(request, "workflows/spot_check/plan.html", context, status=status)


def _in_frame(case: Any, on: Any) -> int:
    """How many institutions could be drawn today."""
    active = OrgUnit.objects.within(case.unit.path).active(on).filter(kind=OrgUnit.Kind.INSTITUTION)
    return active.count()


def _tally(lines: list[Any]) -> dict[str, int]:
    """How far the visits are: drawn, concluded, still to do, without a team."""
    standing = [line for line in lines if line.entry.dropped_at is None]
    return {
        "drawn": len(standing),
        "over": sum(line.over for line in standing),
        "open": sum(not line.over for line in standing),
        "without_team": sum(not line.over and not line.team for line in standing),
        "replaced": len(lines) - len(standing),
    }
