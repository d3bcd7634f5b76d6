"""How long a trainee stayed, in months (绩效评价表, 序号13: 进修时间, 连续)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

ZERO = Decimal(0)


def months_of_stay(first: dt.date, last: dt.date) -> Decimal:
    """Calendar months from ``first`` to ``last``, both days counted; days over are the share of the month they lie in.

    1 January to the end of February are exactly two months, and one day more is more than two. Raises ValueError where
    the stay ends before it begins.
    """
    if last < first:
        raise ValueError(f"the stay ends on {last} before it begins on {first}")
    until = last + dt.timedelta(days=1)
    whole = (until.year - first.year) * 12 + until.month - first.month
    if _after(first, whole) > until:
        whole -= 1
    reached = _after(first, whole)
    length = (_after(first, whole + 1) - reached).days
    return Decimal(whole) + Decimal((until - reached).days) / Decimal(length)


def longest_stay(stays: Iterable[tuple[dt.date, dt.date]]) -> Decimal:
    """The longest of the stays in months, none 0; what a trainee adds up in pieces is not continuous."""
    return max((months_of_stay(first, last) for first, last in stays), default=ZERO)


def _after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the first of the month after where that month is too short."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    if day.day <= calendar.monthrange(year, month)[1]:
        return dt.date(year, month, day.day)
    return dt.date(year + month // 12, month % 12 + 1, 1)
