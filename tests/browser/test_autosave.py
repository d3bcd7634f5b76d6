"""Autosave in a real browser: whatever happens on the way, nothing that was typed is lost and the reader is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.pages import Server
from tests.browser.pages import server as the_server
from tests.browsers import NewPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 10_000  # ms; a retry pauses for two seconds first


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.ROOT_URLCONF = "tests.browser.pages"
    the_server.reset()
    yield the_server
    the_server.gate.set()


@pytest.fixture
def form(server: Server, new_page: NewPage) -> Page:
    page = new_page(language="en-US")
    page.goto("/autosave/")
    return page


def text(page: Page) -> Locator:
    return page.get_by_label("Problem")


def line(page: Page) -> Locator:
    return page.locator(".save[role=status]")


def kept(page: Page) -> int:
    return int(page.evaluate("localStorage.length"))


def allow(faults: list[str], *words: str) -> None:
    """Chromium itself reports failed requests in the console; the test made them fail."""
    faults[:] = [fault for fault in faults if not any(word in fault for word in words)]


def test_what_is_typed_is_saved_by_itself_and_the_time_is_shown(form: Page, server: Server) -> None:
    text(form).fill("three beds")
    expect(line(form)).to_contain_text("Saved automatically at 10:42")
    expect(form.locator("#progress")).to_have_text("10")
    assert (server.text, server.version) == ("three beds", 2)
    text(form).fill("strange")
    expect(form.locator("[data-autosave-warnings]")).to_contain_text("Last year it was 12.")
    assert kept(form) == 0


def test_a_choice_is_saved_too(form: Page, server: Server) -> None:
    form.get_by_label("Bad").check()
    expect(line(form)).to_contain_text("Saved")
    assert server.state == "bad"


def test_errors_stand_at_their_fields_and_go_away(form: Page, browser_faults: list[str]) -> None:
    text(form).fill("wrong")
    expect(form.get_by_text("Too short.")).to_be_visible()
    expect(text(form)).to_have_attribute("aria-invalid", "true")
    assert text(form).get_attribute("aria-describedby") == form.locator("textarea ~ .field__error").get_attribute("id")
    expect(form.locator("fieldset")).to_have_class("field field--bad")
    text(form).fill("right")
    expect(line(form)).to_contain_text("Saved")
    expect(form.locator(".field__error")).to_have_count(0)
    allow(browser_faults, "422")


def test_what_is_typed_before_the_script_has_come_is_saved_too(server: Server, new_page: NewPage) -> None:
    page = new_page(language="en-US")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/autosave*.js", hold)
    page.goto("/autosave/", wait_until="commit")
    text(page).fill("faster than the network")
    page.wait_for_function("document.readyState === 'interactive'")
    assert server.text == ""
    held[0].continue_()
    expect(line(page)).to_contain_text("Saved automatically")
    assert server.text == "faster than the network"


def test_two_people_see_each_other_and_the_one_who_typed_keeps_their_own(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.colleague("theirs")
    text(form).fill("mine")
    conflict = form.locator("[data-autosave-conflict]")
    expect(conflict).to_contain_text("theirs")
    expect(text(form)).to_have_value("mine")
    expect(line(form)).to_contain_text("Not saved")
    assert server.text == "theirs"
    conflict.get_by_role("button", name="Keep mine").click()
    expect(line(form)).to_contain_text("Saved")
    expect(conflict).to_have_count(0)
    assert server.text == "mine"
    allow(browser_faults, "409")


def test_two_people_see_each_other_and_the_one_who_typed_takes_over_theirs(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.colleague("theirs")
    text(form).fill("mine")
    form.get_by_role("button", name="Use theirs").click()
    expect(text(form)).to_have_value("theirs")
    text(form).fill("theirs and mine")
    expect(line(form)).to_contain_text("Saved")
    assert server.text == "theirs and mine"
    allow(browser_faults, "409")


def test_without_a_connection_the_text_stays_and_goes_out_when_it_is_back(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    form.context.set_offline(True)
    text(form).fill("typed on the stairs")
    expect(line(form)).to_contain_text("no connection")
    expect(line(form)).to_have_class("save save--failed")
    assert kept(form) == 1
    form.context.set_offline(False)
    expect(line(form)).to_contain_text("Saved", timeout=PATIENCE)
    assert server.text == "typed on the stairs"
    assert kept(form) == 0
    allow(browser_faults, "ERR_INTERNET_DISCONNECTED")


def test_after_a_fault_of_the_server_the_text_comes_back_with_the_page_and_is_sent_again(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.mode = "500"
    text(form).fill("do not lose me")
    form.get_by_label("Bad").check()
    expect(line(form)).to_contain_text("does not answer")
    form.reload()
    expect(form.locator("[data-autosave-restored]")).to_be_visible()
    expect(text(form)).to_have_value("do not lose me")
    expect(form.get_by_label("Bad")).to_be_checked()
    server.mode = "ok"
    expect(line(form)).to_contain_text("Saved", timeout=PATIENCE)
    expect(form.locator("[data-autosave-restored]")).to_have_count(0)
    assert (server.text, server.state) == ("do not lose me", "bad")
    allow(browser_faults, "500")


def test_text_that_comes_back_never_overwrites_a_colleague_unasked(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.mode = "500"
    text(form).fill("mine")
    expect(line(form)).to_contain_text("Not saved")
    server.mode = "ok"
    server.colleague("theirs")
    form.reload()
    expect(form.locator("[data-autosave-conflict]")).to_contain_text("theirs")
    expect(text(form)).to_have_value("mine")
    assert server.text == "theirs"
    allow(browser_faults, "500", "409")


def test_when_the_session_has_ended_the_text_waits_for_a_new_one(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.mode = "login"
    text(form).fill("patient")
    expect(line(form)).to_contain_text("your session has ended")
    assert line(form).get_by_role("link").get_attribute("href") == "/sign-in/?next=%2Fautosave%2F"
    server.mode = "ok"
    form.reload()
    expect(line(form)).to_contain_text("Saved")
    assert server.text == "patient"
    allow(browser_faults, "409")  # the save sent while the page was left may have been faster than the new page


def test_a_refusal_is_shown_in_the_words_of_the_server(form: Page, server: Server, browser_faults: list[str]) -> None:
    server.mode = "refuse"
    text(form).fill("too late")
    expect(line(form)).to_contain_text("Submitted already. Ask for it back.")
    assert kept(form) == 1
    allow(browser_faults, "403")


def test_the_button_waits_for_a_save_on_its_way_and_carries_its_version(form: Page, server: Server) -> None:
    server.gate.clear()
    with form.expect_request("**/save/"):
        text(form).fill("just in time")
    form.get_by_role("button", name="Submit").click()
    server.gate.set()
    expect(form.locator("body")).to_contain_text("submitted version 2 of 2")


def test_what_was_typed_in_the_last_moment_goes_out_while_leaving(form: Page, server: Server) -> None:
    text(form).fill("on the way out")
    form.goto("/")
    assert server.saved.wait(PATIENCE / 1000)
    form.goto("/autosave/")
    expect(text(form)).to_have_value("on the way out")
    expect(form.locator("[data-autosave-restored]")).to_have_count(0)
    assert kept(form) == 0


def test_a_form_that_nobody_touched_is_never_sent(form: Page, server: Server) -> None:
    text(form).focus()
    form.keyboard.press("Tab")
    form.goto("/")
    assert server.posts == []


def test_what_one_person_typed_is_not_put_back_for_another(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.mode = "500"
    form.evaluate("document.getElementById('words').dataset.user = '42'")
    text(form).fill("private")
    expect(line(form)).to_contain_text("Not saved")
    form.goto("/autosave/")
    expect(form.locator("#messages")).to_be_attached()
    expect(text(form)).to_have_value("")
    assert kept(form) == 1
    allow(browser_faults, "500")


def test_a_save_whose_answer_was_lost_is_no_conflict_with_oneself(
    form: Page, server: Server, browser_faults: list[str]
) -> None:
    server.version, server.text = 2, "arrived"
    text(form).fill("arrived")
    expect(line(form)).to_contain_text("Saved automatically")
    expect(form.locator("[data-autosave-conflict]")).to_have_count(0)
    text(form).fill("arrived, and more")
    expect(form.locator("#progress")).to_have_text("17")
    allow(browser_faults, "409")
