"""The management committee of an alliance (管委会): who may sit on it, its meetings, and the plan of the year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import AnnualPlan, Appointment, Case, CaseEvent, CommitteeMember, Meeting
from cases.saving import StaleRow
from tests.workflows.alliances import City, act, again, build_city, selected
from workflows.alliance.committee.rules import seat_faults
from workflows.alliance.committee.verbs import lacking

DAY = "2020-03-20"
SINCE = dt.date(2020, 3, 20)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    return selected(city)


def seat(city: City, pilot: Case, who: str, unit: Any, kind: str, by: str = "lead", day: str = DAY) -> CommitteeMember:
    details = {"user": city.people[who], "unit": unit, "seat": kind, "valid_from": SINCE}
    act(city, pilot, "seat_member", by, day, **details)
    return CommitteeMember.objects.latest("pk")


def refused(call: Any, *args: Any, **others: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        call(*args, **others)
    return refusal.value


def test_the_president_of_the_lead_hospital_is_the_director_and_nobody_else(city: City, pilot: Case) -> None:
    for who, unit in (("lead", city.hospital), ("member_head", city.institution), ("member_head", city.hospital)):
        refusal = refused(seat, city, pilot, who, unit, "director")
        assert (refusal.status, set(refusal.faults)) == (422, {"user"})
        assert "管委会主任由牵头单位的院长担任" in str(refusal.message)
    assert seat(city, pilot, "lead_head", city.hospital, "director").seat == "director"


def test_what_a_committee_lacks_is_said_with_the_clause_until_it_is_made_up(city: City, pilot: Case) -> None:
    on = SINCE
    assert [line.count("试点方案") for line in lacking(again(pilot), on)] == [1, 1, 1]
    seat(city, pilot, "lead_head", city.hospital, "director")
    seat(city, pilot, "lead", city.hospital, "office")
    seat(city, pilot, "district", city.district, "member")
    assert len(lacking(again(pilot), on)) == 1
    seat(city, pilot, "member", city.institution, "member")
    assert lacking(again(pilot), on) == []
    post = Appointment.objects.get(user=city.people["lead_head"])
    post.valid_until = dt.date(2020, 6, 1)
    post.save()
    assert len(lacking(again(pilot), dt.date(2020, 6, 1))) == 1  # the president is another one now


def test_a_committee_has_one_director_at_a_time(city: City, pilot: Case) -> None:
    first = seat(city, pilot, "lead_head", city.hospital, "director")
    assert refused(seat, city, pilot, "lead_head", city.hospital, "director").code == "seated_already"
    until = dt.date(2020, 6, 1)
    act(city, pilot, "end_seat", "lead", DAY, member=first.pk, valid_until=until)
    details = {"user": city.people["lead_head"], "unit": city.hospital, "seat": "director"}
    refusal = refused(act, city, pilot, "seat_member", "lead", DAY, valid_from=until - dt.timedelta(days=1), **details)
    assert refusal.status == 409
    act(city, pilot, "seat_member", "lead", DAY, valid_from=until, **details)


def test_the_office_is_at_the_lead_hospital(city: City, pilot: Case) -> None:
    refusal = refused(seat, city, pilot, "member", city.institution, "office")
    assert "管委会下设办公室，挂靠在管委会主任所在单位" in str(refusal.message)
    seat(city, pilot, "lead", city.hospital, "office")


@pytest.mark.parametrize(
    ("who", "unit"), [("member", "institution"), ("community", "community"), ("district", "district")]
)
def test_members_come_from_the_alliance_and_its_districts(city: City, pilot: Case, who: str, unit: str) -> None:
    seat(city, pilot, who, getattr(city, unit), "member")


def test_whoever_is_of_no_unit_of_the_alliance_has_no_seat(city: City, pilot: Case) -> None:
    refusal = refused(seat, city, pilot, "sibling", city.sibling, "member")
    assert "区级卫生健康行政部门" in str(refusal.message)
    assert "user" in refused(seat, city, pilot, "sibling", city.institution, "member").faults


@pytest.mark.parametrize(("by", "kind"), [("member", WrongRole), ("commission", WrongRole), ("sibling", OutOfScope)])
def test_the_office_alone_keeps_the_committee(city: City, pilot: Case, by: str, kind: type[Refusal]) -> None:
    assert isinstance(refused(seat, city, pilot, "lead_head", city.hospital, "director", by=by), kind)


def test_a_seat_ends_after_it_began_and_only_once(city: City, pilot: Case) -> None:
    member = seat(city, pilot, "lead_head", city.hospital, "director")
    with pytest.raises(Invalid, match="ends_before_it_begins"):
        act(city, pilot, "end_seat", "lead", DAY, member=member.pk, valid_until=SINCE)
    act(city, pilot, "end_seat", "lead", DAY, member=member.pk, valid_until=SINCE + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="seat_ended"):
        act(city, pilot, "end_seat", "lead", DAY, member=member.pk, valid_until=SINCE + dt.timedelta(days=2))


def meeting(city: City, pilot: Case, *present: CommitteeMember, **others: Any) -> Meeting:
    details = {
        "held_on": SINCE,
        "agenda": "一、实施方案",
        "decisions": "同意。",
        "present": [row.pk for row in present],
    }
    act(city, pilot, "enter_meeting", "lead", "2020-03-25", **{**details, **others})
    return Meeting.objects.latest("pk")


def test_a_meeting_has_agenda_decisions_and_those_who_were_there(city: City, pilot: Case) -> None:
    director = seat(city, pilot, "lead_head", city.hospital, "director")
    held = meeting(city, pilot, director)
    assert (held.decisions, held.present) == ("同意。", [director.pk])
    event = CaseEvent.objects.get(case=pilot.pk, verb="enter_meeting")
    assert event.details == {"meeting": held.pk, "on": "2020-03-20", "files": []}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agenda": " "}, "agenda"),
        ({"decisions": ""}, "decisions"),
        ({"held_on": dt.date(2020, 3, 26)}, "held_on"),
        ({"held_on": dt.date(2020, 3, 19)}, "present"),
        ({"present": []}, "present"),
        ({"present": [987654]}, "present"),
    ],
)
def test_what_a_meeting_lacks_is_said_at_its_field(city: City, pilot: Case, change: dict[str, Any], field: str) -> None:
    director = seat(city, pilot, "lead_head", city.hospital, "director")
    assert set(refused(meeting, city, pilot, director, **change).faults) == {field}


def test_a_corrected_meeting_keeps_what_it_was(city: City, pilot: Case) -> None:
    director = seat(city, pilot, "lead_head", city.hospital, "director")
    held = meeting(city, pilot, director)
    change = {"held_on": SINCE, "agenda": "一、实施方案", "decisions": "修改后同意。", "present": [director.pk]}
    act(city, pilot, "correct_meeting", "lead", "2020-03-26", meeting=held.pk, **change)
    assert [row.decisions for row in held.history.order_by("history_id")] == ["同意。", "修改后同意。"]
    with pytest.raises(OutOfScope, match="no_such_meeting"):
        act(city, pilot, "correct_meeting", "lead", "2020-03-26", meeting=987654, **change)


def plan(city: City, pilot: Case, **others: Any) -> AnnualPlan:
    details = {"year": 2020, "text": "目标：每月会诊。", "agreed_on": SINCE, "row_version": 0}
    act(city, pilot, "write_annual_plan", "lead", DAY, **{**details, **others})
    return AnnualPlan.objects.latest("pk")


def test_the_plan_of_a_year_is_written_and_written_anew_without_losing_the_first(city: City, pilot: Case) -> None:
    plan(city, pilot)
    written = plan(city, pilot, text="目标：每周会诊。", row_version=1)
    assert (written.text, AnnualPlan.objects.count()) == ("目标：每周会诊。", 1)
    assert written.history.count() == 2
    with pytest.raises(StaleRow):
        plan(city, pilot, text="目标：每日会诊。", row_version=1)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"year": 2019}, "year"), ({"year": None}, "year"), ({"text": " "}, "text"), ({"agreed_on": None}, "agreed_on")],
)
def test_what_a_plan_lacks_is_said_at_its_field(city: City, pilot: Case, change: dict[str, Any], field: str) -> None:
    assert set(refused(plan, city, pilot, **change).faults) == {field}


def test_an_unknown_seat_is_refused() -> None:
    assert set(seat_faults("king", 1, lead=1, units={1}, belongs=True, presides=True)) == {"seat"}
