"""Annex 2 as PDF, Word or Excel, and the annual quality report as Word.

The draft is for its authors, filed versions for all who see the case.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.audit.people import note_export
from cases.errors import OutOfScope, WrongRole
from cases.models import SummaryVersion
from cases.paper import MissingChineseFont
from cases.paper.annex2_excel import annex2_excel
from cases.paper.annex2_pdf import annex2_pdf
from cases.paper.annex2_word import annex2_word
from cases.paper.quality_report_word import quality_report_word
from cases.summaries.paper import draft_paper, filed_paper
from cases.summaries.quality_report import draft_report, filed_report
from workflows.summary.scope import reads_draft, summary_in_scope, version_of

DRAFT = "draft"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAKERS: dict[str, Any] = {"pdf": annex2_pdf, "docx": annex2_word, "xlsx": annex2_excel}


@require_safe
def summary_paper(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """附件2 as a file: ``?version=draft`` or the number of a filed version."""
    if ending not in MAKERS:
        raise OutOfScope("no_such_format", _("There is no such file; PDF, Word and Excel can be downloaded."))
    case, version = _asked(request, pk)
    paper = draft_paper(case) if version is None else filed_paper(case, version)
    try:
        content = MAKERS[ending](paper)
    except MissingChineseFont as refusal:
        word_url = f"{request.path.removesuffix('pdf')}docx?{request.GET.urlencode()}"
        context = {"refusal": refusal, "word_url": word_url}
        return render(request, "workflows/selfcheck/no_font.html", context, status=refusal.status)
    return _file(request, content, case, "附件2汇总表", version, ending)


@require_safe
def summary_report(request: HttpRequest, pk: int) -> HttpResponse:
    """年度医养结合机构服务质量报告 as a Word file: ``?version=draft`` or the number of a filed version."""
    case, version = _asked(request, pk)
    report = draft_report(case) if version is None else filed_report(case, version)
    return _file(request, quality_report_word(report), case, "医养结合机构服务质量报告", version, "docx")


def _asked(request: HttpRequest, pk: int) -> tuple[Any, SummaryVersion | None]:
    """The case and the version asked for, none for the draft; refused to whoever may not read it."""
    case = summary_in_scope(request, pk)
    asked = request.GET.get("version", DRAFT)
    if asked != DRAFT:
        return case, version_of(case, asked)
    if not reads_draft(request, case):
        raise WrongRole(
            "draft_is_theirs",
            _("The draft belongs to its authors until it is filed."),
            hint=_("Filed versions can be read and downloaded."),
        )
    return case, None


def _file(
    request: HttpRequest, content: bytes, case: Any, what: str, version: SummaryVersion | None, ending: str
) -> HttpResponse:
    mark = "草稿" if version is None else f"第{version.no}版"
    name = f"{what}_{case.unit.name}_{case.summary.round.cycle_year}年度_{mark}.{ending}"
    note_export(request, "paper", subject=f"cases.case:{case.pk}", details={"as": ending})
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
