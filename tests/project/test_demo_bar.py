"""The demonstration's control: a day or a week forward, and the reminders of every day on the way arrive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases import clock
from cases.models import CaseEvent
from notifications.models import Message
from project.demo.clock import TODAY, offset, read, write
from tests.story import Story
from tests.worlds import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def demonstration(settings: Any, tmp_path: Path, time_machine: Any) -> Path:
    """This process as the demonstration's server, on its first day."""
    time_machine.move_to(NOW, tick=False)
    write(tmp_path, NOW, "a case")
    settings.MODE, settings.VAR_DIR, settings.CLOCK_START = "demo", tmp_path, ""
    settings.CLOCK_OFFSET = offset(tmp_path, "", NOW)
    return tmp_path


@pytest.fixture
def world(demonstration: Path) -> World:
    return build_world()


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def test_a_week_on_brings_the_reminders_of_each_day(world: World, demonstration: Path) -> None:
    story = Story.open(world, at="2021-01-04")
    client = client_of(world.institution_filler)
    assert "One day on" in client.get("/").content.decode()
    answer = client.post("/demo/clock/", {"by": "week", "next": "/cycles/"})
    assert (answer.status_code, answer["Location"]) == (302, "/cycles/")
    assert clock.now() == TODAY + dt.timedelta(days=7)
    assert read(demonstration)["moved_seconds"] == str(7 * 24 * 3600)
    told = CaseEvent.objects.filter(case=story.case.pk, verb__in=("remind", "escalate"))
    assert told.exists()
    assert len({event.at.date() for event in told}) == told.count()
    assert Message.objects.filter(recipient=world.institution_filler).exists()


def test_a_day_is_a_day_and_nothing_else_is_a_step(world: World) -> None:
    client = client_of(world.county_officer)
    client.post("/demo/clock/", {"by": "day"})
    assert clock.now() == TODAY + dt.timedelta(days=1)
    assert client.post("/demo/clock/", {"by": "year"}).status_code == 422
    assert client.get("/demo/clock/").status_code == 405
    answer = client.post("/demo/clock/", {"by": "day", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert clock.now() == TODAY + dt.timedelta(days=2)


def test_only_people_who_are_signed_in_move_it(world: World) -> None:
    answer = Client().post("/demo/clock/", {"by": "day"})
    assert answer["Location"].startswith("/login/")
    assert "demo__btn" not in Client().get("/login/").content.decode()
    assert clock.now() == TODAY


@pytest.mark.parametrize("mode", ["test", "production"])
def test_outside_the_demonstration_there_is_no_such_control(world: World, settings: Any, mode: str) -> None:
    settings.MODE = mode
    client = client_of(world.county_officer)
    assert "demo__btn" not in client.get("/").content.decode()
    assert client.post("/demo/clock/", {"by": "day"}).status_code == 404
    assert clock.now() == TODAY
