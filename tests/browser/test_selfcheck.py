"""The self-check in a real browser: saved while it is typed, in conflict, without a connection, on a phone."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_plus

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cases.models import Evidence, SelfCheckAnswer
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.worlds import build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 10_000  # ms; a retry pauses for two seconds first


@pytest.fixture
def story(live_server: Any) -> Story:
    return Story.open(build_world()).on("2021-03-01")


@pytest.fixture
def open_form(story: Story, new_page: NewPage) -> Any:
    """A page of its own for a person of the institution, at an item."""

    def open_at(item: int = 8, user: Any = None, **options: Any) -> Page:
        page = new_page(user=user or story.filler.user, language="en-US", **options)
        page.goto(f"{reverse('selfcheck', args=[story.case.pk])}#i{item}")
        return page

    return open_at


def item(page: Page, no: int) -> Locator:
    return page.locator(f"#i{no}")


def choose(page: Page, no: int, label: str) -> None:
    item(page, no).get_by_label(label, exact=True).check()


def problem_of(page: Page, no: int) -> Locator:
    return page.locator(f"#f{no}-problem")


def saved(page: Page, section: int) -> Locator:
    return page.locator(f"#save-{section}")


def allow(faults: list[str], *words: str) -> None:
    """Chromium itself reports failed requests in the console; the test made them fail."""
    faults[:] = [fault for fault in faults if not any(word in fault for word in words)]


def test_an_item_is_saved_while_it_is_filled_in(open_form: Any) -> None:
    page = open_form(18)
    choose(page, 18, "Problem found")
    item(page, 18).locator("[name='values.record_pass_rate']").fill("97.2")
    expect(page.locator("#verdict-18-record_pass_rate")).to_have_text("not met")
    problem_of(page, 18).fill("一份病历未按时完成")
    item(page, 18).get_by_label("Due date").fill("2021-05-30")
    expect(page.locator("#day-18")).to_contain_text("not a working day")
    expect(saved(page, 3)).to_contain_text("Saved automatically")
    expect(page.locator("#index-count")).to_contain_text("1/30")
    expect(page.locator("#index-cells .cell").nth(17)).to_have_attribute("data-s", "problem")
    row = SelfCheckAnswer.objects.get()
    assert (row.values, row.problem) == ({"record_pass_rate": "97.2"}, "一份病历未按时完成")


def test_two_people_see_each_others_version(open_form: Any, story: Story, browser_faults: list[str]) -> None:
    mine, theirs = open_form(8), open_form(8, story.head.user)
    choose(theirs, 8, "Compliant")
    expect(saved(theirs, 2)).to_contain_text("Saved automatically")
    choose(mine, 8, "Not applicable")
    conflict = item(mine, 8).locator("[data-autosave-conflict]")
    expect(conflict).to_contain_text("Compliant")
    conflict.get_by_role("button", name="Keep mine").click()
    expect(saved(mine, 2)).to_contain_text("Saved automatically")
    assert SelfCheckAnswer.objects.get().status == "not_applicable"
    allow(browser_faults, "409")


def test_without_a_connection_the_text_stays_and_is_sent_later(open_form: Any, browser_faults: list[str]) -> None:
    page = open_form(8)
    choose(page, 8, "Not applicable")
    expect(saved(page, 2)).to_contain_text("Saved automatically")
    page.context.set_offline(True)
    item(page, 8).get_by_label("Why it does not apply").fill("没有此类设备")
    expect(saved(page, 2)).to_contain_text("no connection", timeout=PATIENCE)
    assert SelfCheckAnswer.objects.get().reason == ""
    page.context.set_offline(False)
    expect(saved(page, 2)).to_contain_text("Saved automatically", timeout=PATIENCE)
    assert SelfCheckAnswer.objects.get().reason == "没有此类设备"
    allow(browser_faults, "ERR_INTERNET_DISCONNECTED")


def test_a_photo_is_added_and_a_refused_file_leaves_the_text_alone(open_form: Any, browser_faults: list[str]) -> None:
    page = open_form(8)
    choose(page, 8, "Problem found")
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "gray").save(content, "JPEG")
    problem_of(page, 8).fill("设备未检")
    files = item(page, 8).locator("#f8-file")
    files.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(item(page, 8).locator(".evidence .field__error")).to_be_visible()
    files.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()})
    expect(item(page, 8).get_by_role("link", name="x.jpg")).to_be_visible()
    expect(item(page, 8).locator(".evidence .field__error")).to_have_count(0)
    expect(problem_of(page, 8)).to_have_value("设备未检")
    item(page, 8).get_by_role("button", name="Remove x.jpg").click()
    expect(item(page, 8).get_by_role("link", name="x.jpg")).to_have_count(0)
    assert not Evidence.objects.current().exists()
    allow(browser_faults, "422", "htmx:responseError", "Response Status Error Code 422")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_phone_shows_one_part_at_a_time(open_form: Any, javascript: bool) -> None:
    page = open_form(8, phone=True, javascript=javascript)
    expect(item(page, 8)).to_be_visible()
    expect(item(page, 11)).to_be_hidden()
    page.locator("#s2").get_by_role("link", name="Next part").click()
    expect(item(page, 8)).to_be_hidden()
    expect(item(page, 11)).to_be_visible()
    bar = page.locator("#s3 .actions").bounding_box()
    assert bar is not None
    assert 650 < bar["y"] + bar["height"] <= 844


def test_everything_can_be_done_without_script(open_form: Any) -> None:
    page = open_form(8, javascript=False)
    item(page, 8).get_by_label("Problem found", exact=True).check()
    problem_of(page, 8).fill("设备未检")
    item(page, 8).get_by_role("button", name="Save this item").click()
    expect(page.locator("#messages")).to_contain_text("Item 8 has been saved.")
    assert SelfCheckAnswer.objects.get().problem == "设备未检"


def test_an_item_is_answered_with_the_keyboard_alone(open_form: Any) -> None:
    page = open_form(8)
    item(page, 8).locator("[name=status]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(item(page, 8).get_by_label("Problem found", exact=True)).to_be_checked()
    page.keyboard.press("Tab")
    with page.expect_response(lambda reply: bool(unquote_plus(reply.request.post_data or "").count("设备未检"))):
        page.keyboard.type("设备未检")
    assert SelfCheckAnswer.objects.get().problem == "设备未检"


@pytest.mark.parametrize(
    ("phone", "dark", "language"), [(False, False, "zh-CN"), (True, True, "zh-CN"), (True, False, "en-US")]
)
@pytest.mark.parametrize("name", ["selfcheck", "selfcheck_report", "selfcheck_check"])
def test_no_page_hides_anything_from_a_screen_reader_or_runs_off_the_screen(
    story: Story, new_page: NewPage, name: str, phone: bool, dark: bool, language: str
) -> None:
    story.fill({"A1-18": problem(["record_rate"], values={"record_pass_rate": "97"})})
    story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-18")
    page = new_page(user=story.filler.user, phone=phone, dark=dark, language=language)
    page.goto(f"{reverse(name, args=[story.case.pk])}{'#i18' if name == 'selfcheck' else ''}")
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")
