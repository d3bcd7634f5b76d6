"""Annex 1 and the report to print: the draft for the institution, submitted versions for all who see the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.annex1 import draft_content, submitted_content
from cases.audit.people import note_export
from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.errors import OutOfScope, WrongRole
from cases.models import SelfCheckSubmission
from cases.paper import MissingChineseFont, annex1_docx, annex1_pdf, blank, report_docx, report_pdf
from cases.selfcheck_report import report_title
from cases.web import whole_number
from workflows.quality_cycle.drafting import cycle_in_scope, may_fill
from workflows.quality_cycle.selfcheck_reading import no_such_version

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
DRAFT, BLANK = "draft", "blank"


@require_safe
def annex1(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """附件1 as PDF or Word: ``?version=draft``, ``blank`` or the number of a submitted version."""
    _check_ending(ending)
    case = cycle_in_scope(request, pk)
    version = request.GET.get("version", DRAFT)
    if version == BLANK:
        content = blank(quality_of(case.edition).form)
    elif version == DRAFT:
        _check_own(request, case)
        content = draft_content(case, case.selfcheck)
    else:
        content = submitted_content(case, _submission(case, version))
    make = annex1_pdf if ending == "pdf" else annex1_docx
    return _file(request, case, lambda: make(content), _name("附件1自查整改表", case, version), ending)


@require_safe
def report(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """自查整改报告 as PDF or Word: ``?version=draft`` or the number of a submitted version."""
    _check_ending(ending)
    case = cycle_in_scope(request, pk)
    version = request.GET.get("version", DRAFT)
    day: dt.date | None = None
    if version == DRAFT:
        _check_own(request, case)
        text = case.selfcheck.report
    else:
        submission = _submission(case, version)
        text, day = submission.snapshot["report"], local_date(submission.at)
    make = report_pdf if ending == "pdf" else report_docx
    title, unit = report_title(case.unit.name), case.unit.name
    return _file(
        request, case, lambda: make(title, unit, case.year, text, day), _name("自查整改报告", case, version), ending
    )


def _check_ending(ending: str) -> None:
    if ending not in MEDIA_TYPES:
        raise OutOfScope("no_such_format", _("There is no such file; PDF and Word can be downloaded."))


def _check_own(request: HttpRequest, case: Any) -> None:
    if not may_fill(request, case):
        raise WrongRole(
            "draft_is_theirs",
            _("The draft belongs to the institution until it is submitted."),
            hint=_("Submitted versions can be read and downloaded on the form’s page."),
        )


def _submission(case: Any, version: str) -> SelfCheckSubmission:
    submissions = SelfCheckSubmission.objects.filter(selfcheck=case.pk, no=whole_number(version, 5) or 0)
    found = submissions.select_related("selfcheck__filler").first()
    if found is None:
        raise no_such_version()
    return found


def _name(what: str, case: Any, version: str) -> str:
    """A file name as people there give it; it says which version it is."""
    mark = {DRAFT: "草稿", BLANK: "空白表"}.get(version, f"第{version}版")
    return f"{what}_{case.unit.name}_{case.year}年度_{mark}"


def _file(request: HttpRequest, case: Any, make: Callable[[], bytes], name: str, ending: str) -> HttpResponse:
    try:
        content = make()
    except MissingChineseFont as refusal:
        word_url = f"{request.path.removesuffix('pdf')}docx?{request.GET.urlencode()}"
        context = {"refusal": refusal, "word_url": word_url}
        return render(request, "workflows/selfcheck/no_font.html", context, status=refusal.status)
    note_export(request, "paper", subject=f"cases.case:{case.pk}", details={"as": ending})
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{ending}") or ""
    response["Cache-Control"] = "private, no-store"
    return response
