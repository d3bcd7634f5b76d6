"""The editions of the alliance pilot: its phases, its scorecard and its numeric targets (pilot plan)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from cases.editions.schema import EditionData
from cases.editions.scorecard import Scorecard
from cases.editions.terms import Operator, in_language

CODE = "alliance-pilot"


@dataclass(frozen=True)
class TargetRule:
    """A number that the plan sets for a guidance centre, a district or the city; ``quote`` is verbatim."""

    code: str
    label_zh: str
    label_en: str
    op: Operator
    value: Decimal
    unit: str
    period: Literal["year", "until", "standing"]
    scope: Literal["city", "city_centre", "district"]
    quote: str
    until: str = ""
    unit_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True, kw_only=True)
class AllianceEdition(EditionData):
    """A whole edition of the alliance pilot."""

    scorecard: Scorecard
    targets: dict[str, TargetRule]


def alliance_of(edition: Any) -> AllianceEdition:
    """The edition of a case of the alliance pilot, from its record or parsed; raises TypeError for any other one."""
    parsed = edition if isinstance(edition, EditionData) else edition.parsed
    if not isinstance(parsed, AllianceEdition):
        raise TypeError(f"{parsed.code} {parsed.version} is no edition of the alliance pilot")
    return parsed
