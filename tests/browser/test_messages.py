"""The message centre in a real browser: the bell, reading, marking, and the phone."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cases.clock import now
from notifications.models import Message
from tests.browsers import NewPage
from tests.notifications.telling import deliver_all, remind
from tests.story import Story
from tests.worlds import World, build_world

PATHS = ["/messages/", "/messages/settings/", "/outgoing/", "/webhook/", "/message-templates/"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reminded() -> World:
    """Three reminders for the institution's filler."""
    world = build_world()
    story = Story.open(world)
    for days in (-7, -3, -1):
        remind(story.case, now() - dt.timedelta(hours=1), days)
    deliver_all(now())
    return world


def test_the_bell_leads_to_messages_that_are_read_and_marked(reminded: World, new_page: NewPage) -> None:
    page = new_page(user=reminded.institution_filler)
    page.goto("/")
    bell = page.locator(".top__bell")
    expect(bell.locator(".count")).to_contain_text("3")
    bell.click()
    expect(page.locator("tr.unread")).to_have_count(3)
    page.locator("tr.unread .title").first.click()
    expect(page.locator(".top__bell .count")).to_contain_text("2")
    page.goto("/messages/")
    page.locator("tr.unread [name=message]").first.check()
    page.locator(".bulk button[type=submit]").first.click()
    expect(page.locator("tr.unread")).to_have_count(1)
    page.locator("[name=all]").click()
    expect(page.locator("tr.unread")).to_have_count(0)
    expect(page.locator(".top__bell .count")).to_have_count(0)
    assert not Message.objects.filter(read_at=None).exists()


def test_on_a_phone_without_script_a_message_leads_to_the_work(reminded: World, new_page: NewPage) -> None:
    page = new_page(user=reminded.institution_filler, phone=True, javascript=False)
    page.goto("/messages/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".m-act button").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/messages/" not in page.url


@pytest.mark.parametrize(
    "path", ["/messages/", "/messages/settings/", "/outgoing/", "/webhook/", "/message-templates/"]
)
@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_have_no_serious_fault_for_those_who_cannot_see(
    reminded: World, new_page: NewPage, path: str, dark: bool
) -> None:
    page = new_page(user=reminded.system_admin, dark=dark)
    page.goto(path)
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
