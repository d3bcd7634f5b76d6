"""The ledger in a real browser: cards on a phone, a photo with the result, return and closing, keyboard, axe."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from cases.models import CaseEvent, Evidence, Finding, SavedView
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.worlds import build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(live_server: Any) -> Story:
    return Story.open(build_world())


@pytest.fixture
def finding(story: Story) -> Finding:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30))})
    story.on("2021-05-20").approve()
    return story.findings()[0]


def picture(name: str = "after.jpg") -> Any:
    content = io.BytesIO()
    Image.new("RGB", (320, 200), "#cfe9df").save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_on_a_phone_the_ledger_is_cards_and_nothing_runs_over_the_edge(story: Story, new_page: NewPage) -> None:
    findings(story.unit, [{"problem": "应急灯不亮" * 30, "return_count": 2}, {"state": "fixed"}, {"due_on": None}])
    page = new_page(user=story.officer.user, phone=True)
    page.goto(reverse("ledger"))
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("thead")).to_be_hidden()
    assert fits(page)
    assert serious(page) == []
    page.locator("label.reveal").click()
    page.locator("#f-state").select_option("fixed")
    page.locator("form.filters button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "state=fixed" in page.url


def test_filters_work_without_script_and_the_chips_take_them_back(story: Story, new_page: NewPage) -> None:
    findings(story.unit, [{"item_code": "A1-19"}, {"item_code": "A1-08"}])
    page = new_page(user=story.officer.user, javascript=False)
    page.goto(reverse("ledger"))
    page.locator("#f-item").select_option("A1-19")
    page.locator("form.filters button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator(".chip", has_text="19").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_chosen_rows_are_exported(story: Story, new_page: NewPage) -> None:
    first, _second = findings(story.unit, [{}, {}])
    page = new_page(user=story.officer.user)
    page.goto(reverse("ledger"))
    page.locator(f"input[name=pick][value='{first.pk}']").check()
    with page.expect_download() as download:
        page.locator("button[name=chosen]").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [first.case.number]


def test_from_the_photo_on_the_phone_over_the_return_to_the_closing(
    story: Story, finding: Finding, new_page: NewPage, browser_faults: list[str]
) -> None:
    address = reverse("finding", args=[finding.pk])
    phone = new_page(user=story.filler.user, phone=True)
    phone.goto(address)
    assert fits(phone)
    assert serious(phone) == []
    phone.locator("#fix-result").fill("已更换应急灯。")
    phone.locator(".actions .btn--primary").click()
    expect(phone.locator(".errors")).to_be_focused()
    expect(phone.locator("#fix-result")).to_have_value("已更换应急灯。")
    phone.locator("#fix-evidence").set_input_files(picture())
    phone.locator(".actions .btn--primary").click()
    expect(phone.locator(".notice--ok")).to_be_visible()
    file = Evidence.objects.get(case=finding.pk)
    assert (file.purpose, file.uploaded_by) == ("after", story.filler.user)

    desk = new_page(user=story.officer.user)
    desk.goto(address)
    assert serious(desk) == []
    expect(desk.locator(".shot img")).to_have_count(1)
    desk.locator("[form=review][formaction$='return_/']").click()
    expect(desk.locator(".errors")).to_be_visible()
    desk.locator("#review-reason").fill("照片看不清。")
    desk.locator("[form=review][formaction$='return_/']").click()
    expect(desk.locator(".notice--ok")).to_be_visible()

    phone.goto(address)
    expect(phone.locator(".notice--soon")).to_contain_text("照片看不清。")
    phone.locator("#evidence button[name=remove]").click()
    expect(phone.locator("#evidence .shot")).to_have_count(0)
    expect(phone.locator("#fix-result")).to_have_value("已更换应急灯。")
    phone.locator("#fix-evidence").set_input_files(picture("again.jpg"))
    phone.locator("#fix-result").fill("已重新拍照。")
    phone.locator(".actions .btn--primary").click()
    expect(phone.locator(".notice--ok")).to_be_visible()

    desk.goto(address)
    desk.locator(".actions .btn--primary").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".notice--ok")).to_be_visible()
    closed = Finding.objects.select_related("case").get(pk=finding.pk)
    assert (closed.case.state, closed.closed_by, closed.return_count) == ("closed", story.officer.user, 1)
    expect(desk.locator(".actions")).to_have_count(0)
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]  # two refusals were meant


def test_in_the_dark_and_settled_the_page_is_readable_too(story: Story, finding: Finding, new_page: NewPage) -> None:
    story.close(story.fix(finding))
    page = new_page(user=story.world.prefecture_officer, dark=True)
    page.goto(reverse("finding", args=[finding.pk]))
    page.locator("#h-reopen").click()
    expect(page.locator("#reopen-reason")).to_be_visible()
    assert serious(page) == []


def test_many_are_nudged_and_a_view_is_kept_by_keyboard_alone(story: Story, new_page: NewPage) -> None:
    """From the filter over the words to the notice, and the filter kept under a name, without a mouse."""
    now = dt.datetime.now(dt.UTC).date()
    late = {"due_on": now - dt.timedelta(days=3)}
    ticked, left, _later = findings(story.unit, [late, late, {"due_on": now + dt.timedelta(days=60)}])
    page = new_page(user=story.officer.user, language="en-US")
    page.goto(f"{reverse('ledger')}?year=2021&state=live&light=late")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator(f"input[name=pick][value='{ticked.pk}']").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 chosen")
    page.get_by_label("Words to add").focus()
    page.keyboard.type("请于周五前完成。")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Nudge")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 piece of work nudged.")).to_be_visible()
    assert "light=late" in page.url
    event = CaseEvent.objects.get(verb="nudge")
    assert (event.case_id, event.reason) == (ticked.pk, "请于周五前完成。")

    page.locator(".keep > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("逾期事项")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The view “逾期事项” is kept.")).to_be_visible()
    page.goto(reverse("ledger"))
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="逾期事项").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("link", name="逾期事项")).to_have_attribute("aria-current", "true")
    assert serious(page) == []
    assert not CaseEvent.objects.filter(verb="nudge", case=left.pk).exists()


def test_without_script_a_refused_press_keeps_ticks_and_words(
    story: Story, new_page: NewPage, browser_faults: list[str]
) -> None:
    first, second = findings(story.unit, [{}, {"state": "closed"}])
    page = new_page(user=story.officer.user, javascript=False, phone=True, language="en-US")
    page.goto(f"{reverse('ledger')}?year=all&state=all")
    page.locator(f"input[name=pick][value='{second.pk}']").check()
    page.get_by_label("Words to add").fill("请补交材料。")
    page.get_by_role("button", name="Nudge").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody was nudged")
    expect(page.get_by_label("Words to add")).to_have_value("请补交材料。")
    expect(page.locator(f"input[name=pick][value='{second.pk}']")).to_be_checked()
    page.locator(f"input[name=pick][value='{second.pk}']").uncheck()
    page.locator(f"input[name=pick][value='{first.pk}']").check()
    page.get_by_role("button", name="Nudge").click()
    expect(page.get_by_text("1 piece of work nudged.")).to_be_visible()
    assert fits(page)
    assert all("409" in fault for fault in browser_faults)
    browser_faults.clear()


def test_on_a_phone_the_views_are_managed_within_the_edges(story: Story, new_page: NewPage) -> None:
    officer: Any = story.officer.user
    SavedView.objects.create(user=officer, page="ledger", name="逾期事项" * 5, query="light=late")
    page = new_page(user=story.officer.user, phone=True)
    for address in (reverse("views") + "?page=ledger", reverse("ledger"), "/?view=waiting"):
        page.goto(address)
        assert fits(page), address
        assert serious(page) == [], address
