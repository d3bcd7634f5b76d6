"""Dates in a real browser: “why this date?” opens in place, more time is asked for on a phone and granted, axe."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, Finding
from tests.browser.test_ledger import fits, serious
from tests.browsers import NewPage
from tests.story import Story
from tests.worlds import build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "医用供氧设备招标流标，重新招标需要时间。"


@pytest.fixture
def story(live_server: Any) -> Story:
    return Story.open(build_world())


@pytest.fixture
def finding(story: Story) -> Finding:
    """A finding whose limit the county has set far ahead of whatever day it is."""
    story.on("2021-03-01").submit()
    story.on("2021-05-20").approve()
    far = {
        "item_code": "A1-01",
        "facets": ["qualification"],
        "problem": "资质证书过期。",
        "due_on": dt.date(2199, 6, 28),
    }
    story.perform("add_finding", story.officer, **far)
    return story.findings()[0]


def test_a_date_explains_itself_where_it_stands_with_the_keyboard(
    story: Story, finding: Finding, new_page: NewPage
) -> None:
    page = new_page(user=story.filler.user)
    page.goto(reverse("finding", args=[finding.pk]))
    opener = page.locator("details.fold", has=page.locator(".why__box")).locator("summary").first
    opener.focus()
    page.keyboard.press("Enter")
    steps = page.locator(".why__box ol.why")
    expect(steps).to_contain_text("2199")
    expect(page.locator(".why__box")).to_contain_text("行动方案 二（一）4")
    assert serious(page) == []
    page.locator("a.due__why").first.click()
    expect(page).to_have_url(re.compile("/limit/$"))
    assert serious(page) == []


def test_more_time_is_asked_for_on_a_phone_and_granted_by_the_county(
    story: Story, finding: Finding, new_page: NewPage, browser_faults: list[str]
) -> None:
    asking = new_page(user=story.filler.user, phone=True)
    asking.goto(reverse("finding", args=[finding.pk]))
    asking.locator(f"a[href='{reverse('extension_ask', args=[finding.pk])}']").click()
    assert fits(asking)
    assert serious(asking) == []
    asking.locator("textarea[name=reason]").fill(REASON)
    asking.locator("main form button[type=submit]").click()
    expect(asking.locator("textarea[name=reason]")).to_have_value(REASON)
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]
    asking.locator("input[name=due_asked]").fill("2199-07-15")
    asking.locator("main form button[type=submit]").click()
    expect(asking).to_have_url(re.compile(f"/findings/{finding.pk}/$"))
    request = Case.objects.get(kind="extension")
    deciding = new_page(user=story.approver.user, phone=True)
    deciding.goto(reverse("extension", args=[request.pk]))
    assert fits(deciding)
    assert serious(deciding) == []
    expect(deciding.locator("main")).to_contain_text(REASON)
    deciding.locator(".actions .btn--primary").click()
    expect(deciding.locator("input[name=due_granted]")).to_have_count(0)
    assert Finding.objects.get(pk=finding.pk).due_on == dt.date(2199, 7, 15)


def test_closures_are_recorded_without_a_script_and_fit_on_a_phone(story: Story, new_page: NewPage) -> None:
    page = new_page(user=story.approver.user, phone=True, javascript=False)
    page.goto(reverse("closures"))
    page.locator("input[name=first_on]").fill("2199-07-08")
    page.locator("input[name=last_on]").fill("2199-07-12")
    page.locator("input[name=reason]").fill("防汛停工")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("tbody")).to_contain_text("防汛停工")
