"""Asking for more time, and the page on which it is decided (延期申请)."""

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
from cases.models import Case, OrgUnit, WorkItem
from cases.web import viewer_of
from workflows.authority import deciders
from workflows.desk.destinations import page_of_case, title_of
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.extension.asking import granted_before, hindrance
from workflows.extension.forms import AskForm, DecideForm
from workflows.extension.kind import PENDING, State, deciding_grant
from workflows.finding.forms import take_over
from workflows.kinds import about_of, kind_of
from workflows.web import case_in_scope, perform_from, possible_verbs

MOST_EVENTS = 50
DECISIONS = ("grant", "refuse")


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the form, or why there is none; a refused request comes back with all that was typed."""
    case = case_in_scope(request, pk)
    declared = kind_of(case).verbs.get("request_extension")
    if declared is None:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    item, at = open_item(case), viewer_of(request).at
    present = local_date(item.due_at) if item is not None and item.due_at is not None else None
    if request.method != "POST":
        refusal = hindrance(case, item, at) or _not_theirs(request, case, item)
        if refusal is not None:
            raise refusal
        return _ask_page(request, case, item, AskForm(after=present), 200)
    form = AskForm(request.POST, after=present)
    if not form.is_valid():
        return _ask_page(request, case, item, form, 422)
    try:
        perform_from(request, case, "request_extension", due_asked=form.cleaned_data["due_asked"])
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        case = case_in_scope(request, pk)
        return _ask_page(request, case, open_item(case), form, refusal.status)
    messages.success(request, _("The extension has been asked for. Until it is decided the present date holds."))
    return redirect(page_of_case(case))


def _not_theirs(request: HttpRequest, case: Case, item: WorkItem | None) -> Refusal | None:
    """The refusal for whoever does not hold the work, before anything is typed."""
    if "request_extension" in {verb.name for verb in possible_verbs(request, case, item)}:
        return None
    return WrongRole(
        "wrong_role", _("Your role does not include this action."), hint=_("The case page shows whose turn it is.")
    )


def _ask_page(request: HttpRequest, case: Case, item: WorkItem | None, form: AskForm, status: int) -> HttpResponse:
    context = {
        "case": case,
        "about": about_of(case),
        "item": item,
        "title": title_of(item) if item is not None else str(case),
        "decider": _decider(case, item) if item is not None else case.unit,
        "form": form,
        "back": page_of_case(case),
        "nav_current": kind_of(case).section,
    }
    return render(request, "workflows/extension/ask.html", context, status=status)


def _decider(case: Case, item: WorkItem) -> OrgUnit:
    """Whose head decides on what is asked for now."""
    line = deciders(case, item.unit_id)
    return line[min(granted_before(item), len(line) - 1)]


@require_safe
def extension(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its reason and course; whoever may decide finds the form on it."""
    return _page(request, case_in_scope(request, pk, "extension"))


@require_POST
def extension_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Grant, refuse or withdraw; a refusal shows the page again with what was typed, and its own status."""
    case = case_in_scope(request, pk, "extension")
    if verb not in (*DECISIONS, "withdraw"):
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, case, form, 422)
    details = {"due_granted": form.cleaned_data["due_granted"]} if verb == "grant" else {}
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, "extension"), form, refusal.status)
    messages.success(request, _done(verb))
    return redirect("extension", pk)


def _page(request: HttpRequest, case: Any, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    viewer, item = viewer_of(request), open_item(case)
    record, parent = case.extension, Case.objects.select_related("unit", "edition").get(pk=case.parent_id)
    asking = case.events.filter(verb="open").select_related("actor", "appointment__unit").first()
    may_decide = _may_decide(request, case, item)
    events = case.events.select_related("actor", "appointment__unit").order_by("-seq")
    initial = {"due_granted": record.due_asked}
    context = {
        "case": case,
        "about": about_of(case),
        "record": record,
        "parent": parent,
        "parent_url": page_of_case(parent),
        "work": _work(record.item, parent),
        "item": item,
        "state": State(case.state).label,
        "pending": case.state in PENDING,
        "asking": asking,
        "may_decide": may_decide,
        "may_withdraw": case.state in PENDING and case.started_by_id == viewer.user.pk,
        "form": form or DecideForm(initial=initial),
        "kept": [] if may_decide or form is None else _kept(form),
        "refused": form if form is not None and form.errors else None,
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "inbox",
    }
    return render(request, "workflows/extension/extension.html", context, status=status)


def _may_decide(request: HttpRequest, case: Case, item: WorkItem | None) -> bool:
    viewer = viewer_of(request)
    return case.started_by_id != viewer.user.pk and deciding_grant(viewer, case, item) is not None


def _work(item: WorkItem, parent: Case) -> str:
    item.process = parent
    return title_of(item)


def _kept(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    typed = ((str(field.label), field.value()) for field in form)
    return [(label, value) for label, value in typed if isinstance(value, str) and value.strip()]


def _done(verb: str) -> str:
    return {
        "grant": _("The extension has been granted; the work has its new date."),
        "refuse": _("The extension has been refused; the date stays as it is."),
        "withdraw": _("The request has been withdrawn."),
    }[verb]
