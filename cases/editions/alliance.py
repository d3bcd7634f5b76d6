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


ColumnCode = Literal["self", "district", "city", "finance"]


@dataclass(frozen=True)
class RegisterRule:
    """A register of what an alliance does, with its clause, and what each entry has beside its title and days.

    ``visit``: who sent people where; ``person``: somebody by account; ``people``: how many attended; ``stay``: a first
    and a last day that may lie months apart.
    """

    code: str
    label_zh: str
    label_en: str
    clause: str
    visit: bool = False
    person: bool = False
    people: bool = False
    stay: bool = False

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class EvaluationRule:
    """Who scores a pilot, and how its survey is done: fewest answers that count, days for which a link holds."""

    columns: tuple[ColumnCode, ...]
    survey_least: int
    survey_days: int


@dataclass(frozen=True)
class AgreementRule:
    """How many calendar days before the end of an agreement lead hospital and member are reminded; 0 for never."""

    notice_days: int = 0
    clause: str = ""
    clause_en: str = ""

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)


@dataclass(frozen=True)
class GuidanceRule:
    """On which days of a year (``MM-DD``) guidance centres that are behind their targets are reminded."""

    checks: tuple[str, ...]
    clause: str
    clause_en: str = ""

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)


@dataclass(frozen=True, kw_only=True)
class AllianceEdition(EditionData):
    """A whole edition of the alliance pilot."""

    scorecard: Scorecard
    targets: dict[str, TargetRule]
    registers: dict[str, RegisterRule]
    evaluation: EvaluationRule
    guidance: GuidanceRule
    agreements: AgreementRule = AgreementRule()  # editions from before say nothing of it


def alliance_of(edition: Any) -> AllianceEdition:
    """The edition of a case of the alliance pilot, from its record or parsed; raises TypeError for any other one."""
    parsed = edition if isinstance(edition, EditionData) else edition.parsed
    if not isinstance(parsed, AllianceEdition):
        raise TypeError(f"{parsed.code} {parsed.version} is no edition of the alliance pilot")
    return parsed
