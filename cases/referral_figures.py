"""How many patients went up and down, month by month, and whether the three priorities (三优先) were kept.

A referral belongs to the month (Asia/Shanghai) in which it was asked for. Every number is the count of a condition that
``narrowed`` puts on referrals as well, so that it opens to exactly the referrals behind it. Nothing about patients.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from cases.clock import end_of_day, start_of_day
from cases.models.alliance import Pilot
from cases.models.referral import PRIORITIES, Referral

UP, DOWN = Referral.Direction.UP, Referral.Direction.DOWN
CLOSED = Q(case__state="closed")
CLOSED_UP = CLOSED & Q(direction=UP)
# What is counted; the names stand in addresses as well.
MEASURES: dict[str, Q] = {
    "asked": Q(),
    "open": Q(case__finished=None),
    "closed": CLOSED,
    "declined": Q(case__state="declined"),
    "cancelled": Q(case__state="cancelled"),
    **{f"{name}_kept": CLOSED_UP & Q(**{f"{name}_kept": True}) for name in PRIORITIES},
    **{f"{name}_not_kept": CLOSED_UP & Q(**{f"{name}_kept": False}) for name in PRIORITIES},
}
MEMBER = Case(When(direction=UP, then=F("sender")), default=F("receiver"))
Counts = dict[str, int]


@dataclass(frozen=True)
class Line:
    """The numbers of one month, direction and member; ``month`` is written as 2020-05."""

    month: str
    direction: str
    member: int
    counts: Counts


@dataclass(frozen=True)
class Figures:
    """The numbers of a time; absent lines are zeros."""

    lines: tuple[Line, ...]

    def by(self, *names: str) -> dict[tuple[Any, ...], Counts]:
        """The sums for each value of ``month``, ``direction`` or ``member``, in their order."""
        sums: dict[tuple[Any, ...], Counts] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
        for line in self.lines:
            found = sums[tuple(getattr(line, name) for name in names)]
            for measure, number in line.counts.items():
                found[measure] += number
        return dict(sorted(sums.items()))

    def total(self, **of: Any) -> Counts:
        """The sums of the lines with these values."""
        wanted = [line for line in self.lines if all(getattr(line, name) == value for name, value in of.items())]
        return Figures(tuple(wanted)).by().get((), dict.fromkeys(MEASURES, 0))


def share(counts: Counts, priority: str) -> float | None:
    """The share of closed referrals up that kept a priority, among those that needed it; None where none did."""
    needed = counts[f"{priority}_kept"] + counts[f"{priority}_not_kept"]
    return counts[f"{priority}_kept"] / needed if needed else None


def overall_share(counts: Counts) -> float | None:
    """The same of the three priorities together."""
    kept = sum(counts[f"{name}_kept"] for name in PRIORITIES)
    needed = kept + sum(counts[f"{name}_not_kept"] for name in PRIORITIES)
    return kept / needed if needed else None


def referral_figures(
    pilot: Pilot, from_: dt.date, until: dt.date, *, among: QuerySet[Referral] | None = None
) -> Figures:
    """The figures of a pilot for requests from a day on and before another; ``among`` narrows to what a reader sees."""
    rows = (Referral.objects.all() if among is None else among).filter(
        pilot=pilot.pk, case__created__gte=start_of_day(from_), case__created__lt=start_of_day(until)
    )
    month = TruncMonth("case__created", tzinfo=timezone.get_current_timezone())
    counted = {name: Count("pk", filter=condition) for name, condition in MEASURES.items() if name != "asked"}
    grouped: Any = rows.order_by().annotate(month=month, member=MEMBER).values("month", "direction", "member")
    return Figures(
        tuple(
            Line(
                f"{row['month']:%Y-%m}", row["direction"], row["member"], {name: row[f"n_{name}"] for name in MEASURES}
            )
            for row in grouped.annotate(n_asked=Count("pk"), **{f"n_{name}": each for name, each in counted.items()})
        )
    )


def narrowed(
    rows: QuerySet[Referral], *, measure: str = "", month: str = "", direction: str = "", member: int | None = None
) -> QuerySet[Referral]:
    """The referrals that a number counts; what is empty does not narrow, what means nothing finds nothing."""
    if measure:
        rows = rows.filter(MEASURES.get(measure, Q(pk__in=[])))
    if direction:
        rows = rows.filter(direction=direction)
    if member is not None:
        rows = rows.alias(member=MEMBER).filter(member=member)
    if month:
        try:
            first = dt.date.fromisoformat(f"{month}-01")
        except ValueError:
            return rows.none()
        following = (first + dt.timedelta(days=31)).replace(day=1)
        rows = rows.filter(case__created__gte=start_of_day(first), case__created__lt=start_of_day(following))
    return rows


def closed_between(pilot: Pilot, first: dt.date, last: dt.date) -> list[Referral]:
    """The referrals of a pilot that were closed from one day to another, both counted (scorecard, row 7)."""
    rows = Referral.objects.filter(
        CLOSED, pilot=pilot.pk, closed_at__gte=start_of_day(first), closed_at__lte=end_of_day(last)
    )
    return list(rows.order_by("closed_at", "pk"))


def priorities_kept(referrals: Iterable[Referral]) -> bool | None:
    """Whether closed referrals up had every priority that their patients needed; None where there is none."""
    said = [getattr(row, f"{name}_kept") for row in referrals if row.direction == UP for name in PRIORITIES]
    needed = [each for each in said if each is not None]
    return all(needed) if needed else None
