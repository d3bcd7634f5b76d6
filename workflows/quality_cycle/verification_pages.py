"""County verification side by side with the self-check, item by item (县级核查; action plan, part 3 (2): 逐一核查)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.clock import local_date
from cases.errors import Invalid, OutOfScope, WrongRole
from cases.evidence import remove, store
from cases.models import Conclusion, Evidence, VerificationItem
from cases.saving import StaleRow
from cases.verification_drafts import ITEM_FIELDS, begin, drafting, save_item
from cases.web import viewer_of, whole_number
from workflows.quality_cycle.kind import State
from workflows.quality_cycle.verification import item_faults
from workflows.quality_cycle.verification_context import both_sides, entrance, frame, progress
from workflows.quality_cycle.verification_forms import (
    EvidenceForm,
    ItemForm,
    button_conclusion,
    initial_of,
    theirs_of,
)
from workflows.quality_cycle.verification_sheet import FILTERS, Line, Sheet, read_sheet
from workflows.quality_cycle.verification_words import record_rows
from workflows.web import case_in_scope, look_at_files

KIND = "quality_cycle"
ACTS = ("agree", "ledger", "return")


@require_safe
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    """One item of the verification with its neighbours; read-only for everybody but the county's officers."""
    case = case_in_scope(request, pk, KIND)
    sheet = read_sheet(case, viewer_of(request), request.GET.get("v", ""))
    if sheet is None:
        return render(request, "workflows/verification/none.html", {"case": case, "nav_current": "verifications"})
    only = _filter(request.GET.get("only", ""))
    shown = sheet.filtered(only)
    code = request.GET.get("item", "")
    if code and code not in sheet.lines:
        raise OutOfScope("no_such_item", _("The form has no such item."))
    line = next((each for each in sheet.visible_lines if each.code == code), None)
    return render_item(request, sheet, line or entrance(sheet, shown), only)


@require_POST
def verification_item(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save what the county says of one item: by itself while typing, or by one of the buttons."""
    case = case_in_scope(request, pk, KIND)
    sheet = sheet_for_writing(request, case)
    line = sheet.lines.get(code)
    if line is None:
        raise OutOfScope("no_such_item", _("The form has no such item."))
    form = ItemForm(request.POST, request.FILES, item=line.item, year=case.year)
    only = _filter(request.POST.get("only", ""))
    act = "" if by_itself(request) else request.POST.get("act", "")
    valid = form.is_valid()
    if valid and act in ACTS:
        _apply(act, form, line, request)
    if form.errors:
        return _faulty(request, sheet, line, only, form)
    try:
        _write(request, sheet, line, form)
    except StaleRow as refusal:
        return _overtaken(request, sheet, line, only, form, refusal)
    except Invalid as refusal:
        form.add_error(None, [str(refusal.message), str(refusal.hint)] if refusal.hint else str(refusal.message))
        return _faulty(request, sheet, line, only, form)
    fresh = sheet_for_writing(request, case)
    line = fresh.lines[code]
    if by_itself(request):
        return _saved(request, fresh, line, only)
    if act in ("agree", "ledger") or (act == "return" and line.mine.return_reason):
        return redirect(onward(fresh, line, only))
    return redirect(fresh.address(code, only, "id_return_reason" if act == "return" else "mine"))


def onward(sheet: Sheet, line: Line, only: str) -> str:
    """Where the officer goes next: the next item of the filter that is still open, at last the conclusion."""
    left = [each for each in sheet.filtered(only) if not each.seen]
    later = [each for each in left if each.item.no > line.item.no]
    for each in [*later, *left]:
        return sheet.address(each.code, only)
    return reverse("verification_conclusion", args=[sheet.case.pk])


def render_item(
    request: HttpRequest,
    sheet: Sheet,
    line: Line | None,
    only: str,
    *,
    form: Any = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of one item, also with a form that was refused."""
    context = frame(sheet) | progress(sheet, line, only) | more
    if line is not None:
        context |= both_sides(sheet, line)
        if sheet.drafting and form is None:
            form = ItemForm(initial=initial_of(line.mine, ITEM_FIELDS), item=line.item, year=sheet.case.year)
        context["form"] = form
        context["evidence_form"] = EvidenceForm()
        context.setdefault("row_version", line.mine.row_version)
    return render(request, "workflows/verification/item.html", context, status=status)


def sheet_for_writing(request: HttpRequest, case: Any) -> Sheet:
    viewer = viewer_of(request)
    if not viewer.can("verify", case.unit):
        raise WrongRole(
            "wrong_role",
            _("Only officers of the county’s health commission verify."),
            hint=_("The case page shows whose turn it is."),
        )
    sheet = read_sheet(case, viewer)
    if sheet is None:
        raise Invalid("nothing_submitted", _("Nothing has been submitted yet."))
    return sheet


def _apply(act: str, form: ItemForm, line: Line, request: HttpRequest) -> None:
    """Let a button mean its conclusion, and say at the fields what is missing for it."""
    values = form.cleaned_data
    values["to_return"] = act == "return"
    if act == "return":
        return
    values["conclusion"] = button_conclusion(act, values["conclusion"], line.answer.get("status", ""))
    if act == "ledger" and values["conclusion"] == Conclusion.DISAGREE and line.reported:
        form.add_error("conclusion", _("A problem that you do not uphold does not go onto the ledger."))
        return
    row = VerificationItem(item_code=line.code, **form.values())
    on = local_date(viewer_of(request).at)
    for name, messages in item_faults(row, line.submission, line.item, on=on).items():
        form.add_error(name, messages)


def _write(request: HttpRequest, sheet: Sheet, line: Line, form: ItemForm) -> None:
    """Everything that came with the form, or nothing: the words, a new file, a file taken away."""
    viewer = viewer_of(request)
    user: Any = request.user
    edition = sheet.edition
    look_at_files(request, sheet.case)
    with drafting(sheet.case, state=State.SUBMITTED) as submission:
        save_item(
            submission,
            edition.form,
            line.code,
            form.values(),
            based_on=based_on(request),
            by=user,
            at=viewer.at,
        )
        if by_itself(request):
            return
        if upload := request.FILES.get("evidence"):
            begin(submission, edition.form, by=user, at=viewer.at)
            store(
                case=sheet.case,
                upload=upload,
                purpose=Evidence.Purpose.VERIFICATION,
                by=user,
                at=viewer.at,
                item_code=line.code,
                max_mb=edition.settings.max_upload_mb,
            )
        unwanted = whole_number(request.POST.get("remove", ""))
        if unwanted is not None:
            remove(_own_file(sheet, line, unwanted), by=user, at=viewer.at)


def _own_file(sheet: Sheet, line: Line, pk: int) -> Evidence:
    mine = Evidence.objects.filter(case=sheet.case.pk, item_code=line.code, purpose=Evidence.Purpose.VERIFICATION)
    found = mine.filter(pk=pk).first()
    if found is None:
        raise OutOfScope("no_such_file", _("There is no such file, or it is not among those that you may see."))
    return found


def _saved(request: HttpRequest, sheet: Sheet, line: Line, only: str) -> JsonResponse:
    html = render_to_string("workflows/verification/_progress.html", progress(sheet, line, only), request)
    return JsonResponse(
        {"row_version": line.mine.row_version, "saved_at": clock_time(request), "fragments": {"#progress": html}}
    )


def clock_time(request: HttpRequest) -> str:
    """The moment of the request as the line beside the form says it: 10:42."""
    return time_format(timezone.localtime(viewer_of(request).at), "TIME_FORMAT")


def by_itself(request: HttpRequest) -> bool:
    """Whether the script saves while the person types."""
    return request.headers.get("Accept", "").startswith("application/json")


def based_on(request: HttpRequest) -> int:
    """The row version that the person saw."""
    return whole_number(request.POST.get("row_version", "")) or 0


def _faulty(request: HttpRequest, sheet: Sheet, line: Line, only: str, form: ItemForm) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if by_itself(request):
        return JsonResponse({"errors": form.errors}, status=status)
    return render_item(
        request, sheet, line, only, form=form, status=status, row_version=request.POST.get("row_version", "0")
    )


def _overtaken(
    request: HttpRequest, sheet: Sheet, line: Line, only: str, form: ItemForm, refusal: StaleRow
) -> HttpResponse:
    """Two officers wrote about the same item: nothing is overwritten, nothing typed is lost."""
    row: Any = refusal.stored
    if by_itself(request):
        theirs = theirs_of(row, ITEM_FIELDS) | {"only": request.POST.get("only", "")}
        body = {"row_version": row.row_version, "theirs": theirs, "message": str(refusal.message)}
        return JsonResponse(body, status=refusal.status)
    return render_item(
        request,
        sheet,
        line,
        only,
        form=form,
        status=refusal.status,
        row_version=row.row_version,
        conflict=refusal,
        their_rows=record_rows(line.item, row),
    )


def _filter(name: str) -> str:
    return name if name in FILTERS else ""
