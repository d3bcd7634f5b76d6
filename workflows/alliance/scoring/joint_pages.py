"""The joint score of a pilot: columns side by side, what differs, what is decided, and the confirmation by both."""

from __future__ import annotations

from dataclasses import dataclass
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
from cases.scoring.columns import rows_of
from cases.scoring.given import number_text, restored, words_of
from cases.scoring.joint import JointLine, final_totals, joint_lines, round_of, save_final
from cases.web import viewer_of
from workflows.alliance.scoring.forms import FinalForm, final_values
from workflows.alliance.scoring.kind import SCORING
from workflows.alliance.scoring.opening import columns_of
from workflows.alliance.scoring.seats import LABELS
from workflows.alliance.scoring.shown import Sum, grouped, readable_columns, sums_of
from workflows.alliance.states import State
from workflows.desk.beside import beside
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.quality_cycle.verification_pages import based_on, by_itself, clock_time
from workflows.step import held_by_another
from workflows.web import case_in_scope, perform_from, possible_verbs

PAGE = "pilot_scoring"
VERBS = ("fix_score", "countersign", "object_score", "return_column", "claim", "release")
BEFORE_FINAL = (State.SCORING, State.JOINT)


@dataclass
class RowShown:
    """One row of the joint page: what each column gave, what is decided, and the form where it is decided."""

    line: JointLine
    cells: list[dict[str, Any]]
    form: FinalForm | None = None
    conflict: Any = None
    row_version: int = 0

    @property
    def row(self) -> Any:
        return self.line.row

    @property
    def points(self) -> str:
        return "" if self.line.points is None else number_text(self.line.points)

    @property
    def most(self) -> str:
        return number_text(self.line.row.points)

    @property
    def source(self) -> Any:
        return LABELS.get(self.line.source, "")


@require_safe
def pilot_scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """The scorecard of a pilot as the reader may see it: own columns, then the joint score, then everything."""
    return render_joint(request, case_in_scope(request, pk, "pilot"))


@require_POST
def pilot_scoring_row(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Keep where a row of the joint score is taken from."""
    case = case_in_scope(request, pk, "pilot")
    _require_deciding(request, case)
    round_ = round_of(case.pilot)
    line = next((each for each in joint_lines(case.pilot, round_) if each.row.code == code), None)
    if line is None:
        raise OutOfScope("no_such_row", _("The scorecard has no such row."))
    form = FinalForm(request.POST, line=line)
    if not form.is_valid():
        return _unsaved(request, case, code, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    user: Any = request.user
    try:
        with transaction.atomic():
            locked = Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
            _require_deciding(request, locked)
            save_final(
                case.pilot,
                line,
                round_=round_,
                **form.cleaned_data,
                based_on=based_on(request),
                by=user,
                at=viewer_of(request).at,
            )
    except StaleRow as refusal:
        if by_itself(request):
            theirs = final_values(next(each for each in joint_lines(case.pilot, round_) if each.row.code == code))
            body = {"row_version": refusal.row_version, "theirs": theirs, "message": str(refusal.message)}
            return JsonResponse(body, status=refusal.status)
        return _unsaved(request, case, code, form, refusal.status, conflict=refusal)
    except Invalid as refusal:
        take_over(form, refusal)
        return _unsaved(request, case, code, form, refusal.status)
    if not by_itself(request):
        return redirect(f"{reverse(PAGE, args=[pk])}#{code}")
    return JsonResponse(_saved(request, case, code))


@require_POST
def pilot_scoring_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the joint score, countersign it, object to it, or send a column back."""
    case, name = case_in_scope(request, pk, "pilot"), request.POST.get("verb", "")
    if name not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = ReasonForm(request.POST, auto_id=f"{name}-%s") if name in ("object_score", "return_column") else None
    if form is not None and not form.is_valid():
        return render_joint(request, case, reasons={name: form}, status=422)
    details = {"column": request.POST.get("column", "")} if name == "return_column" else {}
    try:
        perform_from(request, case, name, **details)
    except (Invalid, Conflict) as refusal:
        if form is not None:
            take_over(form, refusal)
        reasons = {name: form} if form is not None else {}
        again = case_in_scope(request, pk, "pilot")
        return render_joint(request, again, reasons=reasons, refusal=refusal, status=refusal.status)
    said = {
        "fix_score": _("The joint score has been fixed; the finance bureau countersigns it or objects."),
        "countersign": _("Countersigned: the score is final."),
        "object_score": _("The commission reads your reason and decides anew."),
        "return_column": _("The column is open again; whoever scored it reads your reason."),
    }
    if name in said:
        messages.success(request, said[name])
    return redirect(PAGE, pk)


def decides(request: HttpRequest, case: Any) -> bool:
    """Whether the reader decides on the rows of the joint score now."""
    grant = viewer_of(request).grant_on("run_pilots", case)
    return case.state == State.JOINT and grant is not None and grant.unit_id == case.unit_id


def _require_deciding(request: HttpRequest, case: Any) -> None:
    if not viewer_of(request).may("run_pilots", case):
        raise WrongRole("wrong_role", _("The city’s commission fixes the joint score."))
    if case.state != State.JOINT:
        raise Conflict(
            "not_being_joined",
            _("The joint score cannot be changed here now: the pilot is “%(state)s”.")
            % {"state": State(case.state).label},
            hint=_("The page of the pilot shows what happened. Copy what you still need."),
        )


def may_read_final(request: HttpRequest, case: Any) -> bool:
    """Whether the joint result may be read: by all once both have confirmed it, before by those who make it."""
    if case.pilot.scored_at is not None:
        return True
    viewer = viewer_of(request)
    if viewer.may("run_pilots", case) or viewer.may("decide_pilots", case):
        return bool(case.state not in BEFORE_FINAL) or (case.state == State.JOINT and viewer.may("run_pilots", case))
    return case.state == State.COUNTERSIGNING and viewer.may("party:finance", case)


def shown_lines(request: HttpRequest, case: Any) -> tuple[int, dict[str, Case], list[JointLine]]:
    """The round, the columns that the reader may see, and the rows with these columns alone."""
    round_ = round_of(case.pilot)
    columns = readable_columns(viewer_of(request), case.pilot, round_)
    return round_, columns, joint_lines(case.pilot, round_, set(columns))


def render_joint(
    request: HttpRequest,
    case: Any,
    *,
    typed: tuple[str, FinalForm, Any] | None = None,
    reasons: dict[str, ReasonForm] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the joint score, also after something was refused: nothing that was typed is lost."""
    viewer = viewer_of(request)
    round_, columns, lines = shown_lines(request, case)
    final, deciding = may_read_final(request, case), decides(request, case)
    if not final:
        lines = [JointLine(line.row, line.columns, None) for line in lines]
    item = open_item(case)
    claimed_by = held_by_another(item, viewer) if item is not None else None
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & set(VERBS)
    submitted = [name for name, each in columns.items() if each.scoring.submitted_at is not None]
    edition = alliance_of(case.edition)
    scored = {name: {row.code for row in rows_of(edition, name)} for name in submitted}
    rows = [_shown(line, scored, deciding=deciding, typed=typed) for line in lines]
    totals = final_totals(case.pilot, lines)
    context = {
        "nav_current": "pilots",
        "case": case,
        "pilot": case.pilot,
        "round": round_,
        "state": State(case.state).label,
        "item": item,
        "claimed_by": claimed_by,
        "columns": [(LABELS[name], each, SCORING.state_label(each.state)) for name, each in columns.items()],
        "others": [
            (LABELS[each.scoring.column], SCORING.state_label(each.state)) for each in _unseen(case, round_, columns)
        ],
        "heads": [LABELS[name] for name in submitted],
        "groups": grouped(edition, rows, totals),
        "sums": sums_of(case.pilot, lines, submitted),
        "final": final,
        "deciding": deciding,
        "sum": Sum("", totals),
        "card": edition.scorecard,
        "differences": sum(line.differs for line in lines),
        "differing": [line.row for line in lines if line.differs],
        "undecided": len(totals.missing),
        "verbs": verbs if claimed_by is None else verbs - {"fix_score", "countersign"},
        "objecting": (reasons or {}).get("object_score") or ReasonForm(auto_id="object_score-%s"),
        "returning": (reasons or {}).get("return_column") or ReasonForm(auto_id="return_column-%s"),
        "returnable": [(name, LABELS[name]) for name in submitted],
        "refusal": refusal if not reasons else None,
        "objection": _objection(case),
        "readings": edition.readings,
        **beside(request, case, item),
        "confirmed": case.events.filter(verb__in=("fix_score", "countersign")).order_by("-seq").first()
        if final
        else None,
    }
    return render(request, "workflows/alliance/scoring/joint.html", context, status=status)


def _shown(
    line: JointLine, columns: dict[str, set[str]], *, deciding: bool, typed: tuple[str, FinalForm, Any] | None
) -> RowShown:
    cells = [_cell(line, column) for column, codes in columns.items() if line.row.code in codes]
    if typed is not None and typed[0] == line.row.code:
        _code, form, conflict = typed
        version = conflict.row_version if conflict is not None else line.row_version
        return RowShown(line, cells, form, conflict, version)
    return RowShown(line, cells, FinalForm.of(line) if deciding else None, None, line.row_version)


def _cell(line: JointLine, column: str) -> dict[str, Any]:
    score = line.columns.get(column)
    cell: dict[str, Any] = {"label": LABELS[column], "points": "", "chosen": line.source == column}
    if score is not None and score.points is not None:
        cell |= {
            "points": number_text(score.points),
            "given": words_of(line.row, restored(line.row, score.given)),
            "reason": score.reason,
            "override": score.override_reason,
            "computed": score.computed is not None and not score.override_reason,
        }
    return cell


def _unseen(case: Any, round_: int, columns: dict[str, Case]) -> list[Case]:
    """The columns that are there and that the reader does not see: named, not shown."""
    return [
        each for each in columns_of(case.pilot, round_).select_related("scoring") if each.scoring.column not in columns
    ]


def _objection(case: Any) -> Any:
    """Why the bureau does not agree, while the commission decides anew."""
    if case.state != State.JOINT:
        return None
    event = case.events.filter(verb__in=("object_score", "columns_done")).select_related("actor").order_by("-seq")
    newest = event.first()
    return newest if newest is not None and newest.verb == "object_score" else None


def _saved(request: HttpRequest, case: Any, code: str) -> dict[str, Any]:
    lines = joint_lines(case.pilot, round_of(case.pilot))
    line = next(each for each in lines if each.row.code == code)
    totals = final_totals(case.pilot, lines)
    card = alliance_of(case.edition).scorecard
    fragments: dict[str, tuple[str, dict[str, Any]]] = {
        f"#got-{code}": ("_final.html", {"shown": RowShown(line, [])}),
        "#sums": ("_sums.html", {"sum": Sum("", totals), "card": card, "undecided": len(totals.missing)}),
    }
    html = {
        place: render_to_string(f"workflows/alliance/scoring/{name}", context, request)
        for place, (name, context) in fragments.items()
    }
    return {"row_version": line.row_version, "saved_at": clock_time(request), "fragments": html}


def _unsaved(
    request: HttpRequest, case: Any, code: str, form: FinalForm, status: int, conflict: StaleRow | None = None
) -> HttpResponse:
    if by_itself(request):
        return JsonResponse({"errors": form.errors}, status=status)
    return render_joint(request, case, typed=(code, form, conflict), status=status)
