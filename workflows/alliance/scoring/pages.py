"""The page of a column: filled in row by row, read by others once it is submitted, and sent back by the commission."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case
from cases.saving import StaleRow
from cases.scoring.columns import Line, faults_by_row, lines_of, save_score, submitted_lines, totals_of
from cases.scoring.given import words_of
from cases.scoring.registers import Answers
from cases.web import viewer_of
from workflows.alliance.scoring.forms import RowForm, theirs_of
from workflows.alliance.scoring.kind import KIND, SCORING, State
from workflows.alliance.scoring.seats import LABELS, may_score
from workflows.alliance.scoring.shown import Shown, Sum, grouped, held_words, records_of
from workflows.desk.beside import beside
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.quality_cycle.verification_pages import based_on, by_itself, clock_time
from workflows.step import held_by_another
from workflows.web import case_in_scope, perform_from, possible_verbs

VERBS = ("submit", "return_column", "claim", "release")


@require_safe
def scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """One column; whoever scores it finds a form for each row."""
    return render_column(request, column_in_scope(request, pk))


@require_POST
def scoring_row(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save one row of a column that is open; by the script while somebody types, or by its button."""
    case = column_in_scope(request, pk)
    line = _line(request, case, code)
    form = RowForm(request.POST, row=line.row, computed=line.computed is not None)
    if not form.is_valid():
        return _unsaved(request, case, line, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    user: Any = request.user
    try:
        with transaction.atomic():
            require_open(request, Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk))
            save_score(
                case.scoring,
                line.row,
                form.values(),
                based_on=based_on(request),
                by=user,
                at=viewer_of(request).at,
            )
    except StaleRow as refusal:
        if by_itself(request):
            body = {"row_version": refusal.row_version, "theirs": theirs_of(line.row, refusal.stored)}
            return JsonResponse(body | {"message": str(refusal.message)}, status=refusal.status)
        return _unsaved(request, case, line, form, refusal.status, conflict=refusal)
    except Invalid as refusal:
        take_over(form, refusal)
        return _unsaved(request, case, line, form, refusal.status)
    if not by_itself(request):
        return redirect(f"{reverse(KIND, args=[pk])}#{code}")
    return JsonResponse(_saved(request, case, code))


@require_POST
def scoring_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit the column, send it back, or claim it; a refusal shows the page again with every row that it names."""
    case, name = column_in_scope(request, pk), request.POST.get("verb", "")
    if name not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = ReasonForm(request.POST) if name == "return_column" else None
    if form is not None and not form.is_valid():
        return render_column(request, case, returning=form, status=422)
    try:
        perform_from(request, case, name)
    except (Invalid, Conflict) as refusal:
        if form is not None:
            take_over(form, refusal)
        return render_column(
            request, column_in_scope(request, pk), returning=form, refusal=refusal, status=refusal.status
        )
    said = {
        "submit": _("The column has been submitted."),
        "return_column": _("The column is open again; whoever scored it reads your reason."),
    }
    if name in said:
        messages.success(request, said[name])
    return redirect(KIND, pk)


@require_safe
def scoring_records(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The entries of the registers behind one row of a column."""
    case = column_in_scope(request, pk)
    require_readable(request, case)
    line = next((each for each in _lines(request, case) if each.row.code == code), None)
    if line is None or line.computed is None:
        raise OutOfScope("no_such_records", _("No register answers this row."))
    context = {
        "nav_current": "pilots",
        "case": case,
        "pilot": case.scoring.pilot,
        "row": line.row,
        "label": LABELS[case.scoring.column],
        "given": words_of(line.row, line.computed.given),
        "entries": records_of(line.computed.records),
        "survey": any(kind == "survey" for kind, _pk in line.computed.records),
        "referrals": sum(kind == "referral" for kind, _pk in line.computed.records),
    }
    return render(request, "workflows/alliance/scoring/records.html", context)


def column_in_scope(request: HttpRequest, pk: int) -> Any:
    """The column with its pilot, if the viewer may see it; else OutOfScope (404)."""
    case = case_in_scope(request, pk, KIND)
    case.parent = Case.objects.select_related("unit", "edition", "pilot").get(pk=case.parent_id)
    return case


def require_readable(request: HttpRequest, case: Any) -> None:
    """Refuse to show what others are still writing."""
    if case.state == State.OPEN and not may_score(viewer_of(request), case):
        raise WrongRole(
            "column_is_open",
            _("This column is still being scored; it can be read once it has been submitted."),
            hint=_("Columns are scored independently of each other."),
        )


def require_open(request: HttpRequest, case: Any) -> None:
    """Only whoever scores the column writes it, and only while it is open."""
    if not may_score(viewer_of(request), case):
        raise WrongRole(
            "wrong_role",
            _("Only the unit whose column it is scores it."),
            hint=_("The page of the pilot shows who scores what."),
        )
    if case.state != State.OPEN:
        raise Conflict(
            "column_closed",
            _("The column can no longer be changed here: it is now “%(state)s”.")
            % {"state": SCORING.state_label(case.state)},
            hint=_("The commission may return it. Copy what you still need."),
        )


def _lines(request: HttpRequest, case: Any) -> list[Line]:
    if case.state == State.OPEN:
        return lines_of(case.scoring, viewer_of(request).on)
    return submitted_lines(case.scoring)


def _line(request: HttpRequest, case: Any, code: str) -> Line:
    require_open(request, case)
    line = next((each for each in _lines(request, case) if each.row.code == code), None)
    if line is None:
        raise OutOfScope("no_such_row", _("This column has no such row."))
    return line


def _saved(request: HttpRequest, case: Any, code: str) -> dict[str, Any]:
    """What the script is told: the row's version, and the sums that have changed."""
    lines = _lines(request, case)
    line = next(each for each in lines if each.row.code == code)
    totals = totals_of(case.scoring, lines)
    groups = grouped(alliance_of(case.parent.edition), map(Shown, lines), totals)
    group = next(each for each in groups if each.group.code == line.row.group)
    fragments: dict[str, tuple[str, dict[str, Any]]] = {
        f"#got-{code}": ("_got.html", {"shown": Shown(line)}),
        f"#sum-{group.group.code}": ("_group_sum.html", {"each": group}),
        "#sums": ("_sums.html", _sums(case, lines)),
    }
    html = {
        place: render_to_string(f"workflows/alliance/scoring/{name}", context, request)
        for place, (name, context) in fragments.items()
    }
    saved = {"row_version": line.row_version, "saved_at": clock_time(request), "fragments": html}
    return {**saved, "warnings": Shown(line).warnings}


def _sums(case: Any, lines: list[Line]) -> dict[str, Any]:
    done = sum(not line.faults for line in lines)
    card = alliance_of(case.parent.edition).scorecard
    return {
        "sum": Sum(case.scoring.column, totals_of(case.scoring, lines)),
        "done": done,
        "of": len(lines),
        "card": card,
    }


def _unsaved(
    request: HttpRequest, case: Any, line: Line, form: RowForm, status: int, conflict: StaleRow | None = None
) -> HttpResponse:
    if by_itself(request):
        return JsonResponse({"errors": form.errors}, status=status)
    version = based_on(request) if conflict is None else conflict.row_version
    shown = Shown(line, form, conflict, version)
    return render_column(request, case, typed=shown, status=status)


def render_column(
    request: HttpRequest,
    case: Any,
    *,
    typed: Shown | None = None,
    returning: ReasonForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a column, also after something was refused: nothing that was typed is lost."""
    require_readable(request, case)
    viewer, lines = viewer_of(request), _lines(request, case)
    item = open_item(case)
    claimed_by = held_by_another(item, viewer) if item is not None else None
    writes = case.state == State.OPEN and may_score(viewer, case)
    rows = [_shown(line, typed, writes=writes) for line in lines]
    if writes:
        answers = Answers(case.scoring.pilot, viewer.on, round_=case.scoring.round)
        for shown in rows:
            shown.held, shown.pilot = held_words(answers, shown.line), case.parent_id
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    sums = _sums(case, lines)
    missing = faults_by_row(lines) if writes else {}
    edition = alliance_of(case.parent.edition)
    context = {
        "nav_current": "pilots",
        "case": case,
        "pilot": case.scoring.pilot,
        "label": LABELS[case.scoring.column],
        "state": SCORING.state_label(case.state),
        "over": case.state in SCORING.finals,
        "item": item,
        "claimed_by": claimed_by,
        "writes": writes,
        "verbs": verbs if claimed_by is None else verbs - {"submit"},
        "groups": grouped(edition, rows, sums["sum"].totals),
        "missing": missing,
        "first_missing": next(iter(missing), ""),
        "refusal": refusal if returning is None else None,
        "refused": refusal.faults if refusal is not None and returning is None else {},
        "returning": returning or ReasonForm(auto_id="return-%s"),
        "returned": _returned(case),
        "readings": edition.readings,
        **beside(request, case, item),
        **sums,
    }
    return render(request, "workflows/alliance/scoring/column.html", context, status=status)


def _shown(line: Line, typed: Shown | None, *, writes: bool) -> Shown:
    if typed is not None and typed.code == line.row.code:
        return typed
    return Shown(line, RowForm.of(line) if writes else None, None, line.row_version)


def _returned(case: Any) -> Any:
    """Why the column came back, while it is open again."""
    if case.state != State.OPEN:
        return None
    return case.events.filter(verb="return_column").select_related("actor").order_by("-seq").first()
