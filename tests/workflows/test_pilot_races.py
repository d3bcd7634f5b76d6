"""Races of a pilot on PostgreSQL: two joins, two fates, the same institution in two alliances, two sweeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from cases.models import Case, Membership
from tests.workflows.alliances import (
    City,
    act,
    again,
    applied,
    build_city,
    direct_application,
    member,
    membership,
    programme_of,
    selected,
)
from tests.workflows.test_races import race
from tests.worlds import moment
from workflows.alliance.clock import turn_phases
from workflows.alliance.opening import apply
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def does(city: City, case: Case, verb: str, by: str, **details: Any) -> Callable[[], object]:
    return lambda: perform(case, verb, by=city.actor(by), at=moment("2020-03-20"), reason="说明。", **details)


def sound(*cases: Case) -> bool:
    return list(faults(Case.objects.filter(pk__in=[case.pk for case in cases]))) == []


def test_a_unit_that_is_admitted_twice_at_once_is_a_member_once(city: City) -> None:
    pilot = selected(city)
    joining = does(city, pilot, "admit", "lead", **member(city.sibling))
    assert sorted(race(joining, joining)) == ["member_already", "ok"]
    assert Membership.objects.filter(unit=city.sibling).count() == 1
    assert sound(pilot)


def test_a_selection_and_a_withdrawal_at_once_leave_one_state_and_no_loose_filing(city: City) -> None:
    pilot = applied(city)
    race(does(city, pilot, "select", "commission_head"), does(city, pilot, "withdraw", "lead"))
    state = again(pilot).state
    live = Case.objects.filter(parent=pilot.pk, kind="filing", finished=None).count()
    assert (state, live) in {("selected", 2), ("withdrawn", 0)}
    assert sound(pilot)


def test_two_alliances_do_not_take_the_same_institution_at_once(city: City) -> None:
    programme, at = programme_of(city), moment("2020-02-20")
    first = apply(programme, direct_application(city), by=city.actor("other_lead"), at=at)
    given = direct_application(city, lead=city.hospital, name="另一联合体")
    second = apply(programme, given, by=city.actor("lead"), at=at)
    outcomes = race(does(city, first, "select", "commission_head"), does(city, second, "select", "commission_head"))
    assert sorted(outcomes) == ["ok", "two_direct_alliances"]


def test_a_membership_ends_once(city: City) -> None:
    pilot = selected(city)
    row = membership(pilot, city.institution)
    ending = {"membership": row, "on": dt.date(2020, 4, 1)}
    outcomes = race(
        does(city, pilot, "end_membership", "lead", **ending), does(city, pilot, "end_membership", "member", **ending)
    )
    assert sorted(outcomes) == ["ends_already", "ok"]


def test_two_sweeps_at_once_turn_each_phase_once(city: City) -> None:
    pilot = act(city, applied(city), "select", "commission_head", "2020-03-16")
    turned: list[int] = []

    def sweep() -> None:
        turned.append(turn_phases(moment("2020-04-01")))

    assert race(sweep, sweep) == ["ok", "ok"]
    assert sum(turned) == 1
    assert pilot.events.filter(verb="begin_practice").count() == 1
