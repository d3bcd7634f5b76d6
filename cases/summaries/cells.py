"""The cells of Annex 2 by their codes: the counts at its head, and two populations × two columns a row (附件2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.editions.annex2 import Annex2
from cases.figures.annex2 import BEDS, FIXED, HOME_BEDS, PROBLEM, Figures
from cases.figures.mapping import POPULATIONS

COLUMNS = (PROBLEM, FIXED)
BED_COUNTS = (BEDS, HOME_BEDS)

POPULATION_NAMES = {
    "selfcheck": pgettext_lazy("annex 2", "Among self-checked institutions"),
    "spotcheck": pgettext_lazy("annex 2", "Among spot-checked institutions"),
}
COLUMN_NAMES = {
    "problem": pgettext_lazy("annex 2", "Problem found"),
    "fixed": pgettext_lazy("annex 2", "Rectified"),
}


@dataclass(frozen=True)
class Cell:
    """One number of the table: a count (no population), or a row's column in one population."""

    code: str
    row: Any
    population: str = ""
    column: str = ""
    counted: str = "institutions"

    @property
    def is_count(self) -> bool:
        return not self.population

    @property
    def records(self) -> str:
        """The code under which the records behind the number are kept; both columns of a population share them."""
        return self.code if self.is_count else f"{self.row.code}.{self.population}"

    @property
    def population_name(self) -> Any:
        """The population in words; nothing for a count."""
        return POPULATION_NAMES.get(self.population, "")

    @property
    def short_name(self) -> str:
        """Population and column alone, where the row is in sight."""
        short = {
            "selfcheck": pgettext("annex 2, short", "Self-check"),
            "spotcheck": pgettext("annex 2, short", "Spot-check"),
        }
        return f"{short[self.population]} {COLUMN_NAMES[self.column]}" if self.population else self.name

    @property
    def unit(self) -> str:
        """What is counted: beds, institutions, or findings where the edition reads the table so."""
        if self.counted == "findings":
            return pgettext("annex 2 unit", "findings")
        return pgettext("annex 2 unit", "beds") if self.code in BED_COUNTS else pgettext("annex 2 unit", "institutions")

    @property
    def name(self) -> str:
        """The number in words, for headings and screen readers."""
        if self.is_count:
            return str(self.row.text)
        return _("Row %(no)d · %(population)s · %(column)s") % {
            "no": self.row.no,
            "population": POPULATION_NAMES[self.population],
            "column": COLUMN_NAMES[self.column],
        }


def cells_of(annex2: Annex2) -> dict[str, Cell]:
    """Every cell by its code, in printed order."""
    found = {row.code: Cell(row.code, row) for row in annex2.counts}
    for row in annex2.checks:
        for population in POPULATIONS:
            for column in COLUMNS:
                code = f"{row.code}.{population}.{column}"
                found[code] = Cell(code, row, population, column, annex2.counted)
    return found


def numbers_of(figures: Figures) -> dict[str, int]:
    """Counts and cells of computed figures in one table by code."""
    return {**figures.counts, **figures.cells}


def printed(computed: Mapping[str, int], changed: Mapping[str, int]) -> dict[str, int]:
    """The numbers as they are printed: those changed by hand in place of the computed ones."""
    return {code: changed.get(code, number) for code, number in computed.items()}
