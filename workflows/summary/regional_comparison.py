"""The region’s own roll-up beside the sum of what its prefectures filed, and why the two differ (design, Figures).

The roll-up is computed from records for the whole region; the prefectures' numbers are those of their frozen versions,
changed by hand or not. Every difference is told by prefecture: it is missing, changed by hand, or filed at another
moment than the roll-up was computed. What no prefecture accounts for is named as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.figures import annex2
from cases.models import SummaryVersion
from cases.summaries.cells import Cell, cells_of, numbers_of
from cases.summaries.comparing import computed_numbers, printed_numbers
from workflows.summary.regional_prefectures import Standing, standings
from workflows.summary.scope import BEFORE_FILING

MISSING, BY_HAND, MOMENT = "missing", "by_hand", "moment"


@dataclass(frozen=True)
class Filed:
    """What one prefecture filed, as the region counts it: the last version; none where it has not."""

    standing: Standing
    version: SummaryVersion | None
    printed: Mapping[str, int]
    computed: Mapping[str, int]


@dataclass(frozen=True)
class Reason:
    """Why a prefecture's number is not what the records say: the number that it filed, and the one computed."""

    kind: str
    filed: Filed
    number: int
    computed: int
    words: str = ""

    @property
    def difference(self) -> int:
        """What the roll-up has more than the prefecture."""
        return self.computed - self.number


@dataclass(frozen=True)
class Difference:
    """A cell in which roll-up and sum differ, with the reasons by prefecture and what none of them accounts for."""

    cell: Cell
    own: int
    sum: int
    reasons: list[Reason]
    unexplained: int


@dataclass(frozen=True)
class Comparison:
    """Roll-up and sum by cell; ``differences`` are the cells in which they do not agree, in printed order."""

    sums: dict[str, int]
    prefectures: list[Filed]
    differences: list[Difference] = field(default_factory=list)

    @property
    def differing(self) -> set[str]:
        return {each.cell.code for each in self.differences}


def compare(case: Any, own: Mapping[str, int], version: SummaryVersion | None = None) -> Comparison:
    """Put the roll-up (``own``, by cell) beside what the prefectures have filed.

    With ``version``, a filed report of the region: beside what they had filed when it was. Five queries, however many
    prefectures there are.
    """
    edition, record = quality_of(edition_of(case)), case.summary
    places = standings(case.unit, record.round)
    known_at = version.at if version is not None else None
    versions = _versions(places, version)
    computed = annex2.compute_many(
        edition,
        [place.unit for place in places],
        cycle_year=record.round.cycle_year,
        cutoff_on=record.round.cutoff_on,
        known_at=known_at,
    )
    cells = cells_of(edition.annex2)
    filed = [
        Filed(
            place,
            filed_one := versions.get(place.case.pk) if place.case is not None else None,
            printed_numbers(filed_one) if filed_one is not None else {},
            numbers_of(computed[place.unit.pk]) if place.unit.pk in computed else {},
        )
        for place in places
    ]
    sums = {code: sum(each.printed.get(code, 0) for each in filed) for code in cells}
    differences = [
        _difference(cell, own.get(code, 0), sums[code], filed)
        for code, cell in cells.items()
        if own.get(code, 0) != sums[code]
    ]
    return Comparison(sums, filed, differences)


def _versions(places: list[Standing], reported: SummaryVersion | None) -> dict[int, SummaryVersion]:
    """The last version of each summary, now or when the region filed; what was back with its authors has none."""
    states = {place.unit.pk: place.state for place in places}
    if reported is not None:
        states = {each["id"]: each["state"] for each in reported.missing.get("prefectures", ())}
    filed = [place.case.pk for place in places if place.case and states.get(place.unit.pk) not in BEFORE_FILING]
    rows = SummaryVersion.objects.filter(summary__in=filed).order_by("no")
    if reported is not None:
        rows = rows.filter(at__lte=reported.at)
    return {version.summary_id: version for version in rows}


def _difference(cell: Cell, own: int, total: int, filed: list[Filed]) -> Difference:
    found = [reason for each in filed if (reason := _reason(cell.code, each)) is not None]
    unexplained = own - total - sum(reason.difference for reason in found)
    return Difference(cell, own, total, found, unexplained)


def _reason(code: str, filed: Filed) -> Reason | None:
    now = filed.computed.get(code, 0)
    if filed.version is None:
        return Reason(MISSING, filed, 0, now) if now else None
    number = filed.printed.get(code, 0)
    if number == now:
        return None
    if code in filed.version.overrides and computed_numbers(filed.version).get(code, 0) == now:
        return Reason(BY_HAND, filed, number, now, filed.version.overrides[code]["reason"])
    words = filed.version.overrides[code]["reason"] if code in filed.version.overrides else ""
    return Reason(MOMENT, filed, number, now, words)
