"""The totals of a card: the groups of the table, and the bonus up to its cap (分值: 100 + 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cases.editions.scorecard import Scorecard

ZERO = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """Points by group, the rows that count to 100, the bonus within its cap, and all together."""

    groups: dict[str, Decimal]
    base: Decimal
    bonus: Decimal
    rows: int
    missing: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        return self.base + self.bonus


def total(card: Scorecard, points: Mapping[str, Decimal]) -> Totals:
    """The totals of the rows that have points; ``missing`` names the others. The bonus has no condition."""
    groups = {group.code: ZERO for group in card.groups}
    for row in card.rows:
        groups[row.group] += points.get(row.code, ZERO)
    bonus = sum((groups[code] for code in card.bonus_groups), ZERO)
    base = sum((earned for code, earned in groups.items() if code not in card.bonus_groups), ZERO)
    missing = tuple(row.code for row in card.rows if row.code not in points)
    return Totals(groups, base, min(bonus, card.bonus_cap), len(card.rows) - len(missing), missing)
