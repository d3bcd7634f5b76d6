"""The life of a fund as the commission would write it down: every state, verb and role, refusals included."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cases.access import SYSTEM, Actor
from cases.models import Case, FundUse, Pilot
from tests.workflows.alliances import City, act, again, build_city, selected
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, stays, table
from tests.workflows.whole_tables import Lifecycle, departures, sayings
from tests.worlds import moment
from workflows.alliance.funds.opening import allocate
from workflows.kinds import KINDS

DAY = "2020-06-01"
AT = moment(DAY)
LIVE = "in_use accounted objected"
STATES = f"{LIVE} checked"
SUPERIORS = "commission commission_head region"
ABOVE = frozenset(f"{SUPERIORS} nation inspector".split())
PAYMENT = {"paid_on": dt.date(2020, 5, 20), "amount": Decimal(30000), "purpose": "设备", "voucher": "记-018"}


def life(office: str, others: str = "") -> Lifecycle:
    """The table of a fund whose money the given office uses; ``others`` of its unit read along."""
    rows = table(
        f"""
        enter_use    | {office}    | in_use>in_use
        correct_use  | {office}    | in_use>in_use
        strike_use   | {office}    | in_use>in_use
        account      | {office}    | in_use>accounted
        return_      | finance     | accounted>in_use
        pass_check   | finance     | accounted>checked
        object_use   | finance     | accounted>objected
        settle       | system      | objected>checked
        nudge        | {SUPERIORS} | {stays("in_use accounted")}
        hold         | {SUPERIORS} | {stays(LIVE)}
        release_hold | {SUPERIORS} | {stays(LIVE)}
        supervise    | {SUPERIORS} | {stays(LIVE)}
        """
    )
    said = sayings(
        """
        release                 | *                | * | not_yours
        hold, held              | *                | * | already_on_hold
        release_hold            | *                | * | not_on_hold
        release_hold, held      | *                | * | ok
        nudge, held             | *                | * | on_hold
        request_extension, held | *                | * | on_hold
        extend                  | objected checked | * | no_date
        redate                  | in_use accounted | * | date_stands
        redate                  | objected checked | * | no_date
        affirm_date             | in_use accounted | * | date_moves
        affirm_date             | objected checked | * | no_date
        readdress               | *                | * | address_stands
        """
    )
    readers = ABOVE | {"finance", *office.split(), *others.split()}
    return Lifecycle("fund", rows, {"in_use": office, "accounted": "finance"}, readers, said)


# The office of a lead hospital for a pilot's money, a guidance centre for its own.
LIVES = {"earmarked": life("lead lead_head", "lead_contact"), "centre": life("centre")}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def fund_in(state: str, kind: str, city: City) -> Case:
    """The fund in the state with a payment of its own, each step taken by the one whose turn it was."""
    holder, office = (city.hospital, "lead") if kind == "earmarked" else (city.centre, "centre")
    if kind == "earmarked":
        selected(city)
    values = {"kind": kind, "holder": holder, "pilot": Pilot.objects.first(), "year": 2020, "purpose": "培训。"}
    case = allocate(city.city, values | {"amount": Decimal(100000)}, by=city.actor("commission"), at=AT)
    act(city, case, "enter_use", office, DAY, **PAYMENT)
    if state != "in_use":
        act(city, case, "account", office, DAY, report="全部用于设备。")
    if state == "checked":
        act(city, case, "pass_check", "finance", DAY, opinion="使用合规。")
    if state == "objected":
        act(city, case, "object_use", "finance", DAY, uses=[FundUse.objects.get().pk])
    return again(case)


def details_for(city: City, kind: str, case: Case, verb: str) -> dict[str, Any]:
    """What the verb wants to be told about this fund."""
    use = FundUse.objects.get().pk
    office = "lead" if kind == "earmarked" else "centre"
    given: dict[str, dict[str, Any]] = {
        "enter_use": PAYMENT,
        "correct_use": PAYMENT | {"use": use, "row_version": 0},
        "strike_use": {"use": use},
        "account": {"report": "全部用于设备。"},
        "pass_check": {"opinion": "使用合规。"},
        "object_use": {"uses": [use]},
        "hand_over": {"to": city.people["finance" if case.state == "accounted" else office]},
        "request_extension": {"due_asked": dt.date(2021, 1, 15)},
        "extend": {"to": dt.date(2021, 1, 15), "number": "2020-330100-Y001"},
        "note_inspection": {"text": "已查阅凭证。"},
    }
    return given.get(verb, {})


def everybody(city: City) -> dict[str, Actor]:
    return {**{name: city.actor(name) for name in city.people}, "system": SYSTEM}


@pytest.mark.parametrize("kind", sorted(LIVES))
@pytest.mark.parametrize("state", STATES.split())
def test_every_verb_by_every_role_does_what_the_table_says(kind: str, state: str, city: City) -> None:
    case = fund_in(state, kind, city)
    assert case.state == state
    found = departures(LIVES[kind], case, everybody(city), AT, lambda case, verb: details_for(city, kind, case, verb))
    assert found == []


@pytest.mark.parametrize("state", LIVE.split())
def test_while_a_fund_is_on_hold_nothing_moves_it_and_payments_are_still_entered(state: str, city: City) -> None:
    case = act(city, fund_in(state, "earmarked", city), "hold", "commission", DAY)
    life, people = LIVES["earmarked"], everybody(city)
    found = departures(life, case, people, AT, lambda case, verb: details_for(city, "earmarked", case, verb), held=True)
    assert found == []


def test_the_table_names_every_state_and_verb_of_the_code_and_no_other() -> None:
    kind = KINDS["fund"]
    assert set(kind.states.values) == set(STATES.split())
    shared = ITEM_VERBS | DATE_VERBS | {"request_extension"}
    assert set(kind.verbs) - shared == set(LIVES["earmarked"].rows)
