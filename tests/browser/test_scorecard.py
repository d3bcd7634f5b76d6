"""The scorecard in a real browser: rows that save themselves at both widths, the answer page, and what axe finds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Score, SurveyAnswer
from tests.browsers import NewPage
from tests.workflows.alliances import act, build_city
from tests.workflows.scoring_cards import FULL, REPORTED, WIREFRAME, column, in_scoring, submit
from tests.worlds import moment
from workflows.alliance.survey.answering import digest_of, new_tokens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sound(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pilot_is_scored_on_desk_and_phone_and_answers_come_from_a_phone(
    new_page: NewPage, live_server: Any, time_machine: Any
) -> None:
    time_machine.move_to(moment("2021-05-25 10:42"))
    city = build_city()
    pilot = in_scoring(city)
    address = reverse("scoring", args=[column(pilot, "self").pk])
    for phone in (False, True):
        page = new_page(user=city.people["lead"], language="en-US", phone=phone)
        page.goto(address)
        sound(page)
        code, option = ("annual_plan", "clear") if phone else ("agreement", "clear")
        page.locator(f"#{code} select").select_option(option)
        expect(page.locator("#saved")).to_contain_text(re.compile(r"\d\d:\d\d"))
        expect(page.locator(f"#got-{code}")).to_contain_text("5")
        assert Score.objects.get(row=code).points == 5
        page.close()
    act(city, pilot, "open_survey", "commission", REPORTED)
    [token] = new_tokens(1)
    act(city, pilot, "make_links", "lead", REPORTED, group="patient", digests=[digest_of(token)])
    page = new_page(phone=True)
    page.goto(reverse("survey_answer", args=[token]))
    sound(page)
    page.locator(".choice").first.click()
    page.locator("button[type=submit]").click()
    expect(page.locator("form")).to_have_count(0)
    assert SurveyAnswer.objects.get().answer == "satisfied"
    page.close()
    act(city, pilot, "close_survey", "commission", REPORTED)
    submit(city, pilot, "self", FULL, "2021-05-25")
    submit(city, pilot, "city", WIREFRAME, "2021-05-25")
    submit(city, pilot, "finance", FULL, "2021-05-25")
    for phone in (False, True):
        page = new_page(user=city.people["commission"], language="en-US", phone=phone)
        page.goto(reverse("pilot_scoring", args=[pilot.pk]))
        sound(page)
        page.close()
