"""The region's year in a real browser: prepared and opened, planned by a prefecture, read by those below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cases.models import Case, Programme, WorkPlan
from tests.browsers import NewPage
from tests.workflows.programmes import PARTS
from tests.worlds import World, build_world, moment
from workflows.programme.opening import open_programme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTICE = "请各地州认真组织全面自查，按时报送总结和汇总表。"


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(moment("2021-01-11"), tick=True):
        yield


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


def sound(page: Page) -> None:
    """Nothing scrolls sideways, and everybody can read it."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == [], page.url


def test_a_year_is_prepared_opened_planned_and_read(world: World, new_page: NewPage) -> None:
    page = new_page(user=world.region_officer)
    page.goto("/programmes/")
    sound(page)
    page.locator("main form button.btn--primary").click()
    page.locator("#id_notice").fill(NOTICE)
    page.locator("#id_annual_due").fill("2021-10-22")
    page.locator("#id_annual_due").blur()
    expect(page.locator("#save-draft")).to_contain_text("09:0")
    sound(page)
    page.locator("button[form=open]").click()
    expect(page.locator("#h-matrix")).to_be_visible()
    assert Programme.objects.get().notice == NOTICE
    sound(page)

    plan = Case.objects.get(kind="work_plan", unit=world.prefecture)
    writer = new_page(user=world.prefecture_officer, phone=True)
    writer.goto("/requirements/")
    expect(writer.get_by_text(NOTICE)).to_be_visible()
    sound(writer)
    writer.locator("main a.btn--primary").click()
    for name, text in PARTS.items():
        writer.locator(f"#id_{name}").fill(text)
    sound(writer)
    writer.locator("button[form=confirm]").click()
    expect(writer.locator("#draft")).to_have_count(0)
    assert WorkPlan.objects.get(pk=plan.pk).goals == PARTS["goals"]
    assert Case.objects.get(pk=plan.pk).state == "confirming"
    sound(writer)

    page.reload()
    page.locator("tbody a", has_text=world.prefecture.name).first.click()
    expect(page).to_have_url(re.compile(rf"/work-plans/{plan.pk}/$"))
    sound(page)


def test_without_script_a_plan_is_saved_by_its_button(world: World, new_page: NewPage) -> None:
    open_programme(world.region, 2021, by=world.actor("region_officer"), at=moment("2021-01-11"))
    plan = Case.objects.get(kind="work_plan", unit=world.prefecture)
    page = new_page(user=world.prefecture_officer, javascript=False)
    page.goto(f"/work-plans/{plan.pk}/")
    page.locator("#id_goals").fill(PARTS["goals"])
    page.locator("#draft button[type=submit]").click()
    expect(page.locator("#id_goals")).to_have_value(PARTS["goals"])
    assert WorkPlan.objects.get(pk=plan.pk).goals == PARTS["goals"]


def test_the_matrix_and_what_is_asked_fit_a_phone_and_the_dark(world: World, new_page: NewPage) -> None:
    case = open_programme(world.region, 2021, by=world.actor("region_officer"), at=moment("2021-01-11"), notice=NOTICE)
    page = new_page(user=world.region_head, phone=True, dark=True)
    for place in (f"/programmes/{case.pk}/", "/programmes/", "/requirements/"):
        page.goto(place)
        sound(page)
