"""The frame in a real browser: keyboard, menus, phone, dark, and what a screen reader is told (axe)."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browsers import NewPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def small_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.browser.pages"


@pytest.fixture
def gallery(new_page: NewPage) -> Page:
    page = new_page(language="en-US")
    page.goto("/")
    return page


def focused(page: Page) -> Any:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("address", ["/", "/sign-in/", "/autosave/", "/no-such-page/"])
def test_no_page_hides_anything_from_a_screen_reader_or_runs_off_the_screen(
    new_page: NewPage, browser_faults: list[str], address: str, phone: bool, dark: bool
) -> None:
    page = new_page(phone=phone, dark=dark)
    page.goto(address)
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    browser_faults[:] = [fault for fault in browser_faults if "404" not in fault]


def test_the_first_key_leads_past_the_navigation(gallery: Page) -> None:
    gallery.keyboard.press("Tab")
    assert focused(gallery) == "Skip to the content"
    gallery.keyboard.press("Enter")
    assert focused(gallery) == "main"


def test_a_form_with_errors_begins_with_them_and_each_leads_to_its_field(gallery: Page) -> None:
    gallery.get_by_label("Beds").fill("eighty")
    gallery.get_by_role("button", name="Send").click()
    expect(gallery.locator("#errors")).to_be_focused()
    expect(gallery.get_by_label("Beds")).to_have_value("eighty")
    gallery.locator("#errors").get_by_role("link", name="Beds").click()
    expect(gallery.get_by_label("Beds")).to_be_focused()
    gallery.locator("#errors").get_by_role("link", name="Grade").click()
    expect(gallery.get_by_label("First")).to_be_focused()


def test_choosing_all_rows_says_how_many_there_are(gallery: Page) -> None:
    gallery.get_by_label("Choose all on this page").check()
    expect(gallery.locator("[data-bulk-count]")).to_have_text("3 chosen")
    gallery.get_by_label("Choose 2").uncheck()
    expect(gallery.locator("[data-bulk-count]")).to_have_text("2 chosen")
    expect(gallery.get_by_label("Choose all on this page")).not_to_be_checked()


def test_without_script_nothing_is_offered_that_does_not_work(new_page: NewPage) -> None:
    page = new_page(javascript=False, language="en-US")
    page.goto("/")
    expect(page.locator("[data-bulk-all]")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#errors")).to_be_visible()


def test_keys_work_only_where_they_were_switched_on(gallery: Page) -> None:
    gallery.locator("main").focus()
    gallery.keyboard.press("j")
    expect(gallery.get_by_label("Fine 1")).not_to_be_focused()
    gallery.get_by_label("Keys").check()
    gallery.keyboard.press("j")
    expect(gallery.get_by_label("Fine 1")).to_be_focused()
    gallery.keyboard.press("j")
    expect(gallery.get_by_label("Fine 2")).to_be_focused()
    gallery.keyboard.press("k")
    expect(gallery.get_by_label("Fine 1")).to_be_focused()
    gallery.get_by_label("Note").focus()
    gallery.keyboard.type("jk")
    expect(gallery.get_by_label("Note")).to_have_value("jk")


def test_the_language_is_switched_where_the_reader_is(gallery: Page) -> None:
    gallery.goto("/ledger/?light=late")
    gallery.get_by_role("button", name="中文").click()
    assert gallery.url.endswith("/ledger/?light=late")
    expect(gallery.locator("html")).to_have_attribute("lang", "zh-CN")
