"""The lines of the ledger as people read them: names instead of codes, and the light with its word."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from cases import wording
from cases.access import Viewer
from cases.models import Finding, WorkItem
from cases.wording import Moment
from workflows.finding.filters import Editions
from workflows.finding.kind import LIVE, WITH_INSTITUTION, State
from workflows.finding.ledger_query import Marks

WITH_AUTHORITY = {
    State.PLAN_SUBMITTED: gettext_lazy("Decision by %(day)s"),
    State.FIXED: gettext_lazy("Review by %(day)s"),
    State.CLOSING: gettext_lazy("Approval by %(day)s"),
    State.CONTINUING: gettext_lazy("Next review by %(day)s"),
}


@dataclass(frozen=True)
class Row:
    """One finding on the list."""

    finding: Finding
    number: str
    prefix: str
    item: str
    title: str
    state: str
    light: str
    light_word: str
    settled: bool
    held: bool
    due: Moment | None
    original: Moment | None
    note: str
    marks: tuple[str, ...]
    button: str
    mine: bool


def row_of(finding: Finding, marks: Marks, editions: Editions, viewer: Viewer) -> Row:
    """The line of a finding with its open work item; what may be done next is asked of the viewer's grants."""
    case, now, item = finding.case, viewer.at, marks.items.get(finding.pk)
    check = editions.item(case.edition_id, finding.item_code)
    prefix, _dash, number = case.number.rpartition("-")
    code, word = light_and_word(finding, item, now)
    mine = is_turn_of(viewer, finding, item)
    return Row(
        finding=finding,
        number=number,
        prefix=f"{prefix}-" if prefix else "",
        item=str(check.no) if check else finding.item_code,
        title=check.short if check else "",
        state=str(State(case.state).label),
        light=code,
        light_word=word,
        settled=case.state not in WITH_INSTITUTION,
        held=case.held_at is not None,
        due=finding.due_on or (item.due_at if item is not None and case.state in WITH_INSTITUTION else None),
        original=marks.originals.get(finding.pk),
        note=note_of(finding, item, now),
        marks=marks_on(finding, marks),
        button=button_of(case.state) if mine else pgettext("button", "View"),
        mine=mine,
    )


def marks_on(finding: Finding, marks: Marks) -> tuple[str, ...]:
    """What makes a finding stand out: supervised, repeated, extended, returned."""
    found = []
    if finding.pk in marks.supervised:
        found.append(pgettext("mark", "Under supervision"))
    if finding.recurrence_of_id is not None:
        found.append(pgettext("mark", "Repeated"))
    if finding.pk in marks.originals:
        found.append(pgettext("mark", "Extended"))
    if count := finding.return_count:
        found.append(ngettext("returned once", "returned %(n)d times", count) % {"n": count})
    return tuple(found)


def is_turn_of(viewer: Viewer, finding: Finding, item: WorkItem | None) -> bool:
    """Whether the open work item is the viewer's to do, and nobody else has claimed it."""
    if item is None or not item.role:
        return False
    if item.owner_id not in (None, viewer.user.pk) and not viewer.stands_in_for_owner(item):
        return False
    return viewer.may(item.flow_task.permission_for(item.role), finding.case)


def light_and_word(finding: Finding, item: WorkItem | None, now: dt.datetime) -> tuple[str, str]:
    """The light's code and word; what is settled is finished or has no running limit."""
    state = finding.case.state
    if state in LIVE:
        amber_at = item.amber_at if item else None
        held = finding.case.held_at is not None
        code = wording.light_code(item.due_at if item else None, now, amber_at=amber_at, held=held)
        return code, wording.light_word(code)
    if state == State.CLOSED:
        return "ok", wording.light_done()
    return "idle", pgettext("light", "Not timed")


def note_of(finding: Finding, item: WorkItem | None, now: dt.datetime) -> str:
    """What stands under the date of the limit; empty where the working days left do."""
    state = finding.case.state
    if state in WITH_AUTHORITY and item is not None and item.due_at is not None:
        return str(WITH_AUTHORITY[State(state)]) % {"day": wording.cday(item.due_at, now)}
    if state == State.CLOSED and finding.closed_at is not None:
        return _("Closed on %(day)s") % {"day": wording.cday(finding.closed_at, now)}
    if state == State.REFERRED:
        return _("Referred to %(authority)s") % {"authority": finding.referred_to}
    return "" if state in WITH_INSTITUTION else " "


def button_of(state: str) -> str:
    """What the one whose turn it is does next."""
    return {
        State.OPEN: pgettext("button", "Rectify"),
        State.IN_PROGRESS: pgettext("button", "Rectify"),
        State.FIXED: pgettext("button", "Review"),
        State.CLOSING: pgettext("button", "Approve"),
        State.PLAN_SUBMITTED: pgettext("button", "Decide"),
        State.CONTINUING: pgettext("button", "Review"),
    }[State(state)]
