"""A pilot on hold: with its filings and columns, never with a patient; phases wait, relative dates move on release."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.clock import local_date
from cases.errors import Conflict, WrongRole
from cases.models import Case, CaseEvent, Hold, WorkItem
from notifications.alarms import fire_alarms
from tests.workflows.alliances import (
    EVALUATION,
    PRACTICE,
    SELECTED,
    City,
    act,
    again,
    applied,
    build_city,
    direct_application,
    in_practice,
    parent_of,
    selected,
)
from tests.workflows.filings import filing_of, write
from tests.workflows.referrals import ask, open_pilot
from tests.worlds import moment
from workflows.alliance.clock import turn_phases
from workflows.alliance.opening import apply
from workflows.consistency import faults

DAY = dt.date


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def item_of(case: Case) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def due_on(case: Case) -> dt.date:
    due_at = item_of(case).due_at
    assert due_at is not None
    return local_date(due_at)


def refused(city: City, case: Case, verb: str, by: str, day: str, **details: Any) -> str:
    with pytest.raises((Conflict, WrongRole)) as refusal:
        act(city, case, verb, by, day, **details)
    return refusal.value.code


def test_a_pilot_is_held_with_its_filings_and_released_with_them(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "hold", "commission", "2020-03-20")
    filing = filing_of(pilot)
    assert again(pilot).held_at == filing.held_at == moment("2020-03-20")
    assert item_of(filing).next_alarm_at is None
    assert item_of(pilot).next_alarm_at is None
    assert refused(city, write(city, filing), "submit", "lead", "2020-03-23") == "on_hold"
    assert refused(city, pilot, "new_filing", "lead", "2020-03-23", kind="plan") == "on_hold"
    assert refused(city, filing, "release_hold", "commission", "2020-03-23") == "parent_on_hold"
    act(city, pilot, "release_hold", "commission_head", "2020-03-27")
    assert [again(pilot).held_at, again(filing).held_at] == [None, None]
    assert item_of(filing).next_alarm_at is not None
    assert act(city, filing, "submit", "lead", "2020-03-30").state == "submitted"
    assert list(faults(Case.objects.all())) == []


def test_limits_in_working_days_move_by_the_hold_and_the_windows_of_the_plan_do_not(city: City) -> None:
    pilot = selected(city)
    filing = filing_of(pilot)
    assert (due_on(filing), due_on(pilot)) == (DAY(2020, 4, 16), DAY(2020, 3, 31))
    act(city, pilot, "hold", "commission", "2020-03-20")
    act(city, pilot, "release_hold", "commission", "2020-03-27")
    assert (due_on(filing), due_on(pilot)) == (DAY(2020, 4, 23), DAY(2020, 3, 31))
    item = item_of(filing)
    assert (item.due_revision, item.due_trace[-1]["step"], item.due_trace[-1]["days"]) == (1, "hold", 5)
    assert item_of(pilot).due_revision == 0


def test_ladders_are_silent_while_the_pilot_is_on_hold_and_go_on_afterwards(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "hold", "commission", "2020-03-20")
    fire_alarms(moment("2020-05-04 10:00"))
    assert not CaseEvent.objects.filter(
        verb__in=("remind", "escalate"), case__in=(pilot.pk, filing_of(pilot).pk)
    ).exists()
    act(city, pilot, "release_hold", "commission", "2020-05-06")
    fire_alarms(moment("2020-05-07 10:00"))
    assert CaseEvent.objects.filter(verb="escalate", case=pilot.pk).exists(), "the window of the plan has passed"
    assert not CaseEvent.objects.filter(verb="escalate", case=filing_of(pilot).pk).exists(), "its limit has moved"


def test_a_filing_is_held_alone_and_stays_so_when_its_pilot_is_released(city: City) -> None:
    pilot = selected(city)
    filing = filing_of(pilot)
    act(city, filing, "hold", "commission", "2020-03-18")
    act(city, pilot, "hold", "commission", "2020-03-20")
    act(city, pilot, "release_hold", "commission", "2020-03-27")
    assert again(filing).held_at == moment("2020-03-18")
    assert act(city, filing, "release_hold", "commission", "2020-03-27").held_at is None


def test_the_phase_of_a_held_pilot_turns_once_it_is_released(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "hold", "commission", "2020-03-20")
    assert turn_phases(moment(PRACTICE)) == 0
    assert again(pilot).state == "selected"
    assert refused(city, pilot, "begin_practice", "lead", PRACTICE) == "on_hold"
    act(city, pilot, "release_hold", "commission", "2020-04-20")
    assert turn_phases(moment("2020-04-20 12:00")) == 1
    assert again(pilot).state == "practice"
    assert due_on(pilot) == DAY(2021, 4, 30)


def test_held_pilots_keep_no_place_in_the_sweep_of_the_phases(city: City) -> None:
    held = selected(city)
    other = apply(parent_of(held), direct_application(city), by=city.actor("other_lead"), at=moment("2020-03-16"))
    act(city, other, "select", "commission_head", "2020-03-17")
    act(city, held, "hold", "commission", "2020-03-20")
    assert turn_phases(moment(PRACTICE), limit=1) == 1
    assert (again(held).state, again(other).state) == ("selected", "practice")


def test_the_summary_report_of_a_pilot_released_late_has_its_whole_limit(city: City) -> None:
    pilot = in_practice(city)
    act(city, pilot, "hold", "commission", "2021-04-20")
    assert turn_phases(moment(EVALUATION)) == 0
    act(city, pilot, "release_hold", "commission", "2021-06-01")
    assert turn_phases(moment("2021-06-01 12:00")) == 1
    assert due_on(pilot) == DAY(2021, 8, 3)


def test_a_held_pilot_is_stopped_by_the_commission_and_nothing_stays_on_hold(city: City) -> None:
    pilot = selected(city)
    act(city, pilot, "hold", "commission", "2020-03-20")
    stopped = act(city, pilot, "stop", "commission_head", "2020-03-27")
    assert (stopped.state, stopped.held_at, filing_of(pilot).held_at) == ("stopped", None, None)
    assert not Hold.objects.filter(until=None).exists()
    assert list(faults(Case.objects.all())) == []


def test_a_patient_is_not_put_on_hold_with_the_pilot(city: City) -> None:
    pilot = open_pilot(city)
    referral = ask(city, pilot)
    alarm = item_of(referral).next_alarm_at
    act(city, pilot, "hold", "commission", "2020-06-01 10:30")
    assert again(referral).held_at is None
    assert item_of(referral).next_alarm_at == alarm is not None
    act(city, referral, "cancel", "member_contact", "2020-06-01 11:00", reason="家属改变主意。")
    assert ask(city, pilot, at=moment("2020-06-01 12:00")).held_at is None, "another patient is taken, too"


def test_the_commission_does_not_hold_its_own_work_and_the_level_above_does(city: City) -> None:
    pilot = applied(city)
    assert refused(city, pilot, "hold", "commission", "2020-03-02") == "own_work"
    assert refused(city, pilot, "hold", "commission_head", "2020-03-02") == "own_work"
    act(city, pilot, "hold", "region", "2020-03-02")
    assert refused(city, pilot, "select", "commission_head", "2020-03-03") == "on_hold"
    assert refused(city, pilot, "release_hold", "commission", "2020-03-03") == "own_work"
    act(city, pilot, "release_hold", "region", "2020-03-04")
    assert act(city, pilot, "select", "commission_head", SELECTED).state == "selected"


@pytest.mark.parametrize("by", ["lead", "lead_head", "member", "district_head", "finance", "nation"])
def test_nobody_who_takes_part_holds_a_pilot(city: City, by: str) -> None:
    assert refused(city, selected(city), "hold", by, "2020-03-20") == "wrong_role"


def test_a_whole_programme_is_held_with_its_pilots_and_what_they_file(city: City) -> None:
    pilot = selected(city)
    programme = parent_of(pilot)
    act(city, programme, "hold", "region", "2020-03-20")
    assert again(pilot).held_at == filing_of(pilot).held_at == moment("2020-03-20")
    assert refused(city, programme, "apply", "other_lead", "2020-03-23") == "on_hold"
    assert refused(city, pilot, "release_hold", "commission", "2020-03-23") == "parent_on_hold"
    act(city, programme, "release_hold", "region", "2020-03-27")
    assert not Case.objects.exclude(held_at=None).exists()
    assert due_on(filing_of(pilot)) == DAY(2020, 4, 23)
    assert list(faults(Case.objects.all())) == []
