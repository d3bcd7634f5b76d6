"""The draw itself: systematic sampling with probability proportional to weight on a seeded random order.

Madow (1949) with the random order of Hartley and Rao (1962): whatever the order, each institution is drawn with
exactly the probability that is stated. All arithmetic is in whole numbers and fractions.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cases.sampling.allocation import allocate
from cases.sampling.numbers import LIMIT, number

ALL = "all"  # the one stratum where the sample is smaller than the number of strata
UNIT_OF_WEIGHT = Decimal("0.0001")
UNIT_OF_PROBABILITY = Decimal("0.00000001")


@dataclass(frozen=True)
class Candidate:
    """An institution that may be drawn: its stratum, its cell within it, and its weight (four decimals, above zero).

    ``code`` is unique in a frame.
    """

    code: str
    stratum: str
    cell: tuple[str, ...]
    weight: Decimal

    @property
    def units(self) -> int:
        """The weight in ten-thousandths."""
        return int((self.weight / UNIT_OF_WEIGHT).to_integral_value())


@dataclass(frozen=True)
class Place:
    """Where a candidate stands after the draw: 1 … n were drawn, whoever follows is a replacement in this order."""

    candidate: Candidate
    stratum: str
    probability: Fraction
    position: int
    drawn: bool


def frame_digest(frame: Iterable[Candidate]) -> str:
    """The SHA-256 of the frame: lines of code, stratum, cell and weight, parted by tabs, in the order of codes."""
    lines = sorted("\t".join((row.code, row.stratum, *row.cell, f"{row.weight:.4f}")) + "\n" for row in frame)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def draw(frame: Iterable[Candidate], size: int, seed: str) -> list[Place]:
    """Everybody's place in a sample of ``size``, by stratum and position; the order of the frame does not matter.

    Where there are fewer places than strata, all are one stratum, so that nobody is left without a chance.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(frame, key=lambda row: row.code):
        groups.setdefault(candidate.stratum, []).append(candidate)
    pooled = size < len(groups)
    if pooled:
        groups = {ALL: sorted((row for rows in groups.values() for row in rows), key=lambda row: row.code)}
    shares = allocate({name: len(rows) for name, rows in groups.items()}, size)
    return [place for name in sorted(groups) for place in _draw_stratum(name, groups[name], shares[name], seed, pooled)]


def _draw_stratum(name: str, rows: list[Candidate], size: int, seed: str, pooled: bool) -> list[Place]:
    """The places of one stratum, whose candidates come in the order of their codes."""
    numbers = {row.code: number(seed, name, counter) for counter, row in enumerate(rows, start=1)}
    cells = {row.code: (row.stratum, *row.cell) if pooled else row.cell for row in rows}
    ordered = sorted(rows, key=lambda row: (cells[row.code], numbers[row.code], row.code))
    chances = probabilities([row.units for row in ordered], size)
    hits = systematic(chances, Fraction(number(seed, name, 0), LIMIT))
    chance_of = {row.code: chance for row, chance in zip(ordered, chances, strict=True)}
    drawn = [ordered[hit] for hit in hits]
    taken = {row.code for row in drawn}
    others = sorted(
        (row for row in rows if row.code not in taken),
        key=lambda row: (Fraction(numbers[row.code], row.units), row.code),
    )
    return [
        Place(row, name, chance_of[row.code], position, row.code in taken)
        for position, row in enumerate([*drawn, *others], start=1)
    ]


def probabilities(weights: Sequence[int], size: int) -> list[Fraction]:
    """The chance of each to be among ``size``: proportional to its weight, and at most one.

    Whoever would have more than one is certain; the places that are left are shared among the others by the same rule,
    until nobody has more than one. They add up to ``size``, or to the number of weights if that is smaller.
    """
    if size >= len(weights):
        return [Fraction(1)] * len(weights)
    certain: set[int] = set()
    while True:
        left = size - len(certain)
        total = sum(weight for place, weight in enumerate(weights) if place not in certain)
        more = {place for place, weight in enumerate(weights) if place not in certain and left * weight >= total}
        if not more:
            break
        certain |= more
    return [Fraction(1) if place in certain else Fraction(left * weight, total) for place, weight in enumerate(weights)]


def systematic(chances: Sequence[Fraction], start: Fraction) -> list[int]:
    """Who is hit when the chances are laid end to end and marks stand at start, start + 1, start + 2 …

    A stretch includes its beginning and not its end. No stretch is longer than one, so nobody is hit twice.
    """
    hits, end, passed = [], Fraction(0), 0
    for place, chance in enumerate(chances):
        end += chance
        marks = math.ceil(end - start)  # the marks before the end of this stretch
        if marks > passed:
            hits.append(place)
            passed = marks
    return hits


def stated(probability: Fraction) -> Decimal:
    """A probability as it is stored and shown: eight decimals."""
    return (Decimal(probability.numerator) / Decimal(probability.denominator)).quantize(UNIT_OF_PROBABILITY)
