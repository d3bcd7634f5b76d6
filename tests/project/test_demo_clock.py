"""The demonstration has a present of its own; nothing else has."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from cases import clock
from project.context import shell
from project.demo.clock import TODAY, follow, move_on, offset, read, write

ROOT = Path(__file__).resolve().parents[2]
KEY = "a key of this test, long enough for production, of no use to anybody"
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def settings_say(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a new process reads from the environment."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("YIYANG_")}
    program = f"from project import settings; print({expression})"
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=ROOT, env={**keep, **environment}, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_demonstration_begins_on_its_own_day_and_moves_on_with_the_real_time(tmp_path: Path) -> None:
    write(tmp_path, NOW, "a case")
    two_days_later = NOW + dt.timedelta(days=2)
    assert two_days_later + offset(tmp_path, "", two_days_later) == TODAY + dt.timedelta(days=2)
    assert read(tmp_path)["first_case"] == "a case"


def test_without_a_note_of_its_seeding_the_present_is_the_real_one(tmp_path: Path) -> None:
    assert offset(tmp_path, "", NOW) == dt.timedelta(0)


@pytest.mark.parametrize("start", ["2021-06-01", "2021-06-01T00:00", "2021-05-31T16:00+00:00"])
def test_a_named_start_counts_before_the_note_and_in_the_time_of_shanghai(tmp_path: Path, start: str) -> None:
    write(tmp_path, NOW, "a case")
    assert NOW + offset(tmp_path, start, NOW) == dt.datetime(2021, 5, 31, 16, 0, tzinfo=dt.UTC)


def test_a_start_that_is_no_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="may"):
        offset(tmp_path, "may", NOW)


def test_the_present_is_shifted_for_whoever_asks_the_one_clock(settings: Any, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    assert clock.now() == NOW
    settings.CLOCK_OFFSET = dt.timedelta(days=-100)
    assert clock.now() == NOW - dt.timedelta(days=100)


def test_pages_learn_of_a_present_that_is_not_the_real_one(settings: Any) -> None:
    assert shell(RequestFactory().get("/"))["demo_today"] is None
    settings.CLOCK_OFFSET = dt.timedelta(days=-100)
    context = shell(RequestFactory().get("/"))
    assert context["demo_today"] == context["now"]


def test_demo_mode_reads_the_note_beside_its_data(tmp_path: Path) -> None:
    write(tmp_path, dt.datetime.now(dt.UTC), "a case")
    said = settings_say("settings.CLOCK_OFFSET < settings.dt.timedelta(days=-365)", YIYANG_VAR=str(tmp_path))
    assert said.stdout == "True\n"


@pytest.mark.parametrize("mode", ["test", "production"])
def test_no_other_mode_lets_the_clock_be_set(mode: str) -> None:
    said = settings_say("", YIYANG_MODE=mode, YIYANG_SECRET_KEY=KEY, YIYANG_CLOCK_START="2021-05-12")
    assert said.returncode != 0
    assert "YIYANG_CLOCK_START is for the demonstration only" in said.stderr


def test_production_takes_no_notice_of_a_note_that_lies_about(tmp_path: Path) -> None:
    write(tmp_path, NOW, "a case")
    said = settings_say(
        "settings.CLOCK_OFFSET", YIYANG_MODE="production", YIYANG_SECRET_KEY=KEY, YIYANG_VAR=str(tmp_path)
    )
    assert said.stdout == "0:00:00\n"


@pytest.fixture
def demonstration(settings: Any, tmp_path: Path, time_machine: Any) -> Path:
    """This process as the demonstration's server, on its first day."""
    time_machine.move_to(NOW, tick=False)
    write(tmp_path, NOW, "a case")
    settings.MODE, settings.VAR_DIR, settings.CLOCK_START = "demo", tmp_path, ""
    settings.CLOCK_OFFSET = offset(tmp_path, "", NOW)
    return tmp_path


def test_the_clock_moves_on_by_a_day_here_and_for_whoever_starts_later(demonstration: Path) -> None:
    assert move_on(dt.timedelta(days=1)) == clock.now() == TODAY + dt.timedelta(days=1)
    assert move_on(dt.timedelta(hours=2)) == TODAY + dt.timedelta(days=1, hours=2)
    assert NOW + offset(demonstration, "", NOW) == clock.now()
    assert read(demonstration)["first_case"] == "a case"


def test_another_process_of_the_demonstration_follows(demonstration: Path, settings: Any) -> None:
    before = settings.CLOCK_OFFSET
    move_on(dt.timedelta(days=3))
    settings.CLOCK_OFFSET = before
    follow()
    assert clock.now() == TODAY + dt.timedelta(days=3)


def test_without_a_note_nobody_follows_and_nothing_moves(demonstration: Path) -> None:
    (demonstration / "demo-clock.json").unlink()
    follow()
    assert clock.now() == TODAY
    with pytest.raises(ValueError, match="no demonstration"):
        move_on(dt.timedelta(days=1))


def test_a_named_start_is_moved_for_this_run_only(demonstration: Path, settings: Any) -> None:
    settings.CLOCK_START = "2021-06-01"
    move_on(dt.timedelta(days=1))
    follow()
    assert clock.now() == TODAY + dt.timedelta(days=1)
    assert NOW + offset(demonstration, "", NOW) == TODAY


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_the_clock_goes_neither_back_nor_years_ahead(demonstration: Path, days: int) -> None:
    with pytest.raises(ValueError, match="forward"):
        move_on(dt.timedelta(days=days))
    assert clock.now() == TODAY


def test_only_the_demonstrations_clock_can_be_moved(demonstration: Path, settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(ValueError, match="demonstration"):
        move_on(dt.timedelta(days=1))


def test_two_people_who_move_the_clock_at_once_both_move_it(demonstration: Path) -> None:
    with ThreadPoolExecutor(8) as people:
        list(people.map(move_on, [dt.timedelta(hours=1)] * 24))
    assert clock.now() == TODAY + dt.timedelta(days=1)
