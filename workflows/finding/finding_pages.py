"""The page of one finding: what is wrong, what was done about it, its course, and what the viewer may do now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import evidence as files
from cases.access import Viewer
from cases.audit.people import note_reading
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case, Evidence, Finding, WorkItem
from cases.web import viewer_of
from workflows.dates.shown import dates_of
from workflows.desk.verbs import above_offers
from workflows.engine import lock, no_such_case
from workflows.finding.filters import Editions
from workflows.finding.forms import (
    GradeForm,
    OutcomeForm,
    PlanForm,
    ProgressForm,
    RectifyForm,
    ReferForm,
    ReopenForm,
    ReviewForm,
    take_over,
)
from workflows.finding.kind import INSTITUTION, WITH_INSTITUTION, FindingCase, State
from workflows.finding.shown import shown
from workflows.finding.turn import OFFERED, turn_of
from workflows.supervision.shown import active_on
from workflows.web import perform_from

FORMS: dict[str, type[forms.Form]] = {
    "start": RectifyForm,
    "fix": RectifyForm,
    "withdraw": ReviewForm,
    "submit_plan": PlanForm,
    "accept_plan": ReviewForm,
    "return_plan": ReviewForm,
    "note_progress": ProgressForm,
    "close": ReviewForm,
    "pass_review": ReviewForm,
    "approve_closing": ReviewForm,
    "return_": ReviewForm,
    "grade": GradeForm,
    "refer": ReferForm,
    "record_outcome": OutcomeForm,
    "reopen": ReopenForm,
}
ELSEWHERE = frozenset({"reason", "evidence", "purpose"})  # what a form has that is no detail of its verb
WITH_FILES = frozenset({"note_progress", "record_outcome"})


@require_GET
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """The finding as it stands, for everybody whose scope it is in."""
    return _page(request, *_fetch(request, pk))


def finding_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Perform one verb; a refusal shows the page again with what was typed, and its own status."""
    record, item = _fetch(request, pk)
    if request.method != "POST":
        return redirect("finding", pk)
    if verb not in OFFERED:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = FORMS[verb](request.POST, request.FILES)
    if verb == "start":
        for name in ("measure", "responsible"):
            form.fields[name].required = False
    if not form.is_valid():
        return _page(request, record, item, {verb: form}, status=422)
    try:
        if verb == "fix":
            _store_files(request, record, form)
        details = {name: value for name, value in form.cleaned_data.items() if name not in ELSEWHERE}
        if verb in WITH_FILES:
            details["files"] = form.cleaned_data["evidence"]
        moved = perform_from(request, record.case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        record, item = _fetch(request, pk)
        return _page(request, record, item, {verb: form}, status=refusal.status)
    messages.success(request, _done(verb, moved.state))
    if verb == "start" and form.cleaned_data["result"]:
        record, item = _fetch(request, pk)
        return _page(request, record, item, {"fix": RectifyForm(initial=form.cleaned_data)})
    return redirect("finding", pk)


@require_POST
def finding_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Add or remove files while it is the institution's turn; what was typed beside them stays on the page."""
    record, item = _fetch(request, pk)
    form = RectifyForm(request.POST, request.FILES)
    for name in ("measure", "responsible"):
        form.fields[name].required = False
    status = 200
    try:
        if not form.is_valid():
            status = 422
        elif request.POST.get("remove", "").isdecimal():
            _remove_file(request, record, int(request.POST["remove"][:18]))
        else:
            if not form.cleaned_data["evidence"]:
                message = _("Choose the files first.")
                raise Invalid("no_file", message, faults={"evidence": [message]})
            _store_files(request, record, form)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        status = refusal.status
    record, item = _fetch(request, pk)
    shown_form = form if form.errors else RectifyForm(initial=form.cleaned_data)
    return _page(request, record, item, {"fix": shown_form}, status=status)


def _fetch(request: HttpRequest, pk: int) -> tuple[Finding, WorkItem | None]:
    """The finding in the viewer's scope with its open work item; else 404."""
    in_scope = Case.objects.visible_to(viewer_of(request)).filter(pk=pk)
    known = Finding.objects.filter(pk=pk, case__in=in_scope)
    people = ("fixed_by", "reviewed_by", "closed_by")
    record = known.select_related("case__unit__superior", "case__edition", "cycle", *people).first()
    if record is None:
        raise no_such_case()
    record.case.__class__ = FindingCase
    if request.method == "GET":
        note_reading(request, record.case)
    items = WorkItem.objects.filter(process=pk, finished=None).select_related("unit", "owner", "after")
    return record, items.order_by("pk").first()


def _store_files(request: HttpRequest, record: Finding, form: forms.Form) -> None:
    """Keep the chosen files as evidence: all of them, or none where one is refused."""
    uploads = form.cleaned_data["evidence"]
    if not uploads:
        return
    purpose = form.cleaned_data["purpose"] or Evidence.Purpose.AFTER
    limit = Editions().of(record.case.edition_id).settings.max_upload_mb
    viewer = viewer_of(request)
    for upload in uploads:
        try:
            files.examine(upload, max_mb=limit)
        except Invalid as refusal:
            text = _("%(file)s: %(message)s") % {"file": upload.name, "message": refusal.message}
            faults = {"evidence": [f"{text} {refusal.hint}" if refusal.hint else text]}
            raise Invalid(refusal.code, text, faults=faults) from refusal
    with transaction.atomic():
        case = _while_rectifying(viewer, record)
        for upload in uploads:
            files.store(case=case, upload=upload, purpose=purpose, by=_person(viewer), at=viewer.at, max_mb=limit)


def _remove_file(request: HttpRequest, record: Finding, pk: int) -> None:
    viewer = viewer_of(request)
    with transaction.atomic():
        case = _while_rectifying(viewer, record)
        purposes = (Evidence.Purpose.BEFORE, Evidence.Purpose.AFTER)
        file = Evidence.objects.filter(case=case.pk, purpose__in=purposes, pk=pk).first()
        if file is None:
            raise OutOfScope("no_such_file", _("There is no such file on this finding."))
        files.remove(file, by=_person(viewer), at=viewer.at)


def _while_rectifying(viewer: Viewer, record: Finding) -> Case:
    """The case, locked, if it is the institution's turn and the viewer may fill in for it."""
    case = lock(record.case)
    if not any(viewer.may(permission, case) for permission in INSTITUTION):
        raise WrongRole("wrong_role", _("Your role does not include this action."))
    if case.state not in WITH_INSTITUTION:
        message = _("Files can be added and removed only while the finding is being rectified.")
        raise Conflict("not_rectifying", message, hint=_("The case page shows what happened."))
    return case


def _person(viewer: Viewer) -> Any:
    return viewer.user


def _page(
    request: HttpRequest,
    record: Finding,
    item: WorkItem | None,
    bound: dict[str, forms.Form] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    viewer = viewer_of(request)
    bound = bound or {}
    turn = turn_of(request, viewer, record, item)
    refused = next((form for form in bound.values() if form.errors), None)
    context = {
        **shown(record, item, viewer),
        "turn": turn,
        "refused": refused,
        "kept": _kept(refused, bound, turn.verbs),
        "rectify": bound.get("fix") or bound.get("start") or RectifyForm(initial=_initial(record)),
        "review": next((bound[verb] for verb in bound if FORMS[verb] is ReviewForm), None) or ReviewForm(),
        "plan": bound.get("submit_plan") or PlanForm(initial=_initial(record)),
        "progress": bound.get("note_progress") or ProgressForm(),
        "grade": bound.get("grade") or GradeForm(initial={"severity": record.severity}),
        "outcome": bound.get("record_outcome") or OutcomeForm(initial=_initial(record)),
        "refer": bound.get("refer") or ReferForm(),
        "reopen": bound.get("reopen") or ReopenForm(),
        "above": above_offers(request, record.case, item),
        "supervisions": active_on(record.pk),
        **dates_of(record.case),
        "nav_current": "ledger",
    }
    return render(request, "workflows/finding/finding.html", context, status=status)


def _initial(record: Finding) -> dict[str, Any]:
    names = ("measure", "responsible_unit", "responsible", "result", "plan", "enforcement_outcome", "enforcement_on")
    return {name: getattr(record, name) for name in names}


def _kept(refused: forms.Form | None, bound: dict[str, forms.Form], verbs: frozenset[str]) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    if refused is None or any(_offers(verb, verbs) for verb in bound):
        return []
    typed = ((bound_field.label, bound_field.value()) for bound_field in refused)
    return [(str(label), value) for label, value in typed if isinstance(value, str) and value.strip()]


def _offers(verb: str, verbs: frozenset[str]) -> bool:
    """Whether the page still has the form of a verb; one form serves both start and fix, or both close and return."""
    return any(FORMS[other] is FORMS[verb] for other in verbs if other in FORMS)


def _done(verb: str, state: str) -> str:
    if verb == "close" and state == State.CONTINUING:
        return _("The review has been passed; from now on it is reviewed at intervals.")
    return {
        "start": _("Rectification has begun."),
        "fix": _("The result has been submitted; the county reviews it next."),
        "withdraw": _("The result has been withdrawn."),
        "submit_plan": _("The plan has been submitted; the county decides on it next."),
        "accept_plan": _("The plan has been accepted; the institution rectifies next."),
        "return_plan": _("The plan has been returned to the institution."),
        "note_progress": _("The progress has been noted."),
        "close": _("The finding has been closed.") if state == State.CLOSED else _("The review has been passed."),
        "pass_review": _("The periodic review has been passed; the next one has its date."),
        "grade": _("The severity has been changed."),
        "record_outcome": _("The outcome has been recorded."),
        "approve_closing": _("The finding has been closed."),
        "return_": _("The finding has been returned to the institution."),
        "refer": _("The finding has been referred."),
        "reopen": _("The finding has been reopened."),
    }[verb]
