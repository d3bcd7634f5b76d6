"""County verification in a real browser: keys, typing that saves itself, two officers, a phone, and what axe finds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case, Verification, VerificationItem
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.worlds import build_world, moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(live_server: Any, time_machine: Any) -> Story:
    """A form with two problems, waiting for the county on a day in May."""
    time_machine.move_to(moment("2021-05-12 10:42"))
    story = Story.open(build_world())
    story.on("2021-04-28").submit({"A1-18": measured(), "A1-19": problem(["hand"])})
    return story.on("2021-05-12 10:42")


def measured() -> dict[str, Any]:
    return problem(["record_rate"], values={"record_pass_rate": "97.2", "order_prescription_pass_rate": "96"})


def address(story: Story, name: str = "verification", item: str = "") -> str:
    return reverse(name, args=[story.case.pk]) + (f"?item={item}" if item else "")


def officer(new_page: NewPage, story: Story, who: str = "county_officer", **options: Any) -> Page:
    return new_page(user=story.world.people[who], language="en-US", **options)


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_hides_anything_from_a_screen_reader_or_runs_off_the_screen(
    new_page: NewPage, story: Story, phone: bool, dark: bool
) -> None:
    page = officer(new_page, story, phone=phone, dark=dark)
    story.verify({"A1-18": {"conclusion": "", "to_return": True, "return_reason": "请补充处方抽查表。"}})
    pages = [
        address(story, item="A1-18"),
        address(story, "verification_conclusion"),
        address(story, "verification_agree"),
        reverse("verifications"),
    ]
    for each in pages:
        page.goto(each)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], each
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), each


def test_keys_lead_through_the_items_only_where_they_are_switched_on(new_page: NewPage, story: Story) -> None:
    page = officer(new_page, story)
    page.goto(address(story, item="A1-04"))

    def press(key: str, item: str) -> None:
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(item))
        # The next page listens to keys once its scripts have run.
        page.wait_for_load_state()

    press("j", "A1-04")
    page.get_by_label("Keys: J next").check()
    press("j", "A1-05")
    press("k", "A1-04")
    press("a", "A1-05")
    page.get_by_label("Verification opinion").fill("jak")
    expect(page).to_have_url(re.compile("A1-05"))
    assert VerificationItem.objects.get(item_code="A1-04").conclusion == "agree"


def test_what_is_typed_saves_itself_and_marks_its_square(new_page: NewPage, story: Story) -> None:
    page = officer(new_page, story)
    page.goto(address(story, item="A1-19"))
    page.get_by_label("Verification opinion").fill("现场抽查两名护士，情况属实。")
    expect(page.locator("#item-form")).to_have_attribute("data-version", "1")
    page.get_by_text("Agree with the self-check", exact=True).click()
    expect(page.locator("#item-form")).to_have_attribute("data-version", "2")
    expect(page.locator(".pair__col--mine .save")).to_contain_text(re.compile(r"\d\d:\d\d"))
    expect(page.locator("#progress .cell[aria-current]")).to_have_attribute("data-s", "problem")
    kept = VerificationItem.objects.get(item_code="A1-19")
    assert (kept.conclusion, kept.opinion) == ("agree", "现场抽查两名护士，情况属实。")


def test_concluding_waits_until_what_was_just_typed_has_been_saved(new_page: NewPage, story: Story) -> None:
    story.verify()
    page = officer(new_page, story)
    page.goto(address(story, "verification_conclusion"))
    seen: list[str] = []
    page.on("request", lambda sent: seen.append("conclude") if "verb=conclude" in (sent.post_data or "") else None)
    page.on("response", lambda reply: seen.append("saved") if reply.url.endswith("/visit/") else None)
    page.get_by_label("Opinion on the whole").fill("总体情况良好。")
    page.get_by_role("button", name="Conclude and pass to the approver").click()
    expect(page.get_by_text("is with the approver now")).to_be_visible()
    assert seen == ["saved", "conclude"]
    assert Verification.objects.get(case=story.case.pk).opinion == "总体情况良好。"


def test_concluding_does_not_go_on_while_something_typed_is_refused(
    new_page: NewPage, story: Story, browser_faults: list[str]
) -> None:
    story.verify()
    page = officer(new_page, story)
    page.goto(address(story, "verification_conclusion"))
    page.get_by_label("Opinion on the whole").fill("很长" * 5000)
    page.get_by_role("button", name="Conclude and pass to the approver").click()
    expect(page.locator("#visit .field__error")).to_be_visible()
    assert Case.objects.get(pk=story.case.pk).state == "submitted"
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]


def test_the_fields_of_a_problem_and_of_a_return_open_with_their_choice(new_page: NewPage, story: Story) -> None:
    page = officer(new_page, story)
    page.goto(address(story, item="A1-01"))
    expect(page.get_by_label("Corrective measure")).to_be_hidden()
    page.get_by_text("Disagree", exact=True).click()
    expect(page.get_by_label("Corrective measure")).to_be_visible()
    expect(page.get_by_label("Return reason")).to_be_hidden()
    page.get_by_role("button", name="Return this item…").click()
    expect(page.get_by_label("Return reason")).to_be_visible()
    page.get_by_label("Return reason").fill("请补充许可证副本。")
    page.get_by_role("button", name="Return this item…").click()
    expect(page).to_have_url(re.compile("A1-02"))
    assert VerificationItem.objects.get(item_code="A1-01").return_reason == "请补充许可证副本。"


def test_two_officers_on_one_item_see_each_other_and_lose_nothing(
    new_page: NewPage, story: Story, browser_faults: list[str]
) -> None:
    mine, theirs = officer(new_page, story), officer(new_page, story, "colleague")
    for page in (mine, theirs):
        page.goto(address(story, item="A1-19"))
    theirs.get_by_label("Verification opinion").fill("同事的意见")
    expect(theirs.locator("#item-form")).to_have_attribute("data-version", "1")
    mine.get_by_label("Verification opinion").fill("我的意见")
    expect(mine.locator("[data-autosave-conflict]")).to_contain_text("同事的意见")
    expect(mine.get_by_label("Verification opinion")).to_have_value("我的意见")
    mine.get_by_role("button", name="Keep mine").click()
    expect(mine.locator("#item-form")).to_have_attribute("data-version", "2")
    assert VerificationItem.objects.get(item_code="A1-19").opinion == "我的意见"
    browser_faults[:] = [fault for fault in browser_faults if "409" not in fault]


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_the_two_sides_are_tabs(new_page: NewPage, story: Story, javascript: bool) -> None:
    page = officer(new_page, story, phone=True, javascript=javascript)
    page.goto(address(story, item="A1-19"))
    expect(page.get_by_text("手卫生依从性抽查不合格。")).to_be_hidden()
    expect(page.get_by_label("Verification opinion")).to_be_visible()
    page.get_by_text("Self-check", exact=True).first.click()
    expect(page.get_by_text("手卫生依从性抽查不合格。")).to_be_visible()
    expect(page.get_by_label("Verification opinion")).to_be_hidden()


def test_without_script_an_officer_verifies_concludes_and_the_approver_approves(
    new_page: NewPage, story: Story
) -> None:
    page = officer(new_page, story, javascript=False)
    page.goto(address(story, item="A1-18"))
    page.get_by_role("button", name="Problem onto the ledger").click()
    expect(page).to_have_url(re.compile("A1-19"))
    page.get_by_role("button", name="Agree and next").click()
    page.goto(address(story))
    page.get_by_role("link", name=re.compile("Agree to the other items")).click()
    page.get_by_role("button", name="Agree to these 28 items").click()
    page.goto(address(story, "verification_conclusion"))
    page.get_by_role("button", name="Conclude and pass to the approver").click()
    expect(page.get_by_text("is with the approver now")).to_be_visible()
    second = officer(new_page, story, "county_approver", javascript=False)
    second.goto(address(story, "verification_conclusion"))
    expect(second.get_by_text("2 findings confirmed (of these 0 worded anew), 0 not upheld, 0 added")).to_be_visible()
    second.get_by_role("button", name="Approve the verification").click()
    expect(second.get_by_text("now rectifies what is on the ledger")).to_be_visible()
    assert Case.objects.get(pk=story.case.pk).state == "rectifying"
