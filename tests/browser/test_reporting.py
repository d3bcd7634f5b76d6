"""From the prefectures to the nation in a real browser: decide in the matrix, file the report, acknowledge it; axe."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.access import SYSTEM
from cases.models import Case, Round
from tests.browser.test_ledger import fits, serious
from tests.browsers import NewPage
from tests.filing import Filing
from tests.story import Story, problem
from tests.worlds import build_world, moment
from workflows.quality_cycle.opening import open_year

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filing(live_server: Any) -> Filing:
    """One prefecture has filed its summary of the annual round, the other has not begun."""
    story = Story.open(build_world())
    open_year(story.world.region, 2021, by=SYSTEM, at=moment("2021-01-05"))
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    filing = Filing.open(story.world).on("2021-10-08")
    filing.submit()
    return filing


def looked_at(page: Page, name: str) -> None:
    """Nothing serious for those who cannot see it, and nothing beyond the edge."""
    assert serious(page) == [], name
    assert fits(page), name


def test_the_report_of_a_region_goes_from_the_matrix_to_the_nation(filing: Filing, new_page: NewPage) -> None:
    world, annual = filing.world, Round.objects.get(code="annual")
    report = Case.objects.get(kind="regional_report", summary__round=annual)
    matrix = reverse("round_matrix", args=[annual.pk])

    page = new_page(user=world.region_officer)
    page.goto(matrix)
    looked_at(page, "matrix")
    page.get_by_role("button", name=re.compile("乌鲁木齐市")).first.click()
    expect(page.locator("#list")).to_contain_text("克拉玛依市卫生健康委")
    assert Case.objects.get(pk=filing.case.pk).state == "accepted"

    page.goto(reverse("regional_report", args=[report.pk]))
    looked_at(page, "draft")
    page.locator("textarea[name=missing_reason]").fill("克拉玛依市因疫情延期报送。")
    page.locator("#missing button[type=submit]").click()
    expect(page.locator("textarea[name=missing_reason]")).to_have_value("克拉玛依市因疫情延期报送。")
    page.locator("button[form=hand-on]").click()
    expect(page.locator("button[form=hand-on]")).to_have_count(0)

    page = new_page(user=world.region_head)
    page.goto(reverse("regional_report", args=[report.pk]))
    page.locator("button[form=file]").click()
    expect(page.locator("button[form=file]")).to_have_count(0)

    page = new_page(user=world.nation_officer, javascript=False)
    page.goto(reverse("inbox"))
    expect(page.locator("main")).to_contain_text("自治区卫生健康委")
    page.goto(reverse("rounds"))
    page.locator("form[action*=acknowledge] button").click()
    assert Case.objects.get(pk=report.pk).state == "acknowledged"


@pytest.mark.parametrize("phone", [False, True])
def test_the_pages_of_reporting_fit_the_screen_and_hide_nothing_from_anybody(
    filing: Filing, new_page: NewPage, phone: bool
) -> None:
    world, annual = filing.world, Round.objects.get(code="annual")
    report = Case.objects.get(kind="regional_report", summary__round=annual)
    regional = Filing(world, report, moment("2021-11-08")).explain()
    regional.perform("request_confirmation", "region_officer")
    regional.perform("submit", "region_head")
    page = new_page(user=world.nation_officer, phone=phone)
    for name in (
        reverse("inbox"),
        reverse("rounds"),
        reverse("round_matrix", args=[annual.pk]),
        reverse("regional_report", args=[report.pk]),
        reverse("reporting"),
        f"{reverse('reporting')}?area={world.region.pk}",
        f"{reverse('reporting_records')}?area={world.region.pk}&step=self_check",
    ):
        page.goto(name)
        looked_at(page, name)


def test_with_the_keyboard_a_summary_goes_back_and_nothing_typed_is_lost(
    filing: Filing, new_page: NewPage, browser_faults: list[str]
) -> None:
    annual = Round.objects.get(code="annual")
    page = new_page(user=filing.world.region_officer)
    page.goto(reverse("round_matrix", args=[annual.pk]))
    opener = page.locator("details.fold summary").first
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]").first).to_be_visible()
    browser_faults.clear()  # of the refusal
    page.locator("textarea[name=reason]").first.fill("床位数与去年相差过大，请核实。")
    page.locator("form[action*=return_] button").first.click()
    expect(page.locator("#list")).to_be_visible()
    assert Case.objects.get(pk=filing.case.pk).state == "returned"
