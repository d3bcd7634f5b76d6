"""A lifecycle walked through: every verb by every role, in one state, against the table that was written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cases.access import Actor
from cases.errors import Refusal
from cases.models import Case
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, Row
from workflows import engine
from workflows.kinds import KINDS
from workflows.step import Batch

OF_WHOEVER_HAS_IT = ITEM_VERBS | {"request_extension"}
WHOEVER_HAS_IT = "whoever_has_it"  # in a table: the holders of the state, nobody where it waits
GOES_ON = "ok"


def sayings(text: str) -> dict[tuple[str, str, str], str]:
    """What a verb's own method answers, a line each: verb, states, roles, the code of the refusal; ``*`` is any.

    ``<verb>, held`` is its answer while the case is on hold, ``ok`` says that it does not refuse.
    """
    found: dict[tuple[str, str, str], str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        verb, states, roles, code = (part.strip() for part in line.split("|"))
        found |= {(verb, state, role): code for state in states.split() for role in roles.split()}
    return found


@dataclass(frozen=True)
class Lifecycle:
    """The table of a kind: its verbs, who has the work in each state, who reads it, and what the methods refuse."""

    kind: str
    rows: dict[str, Row]
    holders: dict[str, str]
    readers: frozenset[str]
    said: dict[tuple[str, str, str], str]

    def expected(self, state: str, verb: str, role: str, *, held: bool = False) -> str:
        """Where the verb leads, or the refusal that names the first thing in the way."""
        if role != "system" and role not in self.readers:
            return "no_such_case"
        row = self.rows.get(verb)
        roles: Iterable[str] = row.roles if row is not None else ()
        if verb in OF_WHOEVER_HAS_IT or WHOEVER_HAS_IT in roles:
            roles = self.holders.get(state, "").split()
        if verb in DATE_VERBS:
            roles = ["system"]
        if role not in roles:
            return "not_for_the_system" if role == "system" else "wrong_role"
        if row is not None and state not in row.moves:
            return "wrong_state"
        if held and row is not None and row.moves[state] != {state}:
            return "on_hold"
        names = (f"{verb}, held", verb) if held else (verb,)
        answers = (self.said.get((name, place, who)) for name in names for place in (state, "*") for who in (role, "*"))
        answer = next(filter(None, answers), GOES_ON)
        return answer if answer != GOES_ON or row is None else min(row.moves[state])


def departures(
    life: Lifecycle,
    case: Case,
    people: dict[str, Actor],
    at: dt.datetime,
    details: Callable[[Case, str], dict[str, Any]],
    *,
    held: bool = False,
) -> list[str]:
    """Where the case does something else than its table says; nothing of what was tried stays.

    What the engine refuses is refused before anything is written, so that the case is read once for all of it.
    """
    locked: Any = engine.lock(case)
    wrong = []
    for name, by in people.items():
        viewer = by.viewer(at)
        for verb in KINDS[life.kind].verbs:
            wanted = life.expected(locked.state, verb, name, held=held)
            try:
                engine.begin(locked, verb, by=by, at=at, viewer=viewer, batch=Batch(), reason="说明。")
                found = _attempt(case, verb, by, at, details(case, verb), stays=verb not in life.rows)
            except Refusal as refusal:
                found = refusal.code
            if found != wanted:
                wrong.append(f"{verb} by {name}: {found}, the table says {wanted}")
    return wrong


def _attempt(case: Case, verb: str, by: Actor, at: dt.datetime, details: dict[str, Any], *, stays: bool) -> str:
    point = transaction.savepoint()
    try:
        moved = engine.perform(Case.objects.get(pk=case.pk), verb, by=by, at=at, reason="说明。", **details)
        return GOES_ON if stays and moved.state == case.state else moved.state
    finally:
        transaction.savepoint_rollback(point)
