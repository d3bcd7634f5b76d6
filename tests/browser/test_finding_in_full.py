"""A finding in full in a real browser: the plan on a phone, its acceptance, progress, a common problem; axe."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from cases.models import Case, Finding
from tests.browsers import NewPage
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.worlds import build_world, unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(live_server: Any) -> Story:
    return Story.open(build_world())


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def picture() -> Any:
    content = io.BytesIO()
    Image.new("RGB", (320, 200), "#cfe9df").save(content, "JPEG")
    return {"name": "training.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_plan_is_handed_in_on_a_phone_accepted_at_the_desk_and_followed_by_notes(
    story: Story, new_page: NewPage
) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30))})
    story.on("2021-05-20").approve({"A1-08": {"conclusion": "agree", "severity": "serious"}})
    address = reverse("finding", args=[story.findings()[0].pk])
    phone = new_page(user=story.world.institution_filler, phone=True, language="en-US")
    phone.goto(address)
    assert serious(phone) == []
    phone.locator("#plan-plan").fill("六月底前更换全部设备。")
    phone.locator("#plan-responsible").fill("张丽华")
    phone.get_by_role("button", name="Submit the rectification plan").click()
    expect(phone.get_by_text("Plan awaiting acceptance").first).to_be_visible()

    desk = new_page(user=story.world.county_officer, language="en-US")
    desk.goto(address)
    expect(desk.get_by_text("六月底前更换全部设备。").first).to_be_visible()
    assert serious(desk) == []
    desk.get_by_role("button", name="Accept the plan").click()
    expect(desk.get_by_role("status").filter(has_text="accepted")).to_be_visible()

    phone.goto(address)
    phone.get_by_text("Note the progress…").click()
    phone.locator("#progress-progress").fill("设备已到货。")
    phone.locator("#progress-evidence").set_input_files(picture())
    phone.get_by_role("button", name="Note the progress", exact=True).click()
    expect(phone.locator("#notes").get_by_text("设备已到货。")).to_be_visible()
    desk.goto(address)
    expect(desk.locator("#notes").get_by_role("link", name="training.jpg")).to_be_visible()
    assert Finding.objects.get().plan_accepted_at is not None


def test_what_institutions_share_is_declared_and_gets_its_measure(story: Story, new_page: NewPage) -> None:
    world, year = story.world, dt.datetime.now(dt.UTC).year
    third = unit("institution", "天山区安康护理院", "650102-003", world.county)
    for place in (world.institution, world.sibling, third):
        findings(place, [{"item_code": "A1-09"}], year=year)
    desk = new_page(user=world.county_officer, language="en-US")
    desk.goto(reverse("common_problems"))
    assert serious(desk) == []
    desk.get_by_role("button", name="Declare common").click()
    desk.locator("#measure-measure").fill("全区统一更换应急灯。")
    desk.locator("#measure-owner").select_option(label="county_approver")
    desk.locator("#measure-due_on").fill(f"{year + 1}-06-30")
    assert serious(desk) == []
    desk.get_by_role("button", name="Set the joint measure").click()
    expect(desk.get_by_text("Joint measure in progress").first).to_be_visible()

    phone = new_page(user=world.institution_head, phone=True, language="en-US")
    mine = Finding.objects.get(case__unit=world.institution)
    phone.goto(reverse("finding", args=[mine.pk]))
    expect(phone.get_by_text("全区统一更换应急灯。")).to_be_visible()
    assert serious(phone) == []
    assert Case.objects.get(kind="common_problem").state == "in_progress"
