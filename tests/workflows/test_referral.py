"""Referrals up and down: who may do what in which state, what is refused with its clause, and by which hour."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from cases import personal
from cases.clock import end_of_day
from cases.delegating import delegate
from cases.editions.pinned import forget_editions
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Appointment, Case, CaseParty, Edition, Membership, Referral, WorkItem
from cases.personal.erasing import years_after
from cases.roles import Role
from notifications.alarms import fire_alarms
from notifications.models import Alarm
from tests.notifications.telling import deliver_all, told
from tests.workflows.alliances import City, again, build_city, in_practice
from tests.workflows.lifecycle_tables import table
from tests.workflows.referrals import (
    ASKED,
    CLOSING,
    DISCHARGE,
    HOUR,
    PRIORITIES,
    accept,
    ask,
    brought_to,
    down,
    open_pilot,
    step,
)
from tests.worlds import moment
from workflows.alliance.referral.rules import direction_of
from workflows.consistency import faults
from workflows.engine import begin, carry_out, lock, perform
from workflows.step import Batch

Tier = Membership.Tier
# For a referral up: the sender is the institution, the receiver the hospital. Down it is the other way round.
SENDER, RECEIVER = "sender_contact sender_head", "receiver_contact receiver_head"
LIFE = {
    "up": table(
        f"""
        accept  | {RECEIVER}          | requested>accepted
        decline | {RECEIVER}          | requested>declined
        cancel  | {SENDER}            | requested>cancelled accepted>cancelled
        arrive  | {RECEIVER}          | accepted>arrived
        close   | {SENDER}            | arrived>closed
        unmask  | {SENDER} {RECEIVER} | requested>requested accepted>accepted arrived>arrived closed>closed declined>declined cancelled>cancelled
        """  # noqa: E501 - a table is read line by line
    ),
    "down": table(
        f"""
        accept  | {RECEIVER}          | requested>accepted
        decline | {RECEIVER}          | requested>declined
        cancel  | {SENDER}            | requested>cancelled accepted>cancelled
        arrive  | {RECEIVER}          | accepted>arrived
        inform  | {SENDER}            | arrived>informed
        close   | {RECEIVER}          | informed>closed
        unmask  | {SENDER} {RECEIVER} | requested>requested accepted>accepted arrived>arrived informed>informed closed>closed declined>declined cancelled>cancelled
        """  # noqa: E501 - a table is read line by line
    ),
}
STATES = [("up", state) for state in ["requested", "accepted", "arrived", "closed", "declined", "cancelled"]] + [
    ("down", state) for state in ["requested", "accepted", "arrived", "informed", "closed", "declined", "cancelled"]
]
VERBS = ("accept", "decline", "cancel", "arrive", "inform", "close", "unmask", "send")
OF_THE_TWO_SIDES = {"lead_contact", "lead_head", "member_contact", "member_head"}
READERS = {*OF_THE_TWO_SIDES, "lead", "member", "commission", "commission_head", "region", "nation", "inspector"}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def seats(direction: str) -> dict[str, str]:
    """The people of the two sides by what they are in a referral of this direction."""
    sender, receiver = ("member", "lead") if direction == "up" else ("lead", "member")
    return {
        "sender_contact": f"{sender}_contact",
        "sender_head": f"{sender}_head",
        "receiver_contact": f"{receiver}_contact",
        "receiver_head": f"{receiver}_head",
    }


def details(verb: str, at: dt.datetime, direction: str) -> dict[str, Any]:
    given: dict[str, dict[str, Any]] = {
        "accept": {"department": "骨科", "bed": "", "expected_at": at + HOUR},
        "inform": DISCHARGE,
        "close": CLOSING if direction == "up" else {"outcome": "continued"},
    }
    return given.get(verb, {})


def outcome(case: Case, verb: str, city: City, name: str, at: dt.datetime, direction: str) -> str:
    """The state that a verb leads to, or the kind of its refusal; nothing stays of it."""
    try:
        with transaction.atomic():
            by = city.actor(name)
            viewer = by.viewer(at)
            made = begin(lock(case), verb, by=by, at=at, viewer=viewer, batch=Batch(), reason="原因。")
            carry_out(made, details(verb, at, direction))
            raise _Undone(made.case.state)
    except _Undone as done:
        return str(done)
    except Refusal as refusal:
        return type(refusal).__name__


class _Undone(Exception):
    """What was tried is taken back."""


@pytest.mark.parametrize(("direction", "state"), STATES)
def test_who_may_do_what_in_every_state(city: City, direction: str, state: str) -> None:
    pilot = open_pilot(city)
    case = brought_to(city, ask(city, pilot) if direction == "up" else down(city, pilot), state)
    at = case.created + 40 * HOUR
    people = seats(direction)
    for verb in VERBS:
        row = LIFE[direction].get(verb)
        may = {people[role] for role in row.roles} if row is not None else set()
        for name in (*city.people, "system"):
            found = outcome(again(case), verb, city, name, at, direction)
            place = f"{verb} by {name} while {state}"
            if name not in READERS and name != "system":
                assert found == "OutOfScope", place
            elif name in may and row is not None and state in row.moves:
                assert {found} == row.moves[state], place
            elif name in OF_THE_TWO_SIDES:
                assert found in ("WrongRole", "Conflict"), place
            else:
                assert found == "WrongRole", place


def test_only_the_two_sides_and_those_above_the_city_see_a_referral(city: City) -> None:
    case = ask(city, open_pilot(city))
    seeing = {
        name for name in city.people if Case.objects.visible_to(city.viewer(name, ASKED)).filter(pk=case.pk).exists()
    }
    assert seeing == READERS
    assert set(CaseParty.objects.filter(case=case).values_list("part", flat=True)) == {"sender", "receiver"}


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_whole_story_agrees_with_itself_and_keeps_the_patient_from_its_end(city: City, direction: str) -> None:
    pilot = open_pilot(city)
    case = brought_to(city, ask(city, pilot) if direction == "up" else down(city, pilot), "closed")
    assert list(faults([again(case)])) == []
    record = Referral.objects.get(pk=case.pk)
    closed_on = (case.created + 30 * HOUR).date()
    assert record.patient.keep_until == years_after(closed_on, 3)
    assert record.direction == direction
    kept = [record.appointment_kept, record.examination_kept, record.admission_kept]
    assert kept == ([True] * 3 if direction == "up" else [None] * 3)


# ── asking ──


@pytest.mark.parametrize(
    ("sender", "receiver", "way"),
    [
        (Tier.INSTITUTION, Tier.LEAD, "up"),
        (Tier.COMMUNITY, Tier.LEAD, "up"),
        (Tier.LEAD, Tier.COMMUNITY, "down"),
        (Tier.LEAD, Tier.INSTITUTION, "down"),
        (Tier.COMMUNITY, Tier.INSTITUTION, ""),
        (Tier.INSTITUTION, Tier.COMMUNITY, ""),
        (Tier.INSTITUTION, Tier.INSTITUTION, ""),
        (Tier.LEAD, Tier.LEAD, ""),
    ],
)
def test_patients_go_up_to_the_lead_or_down_from_it_and_never_between_members(
    sender: str, receiver: str, way: str
) -> None:
    if way:
        assert direction_of(sender, receiver) == way
        return
    with pytest.raises(Invalid) as refused:
        direction_of(sender, receiver)
    assert refused.value.code == "not_between_members"
    assert "优先转至联合体内的牵头单位" in str(refused.value.message)


def test_a_referral_to_a_unit_that_is_no_member_is_refused_with_the_clause(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        ask(city, open_pilot(city), to=city.other_hospital)
    assert refused.value.code == "not_a_member"
    assert "试点方案 二（二）2" in str(refused.value.message)
    assert "receiver" in refused.value.faults
    assert not Case.objects.filter(kind="referral").exists()


def test_a_membership_that_has_ended_takes_no_more_patients(city: City) -> None:
    pilot = open_pilot(city)
    row = Membership.objects.get(pilot=pilot.pk, unit=city.institution)
    row.valid_until = dt.date(2020, 5, 20)
    row.save()
    with pytest.raises(Invalid, match="not_a_member"):
        down(city, pilot)


def test_who_is_no_contact_or_head_of_a_member_does_not_ask(city: City) -> None:
    pilot = open_pilot(city)
    for name in ("member", "lead", "commission", "district", "finance"):
        with pytest.raises(WrongRole):
            ask(city, pilot, by=name)
    for name in ("sibling_contact", "nursing_contact", "other_lead", "nobody"):
        with pytest.raises(OutOfScope):
            ask(city, pilot, by=name)
    assert ask(city, pilot, by="member_head").state == "requested"


def test_referrals_wait_for_the_filings_and_the_refusal_names_the_clause(city: City) -> None:
    with pytest.raises(Conflict) as refused:
        ask(city, in_practice(city))
    assert refused.value.code == "not_filed"
    assert "及时报市卫生健康委备案" in str(refused.value.message)


@pytest.mark.parametrize("day", ["2020-03-31", "2021-05-01"])
def test_outside_the_practice_nobody_is_referred(city: City, day: str) -> None:
    with pytest.raises(Invalid, match="outside_practice"):
        ask(city, open_pilot(city), at=moment(day))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("consent_on", {"consent_on": None}),
        ("consent_on", {"consent_on": dt.date(2020, 6, 2)}),
        ("consent_how", {"consent_how": ""}),
        ("consent_how", {"consent_how": "assumed"}),
        ("name", {"name": " "}),
        ("grounds", {"grounds": ""}),
        ("condition", {"condition": ""}),
        ("birth_year", {"birth_year": "37"}),
        ("phone", {"phone": "unknown"}),
    ],
)
def test_a_request_without_consent_or_reason_is_refused_at_its_field(
    city: City, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(city, open_pilot(city), **values)
    assert set(refused.value.faults) == {field}
    assert not personal.due_for_erasure(dt.date(2099, 1, 1)).exists()


# ── answering, arriving, closing ──


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("department", {"department": ""}),
        ("department", {"department": "欧阳翠兰住骨科"}),
        ("bed", {"bed": "床" * 41}),
        ("expected_at", {"expected_at": None}),
        ("expected_at", {"expected_at": ASKED - HOUR}),
        ("expected_at", {"expected_at": ASKED + dt.timedelta(days=40)}),
    ],
)
def test_an_acceptance_says_where_and_when_and_not_who(city: City, field: str, values: dict[str, Any]) -> None:
    case = ask(city, open_pilot(city))
    given = {"department": "骨科", "bed": "12床", "expected_at": ASKED + 6 * HOUR, **values}
    with pytest.raises(Invalid) as refused:
        step(city, case, "accept", "lead_contact", hours=1, **given)
    assert set(refused.value.faults) == {field}


@pytest.mark.parametrize("arrived", [ASKED + HOUR, ASKED + 30 * HOUR])
def test_a_patient_arrives_after_the_acceptance_and_not_in_the_future(city: City, arrived: dt.datetime) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "accepted")
    with pytest.raises(Invalid, match="arrival_time"):
        step(city, case, "arrive", "lead_contact", hours=7, arrived_at=arrived)


def test_a_priority_that_was_not_kept_needs_its_reason(city: City) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "arrived")
    said = {**CLOSING, "examination": "not_kept"}
    with pytest.raises(Invalid) as refused:
        step(city, case, "close", "member_contact", hours=9, **said)
    assert set(refused.value.faults) == {"examination_reason"}
    case = step(city, case, "close", "member_contact", hours=9, **said, examination_reason="设备检修。")
    record = Referral.objects.get(pk=case.pk)
    assert (record.examination_kept, record.examination_reason) == (False, "设备检修。")


def test_a_priority_nobody_spoke_of_keeps_a_referral_up_open(city: City) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "arrived")
    with pytest.raises(Invalid) as refused:
        step(city, case, "close", "member_contact", hours=9, outcome="inpatient")
    assert set(refused.value.faults) == set(PRIORITIES)


def test_a_referral_down_is_closed_only_with_the_hospitals_information(city: City) -> None:
    case = brought_to(city, down(city, open_pilot(city)), "arrived")
    with pytest.raises(Conflict) as refused:
        step(city, case, "close", "lead_contact", hours=9, outcome="continued")
    assert "后续治疗方案" in str(refused.value.message)
    with pytest.raises(Invalid) as incomplete:
        step(city, case, "inform", "lead_contact", hours=9, discharge="好转。", follow_up="")
    assert set(incomplete.value.faults) == {"follow_up"}


@pytest.mark.parametrize("said", ["欧阳翠兰病情好转。", "家属欧阳志远要求。", "请拨138-0571-9472。"])
@pytest.mark.parametrize(
    ("verb", "by"), [("decline", "lead_contact"), ("cancel", "member_contact"), ("unmask", "lead_contact")]
)
def test_a_reason_does_not_name_the_patient(city: City, verb: str, by: str, said: str) -> None:
    case = ask(city, open_pilot(city))
    with pytest.raises(Invalid, match="names_the_patient"):
        step(city, case, verb, by, reason=said)
    assert again(case).event_count == 2


# ── standing in ──


def test_who_stands_in_for_a_contact_acts_in_their_name(city: City) -> None:
    case = ask(city, open_pilot(city))
    source = Appointment.objects.get(user=city.people["lead_contact"])
    lead, contact = city.people["lead"], city.people["lead_contact"]
    span = {"from_": dt.date(2020, 6, 1), "until": dt.date(2020, 6, 10)}
    delegate(source, lead, **span, by=contact, at=ASKED, reason="出差。")
    accepted = perform(
        again(case),
        "accept",
        by=city.actor("lead"),
        at=ASKED + HOUR,
        department="骨科",
        expected_at=ASKED + 5 * HOUR,
    )
    assert accepted.events.get(verb="accept").acted_for == contact
    with pytest.raises(WrongRole):
        step(city, accepted, "cancel", "lead", reason="不需要。")


def test_work_of_a_contact_whom_nobody_holds_comes_to_the_head(city: City) -> None:
    case = ask(city, open_pilot(city))
    Appointment.objects.filter(user=city.people["lead_contact"]).update(valid_until=dt.date(2020, 5, 1))
    item = WorkItem.objects.open().get(process=case.pk)
    assert item in WorkItem.objects.open().addressed_to(city.viewer("lead_head", ASKED))


# ── by which hour ──


def test_a_patient_who_goes_up_is_answered_within_four_hours_and_down_within_a_day(city: City) -> None:
    pilot = open_pilot(city)
    dates = {}
    for case in (ask(city, pilot), down(city, pilot)):
        item = WorkItem.objects.open().get(process=case.pk)
        dates[item.due_rule] = item.due_at
        assert (item.role, item.ladder) == (Role.REFERRAL_CONTACT, "referral")
    assert dates == {
        "referral_acceptance_up": ASKED + 4 * HOUR,
        "referral_acceptance_down": ASKED + 24 * HOUR,
    }


def test_an_edition_may_count_working_days_instead_of_hours(city: City) -> None:
    edition = Edition.objects.get(code="alliance-pilot")
    rules = {code: dict(rule) for code, rule in edition.data["deadlines"].items()}
    for code, days in (("referral_acceptance_up", 1), ("referral_arrival", 2)):
        rule = {name: value for name, value in rules[code].items() if not name.endswith("hours")}
        rules[code] = {**rule, "kind": "working_days", "days": days}
    edition.data, edition.digest = {**edition.data, "deadlines": rules}, "ef" * 32
    edition.save()
    forget_editions()
    friday = moment("2020-06-05 16:00")
    case = ask(city, open_pilot(city), at=friday)
    assert WorkItem.objects.open().get(process=case.pk).due_at == end_of_day(dt.date(2020, 6, 8)), "a weekend between"
    case = accept(city, case)  # the patient can come the same evening
    assert WorkItem.objects.open().get(process=case.pk).due_at == end_of_day(dt.date(2020, 6, 9))
    fire_alarms(moment("2020-06-10 00:30"))
    deliver_all(moment("2020-06-10 00:30"))
    late = case.events.get(verb="escalate")
    assert {message.recipient.name for message in late.messages.all()} == {"lead_contact", "member_contact"}


def test_the_arrival_is_due_a_day_after_the_time_agreed_and_the_information_a_day_after_the_arrival(city: City) -> None:
    case = accept(city, down(city, open_pilot(city)))
    assert WorkItem.objects.open().get(process=case.pk).due_at == ASKED + 30 * HOUR
    case = step(city, case, "arrive", "member_contact", hours=7)
    item = WorkItem.objects.open().get(process=case.pk)
    assert (item.due_rule, item.due_at) == ("referral_information", ASKED + 31 * HOUR)
    assert item.unit == city.hospital


def test_what_is_overdue_is_told_to_both_contacts_at_once_each_rung_once(city: City) -> None:
    case = ask(city, open_pilot(city))
    deliver_all(ASKED)
    assert told("send") == {"lead_contact": "task"}
    due_at = ASKED + 4 * HOUR
    for at in (due_at - HOUR, due_at, due_at, due_at + 4 * HOUR, due_at + 24 * HOUR):
        fire_alarms(at)
        fire_alarms(at)
        deliver_all(at)
    assert list(Alarm.objects.filter(item__process=case.pk).order_by("pk").values_list("rung", flat=True)) == [
        "-1h",
        "+0h",
        "+4h",
        "+24h",
    ]
    assert told("remind") == {"lead_contact": "hours_left"}
    escalated = [
        {message.recipient.name for message in event.messages.all()}
        for event in case.events.filter(verb="escalate").order_by("seq")
    ]
    assert escalated == [
        {"lead_contact", "member_contact"},
        {"lead_contact", "member_contact", "lead_head"},
        {"member_contact", "lead_head", "commission"},
    ]
    assert list(faults([again(case)])) == []


def test_the_other_side_hears_of_each_answer(city: City) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "closed")
    deliver_all(ASKED + 40 * HOUR)
    heard = {
        event.verb: {message.recipient.name for message in event.messages.all()}
        for event in case.events.exclude(verb="open")
    }
    assert heard == {
        "send": {"lead_contact"},
        "accept": {"member_contact"},
        "arrive": {"member_contact"},
        "close": {"lead_contact"},
    }


# ── the patient ──


def test_showing_personal_data_is_recorded_with_the_patients_uid_and_the_reason(city: City) -> None:
    case = ask(city, open_pilot(city))
    shown = step(city, case, "unmask", "lead_contact", hours=1, reason="评估手术条件。")
    event = shown.events.get(verb="unmask")
    assert (event.reason, event.actor) == ("评估手术条件。", city.people["lead_contact"])
    assert event.details == {"patient": str(Referral.objects.get(pk=case.pk).patient_id)}
    assert again(case).version == case.version


def test_an_erased_patient_is_not_shown_any_more_and_the_referral_goes_on(city: City) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "arrived")
    patient = Referral.objects.get(pk=case.pk).patient
    personal.erase(patient, ASKED + 8 * HOUR)
    with pytest.raises(Conflict, match="patient_erased"):
        step(city, case, "unmask", "lead_contact", hours=9, reason="核对。")
    closed = step(city, case, "close", "member_contact", hours=10, **CLOSING)
    assert closed.state == "closed"


def test_a_request_is_sent_once(city: City) -> None:
    case = ask(city, open_pilot(city))
    with pytest.raises(Conflict, match="sent_already"):
        step(city, case, "send", "member_contact")


def test_every_request_has_a_patient_of_its_own_and_a_number_of_its_own(city: City) -> None:
    pilot = open_pilot(city)
    cases = [ask(city, pilot), ask(city, pilot), down(city, pilot)]
    assert [case.number for case in cases] == [f"2020-330100-ZZ0000{number}" for number in (1, 2, 3)]
    assert len(set(Referral.objects.values_list("patient", flat=True))) == 3
    assert {row.patient_id for row in Referral.objects.all()} == {
        row.pk for row in personal.due_for_erasure(dt.date.max)
    }
