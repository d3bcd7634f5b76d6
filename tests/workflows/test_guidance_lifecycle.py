"""The year of a district's guidance centre: every state, verb and role, refusals included, as the plan has it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.access import SYSTEM
from cases.models import Case, GuidanceEntry
from tests.workflows.alliances import City, act, again, build_city
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, table
from tests.workflows.whole_tables import Lifecycle, departures, sayings
from tests.worlds import moment
from workflows.alliance.guidance.opening import open_guidance_years
from workflows.kinds import KINDS

OPENED, DAY = "2020-06-01", "2021-01-05"  # the year 2020 is over, and not closed yet
SESSION = {"register": "education", "held_on": dt.date(2020, 5, 10), "title": "健康讲座", "attendances": 60}
CENTRE = "district_centre"
SUPERIORS = "commission commission_head region"
AUTHORITIES = f"district district_head {SUPERIORS}"

YEAR = Lifecycle(
    "guidance_year",
    table(
        f"""
        enter        | {CENTRE}      | open>open
        correct      | {CENTRE}      | open>open
        strike       | {CENTRE}      | open>open
        note_behind  | system        | open>open
        close        | {CENTRE}      | open>closed
        nudge        | {AUTHORITIES} | open>open
        hold         | {SUPERIORS}   | open>open
        release_hold | {SUPERIORS}   | open>open
        supervise    | {SUPERIORS}   | open>open
        """
    ),
    holders={"open": CENTRE},
    # The city's own centre and the other district are not among them, nor is any hospital or bureau.
    readers=frozenset(f"{CENTRE} {AUTHORITIES} nation inspector".split()),
    said=sayings(
        """
        release            | *      | * | not_yours
        hold, held         | *      | * | already_on_hold
        release_hold       | *      | * | not_on_hold
        release_hold, held | *      | * | ok
        nudge, held        | *      | * | on_hold
        extend             | closed | * | no_date
        redate             | open   | * | date_stands
        redate             | closed | * | no_date
        affirm_date        | open   | * | date_moves
        affirm_date        | closed | * | no_date
        readdress          | *      | * | address_stands
        """
    ),
)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def year_in(state: str, city: City) -> Case:
    """The register of 2020 with one session, open or closed."""
    [case] = open_guidance_years(city.district_centre, 2020, by=city.actor("commission"), at=moment(OPENED))
    act(city, case, "enter", CENTRE, OPENED, **SESSION)
    if state == "closed":
        act(city, case, "close", CENTRE, DAY, review="开展1次，未达标。")
    return again(case)


def details_for(city: City, verb: str) -> dict[str, Any]:
    """What the verb wants to be told about this year."""
    entry = GuidanceEntry.objects.get().pk
    given: dict[str, dict[str, Any]] = {
        "enter": SESSION,
        "correct": SESSION | {"entry": entry, "row_version": 0},
        "strike": {"entry": entry},
        "note_behind": {"check": dt.date(2020, 10, 1)},
        "close": {"review": "开展1次，未达标。"},
        "hand_over": {"to": city.people[CENTRE]},
        "extend": {"to": dt.date(2021, 2, 1), "number": "2020-330105-Y001"},
        "note_inspection": {"text": "已查阅签到表。"},
    }
    return given.get(verb, {})


@pytest.mark.parametrize("state", ["open", "closed"])
def test_every_verb_by_every_role_does_what_the_table_says(state: str, city: City) -> None:
    case = year_in(state, city)
    assert case.state == state
    people = {**{name: city.actor(name) for name in city.people}, "system": SYSTEM}
    assert departures(YEAR, case, people, moment(DAY), lambda _case, verb: details_for(city, verb)) == []


def test_while_a_year_is_on_hold_it_is_not_closed_and_sessions_are_still_entered(city: City) -> None:
    case = act(city, year_in("open", city), "hold", "commission", DAY)
    people = {**{name: city.actor(name) for name in city.people}, "system": SYSTEM}
    found = departures(YEAR, case, people, moment(DAY), lambda _case, verb: details_for(city, verb), held=True)
    assert found == []


def test_the_table_names_every_state_and_verb_of_the_code_and_no_other() -> None:
    kind = KINDS["guidance_year"]
    assert set(kind.states.values) == {"open", "closed"}
    assert set(kind.verbs) - ITEM_VERBS - DATE_VERBS == set(YEAR.rows)
