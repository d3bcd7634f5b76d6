"""Deciding on a verification as a whole: what is missing, return, conclusion, approval, and findings added later."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Conclusion, Evidence
from cases.saving import StaleRow
from cases.verification_drafts import VISIT_FIELDS, agree_to, drafting, save_visit
from cases.web import viewer_of
from workflows.quality_cycle.kind import State
from workflows.quality_cycle.verification import Effects, conclusion_faults, effects_of, reported_findings
from workflows.quality_cycle.verification_context import frame
from workflows.quality_cycle.verification_forms import (
    FindingForm,
    ItemChoiceForm,
    ReasonForm,
    VisitForm,
    initial_of,
    theirs_of,
)
from workflows.quality_cycle.verification_pages import KIND, based_on, by_itself, clock_time, sheet_for_writing
from workflows.quality_cycle.verification_sheet import Sheet, read_sheet, word_of
from workflows.quality_cycle.verification_words import amended_rows, basic_rows, basic_values, status_word
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from

VERBS = ("return_", "conclude", "approve", "reject_verification")


@require_http_methods(["GET", "HEAD", "POST"])
def verification_conclusion(request: HttpRequest, pk: int) -> HttpResponse:
    """The verification as a whole: the officer returns or concludes, the approver approves or sends back."""
    case = case_in_scope(request, pk, KIND)
    if request.method != "POST":
        sheet = read_sheet(case, viewer_of(request), request.GET.get("v", ""))
        if sheet is None:
            return render(request, "workflows/verification/none.html", {"case": case, "nav_current": "verifications"})
        return render_conclusion(request, sheet)
    verb = request.POST.get("verb", "")
    if verb not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    try:
        moved = perform_from(request, case, verb)
    except Invalid as refusal:
        sheet = read_sheet(case, viewer_of(request))
        if sheet is None:
            raise
        return render_conclusion(request, sheet, refusal=refusal, status=refusal.status)
    messages.success(request, _said(verb, case.unit.name, moved.state))
    return redirect("verifications")


@require_POST
def verification_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save how the county verified and what it thinks of the whole."""
    case = case_in_scope(request, pk, KIND)
    sheet = sheet_for_writing(request, case)
    form = VisitForm(request.POST)
    if not form.is_valid():
        if by_itself(request):
            return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return render_conclusion(request, sheet, visit_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    viewer = viewer_of(request)
    user: Any = request.user
    try:
        with drafting(case, state=State.SUBMITTED) as submission:
            row = save_visit(
                submission,
                sheet.edition.form,
                form.values(),
                based_on=based_on(request),
                by=user,
                at=viewer.at,
            )
    except StaleRow as refusal:
        theirs: Any = refusal.stored
        if by_itself(request):
            body = {"row_version": theirs.row_version, "theirs": theirs_of(theirs, VISIT_FIELDS)}
            return JsonResponse(body, status=refusal.status)
        form.add_error(None, [str(refusal.message), str(refusal.hint)])
        return render_conclusion(
            request, sheet, visit_form=form, status=refusal.status, visit_version=theirs.row_version, their_visit=theirs
        )
    if by_itself(request):
        return JsonResponse({"row_version": row.row_version, "saved_at": clock_time(request)})
    return redirect(reverse("verification_conclusion", args=[pk]) + "#visit")


@require_http_methods(["GET", "HEAD", "POST"])
def verification_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree at once to what is compliant, unchanged and still open, after seeing the list."""
    case = case_in_scope(request, pk, KIND)
    sheet = sheet_for_writing(request, case)
    status, refusal = HTTPStatus.OK, None
    if request.method == "POST":
        viewer = viewer_of(request)
        user: Any = request.user
        try:
            with drafting(case, state=State.SUBMITTED) as submission:
                codes = agree_to(submission, sheet.edition.form, request.POST.getlist("item"), by=user, at=viewer.at)
        except Conflict as conflict:
            if conflict.code != "items_changed":
                raise
            status, refusal = conflict.status, conflict
            sheet = sheet_for_writing(request, case)
        else:
            messages.success(request, _("Agreed to %(count)d items.") % {"count": len(codes)})
            return redirect("verification", pk)
    context = frame(sheet) | {"refusal": refusal}
    return render(request, "workflows/verification/agree.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def finding_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a problem onto the ledger that the county, or an inspector, finds after the verification."""
    case = case_in_scope(request, pk, KIND)
    viewer = viewer_of(request)
    if not viewer.can("verify", case.unit) and not viewer.can("inspect", case.unit):
        raise WrongRole("wrong_role", _("Your role does not include this action."))
    if request.method != "POST" and case.state not in (State.RECTIFYING, State.VERIFIED):
        raise Conflict(
            "wrong_state",
            _("Findings are added here after the verification; now the case is elsewhere."),
            hint=_("While the form is being verified, write new findings there."),
        )
    edition = quality_of(edition_of(case))
    code = request.POST.get("item_code") or request.GET.get("item", "")
    item = edition.items.get(code)
    if code and item is None:
        raise OutOfScope("no_such_item", _("The form has no such item."))
    choice = ItemChoiceForm(initial={"item": code}, form=edition.form)
    form = None
    status = HTTPStatus.OK
    if item is not None:
        form = FindingForm(request.POST if request.method == "POST" else None, item=item, year=case.year)
        if not viewer.can("verify", case.unit):
            del form.fields["source"]  # an inspector’s own
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form is None:
            choice = ItemChoiceForm({"item": ""}, form=edition.form)
        elif form.is_valid():
            try:
                perform_from(request, case, "add_finding", item_code=code, **form.cleaned_data)
            except Invalid as refusal:
                for name, said in refusal.faults.items():
                    form.add_error(name if name in form.fields else None, list(said))
            else:
                messages.success(request, _("The finding is on the ledger; the institution has to rectify it."))
                return redirect("case", pk)
    context = {"nav_current": "ledger", "case": case, "choice": choice, "form": form, "item": item}
    return render(request, "workflows/verification/finding_add.html", context, status=status)


def render_conclusion(
    request: HttpRequest,
    sheet: Sheet,
    *,
    refusal: Invalid | None = None,
    visit_form: VisitForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of the whole, also after something was refused."""
    on = local_date(viewer_of(request).at)
    form_items = sheet.edition.items
    faults = (
        conclusion_faults(sheet.submission, sheet.verification, sheet.rows, form_items, on=on) if sheet.drafting else {}
    )
    reason_form = ReasonForm(request.POST if refusal else None)
    if refusal is not None and reason_form.is_valid():
        for said in refusal.faults.get("reason", []):
            reason_form.add_error("reason", said)
    verification = sheet.verification
    if sheet.drafting and visit_form is None:
        visit_form = VisitForm(initial=initial_of(verification, VISIT_FIELDS) if verification else {"method": "paper"})
    context = frame(sheet) | {
        "counts": _counts(sheet),
        "missing": _grouped(_places(sheet, faults)),
        "missing_count": len(faults),
        "refusal": refusal,
        "refused_places": _places(sheet, dict(refusal.faults)) if refusal else [],
        "reason_form": reason_form,
        "visit_form": visit_form,
        "visit_version": verification.row_version if verification else 0,
        "effects": _effects(sheet),
        "basic": basic_values(sheet.edition.form, sheet.submission.snapshot["basic"]),
        "basic_changes": basic_rows(sheet.edition.form, sheet.basic_changes),
        "sealed": Evidence.objects.filter(
            case=sheet.case.pk, purpose=Evidence.Purpose.SEALED, shows_digest=sheet.submission.digest
        ),
        "rows": [
            (line, word_of(line), status_word(line.answer.get("status", "")), amended_rows(line))
            for line in sheet.visible_lines
        ],
    }
    return render(request, "workflows/verification/conclusion.html", context | more, status=status)


def _effects(sheet: Sheet) -> Effects | None:
    """What approving will do; nothing is foretold once it has been done."""
    if sheet.approved or not sheet.county_side or sheet.case.state not in (State.SUBMITTED, State.APPROVING):
        return None
    rows = [line.mine for line in sheet.lines.values() if line.mine.conclusion and not line.mine.to_return]
    return effects_of(sheet.submission, rows, reported_findings(sheet.case.pk))


def _counts(sheet: Sheet) -> dict[str, int]:
    said = [line.mine.conclusion for line in sheet.lines.values() if not line.mine.to_return]
    return {
        "agreed": said.count(Conclusion.AGREE),
        "disagreed": said.count(Conclusion.DISAGREE),
        "new": said.count(Conclusion.NEW_FINDING),
        "returned": len(sheet.returned),
        "left": len(sheet.lines) - sheet.seen,
    }


def _places(sheet: Sheet, faults: dict[str, Any]) -> list[tuple[str, str, list[Any]]]:
    """The faults as (address, place, messages); a place is an item or a field of the visit."""
    labels = {name: str(field.label) for name, field in VisitForm.base_fields.items()}
    found = []
    for place, said in faults.items():
        line = sheet.lines.get(place.removeprefix("item:"))
        if line is not None:
            found.append((sheet.address(line.code, anchor="mine"), _("Item %(no)d") % {"no": line.item.no}, list(said)))
        elif place in labels:
            found.append((f"#id_{place}", labels[place], list(said)))
    return found


def _grouped(places: list[tuple[str, str, list[Any]]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The places with the same thing to do together: (what, [(address, place)])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for href, place, said in places:
        groups.setdefault(" ".join(map(str, said)), []).append((href, place))
    return list(groups.items())


def _said(verb: str, name: str, state: str) -> str:
    """What has just happened, for the list to which the person comes back."""
    if verb == "return_":
        return _("Returned to %(name)s; it is told what to supplement.") % {"name": name}
    if verb == "conclude":
        return _("The verification of %(name)s is with the approver now.") % {"name": name}
    if verb == "reject_verification":
        return _("The verification of %(name)s is back with the officer.") % {"name": name}
    if state == State.RECTIFYING:
        return _("Approved: %(name)s now rectifies what is on the ledger.") % {"name": name}
    return _("Approved: %(name)s has nothing to rectify.") % {"name": name}
