"""The desk in a real browser: reading on a phone, filtering, and acting with and without script and mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cases.models import Case, WorkItem
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.worlds import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


@pytest.fixture
def story(world: World) -> Story:
    """A cycle of this county under verification, with a finding."""
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem()})
    return story


@pytest.fixture
def english(new_page: NewPage) -> Callable[..., Page]:
    """A page of somebody who has switched to English."""

    def make(user: Any, **look: Any) -> Page:
        page = new_page(user=user, **look)
        page.goto("/me/")
        page.locator("main button[value=en]").first.click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        return page

    return make


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")]


def places(story: Story) -> list[str]:
    case, unit = story.case.pk, story.unit.pk
    return ["/", "/?view=done", f"/cases/{case}/", "/cycles/?year=2021", "/units/", f"/units/{unit}/", "/me/"]


@pytest.mark.parametrize("look", [{}, {"phone": True}, {"phone": True, "dark": True}])
def test_every_page_of_the_desk_fits_and_is_readable_by_all(
    story: Story, new_page: NewPage, look: dict[str, Any]
) -> None:
    page = new_page(user=story.world.county_officer, **look)
    for place in places(story):
        page.goto(place)
        assert fits(page), place
        assert serious(page) == [], place


def test_an_officer_claims_and_hands_over_with_the_keyboard_alone(story: Story, english: Callable[..., Page]) -> None:
    page = english(story.world.county_officer)
    page.goto(f"/cases/{story.case.pk}/")
    page.get_by_role("button", name="Claim").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done: Claim.")).to_be_visible()
    page.get_by_role("link", name="Hand over").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Colleague").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("On leave until Friday.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Handed over to colleague.")).to_be_visible()
    assert WorkItem.objects.open().get(process=story.case.pk).owner == story.world.colleague


def test_a_reason_is_kept_when_somebody_else_was_faster(
    story: Story, english: Callable[..., Page], browser_faults: list[str]
) -> None:
    page = english(story.world.county_approver, javascript=False)
    page.goto(f"/cases/{story.case.pk}/do/cancel/")
    story.on("2021-03-02").perform("return_", story.officer, reason="请补充")
    page.get_by_label("Reason").fill("The institution has closed.")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("The case has moved on")
    expect(page.get_by_label("Reason")).to_have_value("The institution has closed.")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Done: Cancel.")).to_be_visible()
    assert Case.objects.get(pk=story.case.pk).state == "cancelled"
    assert all("409" in fault for fault in browser_faults)
    browser_faults.clear()


def test_the_list_is_filtered_without_a_new_page(story: Story, english: Callable[..., Page]) -> None:
    page = english(story.world.county_officer)
    page.goto("/?view=waiting")
    expect(page.get_by_role("link", name=re.compile(r" 2021-650102-0001$"))).to_be_visible()
    page.get_by_label("Step").select_option(label="Rectify")
    expect(page.get_by_text("Nothing matches the filters")).to_be_visible()
    assert "step=finding.rectify" in page.url
    page.go_back()
    expect(page.get_by_role("link", name=re.compile(r" 2021-650102-0001$"))).to_be_visible()


def test_the_filters_of_a_phone_open_on_request(story: Story, english: Callable[..., Page]) -> None:
    page = english(story.world.county_officer, phone=True)
    page.goto("/cycles/?year=2021")
    expect(page.get_by_label("Institution or code")).to_be_hidden()
    page.get_by_text("Filters").click()
    page.get_by_label("Institution or code").fill("松鹤")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing matches the filters")).to_be_visible()


def test_signing_in_and_out_and_switching_the_language(world: World, page: Page) -> None:
    page.goto("/cycles/")
    page.get_by_role("button", name="English").click()
    page.get_by_label("Account").fill(world.county_officer.username)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Annual cycles")
    page.get_by_role("button", name="中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("button", name="EN").first.click()
    page.get_by_role("button", name="Sign out").last.click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
