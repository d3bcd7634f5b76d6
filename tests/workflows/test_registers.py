"""The registers of an alliance (活动登记): who enters what, from when on, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Activity, Case, CaseEvent
from cases.saving import StaleRow
from tests.workflows.alliances import City, act, build_city, in_practice, membership
from tests.workflows.filings import accepted, filed, filing_of
from workflows.consistency import faults

DAY = "2020-06-10"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    return filed(city)


def lecture(city: City, **others: Any) -> dict[str, Any]:
    day = dt.date(2020, 6, 9)
    base = {"register": "lecture", "title": "跌倒预防", "from_on": day, "until_on": day}
    return {**base, "unit_id": city.institution.pk, "people": 40, **others}


def dispatch(city: City, **others: Any) -> dict[str, Any]:
    sent = {"register": "dispatch", "title": "驻点门诊", "sender_id": city.hospital.pk, "people": 0}
    return lecture(city, **{**sent, "person_id": city.people["lead_head"].pk, **others})


def enter(city: City, pilot: Case, by: str = "lead", day: str = DAY, **entry: Any) -> Activity:
    """An entry of the pilot's registers, entered by one of the city's people."""
    act(city, pilot, "enter_activity", by, day, **entry)
    return Activity.objects.latest("pk")


def refused(city: City, pilot: Case, by: str = "lead", day: str = DAY, **entry: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        enter(city, pilot, by, day, **entry)
    return refusal.value


def test_the_office_enters_for_the_whole_alliance_and_a_member_for_itself(city: City, pilot: Case) -> None:
    enter(city, pilot, **lecture(city))
    own = enter(city, pilot, "member", **lecture(city, title="压疮护理"))
    assert (own.unit, own.entered_by, own.people) == (city.institution, city.people["member"], 40)
    assert refused(city, pilot, "member", **lecture(city, unit_id=city.community.pk)).code == "not_your_unit"
    assert list(faults(Case.objects.all())) == []


@pytest.mark.parametrize("by", ["commission", "commission_head", "district", "finance"])
def test_authorities_read_the_registers_and_do_not_write_them(city: City, pilot: Case, by: str) -> None:
    assert isinstance(refused(city, pilot, by, **lecture(city)), WrongRole)


@pytest.mark.parametrize("by", ["sibling", "other_lead", "nobody", "expired", "auditor"])
def test_outsiders_find_no_such_pilot(city: City, pilot: Case, by: str) -> None:
    assert isinstance(refused(city, pilot, by, **lecture(city)), OutOfScope)


def test_entries_wait_for_the_accepted_filings(city: City) -> None:
    pilot = in_practice(city)
    accepted(city, filing_of(pilot))
    refusal = refused(city, pilot, **lecture(city))
    assert (refusal.code, refusal.status) == ("not_filed", 409)
    assert "实施方案和协议书需及时报市卫生健康委备案" in str(refusal.message)


def test_a_day_before_the_practice_is_refused_with_the_clause(city: City, pilot: Case) -> None:
    before = dt.date(2020, 3, 31)
    refusal = refused(city, pilot, **lecture(city, from_on=before, until_on=before))
    assert refusal.code == "outside_practice"
    assert "试点方案 三（二）" in str(refusal.message)
    assert "from_on" in refusal.faults


def test_a_day_after_the_practice_is_refused_although_late_entries_are_taken(city: City, pilot: Case) -> None:
    act(city, pilot, "begin_evaluation", "system", "2021-05-06")
    last, after = dt.date(2021, 4, 30), dt.date(2021, 5, 1)
    enter(city, pilot, day="2021-05-10", **lecture(city, from_on=last, until_on=last))
    assert (
        refused(city, pilot, day="2021-05-10", **lecture(city, from_on=last, until_on=after)).code == "outside_practice"
    )


def test_what_lies_in_the_future_is_refused(city: City, pilot: Case) -> None:
    later = dt.date(2020, 6, 11)
    assert "from_on" in refused(city, pilot, **lecture(city, from_on=later, until_on=later)).faults


def test_an_entry_that_ends_before_it_begins_is_refused(city: City, pilot: Case) -> None:
    assert "until_on" in refused(city, pilot, **lecture(city, until_on=dt.date(2020, 6, 8))).faults


def test_a_unit_that_has_left_is_no_place_for_an_activity_from_that_day_on(city: City, pilot: Case) -> None:
    left = membership(pilot, city.institution)
    act(city, pilot, "end_membership", "lead", "2020-06-01", membership=left, on=dt.date(2020, 6, 2))
    last, gone = dt.date(2020, 6, 1), dt.date(2020, 6, 2)
    enter(city, pilot, **lecture(city, from_on=last, until_on=last))
    assert "unit" in refused(city, pilot, **lecture(city, from_on=gone, until_on=gone)).faults


def test_a_person_of_another_unit_is_refused(city: City, pilot: Case) -> None:
    assert "person" in refused(city, pilot, **dispatch(city, person_id=city.people["member"].pk)).faults
    assert enter(city, pilot, **dispatch(city)).person == city.people["lead_head"]


def test_a_register_that_the_edition_does_not_have_is_refused(city: City, pilot: Case) -> None:
    assert isinstance(refused(city, pilot, **lecture(city, register="party")), Invalid)


def test_the_same_entry_twice_is_refused_so_that_a_second_tap_counts_nothing_twice(city: City, pilot: Case) -> None:
    enter(city, pilot, **lecture(city))
    assert refused(city, pilot, **lecture(city)).code == "entered_already"
    assert Activity.objects.count() == 1


def test_a_corrected_entry_keeps_what_it_was_in_its_history_and_in_the_trail(city: City, pilot: Case) -> None:
    activity = enter(city, pilot, **lecture(city))
    act(city, pilot, "correct_activity", "lead", DAY, activity=activity.pk, row_version=0, **lecture(city, people=45))
    activity.refresh_from_db()
    assert (activity.people, activity.row_version) == (45, 1)
    assert [row.people for row in activity.history.order_by("history_id")] == [40, 45]
    events = CaseEvent.objects.filter(case=pilot.pk, verb__endswith="_activity").order_by("seq")
    assert [event.details["activity"] for event in events] == [activity.pk, activity.pk]
    assert all(event.sealed for event in events)


def test_two_who_correct_at_once_do_not_write_over_each_other(city: City, pilot: Case) -> None:
    activity = enter(city, pilot, **lecture(city))
    act(city, pilot, "correct_activity", "lead", DAY, activity=activity.pk, row_version=0, **lecture(city, people=45))
    with pytest.raises(StaleRow):
        act(
            city,
            pilot,
            "correct_activity",
            "lead",
            DAY,
            activity=activity.pk,
            row_version=0,
            **lecture(city, people=50),
        )


def test_a_member_corrects_and_strikes_its_own_entries_only(city: City, pilot: Case) -> None:
    theirs = enter(city, pilot, **lecture(city, unit_id=city.community.pk))
    for verb in ("correct_activity", "strike_activity"):
        with pytest.raises(WrongRole, match="not_your_unit"):
            act(city, pilot, verb, "member", DAY, activity=theirs.pk, row_version=0, **lecture(city))


def test_a_struck_entry_counts_no_more_and_stays_with_its_reason(city: City, pilot: Case) -> None:
    activity = enter(city, pilot, "member", **lecture(city))
    with pytest.raises(Invalid, match="reason_missing"):
        act(city, pilot, "strike_activity", "member", DAY, activity=activity.pk, reason=" ")
    act(city, pilot, "strike_activity", "member", DAY, activity=activity.pk, reason="登记错误。")
    activity.refresh_from_db()
    assert activity.struck_reason == "登记错误。"
    assert not Activity.objects.current().exists()
    for verb in ("correct_activity", "strike_activity"):
        with pytest.raises(Conflict, match="struck"):
            act(city, pilot, verb, "lead", DAY, activity=activity.pk, row_version=1, **lecture(city))


def test_an_entry_of_another_pilot_is_not_there(city: City, pilot: Case) -> None:
    with pytest.raises(OutOfScope, match="no_such_activity"):
        act(city, pilot, "strike_activity", "lead", DAY, activity=987654)


def test_nothing_about_people_stands_in_the_event(city: City, pilot: Case) -> None:
    enter(city, pilot, **dispatch(city))
    event = CaseEvent.objects.filter(case=pilot.pk, verb="enter_activity").get()
    assert set(event.details) == {"activity", "register", "files"}
