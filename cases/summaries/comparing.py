"""Two filed versions side by side, and a filed version against the same figures computed again (design, Figures)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.models import Case, SummaryVersion
from cases.summaries import reading
from cases.summaries.cells import numbers_of, printed
from cases.summaries.freezing import Row, digest_of, row_of, rows_of


@dataclass(frozen=True)
class Difference:
    """A cell with its number before and after; ``None`` where one of the two has no such cell."""

    cell: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Comparison:
    """What differs: numbers, records that came or went (cell, institution, finding or 0), and passages."""

    numbers: list[Difference] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    texts: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not (self.numbers or self.added or self.removed or self.texts)


@dataclass(frozen=True)
class Recomputation:
    """A filed version computed again from the dated facts, and whether it still says what it said."""

    comparison: Comparison
    intact: bool

    @property
    def is_same(self) -> bool:
        return self.intact and self.comparison.is_same


def recompute(case: Case, version: SummaryVersion) -> Recomputation:
    """Compute a filed version again: as of its cut-off, with where institutions were as it was known when it was filed.

    What was changed by hand is left aside: the computed numbers are compared. Nothing is written.
    """
    as_of: dict[str, Any] = {"cutoff_on": version.cutoff_on, "known_at": version.at}
    figures = reading.figures_of(case, **as_of)
    now = [row_of(entry) for entry in reading.entries_of(case, **as_of)]
    stored = rows_of(version)
    added, removed = _records(stored, now)
    comparison = Comparison(_numbers(computed_numbers(version), numbers_of(figures)), added, removed)
    return Recomputation(comparison, digest_of(version, stored) == version.digest)


def compare(before: SummaryVersion, after: SummaryVersion) -> Comparison:
    """What a correction changed: printed numbers, records behind them, words."""
    added, removed = _records(rows_of(before), rows_of(after))
    texts = []
    for key in sorted(before.texts.keys() | after.texts.keys()):
        old, new = (_printed_text(version.texts.get(key, {})) for version in (before, after))
        if old != new:
            texts.append((key, old, new))
    return Comparison(_numbers(printed_numbers(before), printed_numbers(after)), added, removed, texts)


def computed_numbers(version: SummaryVersion) -> dict[str, int]:
    """The computed numbers of a filed version by cell."""
    return {**version.figures["counts"], **version.figures["cells"]}


def printed_numbers(version: SummaryVersion) -> dict[str, int]:
    """The numbers of a filed version as they are printed."""
    changed = {cell: override["value"] for cell, override in version.overrides.items()}
    return printed(computed_numbers(version), changed)


def _printed_text(words: Mapping[str, Any]) -> str:
    return str(words.get("edited") or words.get("drafted") or "")


def _numbers(before: Mapping[str, int], after: Mapping[str, int]) -> list[Difference]:
    cells = [*before, *(cell for cell in after if cell not in before)]
    pairs = (Difference(cell, before.get(cell), after.get(cell)) for cell in cells)
    return [pair for pair in pairs if pair.before != pair.after]


def _records(before: Iterable[Row], after: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The records that only one of the two has; one whose state or amount differs has come and gone."""
    old, new = set(before), set(after)
    return sorted(new - old), sorted(old - new)
