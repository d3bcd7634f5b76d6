"""Calendars that were announced after this version: read from files, refused with the place when they are wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cases.announced import announced_year, announced_years
from cases.workdays import forget_years, is_made_up, is_provisional, is_working_day

DAY = dt.date
HOLIDAYS = [f"2029-10-{day:02d}" for day in range(1, 12)]
GOOD: dict[str, Any] = {"year": 2029, "notice": "国办发明电", "holidays": HOLIDAYS, "working_days": ["2029-10-13"]}


@pytest.fixture
def directory(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.CALENDAR_DIR = str(tmp_path)
    _read_again()
    yield tmp_path
    settings.CALENDAR_DIR = ""
    _read_again()


def _read_again() -> None:
    announced_years.cache_clear()
    forget_years()


def write(directory: Path, content: Any, name: str = "2029.json") -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (directory / name).write_text(text, encoding="utf-8")
    _read_again()


def test_an_announced_year_is_certain_and_its_days_are_those_of_the_notice(directory: Path) -> None:
    assert is_provisional(2029)
    write(directory, GOOD)
    assert not is_provisional(2029)
    assert [is_working_day(DAY(2029, 10, day)) for day in (1, 10, 12, 13, 14)] == [False, False, True, True, False]
    assert is_made_up(DAY(2029, 10, 13))
    found = announced_year(2029)
    assert found is not None
    assert found.notice == "国办发明电"


def test_an_announced_year_goes_before_the_one_that_came_with_the_release(directory: Path) -> None:
    days = [day.replace("2029", "2021") for day in HOLIDAYS]
    write(directory, {**GOOD, "year": 2021, "holidays": days, "working_days": []}, "2021.json")
    assert is_working_day(DAY(2021, 2, 12))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not a calendar"),
        ([], "not a calendar"),
        ({"year": 2029}, "not a calendar"),
        ({**GOOD, "year": "next"}, "not a calendar"),
        ({**GOOD, "holidays": ["2029-13-01"]}, "not a calendar"),
        ({**GOOD, "holidays": [*HOLIDAYS, "2028-12-31"]}, "2028-12-31 is not a day of 2029"),
        ({**GOOD, "working_days": ["2029-10-07"]}, "2029-10-07 is both a holiday and a working day"),
        ({**GOOD, "working_days": ["2029-10-15"]}, "2029-10-15 is no weekend day"),
        ({**GOOD, "holidays": HOLIDAYS[:10]}, "only 10 holidays"),
    ],
)
def test_a_bad_file_is_refused_and_named(directory: Path, content: Any, said: str) -> None:
    write(directory, content)
    with pytest.raises(ImproperlyConfigured) as refused:
        announced_years()
    assert str(refused.value).startswith("2029.json: ")
    assert said in str(refused.value)


def test_without_a_directory_nothing_is_announced(settings: Any) -> None:
    settings.CALENDAR_DIR = ""
    _read_again()
    assert announced_years() == {}
