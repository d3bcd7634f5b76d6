"""The prefecture's summary in a real browser: figures open to records, words save themselves, filed, accepted; axe."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, SummaryText, SummaryVersion
from tests.browsers import NewPage
from tests.filing import Filing
from tests.story import Story, problem
from tests.worlds import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filing(live_server: Any) -> Filing:
    world = build_world()
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    return Filing.open(world)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def sign_in(new_page: NewPage, world: World, role: str, **options: Any) -> Page:
    return new_page(user=world.people[role], **options)


def test_the_prefecture_completes_and_files_and_the_region_accepts(filing: Filing, new_page: NewPage) -> None:
    address = reverse("summary", args=[filing.case.pk])
    page = sign_in(new_page, filing.world, "prefecture_officer")
    page.goto(address)
    assert serious(page) == []
    row = page.locator(".matrix tbody tr").nth(5)
    row.locator("td.n a").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert serious(page) == []
    page.locator("details.fold summary").first.click()
    page.locator("#id_value").fill("2")
    page.locator("#id_reason").fill("沙依巴克区一家补报。")
    page.locator("form button.btn--primary").click()
    expect(page.locator(".kpi").first).to_contain_text("✎ 2")
    page.goto(reverse("summary_texts", args=[filing.case.pk]))
    page.locator("form button.btn--primary").first.click()
    expect(page.locator("textarea").first).not_to_be_empty()
    page.locator("textarea").first.fill("我市存在问题主要集中在手卫生。")
    page.locator("textarea").first.blur()
    expect(page.locator("#save-texts")).to_contain_text(":")
    assert SummaryText.objects.get(part="problems", no=1).edited == "我市存在问题主要集中在手卫生。"
    assert serious(page) == []
    page.goto(address)
    page.locator("#id_missing_reason").fill("两家机构停业整顿。")
    page.locator("#missing form button").click()
    page.locator(".actions .btn--primary").click()
    head = sign_in(new_page, filing.world, "prefecture_head")
    head.goto(address)
    head.locator(".actions .btn--primary").click()
    head.wait_for_url(f"**{address}")
    version = SummaryVersion.objects.get()
    assert version.overrides["A2-06.selfcheck.problem"]["value"] == 2
    expect(head.locator("#seal")).to_be_visible()
    region = sign_in(new_page, filing.world, "region_officer")
    region.goto(address)
    assert serious(region) == []
    expect(region.locator(".matrix a.edited")).to_have_count(1)
    region.locator(".actions .btn--primary").click()
    region.wait_for_url(f"**{address}")
    assert Case.objects.get(pk=filing.case.pk).state == "accepted"
    region.goto(reverse("summary_recompute", args=[filing.case.pk, 1]))
    expect(region.locator(".notice--ok")).to_have_count(2)
    assert serious(region) == []


def test_on_a_phone_the_table_is_cards_and_nothing_runs_over_the_edge(filing: Filing, new_page: NewPage) -> None:
    filing.on("2021-10-08").submit()
    page = sign_in(new_page, filing.world, "region_officer", phone=True)
    page.goto(reverse("summary", args=[filing.case.pk]))
    expect(page.locator(".matrix thead")).to_be_hidden()
    expect(page.locator(".matrix tbody tr")).to_have_count(10)
    assert fits(page)
    assert serious(page) == []
    page.goto(reverse("summary_cell", args=[filing.case.pk, "A2-C1"]) + "?version=1")
    assert fits(page)
    assert serious(page) == []


def test_without_script_a_return_needs_its_reason(filing: Filing, new_page: NewPage, browser_faults: list[str]) -> None:
    filing.on("2021-10-08").submit()
    page = sign_in(new_page, filing.world, "region_officer", javascript=False)
    page.goto(reverse("summary", args=[filing.case.pk]))
    page.locator("details.fold", has=page.locator("form#return_")).locator("summary").click()
    page.locator("form#return_ button").click()
    expect(page.locator("#errors")).to_be_visible()
    browser_faults.clear()  # the refusal itself
    page.locator("form#return_ textarea").fill("请核实床位数。")
    page.locator("form#return_ button").click()
    page.wait_for_load_state()
    assert Case.objects.get(pk=filing.case.pk).state == "returned"
