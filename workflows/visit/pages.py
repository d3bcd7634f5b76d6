"""The page of a visit for its team, the institution and whoever reads along, and the steps that are taken there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.keyset import page_of
from cases.models import Case, CaseEvent
from cases.naming import ACTOR
from cases.visits.drafts import PARTICULARS
from cases.web import viewer_of
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.quality_cycle.verification_forms import initial_of
from workflows.visit.forms import CancelForm, ConclusionForm, ParticularsForm, ReasonForm, ReplyForm
from workflows.visit.kind import VISIT
from workflows.visit.record import organiser
from workflows.visit.sheet import Sheet, cell_names, read_sheet
from workflows.visit.shown import findings_of, ledger_words, offers_of, team_of, worded
from workflows.web import case_in_scope, perform_from

KIND = "visit"
MOST_EVENTS = 50
FORMS: dict[str, type[forms.Form]] = {
    "reply": ReplyForm,
    "conclude": ConclusionForm,
    "reassess": ReasonForm,
    "cancel": CancelForm,
}
VERBS = ("deliver", "sign", "reply", "proceed", "conclude", "reassess", "withdraw", "cancel")


@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """The visits that the reader may see: an expert's own, an authority's and an institution's by their units."""
    viewer = viewer_of(request)
    rows = Case.objects.visible_to(viewer).filter(kind=KIND).select_related("unit", "parent__spot_check", "visit")
    page = page_of(rows, "pk", after=request.GET.get("after", ""), descending=True)
    lines = [(case, VISIT.state_label(case.state), case.state in VISIT.finals) for case in page.rows]
    return render(request, "workflows/visit/list.html", {"lines": lines, "page": page, "nav_current": "visits"})


@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit; each reader finds what is theirs to do now."""
    sheet = read_sheet(visit_in_scope(request, pk), viewer_of(request))
    return render_visit(request, sheet)


@require_POST
def visit_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One verb; a refusal shows the page again with what was typed."""
    case = visit_in_scope(request, pk)
    name = request.POST.get("verb", "")
    if name not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    if name == "sign" and request.POST.get("reply", "").strip():
        return _reply_written(request, case)
    form = FORMS[name](request.POST) if name in FORMS else None
    if form is not None and not form.is_valid():
        return render_visit(request, read_sheet(case, viewer_of(request)), refused=(name, form), status=422)
    details = {key: value for key, value in form.cleaned_data.items() if key != "reason"} if form is not None else {}
    try:
        perform_from(request, case, name, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        if form is not None:
            take_over(form, refusal)
        sheet = read_sheet(visit_in_scope(request, pk), viewer_of(request))
        return render_visit(request, sheet, refused=(name, form), refusal=refusal, status=refusal.status)
    messages.success(request, _said(name))
    return redirect("visit", pk)


def _reply_written(request: HttpRequest, case: Any) -> HttpResponse:
    """A reply that was typed is not thrown away by pressing the other button."""
    form = ReplyForm(request.POST)
    form.add_error("reply", _("You have written a reply. Send it, or clear it and sign."))
    return render_visit(request, read_sheet(case, viewer_of(request)), refused=("reply", form), status=422)


def visit_in_scope(request: HttpRequest, pk: int) -> Any:
    """The visit with its spot-check, if the viewer may see it; else OutOfScope (404)."""
    case = case_in_scope(request, pk, KIND)
    case.parent = Case.objects.select_related("unit", "spot_check").get(pk=case.parent_id)
    return case


def render_visit(
    request: HttpRequest,
    sheet: Sheet,
    *,
    refused: tuple[str, forms.Form | None] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of a visit, also after something was refused: nothing that was typed is lost."""
    case, record, viewer = sheet.case, sheet.record, sheet.viewer
    item = open_item(case)
    offers = offers_of(request, sheet, item)
    name, form = refused or ("", None)
    made = {verb: form if verb == name else _blank(sheet, verb) for verb in FORMS}
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")[:MOST_EVENTS]
    course = list(events)
    context = {
        "nav_current": "visits",
        "case": case,
        "record": record,
        "sheet": sheet,
        "item": item,
        "state": VISIT.state_label(case.state),
        "over": case.state in VISIT.finals,
        "offers": offers,
        "forms": made,
        "refused": form if form is not None and form.errors else None,
        "refusal": refusal if form is None else None,
        "refused_places": worded(sheet, refusal.faults) if refusal is not None and form is None else [],
        "kept": _kept(form) if form is not None and name not in offers.verbs else [],
        "cells": sheet.cells(),
        "cell_names": cell_names(),
        "team": team_of(case, viewer),
        "organiser": organiser(case),
        "particulars": ParticularsForm(initial=initial_of(record, PARTICULARS)),  # type: ignore[arg-type]
        "particulars_version": record.row_version,
        "findings": findings_of(sheet),
        "answered": next((event for event in course if event.verb in ("sign", "reply", "proceed")), None),
        "entries": entries(case, course),
        **(ledger_words(sheet) if "conclude" in offers.verbs else {}),
    }
    return render(request, "workflows/visit/visit.html", context | more, status=status)


def _blank(sheet: Sheet, verb: str) -> forms.Form:
    """An empty form; a reply that was taken back goes on where it was."""
    initial = {"reply": sheet.record.reply} if verb == "reply" else {}
    return FORMS[verb](initial=initial)


def _kept(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    typed = ((str(each.label), each.value()) for each in form)
    return [(label, value) for label, value in typed if isinstance(value, str) and value.strip()]


def _said(verb: str) -> str:
    return {
        "deliver": _("The assessment has been delivered; the institution’s head signs or replies."),
        "sign": _("Signed; the team concludes."),
        "reply": _("The reply is with the team now."),
        "proceed": _("The visit goes on without a reply; the record says so."),
        "conclude": _("The visit is concluded; what was found is on the ledger."),
        "reassess": _("The assessment is open again; deliver it once more when it is right."),
        "withdraw": _("It is back with you."),
        "cancel": _("The visit has been cancelled."),
    }[verb]
