"""The editions of the annual quality cycle: the form, the summary table, its rounds and its draw (action plan)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.editions.annex2 import Annex2
from cases.editions.form import CheckItem, Form
from cases.editions.rounds import DrawRules, RoundRule
from cases.editions.schema import EditionData
from cases.editions.terms import day_of

CODE = "quality-cycle"


@dataclass(frozen=True, kw_only=True)
class QualityEdition(EditionData):
    """A whole edition of the annual quality cycle."""

    form: Form
    annex2: Annex2
    rounds: dict[str, RoundRule]
    draw: DrawRules

    @property
    def items(self) -> Mapping[str, CheckItem]:
        return self.form.items

    def rounds_of(self, year: int) -> list[RoundRule]:
        """The reporting rounds of a programme's year, the first due first."""
        found = [rule for rule in self.rounds.values() if not rule.only_in or year in rule.only_in]
        return sorted(found, key=lambda rule: day_of(year, rule.due))


def quality_of(edition: Any) -> QualityEdition:
    """The edition of a case of the quality cycle, from its record or parsed; raises TypeError for any other one."""
    parsed = edition if isinstance(edition, EditionData) else edition.parsed
    if not isinstance(parsed, QualityEdition):
        raise TypeError(f"{parsed.code} {parsed.version} is no edition of the quality cycle")
    return parsed
