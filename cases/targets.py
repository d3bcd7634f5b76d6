"""How far a guidance centre, a district and the city are with the numeric targets (pilot plan, part 2 (1) 1 and 2).

Progress is counted from the registers' entries that are not struck; each number comes with the records behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from cases.editions.alliance import AllianceEdition, TargetRule
from cases.editions.terms import holds
from cases.models import GuidanceEntry, OrgUnit, TargetReading
from cases.tree import within

# Which register answers a yearly target, and whether its entries or their attendances are counted.
COUNTED = {
    "education_sessions": (GuidanceEntry.Register.EDUCATION, "sessions"),
    "education_attendances": (GuidanceEntry.Register.EDUCATION, "attendances"),
    "training_sessions": (GuidanceEntry.Register.TRAINING, "sessions"),
    "training_attendances": (GuidanceEntry.Register.TRAINING, "attendances"),
}

KINDS_OF_COUNT = ("sessions", "attendances")


@dataclass(frozen=True)
class Progress:
    """How far one target is: ``done`` of the target's value, and what the calendar would have by that day."""

    rule: TargetRule
    done: Decimal
    expected: Decimal
    register: str = ""

    @property
    def met(self) -> bool:
        return holds(self.done, self.rule.op, self.rule.value)

    @property
    def behind(self) -> bool:
        """Not met, and less than the share of the year that has passed would want."""
        return not self.met and self.done < self.expected

    @property
    def share(self) -> float:
        """Of the target, at most one."""
        return min(float(self.done / self.rule.value), 1.0) if self.rule.value else 1.0


def share_of_year(year: int, on: dt.date) -> Decimal:
    """The part of the year that has passed at the end of the day, between 0 and 1."""
    first, next_first = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    passed = (min(max(on + dt.timedelta(days=1), first), next_first) - first).days
    return Decimal(passed) / (next_first - first).days


def progress_of_years(
    edition: AllianceEdition, years: Iterable[tuple[int, int]], on: dt.date
) -> dict[int, list[Progress]]:
    """The yearly targets of centres' years, given as (key of the year's case, year), in one query."""
    wanted = dict(years)
    rows = GuidanceEntry.objects.filter(guidance_year__in=wanted, struck_at=None, held_on__lte=on)
    counted = rows.order_by().values_list("guidance_year", "register")
    sums = counted.annotate(sessions=Count("pk"), attendances=Sum("attendances"))
    found = {(key, register): dict(zip(KINDS_OF_COUNT, counts, strict=True)) for key, register, *counts in sums}
    return {
        key: [
            Progress(
                rule,
                Decimal(found.get((key, register), {}).get(what) or 0),
                rule.value * share_of_year(year, on),
                register,
            )
            for code, (register, what) in COUNTED.items()
            if (rule := edition.targets.get(code)) is not None
        ]
        for key, year in wanted.items()
    }


@dataclass(frozen=True)
class ShareProgress:
    """A share that the commission reads off once in a while; ``reading`` is the latest one by the day."""

    rule: TargetRule
    reading: TargetReading | None

    @property
    def percent(self) -> Decimal | None:
        """In percent, not rounded."""
        if self.reading is None:
            return None
        return Decimal(100) * self.reading.numerator / self.reading.denominator

    @property
    def met(self) -> bool:
        return self.percent is not None and holds(self.percent, self.rule.op, self.rule.value)


def shares_of(edition: AllianceEdition, city: OrgUnit, on: dt.date) -> list[ShareProgress]:
    """The targets that are shares of the city's hospitals, each with its latest reading by the day."""
    latest: dict[str, TargetReading] = {}
    readings = TargetReading.objects.filter(unit=city, as_of__lte=on).order_by("as_of", "pk")
    for reading in readings:
        latest[reading.target] = reading
    rules = [rule for rule in edition.targets.values() if rule.scope == "city"]
    return [ShareProgress(rule, latest.get(rule.code)) for rule in rules]


def districts_without_centre(city: OrgUnit, on: dt.date) -> list[OrgUnit]:
    """The districts of the city that have no guidance centre of their own on the day (各区、县（市）应成立1个)."""
    below = OrgUnit.objects.filter(within("path", [city.path])).active(on)
    having = set(below.filter(kind=OrgUnit.Kind.GUIDANCE_CENTRE).values_list("superior", flat=True))
    return [unit for unit in below.filter(kind=OrgUnit.Kind.COUNTY) if unit.pk not in having]
