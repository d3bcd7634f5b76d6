"""Calendars that were announced after this version was released: one JSON file a year, put there by the operator.

The State Council announces the holidays of a year late in the year before. ``YIYANG_CALENDAR`` names a directory of
files such as ``2027.json``::

    {"year": 2027, "notice": "国办发明电〔2026〕9号", "holidays": ["2027-01-01"], "working_days": ["2027-02-14"]}

``holidays`` are the days off, ``working_days`` the weekend days that make up for them. They are read when a process
starts; ``manage.py recompute_deadlines`` then moves the dates that were provisional.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FEWEST_HOLIDAYS = 11  # the statutory ones; a file with fewer is incomplete


@dataclass(frozen=True)
class AnnouncedYear:
    """The holidays of one year and the weekend days that make up for them."""

    year: int
    notice: str
    holidays: frozenset[dt.date]
    working_days: frozenset[dt.date]


def announced_year(year: int) -> AnnouncedYear | None:
    """The operator's calendar of the year, if there is one."""
    return announced_years().get(year)


@cache
def announced_years() -> dict[int, AnnouncedYear]:
    """Every file of the directory; raises ImproperlyConfigured, naming file and fault, for one that is wrong."""
    if not settings.CALENDAR_DIR:
        return {}
    years = [_read(path) for path in sorted(Path(settings.CALENDAR_DIR).glob("*.json"))]
    return {year.year: year for year in years}


def _read(path: Path) -> AnnouncedYear:
    try:
        data: Mapping[str, Any] = json.loads(path.read_bytes())
        found = AnnouncedYear(
            int(data["year"]), str(data["notice"]), _days(data, "holidays"), _days(data, "working_days")
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ImproperlyConfigured(f"{path.name}: not a calendar: {fault!r}") from fault
    _check(found, path.name)
    return found


def _days(data: Mapping[str, Any], name: str) -> frozenset[dt.date]:
    return frozenset(dt.date.fromisoformat(day) for day in data[name])


def _check(found: AnnouncedYear, name: str) -> None:
    if foreign := sorted(day for day in found.holidays | found.working_days if day.year != found.year):
        raise ImproperlyConfigured(f"{name}: {foreign[0]} is not a day of {found.year}")
    if both := sorted(found.holidays & found.working_days):
        raise ImproperlyConfigured(f"{name}: {both[0]} is both a holiday and a working day")
    if weekday := sorted(day for day in found.working_days if day.isoweekday() <= 5):
        raise ImproperlyConfigured(f"{name}: {weekday[0]} is no weekend day that could make up for a holiday")
    if len(found.holidays) < FEWEST_HOLIDAYS:
        raise ImproperlyConfigured(f"{name}: only {len(found.holidays)} holidays; the announcement is incomplete")
