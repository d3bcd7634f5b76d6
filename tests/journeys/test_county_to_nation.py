"""The whole chain in real browsers: a region opens its year, and in the end the nation acknowledges its report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, CaseEvent, SummaryMember, SummaryVersion
from tests.browsers import NewPage
from tests.journeys.county import (
    the_approver_approves,
    the_officer_closes_the_last,
    the_officer_concludes,
    the_officer_returns_an_item,
    the_officer_reviews,
)
from tests.journeys.institution import (
    the_filler_fills_in,
    the_filler_rectifies,
    the_filler_rectifies_again,
    the_filler_supplements,
    the_head_seals_again,
    the_head_seals_and_submits,
)
from tests.journeys.personas import PASSWORD, give_names, sign_in
from tests.journeys.test_year_in_browser import forgive
from tests.worlds import World, build_world, moment

pytestmark = [pytest.mark.slow(60), pytest.mark.browser, pytest.mark.font, pytest.mark.django_db(transaction=True)]
NOTICE = "请各地（州、市）认真组织全面自查，按时报送汇总表。"
MISSING = "其余机构停业整顿，未开展自查。"
WHY = "暖阳护理院的情况经电话核实后补报。"

AtWork = Callable[..., Page]


@pytest.fixture
def world(live_server: Any) -> World:
    return give_names(build_world())


@pytest.fixture
def at_work(world: World, new_page: NewPage, time_machine: Any) -> AtWork:
    """On a day of the year somebody signs in."""

    def begin(role: str, day: str, **look: Any) -> Page:
        time_machine.move_to(moment(day))
        page = new_page(**look)
        if role in ("institution_filler", "institution_head", "county_officer", "county_approver"):
            return sign_in(page, world.people[role])
        page.goto("/")
        page.get_by_label("账号").fill(world.people[role].username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_label("密码").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return begin


def test_from_the_opening_of_the_year_to_the_nations_acknowledgement(
    world: World, at_work: AtWork, browser_faults: list[str]
) -> None:
    the_region_opens_the_year(at_work("region_officer", "2021-01-11"))
    the_prefecture_plans(at_work("prefecture_officer", "2021-02-20"), world)
    the_head_files_the_plan(at_work("prefecture_head", "2021-02-22"))
    the_region_puts_it_on_file(at_work("region_officer", "2021-02-24"))
    an_institution_and_its_county_go_through_the_year(at_work)
    the_prefecture_completes_its_summary(at_work("prefecture_officer", "2021-10-08"))
    the_head_files_it(at_work("prefecture_head", "2021-10-12"))
    filed = SummaryVersion.objects.get()
    the_region_accepts_it(at_work("region_officer", "2021-10-15"))
    the_region_completes_its_report(at_work("region_officer", "2021-11-15"))
    the_regions_head_files_it(at_work("region_head", "2021-11-18", phone=True))
    the_nation_acknowledges_it(at_work("nation_officer", "2021-12-01"))

    assert (filed.figures["counts"]["A2-C1"], filed.figures["counts"]["A2-C4"]) == (3, 1)
    assert filed.overrides["A2-C2"]["reason"] == WHY
    of_region = SummaryVersion.objects.exclude(pk=filed.pk).get()
    assert of_region.figures["cells"] == filed.figures["cells"]
    cycle = Case.objects.get(kind="quality_cycle", unit=world.institution, year=2021)
    assert SummaryMember.objects.filter(cycle=cycle).exists()
    report = Case.objects.get(kind="regional_report", summary__round__code="annual")
    assert report.state == "acknowledged"
    people = CaseEvent.objects.exclude(actor=None).values_list("actor_id", flat=True).distinct()
    assert len(set(people)) == 9
    forgive(browser_faults, "422", "404")


def the_region_opens_the_year(page: Page) -> None:
    """Notice and dates come from the edition; opening gives everybody below their work."""
    page.goto(reverse("programmes"))
    page.get_by_role("button", name="起草部署").click()
    page.locator("#id_notice").fill(NOTICE)
    page.locator("#id_notice").blur()
    expect(page.locator("#save-draft")).to_contain_text(":")
    page.locator("button[form=open]").click()
    expect(page.locator("#h-matrix")).to_be_visible()
    assert Case.objects.filter(kind="quality_cycle", year=2021).count() == 3
    assert Case.objects.filter(kind="summary").count() == 4  # two prefectures, two rounds


def the_prefecture_plans(page: Page, world: World) -> None:
    """From what is asked this year to the plan of the own prefecture."""
    page.goto(reverse("requirements"))
    expect(page.get_by_text(NOTICE)).to_be_visible()
    page.locator("main a.btn--primary").click()
    for name in ("goals", "arrangements", "organisation"):
        page.locator(f"#id_{name}").fill(f"{world.prefecture.name}：按照自治区部署推进。")
    page.locator("button[form=confirm]").click()
    expect(page.locator("#draft")).to_have_count(0)


def the_head_files_the_plan(page: Page) -> None:
    """One button, from the inbox."""
    to_the_work(page, "工作计划")
    press(page)
    assert Case.objects.get(kind="work_plan", state="filed")


def the_region_puts_it_on_file(page: Page) -> None:
    to_the_work(page, "工作计划")
    press(page)
    assert Case.objects.get(kind="work_plan", state="accepted")


def an_institution_and_its_county_go_through_the_year(at_work: AtWork) -> None:
    """Self-check, verification and ledger, as in the story of the year."""
    the_filler_fills_in(at_work("institution_filler", "2021-03-08"))
    the_head_seals_and_submits(at_work("institution_head", "2021-03-09", phone=True))
    the_officer_returns_an_item(at_work("county_officer", "2021-05-12"))
    the_filler_supplements(at_work("institution_filler", "2021-05-13"))
    the_head_seals_again(at_work("institution_head", "2021-05-14", phone=True))
    the_officer_concludes(at_work("county_officer", "2021-05-20"))
    the_approver_approves(at_work("county_approver", "2021-05-24"))
    the_filler_rectifies(at_work("institution_filler", "2021-06-01"))
    the_officer_reviews(at_work("county_officer", "2021-06-04"))
    the_filler_rectifies_again(at_work("institution_filler", "2021-06-08"))
    the_officer_closes_the_last(at_work("county_officer", "2021-06-10"))


def the_prefecture_completes_its_summary(page: Page) -> None:
    """The figures are there; the officer looks behind one, changes one with a reason, drafts the words, hands it on."""
    open_round(page, "summary", "annual")
    page.locator(".matrix a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(cell_of("summary", "A2-C2"))
    page.locator("details.fold summary").first.click()
    page.locator("#id_value").fill("120")
    page.locator("#id_reason").fill(WHY)
    page.locator("form button.btn--primary").click()
    case = Case.objects.get(kind="summary", unit__code="650100", summary__round__code="annual")
    page.goto(reverse("summary_texts", args=[case.pk]))
    page.locator("form button.btn--primary").first.click()
    expect(page.locator("textarea").first).not_to_be_empty()
    open_round(page, "summary", "annual")
    page.locator("#id_missing_reason").fill(MISSING)
    page.locator("#missing form button").click()
    press(page)
    assert Case.objects.get(pk=case.pk).state == "confirming"


def the_head_files_it(page: Page) -> None:
    to_the_work(page, "汇总表")
    press(page)
    expect(page.locator("#seal")).to_be_visible()


def the_region_accepts_it(page: Page) -> None:
    """The change by hand is marked, with its reason."""
    to_the_work(page, "汇总表")
    expect(page.get_by_text(WHY).first).to_be_visible()
    press(page)
    assert Case.objects.filter(kind="summary", state="accepted").count() == 1


def the_region_completes_its_report(page: Page) -> None:
    """Its own roll-up, and the prefectures that are missing with the reason."""
    open_round(page, "regional_report", "annual")
    page.locator("#id_missing_reason").fill("克拉玛依市本年度无医养结合机构，未单独报送。")
    page.locator("#missing form button").click()
    press(page)
    assert Case.objects.get(kind="regional_report", state="confirming")


def the_regions_head_files_it(page: Page) -> None:
    open_round(page, "regional_report", "annual")
    press(page)
    assert Case.objects.get(kind="regional_report", state="submitted")


def the_nation_acknowledges_it(page: Page) -> None:
    """From the list of what regions have filed."""
    page.goto(reverse("rounds"))
    page.get_by_role("button", name=re.compile("^签收")).click()
    expect(page.get_by_role("button", name=re.compile("^签收"))).to_have_count(0)


def to_the_work(page: Page, words: str) -> None:
    """From the inbox to the work whose row says so."""
    page.get_by_role("link", name="待办").first.click()
    page.get_by_role("row").filter(has_text=words).filter(has_text="2021").get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text("乌鲁木齐市")


def press(page: Page) -> None:
    """The one button at the foot of the page, until the next page is there."""
    with page.expect_navigation():
        page.locator(".actions .btn--primary").click()


def open_round(page: Page, kind: str, code: str) -> None:
    """The page of the prefecture's or the region's case of a round."""
    case = Case.objects.get(kind=kind, unit__code__in=("650100", "650000"), summary__round__code=code)
    page.goto(reverse(kind, args=[case.pk]))


def cell_of(kind: str, cell: str) -> str:
    case = Case.objects.get(kind=kind, unit__code="650100", summary__round__code="annual")
    return reverse("summary_cell", args=[case.pk, cell])
