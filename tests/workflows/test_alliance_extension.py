"""More time for work on a pilot: the commission's head decides, a second time the region; never for a patient's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cases.access import appoint
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Refusal
from cases.models import Case, FundUse, Pilot, User, WorkItem
from cases.punctuality import counts
from cases.roles import Role
from tests.workflows.alliances import City, act, again, applied, build_city, placed, selected
from tests.workflows.filings import filing_of, submitted
from tests.workflows.referrals import ask as refer
from tests.workflows.referrals import open_pilot
from tests.worlds import BEGINNING, moment
from workflows.alliance.clock import turn_phases
from workflows.alliance.funds.opening import allocate
from workflows.consistency import faults
from workflows.desk.case_file import limits

DAY = dt.date
ASKED_ON, TO = "2020-03-20", DAY(2020, 4, 24)


@pytest.fixture
def city(db: None) -> City:
    city = build_city()
    head = User.objects.create(username="region_head", name="region_head")
    appoint(head, city.region, Role.REGION_HEAD, valid_from=BEGINNING)
    city.people["region_head"] = head
    return city


@pytest.fixture
def filing(city: City) -> Case:
    """The plan, which the lead office has to file by 16 April."""
    return filing_of(selected(city))


def item_of(case: Case) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def day(moment_: dt.datetime | None) -> dt.date | None:
    return local_date(moment_) if moment_ is not None else None


def ask(city: City, case: Case, by: str = "lead", on: str = ASKED_ON, to: dt.date = TO) -> Case:
    act(city, case, "request_extension", by, on, due_asked=to)
    return Case.objects.filter(parent=case.pk, kind="extension").latest("pk")


def refused(city: City, case: Case, verb: str, by: str, on: str = ASKED_ON, **details: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(city, case, verb, by, on, **details)
    return refusal.value.code


def test_the_head_of_the_commission_decides_on_what_the_alliance_asks_for(city: City, filing: Case) -> None:
    request = ask(city, filing)
    item = item_of(request)
    assert (request.number, request.unit, request.state) == ("2020-330100-Y001", city.city, "requested")
    assert (item.unit, item.role, day(item.due_at)) == (city.city, "prefecture_head", DAY(2020, 3, 25))
    for nobody in ("commission", "region", "region_head"):
        assert refused(city, request, "grant", nobody) == "wrong_role"
    act(city, request, "grant", "commission_head", "2020-03-23")
    done = item_of(filing)
    assert (day(done.due_at), day(done.original_due_at), done.due_revision) == (TO, DAY(2020, 4, 16), 1)
    assert done.due_trace[-1]["step"] == "extension"
    assert list(faults(Case.objects.all())) == []


def test_the_level_above_the_commission_decides_the_second_time(city: City, filing: Case) -> None:
    act(city, ask(city, filing), "grant", "commission_head", "2020-03-23")
    second = ask(city, filing, on="2020-04-20", to=DAY(2020, 5, 8))
    item = item_of(second)
    assert (second.state, item.unit, item.role) == ("requested_again", city.region, "region_head")
    for nobody in ("commission", "commission_head"):
        assert refused(city, second, "grant", nobody, "2020-04-21") == "wrong_role"
    act(city, second, "grant", "region_head", "2020-04-21")
    assert day(item_of(filing).due_at) == DAY(2020, 5, 8)
    assert refused(city, filing, "request_extension", "lead", "2020-04-22", due_asked=DAY(2020, 6, 1)) == (
        "no_more_extensions"
    )


def test_the_level_above_decides_on_the_commissions_own_work(city: City) -> None:
    pilot = placed(city, "joint")
    item = item_of(pilot)
    item.due_rule, item.due_at = "pilot_joint_score", moment("2020-04-03")
    item.due_trace = [{"step": "start", "on": "2020-04-03"}]
    item.save()
    request = ask(city, pilot, "commission")
    decision = item_of(request)
    assert (decision.unit, decision.role) == (city.region, "region_head")
    assert refused(city, request, "grant", "commission_head") == "wrong_role"
    act(city, request, "refuse", "region_head", ASKED_ON)
    assert again(request).state == "refused"


def test_whoever_asked_by_their_part_reads_the_request_and_takes_it_back(city: City, filing: Case) -> None:
    request = ask(city, filing)
    on = moment(ASKED_ON)
    readers = {
        name for name in city.people if Case.objects.visible_to(city.viewer(name, on)).filter(pk=request.pk).exists()
    }
    assert {"lead", "lead_head", "commission", "commission_head", "region"} <= readers
    assert not readers & {"member", "community", "district", "finance", "other_lead", "nobody"}
    assert refused(city, request, "withdraw", "lead_head") == "not_yours_to_withdraw"
    assert act(city, request, "withdraw", "lead", ASKED_ON).state == "withdrawn"


def test_what_is_done_after_the_first_date_counts_as_on_time_after_extension(city: City, filing: Case) -> None:
    act(city, ask(city, filing), "grant", "commission_head", "2020-03-23")
    submitted(city, filing, "2020-04-20")
    of_the_lead = WorkItem.objects.filter(process=filing.pk, unit=city.hospital)
    assert counts(of_the_lead) == {None: {"on_time": 0, "extended": 1, "late": 0, "open": 0}}


def test_a_request_lapses_when_the_work_is_done_or_its_pilot_ends(city: City, filing: Case) -> None:
    request = ask(city, filing)
    submitted(city, filing, ASKED_ON)
    assert again(request).state == "withdrawn"
    agreement = filing_of(Case.objects.get(pk=filing.parent_id), "agreement")
    other = ask(city, agreement)
    act(city, Case.objects.get(pk=filing.parent_id), "stop", "commission_head", ASKED_ON)
    assert again(other).state == "withdrawn"
    assert list(faults(Case.objects.all())) == []


def test_the_windows_of_the_plan_are_not_extended(city: City, filing: Case) -> None:
    pilot = Case.objects.get(pk=filing.parent_id)
    assert refused(city, pilot, "request_extension", "lead", due_asked=TO) == "not_extendable"


def test_a_decision_that_others_wait_for_is_not_put_off(city: City, filing: Case) -> None:
    submitted(city, filing, ASKED_ON)
    assert refused(city, filing, "request_extension", "commission", due_asked=TO) == "not_extendable"


def test_no_limit_of_a_patient_is_extended(city: City) -> None:
    referral = refer(city, open_pilot(city))
    assert refused(city, referral, "request_extension", "lead_contact", "2020-06-01 11:00") == "unknown_verb"
    assert not any(rule.extendable for rule in edition_of(referral).deadlines.values() if rule.kind == "hours")


def test_only_limits_that_the_plan_leaves_open_are_extendable(city: City) -> None:
    rules = edition_of(applied(city)).deadlines
    extendable = {rule for rule in rules.values() if rule.extendable}
    assert {rule.kind for rule in extendable} == {"working_days", "record", "fixed"}
    assert all("本版建议" in rule.clause for rule in extendable)


def test_nobody_asks_for_somebody_elses_work(city: City, filing: Case) -> None:
    for name in ("member", "finance", "commission"):
        assert refused(city, filing, "request_extension", name, due_asked=TO) in {"wrong_role", "no_such_case"}


def test_what_the_clock_ends_when_its_window_is_over_was_late_by_nobody(city: City) -> None:
    pilot = selected(city)
    assert turn_phases(moment("2020-04-01")) == 1
    prepared = WorkItem.objects.get(process=pilot.pk, outcome="begin_practice")
    assert prepared.finished > prepared.due_at
    assert counts(WorkItem.objects.filter(pk=prepared.pk)) == {}
    assert prepared.pk not in {limit.item.pk for limit in limits(again(pilot), ())}


def test_the_rectification_of_misuse_is_extended_by_the_commission_and_held_with_its_fund(city: City) -> None:
    selected(city)
    given: dict[str, Any] = {"kind": "earmarked", "holder": city.hospital, "pilot": Pilot.objects.get(), "year": 2020}
    given |= {"amount": Decimal(100), "purpose": "用于人员培训。"}
    fund = allocate(city.city, given, by=city.actor("commission"), at=moment("2020-06-01"))
    paid: dict[str, Any] = {"paid_on": DAY(2020, 5, 20), "amount": Decimal(60), "purpose": "会议", "voucher": "记-018"}
    act(city, fund, "enter_use", "lead", "2020-06-01", **paid)
    act(city, fund, "account", "lead", "2020-06-01", report="已用于培训。")
    act(city, fund, "object_use", "finance", "2020-06-01", uses=[FundUse.objects.get().pk])
    finding = Case.objects.get(kind="finding")
    request = ask(city, finding, on="2020-06-02", to=DAY(2020, 7, 31))
    assert (item_of(request).unit, item_of(request).role) == (city.city, "prefecture_head")
    act(city, request, "grant", "commission_head", "2020-06-03")
    assert day(item_of(finding).due_at) == DAY(2020, 7, 31)
    act(city, fund, "hold", "commission", "2020-06-04")
    assert again(finding).held_at == moment("2020-06-04")
