"""The roster in a real browser: from the file to somebody who signs in, on a phone, without script, axe."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Download, Page, expect

from cases.models import User
from tests.browsers import NewPage
from tests.cases.roster_files import person_row, roster_file, unit_row
from tests.worlds import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOOD = roster_file([unit_row("n1")], [person_row("zhang", unit="n1")])
BAD = roster_file([unit_row("n1", opened_on="never", kind="超市")], [person_row("张 三")])


@pytest.fixture
def world(live_server: Any) -> World:
    return build_world()


def check(page: Page, content: bytes) -> None:
    page.goto(reverse("roster"))
    page.locator("input[type=file]").set_input_files({"name": "roster.xlsx", "mimeType": "", "buffer": content})
    page.get_by_role("button", name="Upload and check").click()


def workbook(download: Download) -> Any:
    return load_workbook(io.BytesIO(Path(download.path()).read_bytes()))


def is_sound(page: Page) -> None:
    """Nothing is hidden from a screen reader, and nothing runs over the edge."""
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_the_file_to_somebody_who_signs_in(world: World, new_page: NewPage) -> None:
    page = new_page(user=world.system_admin, language="en-US")
    check(page, GOOD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Result of the check")
    is_sound(page)
    page.get_by_role("button", name="Import everything").click()
    expect(page.get_by_text("1 person has not set a password yet.")).to_be_visible()
    is_sound(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Make and download the links").click()
    link = workbook(download.value).worksheets[0]["D2"].value

    new = new_page(language="en-US")
    new.goto(link)
    is_sound(new)
    new.get_by_label("New password", exact=False).first.fill("four horses and a cart")
    new.get_by_label("New password confirmation").fill("four horses and a cart")
    new.get_by_role("button", name="Set the password").click()
    expect(new.get_by_text("Your password is set.")).to_be_visible()
    new.get_by_label("Account").fill("zhang")
    new.get_by_label("Password").fill("four horses and a cart")
    new.get_by_role("button", name="Sign in").click()
    expect(new.get_by_role("heading", level=1)).to_be_visible()
    assert User.objects.get(username="zhang").last_login is not None


@pytest.mark.parametrize("phone", [False, True])
def test_faults_are_read_and_the_marked_file_is_taken_along(
    world: World, new_page: NewPage, browser_faults: list[str], phone: bool
) -> None:
    page = new_page(user=world.system_admin, language="en-US", phone=phone)
    check(page, BAD)
    expect(page.get_by_role("alert")).to_contain_text("2 rows are faulty")
    expect(page.get_by_text("This is not a date.")).to_be_visible()
    expect(page.get_by_role("button", name="Import everything")).to_have_count(0)
    is_sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the result").click()
    assert workbook(download.value)["机构"]["H2"].value == "Faulty"
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]


def test_without_script_a_wrong_file_is_refused_and_the_keyboard_leads_to_the_field(
    world: World, new_page: NewPage, browser_faults: list[str]
) -> None:
    for javascript in (False, True):
        page = new_page(user=world.system_admin, language="en-US", javascript=javascript)
        check(page, b"no workbook")
        expect(page.locator("#errors")).to_contain_text("cannot be read as an Excel file")
    expect(page.locator("#errors")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("input[type=file]")).to_be_focused()
    is_sound(page)
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]
