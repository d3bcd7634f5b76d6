"""What a cell means: text, a code, a day. Written by many hands, so read generously and refused in plain words."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})(?:日)?(?: 00:00(?::00)?)?")
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
FIRST_YEAR, LAST_YEAR = 1949, 2100
EXACT_DIGITS = 15  # Excel keeps no more digits of a number


class BadCell(Exception):
    """A cell that means nothing; says what is wrong and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def as_text(value: Any) -> str:
    """A cell as people see it: trimmed, without control characters; a whole number without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**EXACT_DIGITS:
        value = int(value)
    plain = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(plain.split())


def as_code(value: Any) -> str:
    """A code, login name or phone: full-width characters made narrow. Raises BadCell where Excel has lost digits."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**EXACT_DIGITS:
        raise BadCell(
            _("Excel has stored this as a number and lost digits."),
            _("Format the cell as text and type it again."),
        )
    return unicodedata.normalize("NFKC", as_text(value)).strip()


def as_day(value: Any) -> dt.date | None:
    """A day: a date of Excel's, or text like 2021-05-12, 2021/5/12, 2021年5月12日, 20210512; None where empty.

    Days have no time zone. Raises BadCell.
    """
    if isinstance(value, dt.datetime):
        return _sensible(value.date())
    if isinstance(value, dt.date):
        return _sensible(value)
    text = unicodedata.normalize("NFKC", as_text(value))
    if not text:
        return None
    compact = text.replace(" ", "")
    found = DAY.fullmatch(text) or DAY.fullmatch(compact) or COMPACT_DAY.fullmatch(compact)
    if found is None:
        raise _no_day()
    try:
        return _sensible(dt.date(*map(int, found.groups())))
    except ValueError as error:
        raise _no_day() from error


def _sensible(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _no_day()
    return day


def _no_day() -> BadCell:
    return BadCell(_("This is not a date."), _("Write it like 2021-05-12 or 2021年5月12日."))
