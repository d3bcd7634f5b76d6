"""Who hears of a pilot: everybody who takes part in it, whoever has the work next, and nobody of another alliance."""

from __future__ import annotations

import pytest

from tests.notifications.telling import deliver_all, told
from tests.workflows.alliances import City, act, applied, build_city, member, placed, selected
from tests.worlds import moment


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def test_a_programme_is_announced_to_districts_hospitals_and_the_finance_bureau(city: City) -> None:
    pilot = applied(city)
    deliver_all(moment("2020-02-21"))
    everybody = ("lead", "other lead", "district", "other district", "finance")
    assert told("announce") == dict.fromkeys(everybody, "progress")
    assert told("apply") == {"commission_head": "task"}
    assert not told("admit"), "an application is told once"
    assert pilot.state == "applied"


def test_a_selection_is_told_to_the_alliance_and_gives_the_lead_its_work(city: City) -> None:
    selected(city)
    deliver_all(moment("2020-03-16"))
    others = ("community", "member", "district", "finance", "commission")
    assert told("select") == {"lead": "task", **dict.fromkeys(others, "progress")}


def test_a_new_member_hears_that_it_has_joined_and_no_more_once_it_has_left(city: City) -> None:
    pilot = act(city, selected(city), "admit", "lead", "2020-03-17", **member(city.sibling))
    deliver_all(moment("2020-03-17"))
    assert told("admit")["sibling"] == "progress"
    assert "nursing" not in told()
    assert pilot.state == "selected"


@pytest.mark.parametrize("outcome", ["promote", "stop"])
def test_the_outcome_is_told_to_all_of_them(city: City, outcome: str) -> None:
    act(city, placed(city, "deciding"), outcome, "commission_head", "2021-10-08")
    deliver_all(moment("2021-10-08"))
    heard = ("lead", "community", "member", "district", "finance", "commission")
    assert told(outcome) == dict.fromkeys(heard, "progress")
