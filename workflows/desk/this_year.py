"""The institution's year at a glance: task list, rectification, what the county returned (wireframe 1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.access import Viewer
from cases.editions.quality import quality_of
from cases.lights import light_is
from cases.models import Case, CaseEvent, Finding, SelfCheckAnswer, SelfCheckSubmission, VerificationItem, WorkItem
from cases.selfcheck_rules import check_basic
from cases.wording import cmoment, light_code
from workflows.desk.destinations import DESTINATIONS, address, page_of_case
from workflows.desk.inbox import INSTITUTION_ROLES
from workflows.desk.lines import check_item_label, year_title
from workflows.finding.kind import WITH_COUNTY, WITH_INSTITUTION
from workflows.finding.kind import State as FindingState
from workflows.finding.ledger_query import with_turn
from workflows.kinds import KINDS
from workflows.step import edition_of

DRAFTING = ("self_check", "returned")
DONE, RUNNING, IDLE, BLOCKED = "done", "running", "idle", "blocked"


@dataclass(frozen=True)
class TaskLine:
    """One line of the task list: how far it is and where it goes on."""

    no: int
    name: Any
    state: str
    word: str
    detail: str
    href: str


@dataclass(frozen=True)
class Returned:
    """Something that came back, with the reason."""

    who: str
    what: str
    reason: str
    href: str


@dataclass(frozen=True)
class ThisYear:
    """The panel on top of an institution's inbox."""

    cycle: Case
    title: str
    due_at: dt.datetime | None
    light: str
    state: Any
    tasks: list[TaskLine]
    findings: dict[str, int]
    returned: list[Returned]
    button: Any
    href: str


def this_year(viewer: Viewer, year: int | None) -> ThisYear | None:
    """The panel for the viewer's institution, of the year asked for or the latest; None for anybody else."""
    units = [unit for unit, role in sorted(viewer.seats) if role in INSTITUTION_ROLES]
    cycle = _cycle(viewer, units, year) if units else None
    if cycle is None:
        return None
    findings = _findings(cycle, viewer)
    button, href = _button(cycle, viewer)
    return ThisYear(
        cycle=cycle,
        title=year_title(cycle),
        due_at=cycle.due_at,
        light=light_code(cycle.due_at, viewer.at, amber_at=cycle.amber_at, held=cycle.held_at is not None),
        state=KINDS[cycle.kind].state_label(cycle.state),
        tasks=_tasks(cycle, viewer),
        findings=findings,
        returned=_returned(cycle, findings["returned"] > 0),
        button=button,
        href=href,
    )


def _cycle(viewer: Viewer, units: list[int], year: int | None) -> Any:
    """The cycle with its form, and all that the task list counts, in one query."""
    answers = SelfCheckAnswer.objects.filter(selfcheck=OuterRef("pk")).order_by()
    last = SelfCheckSubmission.objects.filter(selfcheck=OuterRef("pk")).order_by("-no")
    item = WorkItem.objects.open().filter(process=OuterRef("pk")).order_by("pk")
    cycles = Case.objects.visible_to(viewer).filter(kind="quality_cycle", unit__in=units)
    if year is not None:
        cycles = cycles.filter(year=year)
    ahead = ExpressionWrapper(Q(year__gt=viewer.on.year), output_field=BooleanField())  # a year opened early comes last
    return (
        cycles.select_related("unit", "selfcheck")
        .annotate(
            answered=_count(answers.exclude(status="")),
            problems=_count(answers.filter(status="problem")),
            submitted_no=Subquery(last.values("no")[:1]),
            submitted_at=Subquery(last.values("at")[:1]),
            due_at=Subquery(item.values("due_at")[:1]),
            amber_at=Subquery(item.values("amber_at")[:1]),
            turn=Subquery(item.values("role")[:1]),
            turn_unit=Subquery(item.values("unit")[:1]),
        )
        .order_by(ahead.asc(), "-year", "-pk")
        .first()
    )


def _count(answers: Any) -> Subquery:
    return Subquery(answers.values("selfcheck").annotate(n=Count("pk")).values("n"))


def _tasks(cycle: Any, viewer: Viewer) -> list[TaskLine]:
    form = quality_of(edition_of(cycle)).form
    drafting, href = cycle.state in DRAFTING, address("selfcheck", cycle.pk)
    missing, total, answered = len(check_basic(form, cycle.selfcheck.basic)), len(form.items), cycle.answered or 0
    states = [
        _progress(not missing, bool(cycle.selfcheck.basic)),
        _progress(answered == total, answered > 0),
        _progress(bool(cycle.selfcheck.report.strip()), False),
    ]
    details = [
        ngettext("%(n)d line to fill in", "%(n)d lines to fill in", missing) % {"n": missing}
        if missing and cycle.selfcheck.basic
        else "",
        _("%(n)d/%(total)d · problems %(problems)d") % {"n": answered, "total": total, "problems": cycle.problems or 0},
        "",
    ]
    names = [_("Basic information"), _("Self-check, %(total)d items") % {"total": total}, _("Self-check report")]
    words = {DONE: pgettext("task", "Done"), RUNNING: pgettext("task", "In progress"), IDLE: _("Not started")}
    places = [f"{href}#basic", f"{href}#i1", address("selfcheck_report", cycle.pk)]
    lines = [
        TaskLine(no, name, state, words[state], detail, place)
        for no, name, state, detail, place in zip((1, 2, 3), names, states, details, places, strict=True)
    ]
    return [*lines, _last_task(cycle, viewer, drafting, states, address("selfcheck_check", cycle.pk))]


def _progress(complete: bool, begun: bool) -> str:
    return DONE if complete else RUNNING if begun else IDLE


def _last_task(cycle: Any, viewer: Viewer, drafting: bool, states: list[str], href: str) -> TaskLine:
    name, detail = _("Check and submit (sealed by the head)"), ""
    if drafting:
        ready = all(state == DONE for state in states)
        state, word = (RUNNING, _("Ready to check")) if ready else (BLOCKED, _("Not yet: finish 1 to 3 first"))
    elif cycle.state == "confirming":
        state, word = RUNNING, _("Awaiting the head’s confirmation")
    else:
        state, word = DONE, _("Submitted")
        if cycle.submitted_at:
            detail = _("version %(no)d") % {"no": cycle.submitted_no} + " · " + cmoment(cycle.submitted_at, viewer.at)
    return TaskLine(4, name, state, word, detail, href if state != BLOCKED else "")


def _findings(cycle: Case, viewer: Viewer) -> dict[str, int]:
    """The institution's unsettled findings of all years: how many, how urgent, how many came back.

    Beside them this year's settled ones, the closed apart from the referred: what is handed over is not put right.
    """
    acting, this_year = Q(case__state__in=WITH_INSTITUTION), Q(cycle=cycle.pk)
    lights = {code: acting & light_is(code, viewer.at, "turn__", "case__") for code in ("late", "soon")}
    return with_turn(Finding.objects.filter(case__unit=cycle.unit_id)).aggregate(
        open=Count("pk", filter=acting),
        **{code: Count("pk", filter=shown) for code, shown in lights.items()},
        returned=Count("pk", filter=Q(case__state__in=WITH_INSTITUTION, return_count__gt=0)),
        review=Count("pk", filter=Q(case__state__in=WITH_COUNTY)),
        kept_up=Count("pk", filter=Q(case__state=FindingState.CONTINUING)),
        closed=Count("pk", filter=this_year & Q(case__state=FindingState.CLOSED)),
        referred=Count("pk", filter=this_year & Q(case__state=FindingState.REFERRED)),
    )


def _returned(cycle: Any, findings_too: bool) -> list[Returned]:
    """What came back and waits for the institution: the form, single items of it, findings."""
    back: list[Returned] = []
    form_too = cycle.state in DRAFTING and (cycle.state == "returned" or cycle.submitted_no is None)
    if form_too or findings_too:
        back += _from_events(cycle, form_too)
    if cycle.state == "returned":
        items = VerificationItem.objects.filter(
            verification__submission__selfcheck=cycle.pk,
            verification__submission__no=cycle.submitted_no,
            to_return=True,
        )
        href = address("selfcheck", cycle.pk)
        for item in items.order_by("item_code"):
            no = edition_of(cycle).items[item.item_code].no
            what = check_item_label(cycle, item.item_code)
            back.append(Returned(_("Returned by the county"), what, item.return_reason, f"{href}#i{no}"))
    return back


def _from_events(cycle: Any, form_too: bool) -> list[Returned]:
    """The latest return of the form and of each finding that is still being rectified, with a reason."""
    events = CaseEvent.objects.filter(
        Q(case=cycle.pk, target=cycle.state) | Q(case__parent=cycle.pk, case__state="in_progress"),
        verb__in=("return_", "send_back"),
    )
    latest: dict[int, CaseEvent] = {}
    for event in events.select_related("case__finding", "case__unit").order_by("-at", "-pk"):
        latest.setdefault(event.case_id, event)
    back = []
    for event in latest.values():
        if not event.reason or (event.case_id == cycle.pk and not form_too):
            continue
        who = _("Sent back by the head") if event.verb == "send_back" else _("Returned by the county")
        if event.case_id == cycle.pk:
            back.append(Returned(who, str(_("Self-check form")), event.reason, address("selfcheck", cycle.pk)))
        else:
            back.append(Returned(who, event.case.number, event.reason, page_of_case(event.case)))
    return back


def _button(cycle: Any, viewer: Viewer) -> tuple[Any, str]:
    """The one primary button: the next step where it is the viewer's turn, else nothing."""
    if (cycle.turn_unit, cycle.turn) not in viewer.seats | viewer.vacant_seats:
        return "", ""
    node = KINDS[cycle.kind].nodes_by_state[cycle.state]
    destination = DESTINATIONS[(cycle.kind, node.name)]
    label = destination.button
    if cycle.state == "self_check" and (cycle.answered or cycle.selfcheck.basic):
        label = pgettext("button", "Continue filling in")
    return label, address(destination.page, cycle.pk)
