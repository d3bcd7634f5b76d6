"""The scored table as PDF, Word or Excel: a column for those who may read it, the final score for all who take part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from cases.audit.people import note_export
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, OutOfScope
from cases.paper import MissingChineseFont
from cases.paper.content import printable
from cases.paper.scorecard import ScorecardPaper
from cases.paper.scorecard_excel import scorecard_excel
from cases.paper.scorecard_pdf import scorecard_pdf
from cases.paper.scorecard_word import scorecard_word
from cases.scoring.columns import Line, lines_of, points_by_row, submitted_lines
from cases.scoring.joint import JointLine, digest_of, joint_lines, round_of
from cases.web import viewer_of
from workflows.alliance.scoring.joint_pages import may_read_final
from workflows.alliance.scoring.kind import State
from workflows.alliance.scoring.pages import column_in_scope, require_readable
from workflows.summary.paper_pages import MEDIA_TYPES
from workflows.web import case_in_scope

MAKERS: dict[str, Any] = {"pdf": scorecard_pdf, "docx": scorecard_word, "xlsx": scorecard_excel}
WHOSE = {"self": "自评", "district": "区级评分", "city": "市级评分", "finance": "市财政局评分"}


@require_safe
def scoring_paper(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """One column on the printed table; a draft while it is open."""
    case = column_in_scope(request, pk)
    require_readable(request, case)
    scoring = case.scoring
    is_open = case.state == State.OPEN
    with override("zh-hans"):
        lines = lines_of(scoring, viewer_of(request).on) if is_open else submitted_lines(scoring)
    event = case.events.filter(verb="submit").order_by("-seq").first()
    paper = ScorecardPaper(
        edition=alliance_of(case.parent.edition),
        pilot_name=scoring.pilot.name,
        lead_name=scoring.pilot.lead.name,
        whose=WHOSE[scoring.column],
        points=points_by_row(lines),
        reasons=_reasons(map(_of_column, lines)),
        scored=frozenset(line.row.code for line in lines),
        confirmed_on=local_date(scoring.submitted_at) if scoring.submitted_at else None,
        digest="" if is_open or event is None else event.details["digest"],
    )
    return _file(request, paper, case, ending)


@require_safe
def pilot_paper(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The final score on the printed table; a draft until the finance bureau has countersigned it."""
    case = case_in_scope(request, pk, "pilot")
    if not may_read_final(request, case):
        raise Conflict(
            "score_not_final",
            _("There is no final score yet."),
            hint=_("It can be read and printed once commission and finance bureau have confirmed it."),
        )
    pilot, round_ = case.pilot, round_of(case.pilot)
    lines = joint_lines(pilot, round_)
    paper = ScorecardPaper(
        edition=alliance_of(case.edition),
        pilot_name=pilot.name,
        lead_name=pilot.lead.name,
        whose="联合评分（市卫生健康委、市财政局）",
        points={line.row.code: line.points for line in lines if line.points is not None},
        reasons=_reasons(map(_of_joint, lines)),
        confirmed_on=local_date(pilot.scored_at) if pilot.scored_at else None,
        digest=digest_of(pilot, round_) if pilot.scored_at else "",
    )
    return _file(request, paper, case, ending)


def _reasons(rows: Iterable[tuple[str, str, str, bool]]) -> dict[str, str]:
    """The last column: why points were taken off, and why a number is not the registers’; fixed Chinese."""
    found = {}
    for code, reason, departure, registered in rows:
        what = "与登记结果不一致的理由" if registered else "数据来源"
        said = [*filter(None, (reason.strip(), f"{what}：{departure.strip()}" if departure.strip() else ""))]
        if said:
            found[code] = "\n".join(said)
    return found


def _of_column(line: Line) -> tuple[str, str, str, bool]:
    return line.row.code, line.reason, line.override_reason if line.departs else "", line.computed is not None


def _of_joint(line: JointLine) -> tuple[str, str, str, bool]:
    score = line.columns.get(line.source)
    departure = score.override_reason if score is not None else ""
    return line.row.code, line.reason, departure, score is not None and score.computed is not None


def _file(request: HttpRequest, paper: ScorecardPaper, case: Any, ending: str) -> HttpResponse:
    if ending not in MAKERS:
        raise OutOfScope("no_such_format", _("There is no such file; PDF, Word and Excel can be downloaded."))
    try:
        content = MAKERS[ending](paper)
    except MissingChineseFont as refusal:
        word_url = f"{request.path.removesuffix('pdf')}docx"
        context = {"refusal": refusal, "word_url": word_url}
        return render(request, "workflows/selfcheck/no_font.html", context, status=refusal.status)
    name = f"绩效评价表_{printable(paper.pilot_name)}_{paper.whose}.{ending}"
    note_export(request, "paper", subject=f"cases.case:{case.pk}", details={"as": ending})
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
