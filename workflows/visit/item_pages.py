"""One check item of a visit, on a phone on site: saved while it is typed, photos with the camera (实地抽查)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.clock import local_date
from cases.errors import Invalid, OutOfScope
from cases.evidence import readable, remove, store
from cases.models import Evidence, SelfCheckSubmission, VisitItem
from cases.saving import StaleRow
from cases.selfcheck_previous import previous_submission
from cases.visits.drafts import ITEM_FIELDS, PARTICULARS, assessing, save_item, save_particulars
from cases.web import viewer_of, whole_number
from workflows.kinds import KINDS
from workflows.quality_cycle import verification_words as words
from workflows.quality_cycle.verification_forms import initial_of, theirs_of
from workflows.quality_cycle.verification_pages import based_on, by_itself, clock_time
from workflows.visit.assessing import item_faults
from workflows.visit.forms import ItemForm, ParticularsForm, PhotoForm
from workflows.visit.kind import State
from workflows.visit.pages import render_visit, visit_in_scope
from workflows.visit.sheet import Line, Sheet, cell_names, read_sheet, word_of
from workflows.web import look_at_files


@require_http_methods(["GET", "HEAD", "POST"])
def visit_item(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One item with both sides; the team's own side is saved by itself or by its buttons."""
    sheet, line = _opened(request, pk, code)
    if request.method != "POST":
        return _render(request, sheet, line)
    form = ItemForm(request.POST, request.FILES, item=line.item, year=sheet.case.year)
    if form.is_valid() and request.POST.get("act") == "next" and not by_itself(request):
        row = VisitItem(item_code=code, **form.values())
        for name, said in item_faults(row, line.item, on=local_date(sheet.viewer.at)).items():
            form.add_error(name, said)
    if form.errors:
        return _faulty(request, sheet, line, form)
    try:
        _write(request, sheet, line, form)
    except StaleRow as refusal:
        return _overtaken(request, sheet, line, form, refusal)
    except Invalid as refusal:
        form.add_error(None, [str(refusal.message), str(refusal.hint)] if refusal.hint else str(refusal.message))
        return _faulty(request, sheet, line, form)
    sheet, line = _opened(request, pk, code)
    if by_itself(request):
        html = render_to_string("workflows/visit/_progress.html", _progress(sheet, line), request)
        body = {"row_version": line.mine.row_version, "saved_at": clock_time(request)}
        return JsonResponse(body | {"fragments": {"#progress": html}})
    following = sheet.neighbours(code)[1] if request.POST.get("act") == "next" else line
    return redirect(sheet.address(following.code) if following else f"{reverse('visit', args=[pk])}#deliver")


@require_POST
def visit_particulars(request: HttpRequest, pk: int) -> HttpResponse:
    """Save when the team was there, who was present, and its opinion on the whole."""
    case, viewer = visit_in_scope(request, pk), viewer_of(request)
    form = ParticularsForm(request.POST)
    user: Any = request.user
    if not form.is_valid():
        if by_itself(request):
            return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        sheet = read_sheet(case, viewer)
        return render_visit(request, sheet, status=422, particulars=form, particulars_version=based_on(request))
    try:
        with assessing(case, state=State.VISITING, viewer=viewer) as record:
            row: Any = save_particulars(record, form.values(), based_on=based_on(request), by=user, at=viewer.at)
    except StaleRow as refusal:
        row = refusal.stored
        if by_itself(request):
            body = {"row_version": row.row_version, "theirs": theirs_of(row, PARTICULARS)}
            return JsonResponse(body | {"message": str(refusal.message)}, status=refusal.status)
        form.add_error(None, [str(refusal.message), str(refusal.hint)])
        return render_visit(
            request,
            read_sheet(visit_in_scope(request, pk), viewer),
            status=refusal.status,
            particulars=form,
            particulars_version=row.row_version,
            theirs=row,
        )
    if by_itself(request):
        return JsonResponse({"row_version": row.row_version, "saved_at": clock_time(request)})
    return redirect(reverse("visit", args=[pk]) + "#particulars")


@require_safe
def visit_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The institution's file at hand: its basic information, versions, ledger and the county's opinion, to read."""
    sheet = read_sheet(visit_in_scope(request, pk), viewer_of(request))
    submission, case = sheet.submission, sheet.case
    findings = [finding for line in sheet.lines.values() for finding in line.findings]
    versions = SelfCheckSubmission.objects.filter(selfcheck=sheet.record.cycle_id).defer("snapshot").order_by("-no")
    basic = words.basic_values(sheet.edition.form, submission.snapshot["basic"]) if submission else []
    context = {
        "nav_current": "visits",
        "case": case,
        "sheet": sheet,
        "basic": basic,
        "report": submission.snapshot["report"] if submission else "",
        "versions": list(versions),
        "findings": [(each, KINDS["finding"].state_label(each.case.state)) for each in findings],
        "last_year": _last_year(sheet),
        "files": _sealed(sheet),
    }
    return render(request, "workflows/visit/file.html", context)


def _opened(request: HttpRequest, pk: int, code: str) -> tuple[Sheet, Line]:
    sheet = read_sheet(visit_in_scope(request, pk), viewer_of(request))
    line = sheet.lines.get(code)
    if line is None or not sheet.open:
        raise OutOfScope("no_such_item", _("The form has no such item, or the visit has not been delivered yet."))
    return sheet, line


def _progress(sheet: Sheet, line: Line | None) -> dict[str, Any]:
    code = line.code if line else ""
    return {"case": sheet.case, "sheet": sheet, "cells": sheet.cells(code), "cell_names": cell_names()}


def _render(
    request: HttpRequest, sheet: Sheet, line: Line, *, form: Any = None, status: int = 200, **more: Any
) -> HttpResponse:
    before, after = sheet.neighbours(line.code)
    if form is None and sheet.assessing:
        form = ItemForm(initial=initial_of(line.mine, ITEM_FIELDS), item=line.item, year=sheet.case.year)  # type: ignore[arg-type]
    theirs = _files_of_the_year(sheet, line)
    last_year = _last_year(sheet)
    context = _progress(sheet, line) | {
        "nav_current": "visits",
        "line": line,
        "before": before,
        "after": after,
        "form": form if sheet.assessing else None,
        "photo_form": PhotoForm(),
        "row_version": line.mine.row_version,
        "word": word_of(line),
        "own_rows": words.own_rows(line.item, line.mine),  # type: ignore[arg-type]
        "status_word": words.status_word(line.answer.get("status", "")),
        "facet_words": words.facet_words(line.item, line.answer.get("facets", [])),
        "figures": words.figures(line.item, line.answer),
        "answer_rows": words.answer_rows(line.item, line.answer),
        "proofs": words.proofs(line, theirs),  # type: ignore[arg-type]
        "county_rows": words.record_rows(line.item, line.county) if line.county else [],
        "findings": [(each, KINDS["finding"].state_label(each.case.state)) for each in line.findings],
        "last_year": words.status_word(last_year.answer(line.code).get("status", "")) if last_year else "",
    }
    return render(request, "workflows/visit/item.html", context | more, status=status)


def _last_year(sheet: Sheet) -> SelfCheckSubmission | None:
    cycle = sheet.record.cycle
    return previous_submission(cycle) if cycle is not None else None


def _files_of_the_year(sheet: Sheet, line: Line) -> list[Evidence]:
    """The files that the reader may open among those of the institution's year for the item."""
    files = readable(sheet.viewer).filter(case=sheet.record.cycle_id, item_code=line.code)
    return list(files.filter(purpose=Evidence.Purpose.SELF_CHECK).order_by("pk"))


def _sealed(sheet: Sheet) -> list[Evidence]:
    digest = sheet.submission.digest if sheet.submission else ""
    sealed = readable(sheet.viewer).filter(case=sheet.record.cycle_id, purpose=Evidence.Purpose.SEALED)
    return list(sealed.filter(shows_digest=digest, removed_at=None).order_by("pk")) if digest else []


def _write(request: HttpRequest, sheet: Sheet, line: Line, form: ItemForm) -> None:
    """Everything that came with the form, or nothing: the words, a new photo, one taken away."""
    viewer, user = sheet.viewer, request.user
    by: Any = user
    look_at_files(request, sheet.case)
    with assessing(sheet.case, state=State.VISITING, viewer=viewer) as record:
        save_item(
            record,
            sheet.edition.form,
            line.code,
            form.values(),
            based_on=based_on(request),
            by=by,
            at=viewer.at,
        )
        if by_itself(request):
            return
        if upload := request.FILES.get("evidence"):
            store(
                case=sheet.case,
                upload=upload,
                purpose=Evidence.Purpose.VISIT,
                by=by,
                at=viewer.at,
                item_code=line.code,
                max_mb=sheet.edition.settings.max_upload_mb,
            )
        unwanted = whole_number(request.POST.get("remove", ""))
        if unwanted is not None:
            remove(_own_file(line, unwanted), by=by, at=viewer.at)


def _own_file(line: Line, pk: int) -> Evidence:
    found = next((file for file in line.files if file.pk == pk), None)
    if found is None:
        raise OutOfScope("no_such_file", _("There is no such file, or it is not among those that you may see."))
    return found


def _faulty(request: HttpRequest, sheet: Sheet, line: Line, form: ItemForm) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if by_itself(request):
        return JsonResponse({"errors": form.errors}, status=status)
    return _render(request, sheet, line, form=form, status=status, row_version=based_on(request))


def _overtaken(request: HttpRequest, sheet: Sheet, line: Line, form: ItemForm, refusal: StaleRow) -> HttpResponse:
    """Two experts wrote about the same item: nothing is overwritten, nothing typed is lost."""
    row = refusal.stored
    if by_itself(request):
        body = {"row_version": row.row_version, "theirs": theirs_of(row, ITEM_FIELDS)}
        return JsonResponse(body | {"message": str(refusal.message)}, status=refusal.status)
    theirs = [(_("Assessment"), words.status_word(row.status)), *words.own_rows(line.item, row), (_("Note"), row.note)]
    return _render(
        request,
        sheet,
        line,
        form=form,
        status=refusal.status,
        row_version=row.row_version,
        conflict=refusal,
        their_rows=[(label, value) for label, value in theirs if value],
    )
