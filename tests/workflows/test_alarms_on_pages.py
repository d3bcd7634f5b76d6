"""What an alarm told stands in the course of the case, in words, on the case page and on the page of a finding."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications.alarms import fire_alarms
from tests.story import Story, problem
from tests.worlds import moment

pytestmark = pytest.mark.django_db


def page(user: Any, name: str, pk: int) -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    answer = client.get(reverse(name, args=[pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_course_of_a_case_tells_of_its_reminders(story: Story) -> None:
    fire_alarms(moment("2021-03-31"))
    shown = page(story.world.county_officer, "case", story.case.pk)
    assert "30 days before, due" in shown
    assert "Told: whoever has the work" in shown


def test_the_course_of_a_finding_tells_what_was_missed(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    (finding,) = story.findings()
    fire_alarms(moment("2021-07-07"))
    shown = page(story.world.county_officer, "finding", finding.pk)
    assert "7 days overdue" in shown
    assert "Told: whoever has the work, the head of the unit, the officer one level up" in shown
    assert "notices were missed and are told now" in shown
