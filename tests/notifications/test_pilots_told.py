"""Who hears of a pilot: everybody who takes part in it, whoever has the work next, and nobody of another alliance."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.models import Case
from tests.notifications.telling import deliver_all, told
from tests.workflows.alliances import City, act, applied, build_city, member, placed, selected
from tests.workflows.filings import filing_of
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


def test_a_hold_is_told_to_all_who_take_part_and_not_once_more_for_each_filing(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "hold", "commission_head", "2020-03-20")
    act(city, pilot, "release_hold", "commission_head", "2020-03-27")
    deliver_all(moment("2020-03-27"))
    everybody = ("lead", "community", "member", "district", "finance", "commission")
    assert told("hold") == told("release_hold") == dict.fromkeys(everybody, "progress")


def test_a_request_for_more_time_is_the_heads_task_and_its_grant_is_told_to_whoever_asked(city: City) -> None:
    filing = filing_of(selected(city))
    act(city, filing, "request_extension", "lead", "2020-03-20", due_asked=dt.date(2020, 4, 24))
    request = Case.objects.get(kind="extension")
    act(city, request, "grant", "commission_head", "2020-03-23")
    deliver_all(moment("2020-03-23"))
    assert told("request_extension") == {"commission_head": "task"}
    assert told("grant") == {"lead": "progress"}


def test_supervision_is_told_to_whoever_has_the_work_and_its_end_to_all_who_take_part(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "supervise", "commission_head", "2020-03-20", due_on=dt.date(2020, 3, 30))
    act(city, Case.objects.get(kind="supervision"), "end", "commission_head", "2020-03-27", outcome="已启动。")
    deliver_all(moment("2020-03-27"))
    assert told("supervise") == {"lead": "supervised", "lead_head": "supervised"}
    assert told("end") == dict.fromkeys(
        ("lead", "community", "member", "district", "finance", "commission"), "progress"
    )
