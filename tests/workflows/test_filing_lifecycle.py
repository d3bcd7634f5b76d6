"""The life of a filing, against the table as the commission would write it down: state × verb × role, with refusals."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from cases.access import SYSTEM, Actor
from cases.errors import Refusal
from cases.models import Case
from tests.workflows.alliances import City, act, build_city, in_practice
from tests.workflows.filings import accepted, filing_of, submitted, write
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, leads, stays, table
from tests.worlds import moment
from workflows import engine
from workflows.engine import perform
from workflows.kinds import KINDS

LIVE = "drafting submitted returned accepted"
FILING = table(
    f"""
    submit    | lead lead_head             | drafting>submitted returned>submitted
    withdraw  | lead lead_head             | submitted>drafting,returned
    accept    | commission                 | submitted>accepted
    return_   | commission                 | submitted>returned
    supersede | system                     | accepted>superseded
    lapse     | system                     | {leads(LIVE, "lapsed")}
    nudge     | commission commission_head | {stays("drafting returned submitted")}
    hold      | commission commission_head | {stays(LIVE)}
    supervise | commission commission_head | {stays(LIVE)}
    release_hold      | commission commission_head |
    request_extension | lead lead_head             | {stays("drafting returned")}
    """
)
HOLDERS = {
    "drafting": "lead lead_head",
    "returned": "lead lead_head",
    "submitted": "commission",
}
INSIDE = frozenset(
    ["lead", "lead_head", "lead_contact", "community", "community_contact", "member", "member_head", "member_contact"]
)
AUTHORITIES = frozenset(["commission", "commission_head", "district", "district_head", "region", "nation", "inspector"])
# They see no filing: another district, other hospitals and institutions, the bureau, centres, administrators.
OUTSIDE = frozenset(
    [
        "other_district",
        "other_lead",
        "sibling",
        "sibling_contact",
        "nursing",
        "nursing_contact",
        "finance",
        "centre",
        "district_centre",
        "auditor",
        "expired",
        "nobody",
    ]
)
ABOVE_THE_LEAD = {"region"}  # a region oversees as well
OF_SUPERIORS = ("nudge", "hold", "supervise")
DAY = "2020-04-07"


def filing_in(state: str, city: City) -> Case:
    """Version 1 of the plan in the given state, each step taken by the one whose turn it was."""
    pilot = in_practice(city)
    case = write(city, filing_of(pilot))
    if state in ("submitted", "returned"):
        case = submitted(city, case)
    if state == "returned":
        case = act(city, case, "return_", "commission", DAY)
    if state in ("accepted", "superseded"):
        case = accepted(city, case)
    if state == "superseded":
        act(city, pilot, "new_filing", "lead", DAY, kind="plan")
        accepted(city, filing_of(pilot, number=2), DAY)
    if state == "lapsed":
        act(city, pilot, "stop", "commission_head", DAY)
    return Case.objects.get(pk=case.pk)


def allowed(state: str, verb: str, role: str) -> bool:
    if verb in ITEM_VERBS:
        mine = role in HOLDERS.get(state, "").split()
        return mine and verb != "release"
    if verb in DATE_VERBS:
        return False
    row = FILING[verb]
    if verb in OF_SUPERIORS and role in ABOVE_THE_LEAD:
        return state in row.moves
    if verb in OF_SUPERIORS and state == "submitted":  # it waits for the city itself, whose superior is the region
        return False
    return role in row.roles and state in row.moves


def expected(state: str, verb: str, role: str) -> set[str]:
    """``ok`` where the table allows it, else the refusals that may stand for it."""
    if role in OUTSIDE:
        return {"no_such_case"}
    if allowed(state, verb, role):
        return {"ok", "not_yours_to_withdraw", "not_a_colleague"}
    if verb in DATE_VERBS and role == "system":
        return {"ok", "no_date", "date_stands", "date_moves", "address_stands", "wrong_state"}
    return {
        "wrong_role",
        "wrong_state",
        "not_for_the_system",
        "no_open_item",
        "not_yours",
        "not_above",
        "own_work",
        "not_on_hold",
        "not_extendable",
    }


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def attempt(case: Case, verb: str, actor: Actor) -> tuple[str, str]:
    """What comes of it, and the state afterwards; undone again."""
    details: dict[str, Any] = {"to": actor.user, "number": 2, "text": "意见。", "due_asked": dt.date(2020, 7, 1)}
    point = transaction.savepoint()
    try:
        moved = perform(case, verb, by=actor, at=moment("2020-04-08"), reason="说明。", **details)
    except Refusal as refusal:
        return refusal.code, case.state
    else:
        return "ok", moved.state
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("state", KINDS["filing"].states.values)
def test_every_verb_by_every_role_does_what_the_table_says(state: str, city: City) -> None:
    case = filing_in(state, city)
    assert case.state == state
    locked: Any = engine.lock(case)

    def as_read(_case: Case | None = None) -> Case:
        again: Any = copy.copy(locked)
        engine._attach_items(again, [copy.copy(item) for item in locked.open_items])
        return again

    wrong = []
    for verb in KINDS["filing"].verbs:
        if verb in ("extend", "redate", "affirm_date"):
            continue  # the dates of every kind alike: test_redating, test_extension
        for role in sorted(INSIDE | AUTHORITIES | OUTSIDE | {"system"}):
            actor = SYSTEM if role == "system" else city.actor(role)
            wanted = expected(state, verb, role)
            if "ok" in wanted:
                outcome, after = attempt(Case.objects.get(pk=case.pk), verb, actor)
            else:
                with mock.patch.object(engine, "lock", as_read):
                    outcome, after = attempt(as_read(), verb, actor)
            if outcome not in wanted:
                wrong.append(f"{verb} by {role}: {outcome}, the table says {sorted(wanted)}")
            if outcome == "ok" and verb in FILING and after not in FILING[verb].moves[state]:
                wrong.append(f"{verb} by {role} leads to {after}")
    assert wrong == []


def test_the_table_names_every_verb_of_the_code_and_no_other() -> None:
    assert set(KINDS["filing"].verbs) - ITEM_VERBS - DATE_VERBS == set(FILING)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (verb, state)
        for verb, row in FILING.items()
        for state in row.moves
        if state != "submitted" or verb not in OF_SUPERIORS
    ],
)
def test_every_allowed_move_really_happens(verb: str, state: str, city: City) -> None:
    case = filing_in(state, city)
    role = min(FILING[verb].roles - {"lead_head"})
    outcome, after = attempt(case, verb, SYSTEM if role == "system" else city.actor(role))
    wanted = FILING[verb].moves[state]
    assert (outcome, after in wanted) == ("ok", True)


def test_everybody_of_the_city_stands_in_the_table(city: City) -> None:
    assert set(city.people) == INSIDE | AUTHORITIES | OUTSIDE
