"""What a programme of an edition asks for in a year: reporting rounds, and the draw of spot-checks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from cases.editions.terms import day_of, in_language


@dataclass(frozen=True)
class RoundRule:
    """A reporting round of a programme: whose year it reports, by when, with what cut-off.

    ``due`` and ``cutoff`` are days of the programme's year; ``years_back`` is how many years before it the cycles lie
    that it reports; ``only_in`` names the only years that have it (the one-off report of 28 February 2021).
    ``report_due`` is the day of the region's own report of the round where it is not the deadline rule's.
    """

    code: str
    label_zh: str
    due: str
    cutoff: str
    clause: str
    label_en: str = ""
    clause_en: str = ""
    years_back: int = 0
    only_in: tuple[int, ...] = ()
    report_due: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)

    def dates(self, year: int) -> tuple[dt.date, dt.date]:
        """The cut-off and the due date in a programme's year."""
        return day_of(year, self.cutoff), day_of(year, self.due)


@dataclass(frozen=True)
class DrawRules:
    """What weighs in the draw of spot-checks: shares added to the weight 1 of every institution (风险加权).

    A weight is 1 plus each factor's share times the institution's value in it; ``strata`` names what the draw is
    spread over.
    """

    strata: tuple[Literal["prefecture", "size", "type"], ...]
    findings: Decimal
    disagreements: Decimal
    overdue: Decimal
    never_visited: Decimal
    beds_large: int
    basis_zh: str
    basis_en: str = ""

    @property
    def basis(self) -> str:
        return in_language(self.basis_zh, self.basis_en)
