"""What all parts of an edition are worded with: texts in two languages, days of a year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from django.utils.translation import get_language

Operator = Literal[">=", "<=", "==", "<", ">"]


def in_language(zh: str, en: str) -> str:
    """The wording for the reader's language; the verbatim Chinese text wherever there is no English one."""
    return en if en and (get_language() or "").startswith("en") else zh


def day_of(year: int, month_day: str) -> dt.date:
    """The day written as ``MM-DD`` in the given year, or as ``YYYY-MM-DD`` in its own; 02-29 falls to the 28th."""
    if len(month_day) == len("YYYY-MM-DD"):
        return dt.date.fromisoformat(month_day)
    month, day = (int(part) for part in month_day.split("-"))
    if (month, day) == (2, 29):
        return dt.date(year, 3, 1) - dt.timedelta(days=1)
    return dt.date(year, month, day)


def holds(number: Decimal, op: Operator, limit: Decimal) -> bool:
    """Whether a number keeps a limit."""
    match op:
        case ">=":
            return number >= limit
        case "<=":
            return number <= limit
        case "==":
            return number == limit
        case "<":
            return number < limit
        case ">":
            return number > limit
