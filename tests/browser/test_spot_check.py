"""A spot-check in a real browser: planned, drawn, done again, a team sent, an institution replaced; phone and axe."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.access import Actor
from cases.clock import now
from cases.models import Case, CaseParty, DrawEntry, SpotCheck
from tests.browser.test_ledger import fits, serious
from tests.browsers import NewPage
from tests.worlds import World, build_world
from workflows.engine import perform
from workflows.spot_check.opening import plan_spot_check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server: Any) -> World:
    return build_world()


def drawn(world: World) -> Case:
    """A spot-check that was drawn today, whatever day it is."""
    by, at = Actor(world.region_officer), now()
    case = plan_spot_check(world.region, {"title": "自治区实地抽查", "size": 2, "visits_until": None}, by=by, at=at)
    return perform(case, "draw", by=by, at=at)


def test_an_officer_plans_draws_and_does_the_draw_again(world: World, new_page: NewPage) -> None:
    page = new_page(user=world.region_officer)
    page.goto(reverse("spot_checks"))
    assert serious(page) == []
    page.locator(f"a[href='{reverse('spot_check_new')}']").click()
    page.locator("[name=title]").fill("自治区实地抽查")
    page.locator("[name=size]").fill("2")
    assert serious(page) == []
    page.locator("button[form=plan]").click()
    page.locator("[name=public]").fill("双色球 03 09 17")
    assert serious(page) == []
    page.locator("[name=public]").press("Enter")
    expect(page.locator("table tbody tr")).to_have_count(2)
    assert serious(page) == []
    page.locator("a[href$='?again=1']").click()
    expect(page.locator(".notice[role=status], .notice--ok").first).to_be_visible()
    record = SpotCheck.objects.get()
    expect(page.locator("body")).to_contain_text(record.seed)
    page.goto(reverse("spot_check_frame", args=[record.pk]))
    expect(page.locator("table tbody tr")).to_have_count(3)
    page.locator("select[name=drawn]").select_option("no")
    page.locator("form.filters button").click()
    expect(page.locator("table tbody tr")).to_have_count(1)
    assert serious(page) == []


def test_on_a_phone_a_team_is_sent_and_an_institution_replaced(world: World, new_page: NewPage) -> None:
    case = drawn(world)
    entry = DrawEntry.objects.filter(spot_check=case.pk, drawn=True).order_by("pk")[0]
    page = new_page(user=world.region_officer, phone=True)
    page.goto(reverse("spot_check", args=[case.pk]))
    assert fits(page)
    assert serious(page) == []
    page.locator(f"a[href='{reverse('spot_check_entry', args=[case.pk, entry.pk])}']").click()
    assert fits(page)
    assert serious(page) == []
    page.locator("select[name=leader]").select_option(str(world.region_expert.pk))
    page.locator("input[value=assign_team] ~ p button").click()
    expect(page.locator("body")).to_contain_text(world.region_expert.name)
    assert CaseParty.objects.get().case_id == entry.visit.pk
    page.goto(reverse("spot_check_entry", args=[case.pk, entry.pk]))
    page.locator("textarea[name=reason]").fill("机构整体装修，无法接待。")
    page.locator("input[value=replace] ~ p button").click()
    expect(page.locator("table tbody tr")).to_have_count(3)
    expect(page.locator("body")).to_contain_text("机构整体装修，无法接待。")
    page.goto(reverse("spot_check_frame", args=[case.pk]))
    assert fits(page)


def test_a_prefecture_reads_what_was_drawn_below_it_without_buttons(world: World, new_page: NewPage) -> None:
    case = drawn(world)
    page = new_page(user=world.prefecture_officer, javascript=False)
    page.goto(reverse("spot_checks"))
    page.locator("table tbody th a").click()
    expect(page.locator("table tbody tr")).to_have_count(2)
    expect(page.locator("main form")).to_have_count(0)
    page.locator(f"a[href='{reverse('spot_check_frame', args=[case.pk])}']").first.click()
    expect(page.locator("table tbody tr")).to_have_count(3)
