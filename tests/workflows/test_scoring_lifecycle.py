"""The life of a column of the scorecard, whoever scores it: every state, verb and role, refusals included."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from cases.access import SYSTEM
from cases.models import Case
from tests.workflows.alliances import City, act, build_city
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, leads, stays, table
from tests.workflows.scoring_cards import FIXED, SCORED, WHO, card, column, fill, in_scoring
from tests.workflows.whole_tables import Lifecycle, departures, sayings
from tests.worlds import moment
from workflows.kinds import KINDS

LIVE = "open submitted"
STATES = f"{LIVE} joined dropped"
SUPERIORS = "commission commission_head region"
# Who reads a column by the tree, and who takes part in the pilot and reads it once the score is final.
BY_THE_TREE = f"{SUPERIORS} nation inspector"
PARTIES = "lead lead_head lead_contact member member_head member_contact community community_contact finance district"
SCORERS = {"self": "lead lead_head", "city": "commission", "finance": "finance"}
READ_ALONG = {"self": "lead_contact", "city": "", "finance": ""}


def life(name: str, *, final: bool = False) -> Lifecycle:
    """The table of a column; of the city's own column the commission is no superior while it has the work."""
    scorer = SCORERS[name]
    rows = table(
        f"""
        submit        | whoever_has_it | open>submitted
        return_column | commission     | submitted>open
        join          | system         | submitted>joined
        drop          | system         | {leads(LIVE, "dropped")}
        nudge         | {SUPERIORS}    | open>open
        hold          | {SUPERIORS}    | {stays(LIVE)}
        release_hold  | {SUPERIORS}    | {stays(LIVE)}
        supervise     | {SUPERIORS}    | {stays(LIVE)}
        """
    )
    said = sayings(
        """
        release                 | *                       | * | not_yours
        hold, held              | *                       | * | already_on_hold
        release_hold            | *                       | * | not_on_hold
        release_hold, held      | *                       | * | ok
        nudge, held             | *                       | * | on_hold
        request_extension, held | *                       | * | on_hold
        extend                  | submitted joined dropped | * | no_date
        redate                  | open                    | * | date_stands
        redate                  | submitted joined dropped | * | no_date
        affirm_date             | open                    | * | date_moves
        affirm_date             | submitted joined dropped | * | no_date
        readdress               | *                       | * | address_stands
        """
    )
    if name == "city":
        said |= sayings(
            """
            nudge              | open | commission commission_head | not_above
            hold               | open | commission commission_head | own_work
            hold, held         | open | commission commission_head | own_work
            release_hold       | open | commission commission_head | own_work
            release_hold, held | open | commission commission_head | own_work
            supervise          | open | commission commission_head | own_work
            """
        )
    readers = f"{BY_THE_TREE} {PARTIES} district_head" if final else f"{BY_THE_TREE} {scorer} {READ_ALONG[name]}"
    return Lifecycle("scoring", rows, {"open": scorer}, frozenset(readers.split()), said)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    """A pilot whose columns are filled in, and not submitted."""
    pilot = in_scoring(city)
    for name in SCORERS:
        fill(city, column(pilot, name), card())
    return pilot


def departures_of(city: City, pilot: Case, name: str, **how: Any) -> list[str]:
    given: dict[str, dict[str, Any]] = {
        "hand_over": {"to": city.people[WHO[name]]},
        "request_extension": {"due_asked": dt.date(2021, 7, 1)},
        "extend": {"to": dt.date(2021, 7, 1), "number": "2021-330100-Y001"},
        "note_inspection": {"text": "已查阅评分依据。"},
    }
    people = {**{each: city.actor(each) for each in city.people}, "system": SYSTEM}
    table = life(name, final=how.pop("final", False))
    case, at = column(pilot, name), moment(SCORED if how.get("held") else FIXED)
    return departures(table, case, people, at, lambda _case, verb: given.get(verb, {}), **how)


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_verb_by_every_role_does_what_the_table_says_while_a_column_is_open(
    name: str, city: City, pilot: Case
) -> None:
    assert departures_of(city, pilot, name) == []
    act(city, column(pilot, name), "hold", "region", SCORED)
    assert departures_of(city, pilot, name, held=True) == []


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_verb_by_every_role_does_what_the_table_says_once_a_column_is_submitted(
    name: str, city: City, pilot: Case
) -> None:
    act(city, column(pilot, name), "submit", WHO[name], SCORED)
    assert departures_of(city, pilot, name) == []


def test_every_verb_by_every_role_is_refused_once_the_columns_have_ended(city: City, pilot: Case) -> None:
    point = transaction.savepoint()
    act(city, pilot, "stop", "commission_head", FIXED)
    assert {column(pilot, name).state for name in SCORERS} == {"dropped"}
    assert [found for name in SCORERS for found in departures_of(city, pilot, name)] == []
    transaction.savepoint_rollback(point)
    for name in SCORERS:
        act(city, column(pilot, name), "submit", WHO[name], SCORED)
    act(city, pilot, "fix_score", "commission", FIXED)
    act(city, pilot, "countersign", "finance", FIXED)
    assert {column(pilot, name).state for name in SCORERS} == {"joined"}
    assert [found for name in SCORERS for found in departures_of(city, pilot, name, final=True)] == []


def test_the_table_names_every_state_and_verb_of_the_code_and_no_other() -> None:
    kind = KINDS["scoring"]
    assert set(kind.states.values) == set(STATES.split())
    assert set(kind.verbs) - ITEM_VERBS - DATE_VERBS - {"request_extension"} == set(life("self").rows)
