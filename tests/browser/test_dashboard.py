"""Dashboards and the bulletin in a real browser: light and dark, desk and phone, keyboard, without script, axe."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, CaseEvent
from tests.browser.test_ledger import fits, serious
from tests.browsers import NewPage
from tests.workflows.standing_rows import counted, reported
from tests.worlds import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LATE = {"due_on": dt.date(2021, 9, 30)}


@pytest.fixture
def world(live_server: Any) -> World:
    """Two counties in 2021; what is open is late by now."""
    world = build_world()
    reported(world.institution)
    reported(world.other_institution, "2021-06-10")
    counted(world.institution, [LATE, LATE | {"item_code": "A1-19"}, {"state": "closed"}])
    counted(world.other_institution, [{"state": "closed"}, {"state": "closed", "item_code": "A1-20"}])
    return world


def address(world: World) -> str:
    return f"{reverse('dashboard')}?unit={world.prefecture.pk}&year=2021"


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (False, True), (True, False), (True, True)])
def test_a_dashboard_is_readable_on_a_desk_and_a_phone_in_light_and_dark(
    world: World, new_page: NewPage, phone: bool, dark: bool
) -> None:
    page = new_page(user=world.prefecture_officer, phone=phone, dark=dark)
    page.goto(address(world))
    expect(page.get_by_role("img", name="逐月累计")).to_be_visible()
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    assert fits(page)
    assert serious(page) == []


def test_numbers_open_by_keyboard_and_one_press_nudges(world: World, new_page: NewPage) -> None:
    page = new_page(user=world.prefecture_officer, language="en-US")
    page.goto(address(world))
    late = page.locator(".kpi", has_text="Overdue").get_by_role("link")
    expect(late).to_have_text("2")
    late.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.go_back()
    page.get_by_role("button", name="Nudge about all 2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 pieces of work nudged.")).to_be_visible()
    assert CaseEvent.objects.filter(verb="nudge").count() == 2


def test_without_script_the_numbers_of_a_chart_lead_to_their_records(world: World, new_page: NewPage) -> None:
    page = new_page(user=world.region_officer, javascript=False, language="en-US")
    page.goto(address(world))
    chart = page.locator("figure", has=page.get_by_role("img", name="Month by month"))
    chart.locator("summary").click()
    chart.get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="Findings 3")).to_be_visible()


def test_a_good_practice_is_written_on_a_phone_selected_and_read_by_another_institution(
    world: World, new_page: NewPage, browser_faults: list[str]
) -> None:
    phone = new_page(user=world.institution_filler, phone=True, dark=True)
    phone.goto(reverse("practice_new"))
    assert serious(phone) == []
    phone.locator("#practice-title").fill("手卫生五步走")
    phone.locator("button[name=file]").click()
    expect(phone.locator(".errors")).to_be_visible()
    expect(phone.locator("#practice-title")).to_have_value("手卫生五步走")
    browser_faults[:] = [fault for fault in browser_faults if "422" not in fault]  # the refusal was meant
    phone.locator("#practice-text").fill("每周抽查。\n\n月月通报。")
    phone.locator("button[name=file]").click()
    expect(phone.locator(".notice--ok")).to_be_visible()
    assert fits(phone)
    case = Case.objects.get(kind="practice")
    for role in ("county_officer", "prefecture_officer", "region_officer"):
        desk = new_page(user=world.people[role])
        desk.goto(reverse("practices"))
        desk.get_by_role("link", name="手卫生五步走").click()
        assert serious(desk) == []
        desk.locator(".actions .btn--primary").click()
        expect(desk.locator(".notice--ok")).to_be_visible()
    reader = new_page(user=world.other_filler, phone=True)
    reader.goto(reverse("bulletin"))
    assert serious(reader) == []
    reader.get_by_role("link", name="手卫生五步走").click()
    expect(reader.locator(".prose p")).to_have_count(2)
    assert fits(reader)
    assert serious(reader) == []
    assert Case.objects.get(pk=case.pk).state == "published"
