"""A visit in a real browser: the expert's phone on site, typing that saves itself, and what axe finds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, Visit, VisitItem
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.visiting import FOUND, Visiting, send_team
from tests.worlds import build_world, moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visiting(live_server: Any, time_machine: Any) -> Visiting:
    """A year that the county has verified; a team of the region is on its way."""
    time_machine.move_to(moment("2021-08-05 10:42"))
    story = Story.open(build_world())
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return send_team(story.on("2021-08-02"), until=dt.date(2021, 8, 31)).on("2021-08-05 10:42")


def address(visiting: Visiting, name: str = "visit", *more: str) -> str:
    return reverse(name, args=[visiting.case.pk, *more])


@pytest.mark.parametrize("dark", [False, True])
def test_no_page_hides_anything_from_a_screen_reader_or_runs_off_the_phone(
    new_page: NewPage, visiting: Visiting, dark: bool
) -> None:
    visiting.assess({"A1-19": FOUND})
    people = visiting.world.people
    pages = {
        "region_expert": [
            address(visiting),
            address(visiting, "visit_item", "A1-19"),
            address(visiting, "visit_file"),
            reverse("visits"),
        ],
        "region_officer": [address(visiting), reverse("disagreement")],
        "institution_head": [address(visiting)],
    }
    for who, addresses in pages.items():
        page = new_page(user=people[who], language="en-US", phone=True, dark=dark)
        for each in addresses:
            page.goto(each)
            found = Axe().run(page).response["violations"]
            assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], each
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), each
        page.close()


def test_on_the_phone_a_problem_is_assessed_delivered_and_answered(new_page: NewPage, visiting: Visiting) -> None:
    people = visiting.world.people
    page = new_page(user=people["region_expert"], language="en-US", phone=True)
    page.goto(address(visiting))
    page.get_by_label("Day of the visit").fill("2021-08-05")
    page.get_by_label("Persons present").fill("王敏、院长")
    expect(page.locator("#particulars .save")).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.locator("#progress .cell", has_text="19").click()
    expect(page.get_by_label("Problem", exact=True)).to_be_hidden()
    page.get_by_text("Problem found", exact=True).first.click()
    page.locator(".assess [name=facets]").first.check()
    page.get_by_label("Problem", exact=True).fill("洗手池无洗手液。")
    expect(page.locator("#mine .save")).to_contain_text(re.compile(r"\d\d:\d\d"))
    expect(page.locator("#progress .cell[aria-current]")).to_have_attribute("data-s", "problem")
    page.get_by_text("At hand", exact=True).click()
    expect(page.get_by_text("What was said before")).to_be_visible()
    page.get_by_text("Assessment", exact=True).first.click()
    page.get_by_role("button", name="Save and next").click()
    expect(page).to_have_url(re.compile("A1-20"))
    assert VisitItem.objects.get(item_code="A1-19").problem == "洗手池无洗手液。"
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Deliver the assessment").click()
    expect(page.get_by_text("Awaiting signature or reply").first).to_be_visible()
    page.close()
    page = new_page(user=people["institution_head"], language="en-US", phone=True)
    page.goto(address(visiting))
    page.get_by_label("Reply of the institution").fill("当日已补齐。")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("Awaiting conclusion").first).to_be_visible()
    assert Visit.objects.get(pk=visiting.case.pk).reply == "当日已补齐。"


def test_a_visit_is_written_without_script_too(new_page: NewPage, visiting: Visiting) -> None:
    page = new_page(user=visiting.world.people["region_expert"], language="en-US", phone=True, javascript=False)
    page.goto(address(visiting, "visit_item", "A1-30"))
    page.get_by_label("Compliant", exact=True).check(force=True)
    page.get_by_role("button", name="Save and to the delivery").click()
    expect(page).to_have_url(re.compile(r"/visits/\d+/#deliver"))
    assert VisitItem.objects.get(item_code="A1-30").status == "compliant"


def test_the_second_expert_is_asked_which_version_stays(
    new_page: NewPage, visiting: Visiting, browser_faults: list[str]
) -> None:
    page = new_page(user=visiting.world.people["region_expert"], language="en-US")
    page.goto(address(visiting, "visit_item", "A1-19"))
    VisitItem.objects.create(visit_id=visiting.case.pk, item_code="A1-19", status="compliant", row_version=1)
    page.get_by_label("Note").fill("另一位专家的记录。")
    expect(page.get_by_role("button", name="Keep mine")).to_be_visible()
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#item-form")).to_have_attribute("data-version", "2")
    browser_faults[:] = [fault for fault in browser_faults if "409" not in fault]
    assert Case.objects.get(pk=visiting.case.pk).state == "visiting"
