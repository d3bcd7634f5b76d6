"""Taking a case under supervision, and the page of the supervision (督办)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.clock import local_date
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import Case, CaseEvent
from cases.web import viewer_of
from workflows.desk.destinations import page_of_case
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import check_offered
from workflows.finding.forms import take_over
from workflows.kinds import KINDS, about_of, kind_of
from workflows.step import edition_of
from workflows.supervision.forms import EndForm, SuperviseForm
from workflows.supervision.kind import State
from workflows.web import case_in_scope, perform_from

MOST_EVENTS = 50


@require_http_methods(["GET", "HEAD", "POST"])
def supervise(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the form, POST opens the supervision; a refusal shows the form again with all that was typed."""
    case = case_in_scope(request, pk)
    declared = kind_of(case).verbs.get("supervise")
    if declared is None:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    today, days = local_date(viewer_of(request).at), edition_of(case).deadlines["supervision"].days
    if request.method != "POST":
        check_offered(request, case, declared, None)
        return _form_page(request, case, SuperviseForm(today=today, days=days), 200)
    form = SuperviseForm(request.POST, today=today, days=days)
    if not form.is_valid():
        return _form_page(request, case, form, 422)
    try:
        perform_from(request, case, "supervise", due_on=form.cleaned_data["due_on"])
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _form_page(request, case_in_scope(request, pk), form, refusal.status)
    messages.success(request, _("The case is under supervision; you will hear of every step."))
    return redirect(page_of_case(case))


@require_safe
def supervision(request: HttpRequest, pk: int) -> HttpResponse:
    """One supervision with its reason, its date, and the course of what it watches."""
    return _page(request, case_in_scope(request, pk, "supervision"), None, 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of it; a refusal shows the page again with what was typed."""
    case = case_in_scope(request, pk, "supervision")
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, case, form, 422)
    try:
        perform_from(request, case, "end", outcome=form.cleaned_data["outcome"])
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, "supervision"), form, refusal.status)
    messages.success(request, _("The supervision has ended."))
    return redirect("supervision", pk)


def _form_page(request: HttpRequest, case: Case, form: forms.Form, status: int) -> HttpResponse:
    context = {
        "case": case,
        "title": about_of(case) if not case.number else f"{about_of(case)} · {case.number}",
        "state": kind_of(case).state_label(case.state),
        "form": form,
        "back": page_of_case(case),
        "nav_current": kind_of(case).section,
    }
    return render(request, "workflows/supervision/supervise.html", context, status=status)


def _page(request: HttpRequest, case: Any, form: forms.Form | None, status: int) -> HttpResponse:
    viewer, item, record = viewer_of(request), open_item(case), case.supervision
    parent = Case.objects.select_related("unit", "edition").get(pk=case.parent_id)
    opened = _events(case).filter(verb="open").first()
    may_end = case.state == State.ACTIVE and viewer.can("oversee", record.unit)
    context = {
        "case": case,
        "about": about_of(case),
        "record": record,
        "item": item,
        "parent": parent,
        "parent_url": page_of_case(parent),
        "parent_kind": KINDS[parent.kind].label,
        "parent_state": KINDS[parent.kind].state_label(parent.state),
        "parent_over": parent.finished is not None,
        "state": State(case.state).label,
        "active": case.state == State.ACTIVE,
        "opened": opened,
        "may_end": may_end,
        "form": form or EndForm(),
        "refused": form if form is not None and form.errors else None,
        "kept": _kept(form) if form is not None and not may_end else [],
        "entries": entries(case, list(_events(case)[:MOST_EVENTS])),
        "watched": entries(parent, list(_events(parent)[:MOST_EVENTS])),
        "nav_current": "inbox",
    }
    return render(request, "workflows/supervision/supervision.html", context, status=status)


def _events(case: Case) -> Any:
    return CaseEvent.objects.filter(case=case.pk).select_related("actor", "appointment__unit").order_by("-seq")


def _kept(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    typed = ((str(field.label), field.value()) for field in form)
    return [(label, value) for label, value in typed if isinstance(value, str) and value.strip()]
