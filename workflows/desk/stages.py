"""The stages of an institution's year on one rail (action plan, part 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from workflows.step import edition_of

ARCHIVE = 6
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


def stages(case: Case, state_label: Any, notes: dict[int, str]) -> list[Stage]:
    """The rail of a cycle; the state's own word stands at the current stage, ``notes`` at those that are over."""
    names = [
        _("Self-check"),
        _("County verification"),
        _("Rectification ledger"),
        _("Prefecture summary"),
        _("Regional report"),
        _("National spot-check"),
        _("Archive"),
    ]
    windows = _windows(case)
    at = STAGE_OF_STATE.get(case.state, -1)
    return [
        Stage(name, windows.get(no, ""), _note(no, at, str(state_label), notes), _state(no, at))
        for no, name in enumerate(names)
    ]


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
