"""The register of a guidance centre's year: enter, correct and strike sessions, close it (pilot plan, 2 (1) 2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.keyset import PAGE_SIZE, page_of
from cases.models import CaseEvent, Evidence, GuidanceEntry
from cases.naming import ACTOR
from cases.targets import progress_of_years
from cases.web import viewer_of, whole_number
from workflows.alliance.guidance.forms import ReviewForm, SessionForm
from workflows.alliance.guidance.kind import GUIDANCE_YEAR, State
from workflows.desk.beside import beside
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = GUIDANCE_YEAR.code
MOST_EVENTS = 50
DONE = {
    "enter": gettext_lazy("The session has been entered."),
    "correct": gettext_lazy("The session has been corrected."),
    "strike": gettext_lazy("The session has been struck; it no longer counts."),
    "close": gettext_lazy("The year has been closed."),
}


@require_safe
def guidance_year(request: HttpRequest, pk: int) -> HttpResponse:
    """The year of one centre; forms for its officer, read-only for everybody else."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def guidance_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a session; a refusal shows the page with what was typed."""
    case, form = case_in_scope(request, pk, KIND), SessionForm(request.POST, request.FILES)
    return _perform(request, case, "enter", form, values=True)


@require_http_methods(["GET", "HEAD", "POST"])
def guidance_entry(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """One session with its files: correct it, as long as the year is open and nobody else has meanwhile."""
    case = case_in_scope(request, pk, KIND)
    row = _entry(case, entry)
    if request.method != "POST":
        return _entry_page(request, case, row, SessionForm(instance=row), ReasonForm(auto_id="strike-%s"), 200)
    form = SessionForm(request.POST, request.FILES)
    if form.is_valid():
        values = {
            **form.cleaned_data,
            "entry": row.pk,
            "row_version": whole_number(request.POST.get("row_version", "")),
        }
        try:
            perform_from(request, case, "correct", **values)
        except (Invalid, Conflict) as refusal:
            take_over(form, refusal)
            again = ReasonForm(auto_id="strike-%s")
            return _entry_page(request, case, _entry(case, entry), form, again, refusal.status)
        messages.success(request, DONE["correct"])
        return redirect(KIND, pk)
    return _entry_page(request, case, row, form, ReasonForm(auto_id="strike-%s"), 422)


@require_POST
def guidance_strike(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Strike a session, with the reason."""
    case = case_in_scope(request, pk, KIND)
    row, form = _entry(case, entry), ReasonForm(request.POST, auto_id="strike-%s")
    if not form.is_valid():
        return _entry_page(request, case, row, SessionForm(instance=row), form, 422)
    try:
        perform_from(request, case, "strike", entry=row.pk)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _entry_page(request, case, _entry(case, entry), SessionForm(instance=row), form, refusal.status)
    messages.success(request, DONE["strike"])
    return redirect(KIND, pk)


@require_POST
def guidance_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the year with its review."""
    return _perform(request, case_in_scope(request, pk, KIND), "close", ReviewForm(request.POST), values=True)


def _perform(request: HttpRequest, case: Any, verb: str, form: forms.BaseForm, *, values: bool) -> HttpResponse:
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    try:
        perform_from(request, case, verb, **(form.cleaned_data if values else {}))
    except WrongRole:
        raise
    except Refusal as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, case.pk, KIND), {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(KIND, case.pk)


def _entry(case: Any, pk: int) -> GuidanceEntry:
    found = GuidanceEntry.objects.filter(guidance_year=case.pk, pk=pk).select_related("entered_by").first()
    if found is None:
        raise Conflict("no_such_entry", _("This session has been struck, or is not of this register."))
    return found


def _entry_page(
    request: HttpRequest, case: Any, row: GuidanceEntry, form: SessionForm, reason: ReasonForm, status: int
) -> HttpResponse:
    may = "correct" in {verb.name for verb in possible_verbs(request, case)} and row.struck_at is None
    context = {
        "case": case,
        "row": row,
        "may": may,
        "form": form,
        "reason": reason,
        "refused": next((each for each in (form, reason) if each.is_bound and each.errors), None),
        "files": Evidence.objects.current().filter(case=case.pk, item_code=f"entry:{row.pk}").order_by("pk"),
        "nav_current": "guidance",
    }
    return render(request, "workflows/alliance/guidance/entry.html", context, status=status)


def _page(request: HttpRequest, case: Any, bound: dict[str, Any], status: int) -> HttpResponse:
    viewer, item = viewer_of(request), open_item(case)
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    rows = GuidanceEntry.objects.filter(guidance_year=case.pk)
    register = request.GET.get("register", "")
    if register in GuidanceEntry.Register.values:
        rows = rows.filter(register=register)
    page = page_of(rows, "pk", after=request.GET.get("after", ""), size=PAGE_SIZE, descending=True)
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    today = local_date(viewer.at)
    day = min(today, dt.date(case.year, 12, 31))
    over = today.year > case.year
    context = {
        "case": case,
        "record": case.guidance_year,
        "item": item,
        "state": State(case.state).label,
        "closed": case.state == State.CLOSED,
        "targets": progress_of_years(alliance_of(edition_of(case)), [(case.pk, case.year)], day)[case.pk],
        "page": page,
        "registers": GuidanceEntry.Register.choices,
        "register": register,
        "form": (bound.get("enter") or SessionForm(initial={"held_on": day})) if "enter" in verbs else None,
        "review": (bound.get("close") or ReviewForm(auto_id="review-%s")) if "close" in verbs and over else None,
        "refused": next((form for form in bound.values() if form.errors), None),
        **beside(request, case, item),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "guidance",
    }
    return render(request, "workflows/alliance/guidance/year.html", context, status=status)
