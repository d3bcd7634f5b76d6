"""Doing a verb on a case: at once, or through a form with a reason or a colleague."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.errors import OutOfScope, Refusal
from cases.models import Case, User, WorkItem
from cases.web import viewer_of
from workflows.desk.destinations import page_of_case
from workflows.desk.lines import year_title
from workflows.desk.verbs import DANGER, EXPLANATIONS, VerbForm, check_offered, colleagues_of, own_page
from workflows.kinds import Verb, about_of, kind_of
from workflows.web import case_in_scope, perform_from


@require_http_methods(["GET", "HEAD", "POST"])
def case_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """GET shows what the verb asks for, POST does it; a refusal shows the form again with all that was typed."""
    case = case_in_scope(request, pk)
    declared = kind_of(case).verbs.get(verb)
    if declared is None:
        raise Refusal(
            "unknown_verb",
            _("There is no such action on this kind of case."),
            hint=_("Open the case page and choose one of the actions there."),
        )
    item = open_item(case)
    colleagues = colleagues_of(item, viewer_of(request))
    if request.method != "POST":
        elsewhere = own_page(case, verb)
        if elsewhere:
            return redirect(elsewhere)
        check_offered(request, case, declared, item)
        return _page(request, case, declared, VerbForm(verb=declared, colleagues=colleagues), 200)
    form = VerbForm(request.POST, verb=declared, colleagues=colleagues)
    if not form.is_valid():
        return _page(request, case, declared, form, 422)
    details: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    try:
        perform_from(request, case, verb, **details)
    except OutOfScope:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, case_in_scope(request, pk), declared, form, refusal.status)
    messages.success(request, _done(declared, details.get("to")))
    return redirect(page_of_case(case))


def open_item(case: Case) -> WorkItem | None:
    """The case's open work item, with the one before it and whoever has claimed it."""
    items = WorkItem.objects.open().filter(process=case.pk).select_related("owner", "after", "unit")
    item = items.order_by("pk").first()
    if item is not None:
        item.process = case
    return item


def _done(verb: Verb, to: User | None) -> str:
    if to is not None:
        return _("Handed over to %(name)s.") % {"name": to}
    return _("Done: %(verb)s.") % {"verb": verb.rule.label}


def _page(request: HttpRequest, case: Case, verb: Verb, form: VerbForm, status: int) -> HttpResponse:
    context = {
        "case": case,
        "title": f"{about_of(case)} · {case.number or year_title(case)}",
        "state": kind_of(case).state_label(case.state),
        "verb": verb,
        "explanation": EXPLANATIONS.get(verb.name, ""),
        "danger": verb.name in DANGER,
        "form": form,
        "back": page_of_case(case),
        "nav_current": kind_of(case).section,
    }
    return render(request, "workflows/desk/verb.html", context, status=status)
