"""An alliance pilot from the opening of the programme to its outcome."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case, CaseParty, Pilot
from notifications.models import Message
from notifications.outbox import deliver_events
from tests.workflows.alliances import (
    AGREED,
    City,
    act,
    again,
    application,
    applied,
    build_city,
    direct_application,
    in_practice,
    member,
    membership,
    parent_of,
    programme_of,
    selected,
)
from tests.workflows.referrals import ask, open_pilot
from tests.worlds import moment, person, unit
from workflows.alliance.agreements import remind_of_agreements
from workflows.alliance.clock import turn_phases
from workflows.alliance.membership import composition_faults, members_of
from workflows.alliance.newcomers import invite
from workflows.alliance.opening import apply, may_open, open_programme
from workflows.alliance.period import in_practice as within_practice


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def apply_as(city: City, by: str, given: dict[str, Any], programme: Case | None = None) -> Case:
    return apply(programme or programme_of(city), given, by=city.actor(by), at=moment("2020-02-20"))


def test_an_application_opens_a_pilot_with_its_members_and_parties(city: City) -> None:
    pilot = applied(city)
    assert (pilot.state, pilot.number) == ("applied", "2020-330100-LHT01")
    parts = set(CaseParty.objects.filter(case=pilot).values_list("part", "unit__code"))
    assert parts == {
        ("lead", city.hospital.code),
        ("member", city.community.code),
        ("member", city.institution.code),
        ("district", city.district.code),
        ("finance", city.finance.code),
    }
    assert [event.verb for event in pilot.events.order_by("seq")] == ["open", "admit", "admit", "admit"]


def test_a_district_nominates_an_alliance_that_a_hospital_of_the_city_leads(city: City) -> None:
    pilot = applied(city, by="district")
    assert (pilot.pilot.nominated, pilot.pilot.applicant) == (True, city.district)


def test_a_hospital_does_not_apply_for_another_one(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        apply_as(city, "other_lead", application(city))
    assert "lead" in refused.value.faults


def test_two_applications_of_one_name_are_one_too_many(city: City) -> None:
    programme = programme_of(city)
    applied(city, programme=programme)
    with pytest.raises(Conflict):
        applied(city, programme=programme, by="district")


@pytest.mark.parametrize("missing", ["name", "structure", "application", "lead"])
def test_an_application_says_what_it_lacks(city: City, missing: str) -> None:
    with pytest.raises(Invalid) as refused:
        apply_as(city, "lead", {**application(city), missing: ""})
    assert missing in refused.value.faults


def test_a_city_opens_one_programme_a_year_and_only_the_city_does(city: City) -> None:
    programme_of(city)
    at = moment("2020-02-11")
    with pytest.raises(Conflict):
        open_programme(city.city, title="又一次", year=2020, by=city.actor("commission"), at=at)
    with pytest.raises(WrongRole):
        open_programme(city.city, title="试点", year=2020, by=city.actor("region"), at=at)
    with pytest.raises(Invalid):
        open_programme(city.city, title="试点", year=2021, by=city.actor("commission"), at=at)


def test_no_programme_begins_once_the_practice_of_the_edition_is_over(city: City) -> None:
    for day in ("2021-04-30", "2021-05-01"):
        assert may_open(city.city, moment(day).date()) == (day == "2021-04-30")
    with pytest.raises(Invalid) as refused:
        open_programme(city.city, title="新一批", year=2021, by=city.actor("commission"), at=moment("2021-05-12"))
    assert refused.value.code == "phase_over"
    assert "试点方案 三（二）" in str(refused.value.message)
    programme_of(city)
    assert not may_open(city.city, dt.date(2020, 2, 11))  # the year has one


def test_a_programme_without_a_finance_bureau_says_so(city: City) -> None:
    city.finance.closed_on = dt.date(2020, 1, 1)
    city.finance.save()
    with pytest.raises(Invalid) as refused:
        programme_of(city)
    assert refused.value.code == "no_finance_bureau"


FAULTY: dict[str, Any] = {
    "lead_not_of_the_city": lambda city: {"lead": unit("hospital", "拱墅区医院", "330105-301", city.district)},
    "has_hospital": lambda city: {
        "members": [member(city.community, "community"), member(city.institution, has_hospital=True)]
    },
    "has_hospital of a hospital": lambda city: {
        "members": [
            member(city.community, "community"),
            member(unit("hospital", "拱墅区医院", "330105-301", city.district)),
        ]
    },
    "no_community_centre": lambda city: {"members": [member(city.institution)]},
    "no_institution": lambda city: {"members": [member(city.community, "community")]},
    "ends_before_it_begins": lambda city: {
        "members": [member(city.community, "community"), member(city.institution, valid_until=AGREED)]
    },
    "wrong_tier": lambda city: {"members": [member(city.community), member(city.institution)]},
    "named_twice": lambda city: {
        "members": [member(city.community, "community"), member(city.institution), member(city.institution)]
    },
    "no_hospital": lambda city: {"structure": "direct", "members": [member(city.nursing)]},
    "community_centre_in_direct": lambda city: {
        "structure": "direct",
        "members": [member(city.nursing, has_hospital=True), member(city.community, "community")],
    },
}


@pytest.mark.parametrize("code", sorted(FAULTY))
def test_an_alliance_that_is_not_made_as_the_plan_says_is_refused_with_the_clause(city: City, code: str) -> None:
    programme = programme_of(city)
    with pytest.raises(Invalid) as refused:
        apply_as(city, "district", {**application(city), **FAULTY[code](city)}, programme)
    assert refused.value.code == code.split(maxsplit=1)[0]
    assert all("试点方案" in words for words in refused.value.faults["members"])
    assert not Case.objects.filter(kind="pilot").exists()


def test_an_institution_is_not_in_two_direct_alliances_at_once(city: City) -> None:
    programme = programme_of(city)
    first = apply_as(city, "other_lead", direct_application(city), programme)
    second = apply_as(city, "lead", direct_application(city, lead=city.hospital, name="另一联合体"), programme)
    act(city, first, "select", "commission_head", "2020-03-16")
    with pytest.raises(Invalid) as refused:
        act(city, second, "select", "commission_head", "2020-03-16")
    assert refused.value.code == "two_direct_alliances"
    act(city, first, "stop", "commission_head", "2020-03-17")
    assert act(city, second, "select", "commission_head", "2020-03-18").state == "selected"


def test_one_direct_alliance_may_follow_another_on_the_day_the_first_ends(city: City) -> None:
    programme, until = programme_of(city), dt.date(2020, 9, 1)
    early = [member(city.nursing, has_hospital=True, valid_until=until)]
    late = [member(city.nursing, has_hospital=True, valid_from=until)]
    first = apply_as(city, "other_lead", direct_application(city, members=early), programme)
    given = direct_application(city, lead=city.hospital, name="另一联合体", members=late)
    act(city, first, "select", "commission_head", "2020-03-16")
    assert act(city, apply_as(city, "lead", given, programme), "select", "commission_head", "2020-03-16").state


def test_a_member_joins_and_reads_and_leaves_and_reads_no_more(city: City) -> None:
    pilot = in_practice(city)
    joined = member(city.sibling, valid_from=dt.date(2020, 5, 1))
    act(city, pilot, "admit", "lead", "2020-05-06", **joined)
    row = membership(pilot, city.sibling)
    seen = Case.objects.filter(kind="pilot")
    assert seen.visible_to(city.viewer("sibling", moment("2020-05-06"))).exists()
    act(city, pilot, "end_membership", "sibling", "2020-06-01", membership=row, on=dt.date(2020, 6, 10))
    assert seen.visible_to(city.viewer("sibling", moment("2020-06-09"))).exists()
    assert not Case.objects.visible_to(city.viewer("sibling", moment("2020-06-10"))).exists()
    assert membership(pilot, city.sibling).end_reason == "说明。"


def test_who_joins_on_a_day_and_leaves_on_it_has_read_nothing(city: City) -> None:
    pilot = in_practice(city)
    act(city, pilot, "admit", "lead", "2020-05-06", **member(city.sibling))
    row = membership(pilot, city.sibling)
    act(city, pilot, "end_membership", "lead", "2020-05-06", membership=row, on=dt.date(2020, 5, 6))
    assert not CaseParty.objects.filter(unit=city.sibling).exists()


def test_a_member_ends_its_own_agreement_and_no_other(city: City) -> None:
    pilot = in_practice(city)
    row, lead = membership(pilot, city.community), membership(pilot, city.hospital)
    with pytest.raises(WrongRole):
        act(city, pilot, "end_membership", "member", "2020-05-06", membership=row, on=dt.date(2020, 6, 1))
    with pytest.raises(Conflict):
        act(city, pilot, "end_membership", "lead", "2020-05-06", membership=lead, on=dt.date(2020, 6, 1))
    act(city, pilot, "end_membership", "community", "2020-05-06", membership=row, on=dt.date(2020, 6, 1))
    assert [fault.code for fault in composition_faults(pilot.pilot, dt.date(2020, 6, 1))] == ["no_community_centre"]
    assert len(members_of(pilot.pilot, dt.date(2020, 5, 31))) == 3
    assert len(members_of(pilot.pilot, dt.date(2020, 6, 1))) == 2


@pytest.mark.parametrize("on", [dt.date(2020, 5, 5), "soon"])
def test_an_agreement_ends_today_or_later(city: City, on: Any) -> None:
    pilot = in_practice(city)
    with pytest.raises(Invalid):
        act(city, pilot, "end_membership", "lead", "2020-05-06", membership=membership(pilot, city.institution), on=on)


def dated(city: City, until: dt.date) -> Case:
    """A pilot in practice whose institution, of the other district, has an agreement with an end."""
    members = [member(city.community, "community"), member(city.nursing, valid_until=until)]
    pilot = apply_as(city, "lead", application(city, members=members))
    act(city, pilot, "select", "commission_head", "2020-03-16")
    return act(city, pilot, "begin_practice", "system", "2020-04-01")


def reads(city: City, name: str, day: str, kind: str = "pilot") -> bool:
    return Case.objects.filter(kind=kind).visible_to(city.viewer(name, moment(day))).exists()


def test_an_agreement_that_ends_takes_the_unit_and_its_district_with_it_unless_it_is_renewed(city: City) -> None:
    until = dt.date(2020, 9, 1)
    pilot = dated(city, until)
    assert reads(city, "other_district", "2020-08-31")
    for name in ("nursing", "other_district"):
        assert not reads(city, name, "2020-09-01"), name
    row = membership(pilot, city.nursing)
    act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=row, valid_until=dt.date(2021, 9, 1))
    new = membership(pilot, city.nursing)
    assert (new.valid_from, new.valid_until, new.agreement) == (until, dt.date(2021, 9, 1), row.agreement)
    for name in ("nursing", "other_district"):
        assert reads(city, name, "2020-09-01"), name
        assert reads(city, name, "2020-09-01", "filing"), name
        assert not reads(city, name, "2021-09-01"), name
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "renew_membership", "lead", "2020-08-21", membership=row, valid_until=None)
    assert refused.value.code == "nothing_to_renew"


def test_a_renewal_lasts_longer_than_what_it_renews_and_open_agreements_need_none(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    row = membership(pilot, city.nursing)
    with pytest.raises(Invalid) as refused:
        act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=row, valid_until=dt.date(2020, 9, 1))
    assert "试点方案" in refused.value.faults["valid_until"][0]
    with pytest.raises(Invalid) as refused:  # it has ended, and would end again before today
        act(city, pilot, "renew_membership", "lead", "2020-10-12", membership=row, valid_until=dt.date(2020, 10, 12))
    assert refused.value.code == "ends_before_it_begins"
    with pytest.raises(Conflict):
        act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=membership(pilot, city.community))


def test_a_member_leaves_once_its_referrals_are_over_and_others_are_nothing_to_it(city: City) -> None:
    pilot = open_pilot(city)
    referral = ask(city, pilot)
    leaving = {"membership": membership(pilot, city.institution), "on": dt.date(2020, 6, 10)}
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "end_membership", "member", "2020-06-02", **leaving)
    assert refused.value.code == "referrals_under_way"
    community = {"membership": membership(pilot, city.community), "on": dt.date(2020, 6, 10)}
    act(city, pilot, "end_membership", "community", "2020-06-02", **community)
    act(city, referral, "cancel", "member_contact", "2020-06-03", reason="家属改变主意。")
    act(city, pilot, "end_membership", "member", "2020-06-03", **leaving)
    assert not reads(city, "member", "2020-06-10")


def test_an_agreement_of_today_does_not_end_before_it_begins(city: City) -> None:
    pilot = in_practice(city)
    today = dt.date(2020, 5, 6)
    act(city, pilot, "admit", "lead", "2020-05-06", **member(city.sibling, valid_from=today))
    row = membership(pilot, city.sibling)
    with pytest.raises(Invalid) as refused:
        act(city, pilot, "end_membership", "lead", "2020-05-06", membership=row, on=today)
    assert refused.value.code == "ends_before_it_begins"


def test_ending_an_agreement_never_makes_it_longer(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    row = membership(pilot, city.nursing)
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "end_membership", "lead", "2020-05-06", membership=row, on=dt.date(2020, 9, 2))
    assert refused.value.code == "ends_already"


def test_a_renewed_member_keeps_its_contact_and_one_that_ended_its_agreement_is_not_renewed(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    row, contact = membership(pilot, city.nursing), city.people["nursing_contact"]
    act(city, pilot, "name_contact", "nursing", "2020-05-06", membership=row, contact=contact)
    act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=row)
    assert membership(pilot, city.nursing).contact == contact
    community = membership(pilot, city.community)
    act(city, pilot, "end_membership", "community", "2020-08-20", membership=community, on=dt.date(2020, 10, 1))
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "renew_membership", "lead", "2020-08-21", membership=community)
    assert refused.value.code == "nothing_to_renew"


def test_a_district_stays_as_long_as_the_longest_agreement_of_its_units(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    longer = unit("institution", "文新养老院", "330106-009", city.other_district)
    act(city, pilot, "admit", "lead", "2020-05-06", **member(longer, valid_until=dt.date(2020, 10, 1)))
    row = membership(pilot, city.nursing)
    act(city, pilot, "end_membership", "nursing", "2020-06-01", membership=row, on=dt.date(2020, 6, 1))
    assert [reads(city, "other_district", day) for day in ("2020-09-30", "2020-10-01")] == [True, False]
    act(city, pilot, "admit", "lead", "2020-06-02", **member(city.nursing, valid_from=dt.date(2020, 6, 2)))
    assert reads(city, "other_district", "2020-10-01"), "one of them has no end"


def test_a_renewal_does_not_bring_an_institution_into_two_direct_alliances(city: City) -> None:
    programme, until = programme_of(city), dt.date(2020, 9, 1)
    early = [member(city.nursing, has_hospital=True, valid_until=until)]
    late = [member(city.nursing, has_hospital=True, valid_from=until)]
    first = apply_as(city, "other_lead", direct_application(city, members=early), programme)
    given = direct_application(city, lead=city.hospital, name="另一联合体", members=late)
    for pilot in (first, apply_as(city, "lead", given, programme)):
        act(city, pilot, "select", "commission_head", "2020-03-16")
    row = membership(first, city.nursing)
    with pytest.raises(Invalid) as refused:
        act(city, first, "renew_membership", "other_lead", "2020-08-20", membership=row)
    assert refused.value.code == "two_direct_alliances"


def test_no_second_hospital_comes_to_lead_an_alliance(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        act(city, in_practice(city), "admit", "lead", "2020-05-06", **member(city.other_hospital, "lead"))
    assert refused.value.code == "one_lead"


def test_of_an_agreement_that_has_ended_nobody_is_reminded_and_of_none_twice(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    act(city, pilot, "admit", "lead", "2020-05-06", **member(city.sibling, valid_until=dt.date(2020, 8, 1)))
    assert remind_of_agreements(moment("2020-08-02")) == 1, "the clock stood still in July"
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "note_agreement", "system", "2020-08-02", membership=membership(pilot, city.nursing))
    assert refused.value.code == "already_told"


def test_nobody_is_admitted_for_days_on_which_it_is_a_member(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "admit", "lead", "2020-05-06", **member(city.nursing, valid_from=dt.date(2020, 8, 31)))
    assert refused.value.code == "member_already"
    act(city, pilot, "admit", "lead", "2020-05-06", **member(city.nursing, valid_from=dt.date(2020, 9, 1)))


def test_who_leaves_leaves_the_agreement_to_come_as_well(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    row = membership(pilot, city.nursing)
    act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=row)
    act(city, pilot, "end_membership", "nursing", "2020-08-21", membership=row, on=dt.date(2020, 8, 25))
    assert not reads(city, "nursing", "2020-08-25")
    assert not reads(city, "other_district", "2020-09-02")
    assert membership(pilot, city.nursing).valid_until == dt.date(2020, 8, 25)


def test_the_agreement_to_come_can_be_called_off_alone(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=membership(pilot, city.nursing))
    coming = membership(pilot, city.nursing)
    act(city, pilot, "end_membership", "lead", "2020-08-21", membership=coming, on=dt.date(2020, 9, 1))
    assert membership(pilot, city.nursing).end_reason == ""
    assert reads(city, "nursing", "2020-08-31")
    assert not reads(city, "nursing", "2020-09-01")


def test_a_district_that_nominated_stays_when_its_units_leave(city: City) -> None:
    pilot = act(city, applied(city, by="district"), "select", "commission_head", "2020-03-16")
    for name, of in (("community", city.community), ("member", city.institution)):
        act(city, pilot, "end_membership", name, "2020-05-06", membership=membership(pilot, of))
    assert reads(city, "district", "2020-05-06")
    assert not reads(city, "community", "2020-05-06")


def test_office_and_member_are_reminded_once_of_an_agreement_that_ends(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    assert remind_of_agreements(moment("2020-08-01")) == 0
    assert remind_of_agreements(moment("2020-08-02")) == 1
    assert remind_of_agreements(moment("2020-08-03")) == 0
    deliver_events(moment("2020-08-03"))
    told = Message.objects.filter(case=pilot, rule="pilot_agreement_ends")
    assert {message.recipient for message in told} == {city.people["lead"], city.people["nursing"]}
    assert {message.facts["until"] for message in told} == {"2020-09-01"}
    act(city, pilot, "renew_membership", "lead", "2020-08-20", membership=membership(pilot, city.nursing))
    assert remind_of_agreements(moment("2020-08-25")) == 0


def test_of_an_agreement_with_another_end_office_and_member_are_reminded_anew_and_never_on_hold(city: City) -> None:
    pilot = dated(city, dt.date(2020, 9, 1))
    assert remind_of_agreements(moment("2020-08-02")) == 1
    row = membership(pilot, city.nursing)
    act(city, pilot, "end_membership", "lead", "2020-08-03", membership=row, on=dt.date(2020, 8, 20))
    assert remind_of_agreements(moment("2020-08-04")) == 0, "nobody renews what was ended"
    next_one = dt.date(2020, 9, 20)
    again_ = member(city.nursing, valid_from=dt.date(2020, 8, 20), valid_until=next_one)
    act(city, pilot, "admit", "lead", "2020-08-04", **again_)
    act(city, pilot, "hold", "commission", "2020-08-20")
    assert remind_of_agreements(moment("2020-08-21")) == 0
    act(city, pilot, "release_hold", "commission", "2020-08-24")
    assert remind_of_agreements(moment("2020-08-24")) == 1


def test_the_contact_is_somebody_of_the_unit(city: City) -> None:
    pilot = in_practice(city)
    row = membership(pilot, city.institution)
    people = city.people
    with pytest.raises(Invalid):
        act(city, pilot, "name_contact", "member", "2020-05-06", membership=row, contact=people["lead_contact"])
    act(city, pilot, "name_contact", "member", "2020-05-06", membership=row, contact=people["member_contact"])
    assert membership(pilot, city.institution).contact == people["member_contact"]


def test_the_practice_begins_and_ends_on_its_days_and_only_once(city: City) -> None:
    pilot = selected(city)
    assert turn_phases(moment("2020-03-31 23:59")) == 0
    assert turn_phases(moment("2020-04-01 00:00")) == 1
    assert turn_phases(moment("2020-04-01 00:00")) == 0
    assert again(pilot).state == "practice"
    assert turn_phases(moment("2021-04-30 23:59")) == 0
    assert turn_phases(moment("2021-05-01 00:00")) == 1
    assert again(pilot).state == "reporting"


def test_whoever_has_claimed_the_work_does_not_stop_the_phase(city: City) -> None:
    pilot = act(city, selected(city), "claim", "lead", "2020-03-20")
    assert turn_phases(moment("2020-04-01")) == 1
    assert again(pilot).state == "practice"


def test_a_pilot_selected_late_is_in_practice_at_once(city: City) -> None:
    pilot = applied(city)
    act(city, pilot, "select", "commission_head", "2020-04-08")
    assert turn_phases(moment("2020-04-08")) == 1


def test_the_lead_begins_a_phase_where_the_clock_stands_and_not_before_its_day(city: City) -> None:
    pilot = selected(city)
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "begin_practice", "lead", "2020-03-31")
    assert refused.value.code == "too_early"
    assert act(city, pilot, "begin_practice", "lead", "2020-04-01").state == "practice"


def deciding(city: City) -> Case:
    """A pilot that waits for the commission's decision; what lies between is told in tests of its own."""
    pilot = in_practice(city)
    Case.objects.filter(pk=pilot.pk).update(state="deciding")
    _at_node(pilot, "decide")
    return again(pilot)


def _at_node(pilot: Case, node: str) -> None:
    from workflows.kinds import KINDS

    pilot.work_items.filter(finished=None).update(flow_task=KINDS["pilot"].flow.instance.node(node))


def test_an_extended_pilot_goes_on_until_its_own_day(city: City) -> None:
    pilot = deciding(city)
    until = dt.date(2022, 4, 30)
    act(city, pilot, "extend_practice", "commission_head", "2021-10-08", extended_until=until)
    assert turn_phases(moment("2021-10-09")) == 0
    within_practice(again(pilot).pilot, until)
    with pytest.raises(Invalid):
        within_practice(again(pilot).pilot, dt.date(2022, 5, 1))
    item = again(pilot).work_items.get(finished=None)
    assert item.due_at == moment("2022-04-30 23:59:59.999999") or item.due_at.date() == until
    assert turn_phases(moment("2022-04-30")) == 0
    assert turn_phases(moment("2022-05-01")) == 1


@pytest.mark.parametrize("until", [dt.date(2021, 10, 8), dt.date(2022, 12, 31), None])
def test_an_extension_lies_within_the_evaluation(city: City, until: Any) -> None:
    with pytest.raises(Invalid):
        act(city, deciding(city), "extend_practice", "commission_head", "2021-10-08", extended_until=until)


def test_the_last_outcome_closes_the_programme_and_experience_is_published(city: City) -> None:
    pilot = deciding(city)
    programme = act(city, parent_of(pilot), "finish_selection", "commission", "2020-03-31")
    act(city, pilot, "promote", "commission_head", "2021-10-08")
    assert again(programme).state == "closed"
    act(city, pilot, "publish_experience", "commission", "2021-10-09", experience="做法与成效。")
    assert Pilot.objects.get(pk=pilot.pk).published_at == moment("2021-10-09")


def test_the_selection_ends_once_every_application_is_decided(city: City) -> None:
    pilot = applied(city)
    with pytest.raises(Conflict):
        act(city, parent_of(pilot), "finish_selection", "commission", "2020-03-20")
    act(city, pilot, "decline", "commission_head", "2020-03-20")
    assert act(city, parent_of(pilot), "finish_selection", "commission", "2020-03-20").state == "closed"


def test_only_the_applicant_withdraws(city: City) -> None:
    pilot = applied(city, by="district")
    with pytest.raises(WrongRole):
        act(city, pilot, "withdraw", "lead", "2020-02-21")
    assert act(city, pilot, "withdraw", "district", "2020-02-21").state == "withdrawn"


def test_the_summary_waits_for_the_filings(city: City) -> None:
    pilot = in_practice(city)
    turn_phases(moment("2021-05-01"))
    with pytest.raises(Refusal) as refused:
        act(city, pilot, "report", "lead", "2021-05-10", summary="总结。")
    assert refused.value.code == "not_filed"


@pytest.mark.parametrize("on", [dt.date(2021, 4, 30), dt.date(2021, 10, 9), None])
def test_the_exchange_meeting_has_been_held_in_the_evaluation(city: City, on: Any) -> None:
    pilot = deciding(city)
    Case.objects.filter(pk=pilot.pk).update(state="exchange")
    _at_node(pilot, "exchange")
    with pytest.raises(Invalid):
        act(city, pilot, "hold_exchange", "commission", "2021-10-08", exchange_on=on, exchange="交流。")
    done = act(
        city, pilot, "hold_exchange", "commission", "2021-10-08", exchange_on=dt.date(2021, 9, 30), exchange="交流。"
    )
    assert done.state == "deciding"


# ── units that the roster gains later ──


def test_who_comes_into_the_roster_later_is_invited_once_hears_of_it_and_applies(city: City) -> None:
    programme = programme_of(city)
    assert invite(moment("2020-02-11")) == 0
    hospital = unit("hospital", "市新建医院", "330100-009", city.city, opened_on=dt.date(2020, 2, 12))
    district = unit("county", "滨江区卫生健康局", "330108", city.city, opened_on=dt.date(2020, 2, 12))
    city.people["new_lead"] = person("新办", "alliance_officer", hospital)
    city.people["new_district"] = person("新区", "county_officer", district)
    given = application(city, lead=hospital, name="新联合体")
    with pytest.raises(OutOfScope):
        apply_as(city, "new_lead", given, programme)
    assert invite(moment("2020-02-11 23:00")) == 0  # the day has not come
    assert invite(moment("2020-02-12")) == 1
    assert invite(moment("2020-02-12")) == 0
    deliver_events(moment("2020-02-12 01:00"))
    told = set(Message.objects.filter(case=programme, rule="pilot_invited").values_list("recipient__name", flat=True))
    assert told == {"新办", "新区", city.people["commission"].name}
    pilot = apply_as(city, "new_lead", given, again(programme))
    assert pilot.pilot.lead == hospital
    nominated = {**application(city), "name": "滨江联合体"}
    assert apply_as(city, "new_district", nominated, again(programme)).pilot.applicant == district


def test_the_commission_invites_new_units_where_the_clock_stands(city: City) -> None:
    programme = programme_of(city)
    with pytest.raises(Conflict) as refused:
        act(city, programme, "invite", "commission", "2020-02-12")
    assert refused.value.code == "nobody_new"
    unit("hospital", "市新建医院", "330100-009", city.city, opened_on=dt.date(2020, 2, 13))
    with pytest.raises(Conflict):
        act(city, programme, "invite", "commission", "2020-02-12")
    act(city, programme, "invite", "commission", "2020-02-13")
    assert CaseParty.objects.filter(case=programme, part="lead", unit__code="330100-009").exists()


def test_a_bureau_is_invited_while_the_pilots_run_and_nobody_below_a_district(city: City) -> None:
    programme = parent_of(selected(city))
    act(city, programme, "finish_selection", "commission", "2020-03-20")
    unit("institution", "新办养老院", "330105-009", city.district)
    unit("community_centre", "新办社区卫生服务中心", "330105-109", city.district)
    assert invite(moment("2020-05-06")) == 0
    unit("finance_bureau", "杭州市财政局开发区分局", "330100-902", city.city)
    assert invite(moment("2020-05-06"), limit=0) == 0
    assert invite(moment("2020-05-06")) == 1
    assert CaseParty.objects.filter(case=programme, part="finance", unit__code="330100-902").exists()
