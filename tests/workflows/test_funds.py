"""Earmarked funds and subsidies: allocation, payments with vouchers, the bureau's check, misuse as a finding."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.evidence import store
from cases.models import Case, CaseEvent, Evidence, Finding, FindingFact, FundUse, Pilot
from tests.workflows.alliances import (
    City,
    act,
    again,
    build_city,
    direct_application,
    member,
    membership,
    programme_of,
    selected,
)
from tests.worlds import moment, unit
from workflows.alliance.funds.opening import allocate
from workflows.alliance.funds.subsidy import entitlements, institutions_joined
from workflows.alliance.funds.uses import spent
from workflows.alliance.opening import apply

pytestmark = pytest.mark.django_db

DAY = "2020-06-01"
AT = moment(DAY)
PAYMENT = {
    "paid_on": dt.date(2020, 5, 20),
    "amount": Decimal("30000.00"),
    "purpose": "远程会诊设备",
    "voucher": "记-018",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    return selected(city)


def values(city: City, **others: Any) -> dict[str, Any]:
    pilot = Pilot.objects.filter(lead=city.hospital).first()
    given = {"kind": "earmarked", "holder": city.hospital, "pilot": pilot, "year": 2020, "amount": Decimal(100000)}
    return {**given, "purpose": "用于联合体信息化和人员培训。", **others}


def fund_of(city: City, **others: Any) -> Case:
    return allocate(city.city, values(city, **others), by=city.actor("commission"), at=AT)


@pytest.fixture
def fund(city: City, pilot: Case) -> Case:
    return fund_of(city)


def pay(city: City, fund: Case, **others: Any) -> FundUse:
    act(city, fund, "enter_use", "lead", DAY, **(PAYMENT | others))
    return FundUse.objects.latest("pk")


# ── allocating ──


def test_the_commission_allocates_and_the_holders_office_accounts_by_the_end_of_the_year(
    city: City, fund: Case
) -> None:
    item = fund.work_items.get(finished=None)
    assert (item.unit, item.role) == (city.hospital, "alliance_officer")
    assert fund.number == "2020-330100-ZJ001"
    parties = {(row.unit, row.part) for row in fund.parties.all()}
    assert parties == {(city.hospital, "holder"), (city.finance, "finance")}


def test_nobody_but_the_commission_allocates(city: City, pilot: Case) -> None:
    for name in ("commission_head", "region", "district", "lead", "finance", "nobody"):
        with pytest.raises(WrongRole):
            allocate(city.city, values(city), by=city.actor(name), at=AT)
    with pytest.raises(WrongRole):  # nor does the commission out of a district's money
        allocate(city.district, values(city), by=city.actor("commission"), at=AT)


def test_without_a_bureau_that_could_check_nothing_is_allocated(city: City, pilot: Case) -> None:
    city.finance.closed_on = dt.date(2020, 4, 1)
    city.finance.save(update_fields=["closed_on"])
    with pytest.raises(Invalid) as refusal:
        fund_of(city)
    assert list(refusal.value.faults) == ["holder"]


@pytest.mark.parametrize(
    ("others", "field"),
    [
        (lambda city: {"holder": city.community}, "holder"),
        (lambda city: {"holder": city.centre}, "holder"),
        (lambda city: {"kind": "centre", "pilot": None}, "holder"),
        (lambda city: {"pilot": None}, "pilot"),
        (lambda city: {"holder": city.other_hospital}, "pilot"),
        (lambda _city: {"year": 2018}, "year"),
    ],
)
def test_money_goes_to_whom_the_plan_names(city: City, pilot: Case, others: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        fund_of(city, **others(city))
    assert field in refusal.value.faults


# ── the yearly subsidy ──


def direct(city: City, state: str = "selected") -> Case:
    """A pilot of the other hospital with the nursing home, applied for and selected where that is wanted."""
    given = direct_application(city)
    case = apply(programme_of(city), given, by=city.actor("other_lead"), at=moment("2020-02-20"))
    return act(city, case, "select", "commission_head", "2020-03-16") if state == "selected" else case


def subsidy(city: City, **others: Any) -> Case:
    given = {"kind": "subsidy", "holder": city.other_hospital, "pilot": None, "rate": Decimal("30000.50")}
    return fund_of(city, **{**given, **others})


def test_a_subsidy_is_so_much_for_each_institution_with_a_hospital(city: City) -> None:
    pilot = direct(city)
    second = unit("institution", "文新医养中心", "330106-002", city.other_district)
    act(city, pilot, "admit", "other_lead", "2020-05-06", **member(second, has_hospital=True))
    with override("en"):  # whoever reads it later reads Chinese
        case: Any = subsidy(city)
    assert case.fund.amount == Decimal("60001.00")
    assert "institution" not in case.fund.basis
    assert all(name in case.fund.basis for name in ("2", "30000.50", city.nursing.name, second.name))
    assert set(CaseEvent.objects.get(case=case, verb="open").details["institutions"]) == {city.nursing.pk, second.pk}


def test_a_subsidy_is_given_once_a_year_and_the_refusal_names_the_clause(city: City) -> None:
    direct(city)
    first = subsidy(city)
    with pytest.raises(Invalid) as refusal:
        subsidy(city)
    assert first.number in refusal.value.faults["holder"][0]
    assert "每年每联合1家" in refusal.value.faults["holder"][0]
    assert [line.fund for line in entitlements(city.city, 2020)] == [first.fund]


@pytest.mark.parametrize(
    ("others", "field"),
    [
        (lambda city: {"holder": city.hospital}, "holder"),
        (lambda _city: {"rate": None}, "rate"),
        (lambda _city: {"rate": Decimal(0)}, "rate"),
        (lambda _city: {"year": 2021}, "year"),
        (lambda _city: {"year": 2019}, "holder"),
    ],
)
def test_a_subsidy_without_institution_rate_or_year_is_refused(city: City, others: Any, field: str) -> None:
    direct(city)
    with pytest.raises(Invalid) as refusal:
        subsidy(city, **others(city))
    assert field in refusal.value.faults


def joined(city: City, year: int) -> list[Any]:
    return institutions_joined([city.other_hospital.pk], year).get(city.other_hospital.pk, [])


def test_what_was_not_selected_does_not_count_and_what_was_stopped_counts_until_then(city: City) -> None:
    pilot = direct(city, "applied")
    assert joined(city, 2020) == []
    act(city, pilot, "select", "commission_head", "2020-03-16")
    assert joined(city, 2020) == [city.nursing]
    act(city, pilot, "stop", "commission_head", "2020-12-31")
    assert joined(city, 2020) == [city.nursing]
    assert joined(city, 2021) == []


def test_an_agreement_counts_in_every_year_that_it_touches(city: City) -> None:
    pilot = direct(city)
    row = membership(pilot, city.nursing)
    row.valid_until = dt.date(2021, 1, 1)
    row.save(update_fields=["valid_until"])
    assert [bool(joined(city, year)) for year in (2019, 2020, 2021)] == [False, True, False]
    row.has_hospital = False
    row.save(update_fields=["has_hospital"])
    assert joined(city, 2020) == []


def test_an_institution_counts_once_a_year_by_however_many_agreements_and_a_community_centre_never(city: City) -> None:
    pilot = direct(city)
    row = membership(pilot, city.nursing)
    row.valid_until = dt.date(2020, 7, 1)
    row.save(update_fields=["valid_until"])
    act(city, pilot, "renew_membership", "other_lead", "2020-06-01", membership=row)
    assert joined(city, 2020) == [city.nursing]
    row.tier = "community"
    row.save(update_fields=["tier"])
    membership(pilot, city.nursing).delete()
    assert joined(city, 2020) == []


def test_each_year_has_a_subsidy_of_its_own_and_each_city_its_own_hospitals(city: City) -> None:
    direct(city)
    subsidy(city)
    elsewhere = unit("prefecture", "宁波市卫生健康委", "330200", city.region)
    assert entitlements(elsewhere, 2020) == []
    later = moment("2021-06-01")
    [line] = entitlements(city.city, 2021)
    assert line.fund is None
    given = values(city, kind="subsidy", holder=city.other_hospital, pilot=None, rate=Decimal(30000), year=2021)
    assert allocate(city.city, given, by=city.actor("commission"), at=later).year == 2021
    below = unit("hospital", "拱墅区医院", "330105-301", city.district)
    with pytest.raises(Invalid) as refusal:
        subsidy(city, holder=below)
    assert "四（三）" in refusal.value.faults["holder"][0]


def test_earmarked_funds_are_not_for_a_pilot_that_was_stopped(city: City, pilot: Case) -> None:
    act(city, pilot, "stop", "commission_head", "2020-03-20")
    with pytest.raises(Invalid) as refusal:
        fund_of(city)
    assert "pilot" in refusal.value.faults


def test_the_commission_sees_which_subsidy_is_not_given_and_gives_it_in_two_clicks(city: City) -> None:
    direct(city)
    with time_machine.travel(AT, tick=False):
        commission = of(city, "commission")
        address = f"/funds/new/?kind=subsidy&amp;year=2020&amp;holder={city.other_hospital.pk}"
        assert address in text(commission.get("/funds/"))
        form = text(commission.get(address.replace("&amp;", "&")))
        assert city.nursing.name in form
        typed = {"kind": "subsidy", "holder": city.other_hospital.pk, "year": "2020", "purpose": "联合体补助"}
        refused = commission.post("/funds/new/", typed | {"rate": "0"})
        assert (refused.status_code, "联合体补助" in text(refused)) == (422, True)
        assert commission.post("/funds/new/", typed | {"rate": "30000"}).status_code == 302
        assert address not in text(commission.get("/funds/"))
        assert "/funds/new/?kind=subsidy" not in text(of(city, "finance").get("/funds/"))
        assert city.nursing.name in text(of(city, "finance").get(f"/funds/{Case.objects.get(kind='fund').pk}/"))
        assert commission.get("/funds/new/").status_code == 200


# ── payments ──


def test_payments_never_come_to_more_than_the_fund(city: City, fund: Any) -> None:
    first = pay(city, fund, amount=Decimal("99999.99"))
    pay(city, fund, amount=Decimal("0.01"), voucher="记-019")
    with pytest.raises(Invalid) as refusal:
        pay(city, fund, amount=Decimal("0.01"), voucher="记-020")
    assert list(refusal.value.faults) == ["amount"]
    act(city, fund, "strike_use", "lead", DAY, use=first.pk)
    assert spent(fund.fund) == Decimal("0.01")
    assert pay(city, fund, amount=Decimal("99999.99"), voucher="记-021")


@pytest.mark.parametrize(
    ("others", "field"),
    [
        ({"paid_on": dt.date(2020, 6, 2)}, "paid_on"),
        ({"paid_on": dt.date(2019, 12, 31)}, "paid_on"),
        ({"paid_on": None}, "paid_on"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": None}, "amount"),
        ({"purpose": " "}, "purpose"),
        ({"voucher": ""}, "voucher"),
    ],
)
def test_a_payment_without_its_day_amount_purpose_or_voucher_is_refused(
    city: City, fund: Case, others: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        pay(city, fund, **others)
    assert list(refusal.value.faults) == [field]


def test_a_correction_keeps_the_old_amount_in_the_history(city: City, fund: Case) -> None:
    use = pay(city, fund)
    changed = PAYMENT | {"use": use.pk, "amount": Decimal("100000.00"), "row_version": 0}
    act(city, fund, "correct_use", "lead", DAY, **changed)
    assert [row.amount for row in use.history.all()] == [Decimal(100000), Decimal(30000)]
    with pytest.raises(Conflict):
        act(city, fund, "correct_use", "lead", DAY, **changed)


# ── the check ──


def test_misuse_is_a_finding_that_the_holder_rectifies_and_the_bureau_closes(city: City, fund: Case) -> None:
    use = pay(city, fund)
    act(city, fund, "account", "lead", DAY, report="全部用于设备。")
    with pytest.raises(Invalid):
        act(city, fund, "object_use", "finance", DAY, uses=[])
    act(city, fund, "object_use", "finance", DAY, uses=[use.pk], reason="用于购置公务车。")
    finding = Case.objects.get(parent=fund.pk, kind="finding")
    record: Any = Finding.objects.get(pk=finding.pk)
    assert (record.source, "记-018" in record.problem, "公务车" in record.problem) == ("finance", True, True)
    assert not FindingFact.objects.exists()  # it counts in no table of the annual cycle
    item = finding.work_items.get(finished=None)
    assert (item.unit, item.role) == (city.hospital, "alliance_officer")
    assert again(fund).state == "objected"

    act(city, finding, "start", "lead", DAY)
    proof = SimpleUploadedFile("退款凭证.pdf", PDF)
    store(case=again(finding), upload=proof, purpose=Evidence.Purpose.AFTER, by=city.people["lead"], at=AT)
    act(city, finding, "fix", "lead", DAY, result="已退回专户。")
    waiting = finding.work_items.get(finished=None)
    assert (waiting.unit, waiting.role) == (city.finance, "finance_officer")
    for name in ("commission", "lead", "district", "member"):
        with pytest.raises(Refusal):
            act(city, finding, "close", name, DAY)
    act(city, finding, "return_", "finance", DAY)
    act(city, finding, "fix", "lead", DAY, result="已全额退回专户。")
    assert act(city, finding, "close", "finance", DAY).state == "closed"
    assert again(fund).state == "checked"
    with pytest.raises(Conflict):
        act(city, finding, "reopen", "commission", DAY)


def test_only_the_commission_those_above_the_holder_and_the_bureau_see_a_fund(city: City, fund: Case) -> None:
    seen = {name for name in city.people if Case.objects.visible_to(Viewer(city.people[name], AT)).filter(pk=fund.pk)}
    assert seen == {
        *("commission", "commission_head", "region", "nation", "inspector"),
        *("lead", "lead_head", "lead_contact", "finance"),
    }


# ── pages ──


def of(city: City, name: str) -> Client:
    client = Client()
    client.force_login(city.people[name])
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_pages_lead_from_the_allocation_to_the_check(city: City, pilot: Case) -> None:
    with time_machine.travel(AT, tick=False):
        commission, lead, finance = (of(city, name) for name in ("commission", "lead", "finance"))
        typed = {"kind": "earmarked", "holder": city.hospital.pk, "year": 2020, "amount": "50000", "purpose": "培训费"}
        refused = commission.post("/funds/new/", typed)
        assert (refused.status_code, "培训费" in text(refused)) == (422, True)
        assert commission.post("/funds/new/", typed | {"pilot": pilot.pk}).status_code == 302
        case = Case.objects.get(kind="fund")
        page = f"/funds/{case.pk}/"
        paid = {"paid_on": "2020-05-20", "amount": "60000", "purpose": "讲课费", "voucher": "记-1"}
        refused = lead.post(f"{page}enter_use/", paid)
        assert (refused.status_code, "讲课费" in text(refused)) == (422, True)
        assert lead.post(f"{page}enter_use/", paid | {"amount": "50000"}).status_code == 302
        assert case.number in text(lead.get(f"/pilots/{pilot.pk}/funds/"))
        assert lead.post(f"{page}account/", {"report": ""}).status_code == 422
        assert lead.post(f"{page}account/", {"report": "已全部使用。"}).status_code == 302
        assert finance.post(f"{page}object_use/", {"uses": [], "reason": "超范围。"}).status_code == 422
        assert finance.post(f"{page}pass_check/", {"opinion": "合规。"}).status_code == 302
        assert again(case).state == "checked"
        assert "合规。" in text(lead.get(page))
        assert of(city, "member").get(page).status_code == 404
        assert of(city, "finance").get("/funds/new/").status_code == 403


def test_whoever_only_reads_finds_no_form(city: City, fund: Case) -> None:
    use = pay(city, fund)
    with time_machine.travel(AT, tick=False):
        for name in ("commission", "finance", "inspector"):
            shown = text(of(city, name).get(f"/funds/{fund.pk}/")).partition("<main")[2].partition("</main")[0]
            assert "<form" not in shown
            assert of(city, name).get(f"/funds/{fund.pk}/uses/{use.pk}/").status_code == 200
        assert of(city, "lead").get(f"/funds/{fund.pk}/uses/{use.pk}/").status_code == 200
