"""The pages of what an alliance files: the versions of a pilot, one version beside the one before, and its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.evidence import readable
from cases.models import CaseEvent, Evidence, Filing, WorkItem
from cases.naming import ACTOR
from cases.saving import StaleRow
from cases.web import actor_of, viewer_of, whole_number
from workflows.alliance.filing import versions
from workflows.alliance.filing.drafts import KIND, WRITE, add_files, drafting, remove_file, save_filing
from workflows.alliance.filing.forms import FilesForm, FilingForm, NewFilingForm
from workflows.alliance.filing.kind import FINALS, WRITABLE, State
from workflows.alliance.filing.sealing import files_of
from workflows.alliance.filing_state import CLAUSE, missing
from workflows.desk.beside import beside
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.programme.pages import draft_answer
from workflows.quality_cycle.selfcheck_forms import row_version_of
from workflows.quality_cycle.selfcheck_pages import wants_json
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

DONE = {
    "submit": gettext_lazy("Filed with the commission, which puts it on file or returns it."),
    "withdraw": gettext_lazy("It is back with you."),
    "accept": gettext_lazy("Put on file; it is in force from now on."),
    "return_": gettext_lazy("Returned to the lead hospital’s office, which reads your reasons."),
}
MOST_EVENTS = 50


@require_safe
def pilot_filings(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the plan and the agreement of a pilot, the newest first, and which of them is in force."""
    return _versions_page(request, case_in_scope(request, pk, "pilot"), None, 200)


@require_POST
def filing_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next version; the lead office finds it with the text that is in force."""
    case, form = case_in_scope(request, pk, "pilot"), NewFilingForm(request.POST)
    if not form.is_valid():
        return _versions_page(request, case, form, 422)
    try:
        perform_from(request, case, "new_filing", **form.cleaned_data)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _versions_page(request, case_in_scope(request, pk, "pilot"), form, refusal.status)
    newest = Filing.objects.filter(pilot=pk, kind=form.cleaned_data["kind"]).order_by("-number").first()
    messages.success(request, _("The next version has begun with the text that is in force."))
    return redirect(KIND, newest.pk if newest is not None else pk)


def _versions_page(request: HttpRequest, case: Any, form: NewFilingForm | None, status: int) -> HttpResponse:
    viewer = viewer_of(request)
    rows = Filing.objects.filter(pilot=case.pk).select_related("case").order_by("kind", "-number")
    context = {
        "case": case,
        "pilot": case.pilot,
        "groups": [
            (kind.label, [(row, State(row.case.state)) for row in rows if row.kind == kind]) for kind in Filing.Kind
        ],
        "missing": missing(case) if case.finished is None else [],
        "clause": CLAUSE,
        "form": form or NewFilingForm(),
        "may_begin": "new_filing" in {verb.name for verb in possible_verbs(request, case)},
        "refused": form if form is not None and form.errors else None,
        "viewer_writes": viewer.may(WRITE, case),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/filing/filings.html", context, status=status)


@require_safe
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: a form for the lead office while it writes, for everybody else as it was filed."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def filing_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the text: by itself while somebody types, or by the button."""
    form, theirs = FilingForm(request.POST), None
    with drafting(request, pk) as case:
        record = case.filing
        if form.is_valid():
            text, based_on = form.cleaned_data["text"], row_version_of(request)
            try:
                save_filing(record, text, based_on=based_on, by=actor_of(request), at=viewer_of(request).at)
            except StaleRow as stale:
                theirs = {"text": stale.stored.text}
    if wants_json(request):
        return draft_answer(request, record.row_version, form, theirs)
    if form.errors or theirs is not None:
        status = 409 if theirs is not None else 422
        return _page(request, case_in_scope(request, pk, KIND), {"draft": form}, status, theirs=theirs)
    messages.success(request, _("Saved."))
    return redirect(KIND, pk)


@require_POST
def filing_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files to a version that is being written, or take one off."""
    form = FilesForm(request.POST, request.FILES)
    viewer, status = viewer_of(request), 200
    try:
        with drafting(request, pk) as case:
            gone = whole_number(request.POST.get("remove", ""))
            if gone is not None:
                remove_file(case, gone, by=viewer.user, at=viewer.at)
            elif form.is_valid():
                add_files(case, form.cleaned_data["evidence"], by=viewer.user, at=viewer.at)
            else:
                status = 422
    except (Invalid, Conflict) as refusal:
        form.is_valid()
        take_over(form, refusal)
        status = refusal.status
    if status != 200:
        return _page(request, case_in_scope(request, pk, KIND), {"files": form}, status)
    return redirect(KIND, pk)


@require_POST
def filing_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """File, withdraw, put on file or return; a refusal shows the page again with what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in DONE:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = ReasonForm(request.POST) if verb == "return_" else forms.Form(request.POST)
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict, WrongRole) as refusal:
        case = case_in_scope(request, pk, KIND)
        if "text" in refusal.faults:
            form = FilingForm({"text": case.filing.text})
            form.is_valid()
            verb = "draft"
        take_over(form, refusal)
        return _page(request, case, {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(KIND, pk)


def _page(
    request: HttpRequest,
    case: Any,
    bound: dict[str, forms.Form],
    status: int,
    *,
    theirs: dict[str, str] | None = None,
) -> HttpResponse:
    viewer, item, record = viewer_of(request), open_item(case), case.filing
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & set(DONE)
    if not _may_withdraw(viewer, item):
        verbs.discard("withdraw")
    writes = case.state in WRITABLE and viewer.may(WRITE, case)
    text = versions.text_for(viewer, case, record)
    older = versions.before(record)
    events = list(CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")[:MOST_EVENTS])
    context = {
        "case": case,
        "record": record,
        "pilot": record.pilot,
        "item": item,
        "state": State(case.state).label,
        "over": case.state in FINALS,
        "accepted": case.state == State.ACCEPTED,
        "verbs": verbs,
        **beside(request, case, item),
        "text": text,
        "hidden": text is None,
        "draft": (bound.get("draft") or FilingForm(initial={"text": record.text})) if writes else None,
        "theirs": theirs["text"] if theirs else "",
        "files": _files(viewer, record) if text is not None else [],
        "files_form": bound.get("files") or FilesForm(),
        "max_mb": edition_of(case).settings.max_upload_mb,
        "older": older,
        "changes": versions.changes(older.text, text) if older is not None and text is not None else [],
        "reason_form": bound.get("return_") or ReasonForm(),
        "refused": next((form for form in bound.values() if form.errors), None),
        "returned": _last(events, "return_") if case.state == State.RETURNED else None,
        "digest": _digest(events),
        "entries": entries(case, events),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/filing/filing.html", context, status=status)


def _files(viewer: Viewer, record: Filing) -> list[Evidence]:
    """The files of a version that the viewer may open: of one that is worked over, those that were filed."""
    return list(readable(viewer).filter(pk__in=[file.pk for file in files_of(record)]).order_by("pk"))


def _last(events: list[CaseEvent], verb: str) -> CaseEvent | None:
    return next((event for event in events if event.verb == verb), None)


def _digest(events: list[CaseEvent]) -> str:
    """The digest that the version was put on file with; empty before that."""
    accepted = _last(events, "accept")
    return str(accepted.details.get("digest", "")) if accepted is not None else ""


def _may_withdraw(viewer: Viewer, item: WorkItem | None) -> bool:
    before = item.after if item is not None else None
    return before is not None and item is not None and item.owner_id is None and before.done_by_id == viewer.user.pk
