"""Checks that the rules of every part of an edition are made of: codes once, numbers in sequence, days of the year.

Every function takes what the reader made, in which a faulty field is ``None`` and already reported; it is passed
over here, so that each fault is named once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.reader import FaultList
from cases.editions.terms import day_of

LONGEST = {"code": 40, "version": 20, "title": 120, "item": 20}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LEAP_YEAR = 2020


def month_day(text: str | None, path: str, faults: FaultList) -> tuple[int, int] | None:
    """The month and day of a text such as 10-20; None with a fault where it is none."""
    if text is None:
        return None
    if re.fullmatch(r"\d{2}-\d{2}", text, re.ASCII):
        try:
            day = day_of(_LEAP_YEAR, text)
        except ValueError:
            faults.add(path, _("“%(text)s” is not a day of the year") % {"text": text})
            return None
        return day.month, int(text[3:])
    faults.add(path, _("expected a day of the year as MM-DD, found “%(text)s”") % {"text": text})
    return None


def any_day(text: str | None, path: str, faults: FaultList) -> tuple[int, ...] | None:
    """A day of every year as ``month_day``, or one day of one year as YYYY-MM-DD."""
    if text is None or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return month_day(text, path, faults)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        faults.add(path, _("“%(text)s” is not a day of the calendar") % {"text": text})
        return None
    return day.year, day.month, day.day


def once(path: str, entries: Iterable[Any] | None, faults: FaultList) -> None:
    """Each code of the entries stands once."""
    listed = enumerate(entries or ())
    codes_once(((f"{path}[{at}]", entry.code) for at, entry in listed if entry is not None), faults)


def codes_once(codes: Iterable[tuple[str, str | None]], faults: FaultList, longest: int = LONGEST["code"]) -> None:
    """Each code is a code, and stands once; ``codes`` are pairs of path and code."""
    seen: dict[str, str] = {}
    for path, code in codes:
        if code is None:
            continue
        check_code(code, f"{path}.code", faults, longest)
        if code in seen:
            message = _("the code “%(code)s” stands at %(first)s already")
            faults.add(f"{path}.code", message % {"code": code, "first": seen[code]})
        seen.setdefault(code, path)


def check_code(code: str | None, path: str, faults: FaultList, longest: int) -> None:
    """A code holds letters, digits, hyphens and underscores."""
    if code is not None and not _CODE.fullmatch(code):
        message = _("“%(code)s” is no code; expected letters, digits, hyphens and underscores")
        faults.add(path, message % {"code": code[:40]})
    check_length(code, path, faults, longest)


def check_length(text: str | None, path: str, faults: FaultList, longest: int) -> None:
    """A text is not longer than its column."""
    if text is not None and len(text) > longest:
        message = _("%(length)d characters are too many; expected at most %(longest)d")
        faults.add(path, message % {"length": len(text), "longest": longest})


def numbers(entries: list[tuple[str, Any]], faults: FaultList) -> None:
    """Numbers run on from 1 without a gap; what follows a faulty one may go on from it or from its place."""
    previous = 0
    for place, (path, entry) in enumerate(entries, start=1):
        number = entry.no if entry is not None and entry.no is not None else previous + 1
        if number not in (previous + 1, place):
            message = _("expected number %(expected)d, found %(found)d")
            faults.add(f"{path}.no", message % {"expected": previous + 1, "found": number})
        previous = number


def filled(path: str, entries: tuple[Any, ...] | None, faults: FaultList) -> None:
    """There is at least one entry."""
    if entries == ():
        faults.add(path, _("at least one entry is expected"))


def all_present(path: str, found: set[str], expected: Iterable[str], faults: FaultList) -> None:
    """Every expected code is there."""
    for code in expected:
        if code not in found:
            faults.add(path, _("“%(code)s” is missing") % {"code": code})
