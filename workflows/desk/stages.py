"""The stages of an institution's year on one rail (action plan, part 3).

Two kinds of truth stand on it: how far the institution's own work is, and what has taken the cycle up. The second is
never inferred from the first: findings may be open while the summary is filed (design, 4).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.models import Case
from cases.wording import cday
from workflows.desk.destinations import page_of_case
from workflows.desk.memberships import DRAWN, NONE, NOT_DRAWN, Membership
from workflows.step import edition_of
from workflows.visit.kind import State as VisitState

SUMMARY, REPORT, SPOT_CHECK, ARCHIVE = 3, 4, 5, 6
OWN = (0, 1, 2, ARCHIVE)  # the stages between are cases of their own, which take the cycle up
STAGE_OF_STATE = {
    "self_check": 0,
    "confirming": 0,
    "returned": 0,
    "submitted": 1,
    "approving": 1,
    "rectifying": 2,
    "verified": 3,
    "archived": ARCHIVE + 1,
}


@dataclass(frozen=True)
class Stage:
    """One stage in the shape that the rail tag draws; ``state`` is done, current or empty."""

    name: str
    window: str
    note: str
    state: str = ""
    href: str = ""


def stages(
    case: Case,
    state_label: Any,
    notes: dict[int, str],
    membership: Membership = NONE,
    viewer: Viewer | None = None,
) -> list[Stage]:
    """The rail of a cycle; the state's own word stands at the current stage, ``notes`` at those that are over.

    What took the cycle up is linked where the ``viewer`` may see it.
    """
    names = [
        _("Self-check"),
        _("County verification"),
        _("Rectification ledger"),
        _("Prefecture summary"),
        _("Regional report"),
        _("Spot-check"),
        _("Archive"),
    ]
    windows = _windows(case)
    at = STAGE_OF_STATE.get(case.state, -1)
    taken = _taken_up(membership, viewer)
    rail = []
    for no, name in enumerate(names):
        if no in taken:
            note, state, href = taken[no]
            rail.append(Stage(name, windows.get(no, ""), note, state, href))
        else:
            rail.append(Stage(name, windows.get(no, ""), _note(no, at, str(state_label), notes), _state(no, at)))
    return rail


def _taken_up(membership: Membership, viewer: Viewer | None) -> dict[int, tuple[str, str, str]]:
    """Note, state and address of the stages that are memberships."""
    return {
        SUMMARY: (
            _summary_note(membership, viewer),
            "done" if membership.summary else "",
            _to(membership.summary, viewer),
        ),
        REPORT: (_report_note(membership), "done" if membership.reported else "", _to(membership.report, viewer)),
        SPOT_CHECK: (
            _draw_note(membership),
            "done" if membership.visited else "",
            _to(membership.visit_case, viewer),
        ),
    }


def _to(taker: Case | None, viewer: Viewer | None) -> str:
    return page_of_case(taker) if taker is not None and viewer is not None and viewer.can("view", taker.unit) else ""


def _summary_note(membership: Membership, viewer: Viewer | None) -> str:
    if membership.since is None:
        return _("Not in a summary yet")
    now: dt.datetime | None = viewer.at if viewer else None
    day = cday(membership.since, now or membership.since)
    if membership.accepted:
        return _("in it since %(day)s, accepted") % {"day": day}
    return _("in it since %(day)s") % {"day": day}


def _report_note(membership: Membership) -> str:
    return _("Reported") if membership.reported else _("Not reported yet")


def _draw_note(membership: Membership) -> str:
    if membership.draw == NOT_DRAWN:
        return _("Not drawn this year")
    if membership.draw != DRAWN:
        return _("No draw yet")
    if not membership.visit:
        return _("Drawn")
    return _("Drawn: %(state)s") % {"state": VisitState(membership.visit).label}


def _state(no: int, at: int) -> str:
    if no not in OWN or no > at:
        return ""
    return "done" if no < at else "current"


def _note(no: int, at: int, label: str, notes: dict[int, str]) -> str:
    state = _state(no, at)
    return {"done": notes.get(no, ""), "current": label}.get(state, _("Not started"))


def _windows(case: Case) -> dict[int, str]:
    """The months of the plan; verification and ledger share a phase, the summary is the next."""
    months: dict[int, str] = {}
    phases = {phase.code: phase for phase in edition_of(case).phases}
    for no, code in enumerate(("self_check", "verification", "verification", "summary", "summary")):
        if code in phases:
            start, end = phases[code].window(case.year)
            months[no] = _("months %(from)d–%(to)d") % {"from": start.month, "to": end.month}
    return months
