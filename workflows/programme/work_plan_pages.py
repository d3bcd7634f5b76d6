"""The page of a prefecture's work plan: written, confirmed, filed, put on file or returned (工作计划)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import CaseEvent, WorkItem
from cases.naming import ACTOR
from cases.saving import StaleRow
from cases.web import actor_of, viewer_of
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import colleagues_of, offers
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.programme.drafts import drafting, save_work_plan
from workflows.programme.forms import WorkPlanForm
from workflows.programme.pages import draft_answer
from workflows.programme.work_plan import PARTS, WRITABLE, State
from workflows.quality_cycle.selfcheck_forms import row_version_of
from workflows.quality_cycle.selfcheck_pages import wants_json
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = "work_plan"
WITH_REASON = ("send_back", "return_")
VERBS = ("request_confirmation", "submit", "withdraw", "accept", *WITH_REASON)
OFFERED = ("claim", "release", "hand_over", "nudge")
MOST_EVENTS = 50


@require_safe
def work_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One work plan; a form for the officer whose turn it is, read-only for everybody else."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def work_plan_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the plan: by itself while somebody types, or by the button."""
    viewer = viewer_of(request)
    form = WorkPlanForm(request.POST)
    theirs = None
    with drafting(request, pk, KIND, "compile", WRITABLE) as case:
        plan = case.work_plan
        if form.is_valid():
            try:
                based_on, by = row_version_of(request), actor_of(request)
                save_work_plan(plan, form.cleaned_data, based_on=based_on, by=by, at=viewer.at)
            except StaleRow as stale:
                theirs = {name: getattr(stale.stored, name) for name in PARTS}
    if wants_json(request):
        return draft_answer(request, plan.row_version, form, theirs)
    if form.errors or theirs is not None:
        status = 409 if theirs is not None else 422
        return _page(request, case_in_scope(request, pk, KIND), {"draft": form}, status, theirs=theirs)
    messages.success(request, _("Saved."))
    return redirect("work_plan", pk)


@require_POST
def work_plan_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Hand the plan on, or back; a refusal shows the page again with what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = ReasonForm(request.POST) if verb in WITH_REASON else forms.Form(request.POST)
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict, WrongRole) as refusal:
        case = case_in_scope(request, pk, KIND)
        if verb == "request_confirmation" and set(refusal.faults) & set(PARTS):
            form = WorkPlanForm({name: getattr(case.work_plan, name) for name in PARTS})
            form.is_valid()
            verb = "draft"
        take_over(form, refusal)
        return _page(request, case, {verb: form}, refusal.status)
    messages.success(request, _done(verb))
    return redirect("work_plan", pk)


def _done(verb: str) -> str:
    return {
        "request_confirmation": _("The work plan is with the head for confirmation."),
        "submit": _("The work plan has been filed with the region."),
        "withdraw": _("The work plan is back."),
        "accept": _("The work plan has been put on file."),
        "send_back": _("The work plan has gone back to the officer."),
        "return_": _("The work plan has been returned to the prefecture."),
    }[verb]


def _page(
    request: HttpRequest,
    case: Any,
    bound: dict[str, forms.Form],
    status: int,
    *,
    theirs: dict[str, str] | None = None,
) -> HttpResponse:
    viewer, item, plan = viewer_of(request), open_item(case), case.work_plan
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & set(VERBS)
    if not _may_withdraw(viewer, item):
        verbs.discard("withdraw")
    writes = case.state in WRITABLE and viewer.can("compile", case.unit)
    draft = bound.get("draft") or WorkPlanForm(initial={name: getattr(plan, name) for name in PARTS})
    events = list(CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")[:MOST_EVENTS])
    context = {
        "case": case,
        "plan": plan,
        # The programme's page leads whoever works below the region to what it asks of them.
        "programme_url": reverse("programme", args=[case.parent_id]),
        "item": item,
        "state": State(case.state).label,
        "verbs": verbs,
        "offers": [each for each in offers(request, case, item, colleagues_of(item, viewer)) if each.name in OFFERED],
        "draft": draft if writes else None,
        "theirs": [(str(draft[name].label), text) for name, text in theirs.items()] if theirs else [],
        "parts": [(draft[name].label, getattr(plan, name)) for name in PARTS],
        "empty": not any(getattr(plan, name).strip() for name in PARTS),
        "forms": {verb: bound.get(verb) or ReasonForm() for verb in WITH_REASON},
        "refused": next((form for form in bound.values() if form.errors), None),
        "returned": next((event for event in events if event.verb in WITH_REASON), None) if writes else None,
        "entries": entries(case, events),
        "nav_current": "requirements",
    }
    return render(request, "workflows/programme/work_plan.html", context, status=status)


def _may_withdraw(viewer: Viewer, item: WorkItem | None) -> bool:
    before = item.after if item is not None else None
    return before is not None and item is not None and item.owner_id is None and before.done_by_id == viewer.user.pk
