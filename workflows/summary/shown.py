"""Annex 2 as a page shows it: counts, table, what stands beside it, and how the edition reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.annex2 import Annex2
from cases.editions.quality import quality_of
from cases.figures.annex2 import FIXED, MISSING_BEDS, OUTSIDE, REFERRED, SELF_REPORTED, Figures
from cases.models import Finding, FindingFact, SummaryVersion, User
from cases.summaries.cells import COLUMNS, POPULATIONS, Cell, cells_of, numbers_of
from cases.summaries.overrides import changed_by_hand


@dataclass(frozen=True)
class Change:
    """A figure changed by hand: what stands there now, what was computed when it was changed, why, by whom."""

    value: int
    computed_then: int
    reason: str
    by: Any


@dataclass(frozen=True)
class Number:
    """One figure of the page, with the address of the records behind it."""

    cell: Cell
    computed: int
    href: str
    change: Change | None = None

    @property
    def value(self) -> int:
        return self.change.value if self.change is not None else self.computed

    @property
    def has_moved(self) -> bool:
        """Whether what is computed has changed since the figure was changed by hand."""
        return self.change is not None and self.change.computed_then != self.computed

    @property
    def label(self) -> str:
        """The figure in words, for whoever does not see its place in the table."""
        words = {"name": self.cell.name, "n": self.value, "unit": self.cell.unit}
        if self.change is not None:
            return _("%(name)s: %(n)d %(unit)s, changed by hand; see the list") % words
        return _("%(name)s: %(n)d %(unit)s; see the list") % words


@dataclass(frozen=True)
class Line:
    """One row of the table with its four figures."""

    row: Any
    numbers: list[Number]


@dataclass(frozen=True)
class Beside:
    """A figure that the table does not hold."""

    label: str
    value: int
    href: str


@dataclass(frozen=True)
class Sheet:
    """The whole page of figures; ``version`` is the filed one, None for the draft."""

    annex2: Annex2
    counts: list[Number]
    lines: list[Line]
    beside: list[Beside]
    missing_beds: int
    version: SummaryVersion | None = None
    readings: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[Number]:
        """The figures changed by hand, in printed order."""
        every = [*self.counts, *(number for line in self.lines for number in line.numbers)]
        return [number for number in every if number.change is not None]


def draft_sheet(case: Any, figures: Figures, *, own: bool) -> Sheet:
    """The figures as they are now; ``own`` adds those that the officer has changed by hand."""
    rows = changed_by_hand(case.summary) if own else {}
    changes = {cell: Change(row.value, row.computed, row.reason, row.by) for cell, row in rows.items()}
    return _sheet(case, figures, changes, None)


def filed_sheet(case: Any, version: SummaryVersion) -> Sheet:
    """The figures as they were filed."""
    people = User.objects.in_bulk({each["by"] for each in version.overrides.values()}) if version.overrides else {}
    changes = {
        cell: Change(each["value"], each["computed_then"], each["reason"], people.get(each["by"], ""))
        for cell, each in version.overrides.items()
    }
    return _sheet(case, Figures.from_dict(version.figures), changes, version)


def _sheet(case: Any, figures: Figures, changes: Mapping[str, Change], version: SummaryVersion | None) -> Sheet:
    annex2 = quality_of(case.edition).annex2
    href = _addresses(case, version)
    computed = numbers_of(figures)
    numbers = {
        code: Number(cell, computed.get(code, 0), href(code), changes.get(code))
        for code, cell in cells_of(annex2).items()
    }
    lines = [
        Line(row, [numbers[f"{row.code}.{population}.{column}"] for population in POPULATIONS for column in COLUMNS])
        for row in annex2.checks
    ]
    return Sheet(
        annex2,
        [numbers[row.code] for row in annex2.counts],
        lines,
        beside_of(figures, href),
        figures.missing_beds,
        version,
        readings_of(annex2),
    )


def _addresses(case: Any, version: SummaryVersion | None) -> Callable[[str], str]:
    after = f"?version={version.no}" if version is not None else ""
    return lambda code: reverse("summary_cell", args=[case.pk, code]) + after


def beside_of(figures: Figures, href: Callable[[str], str]) -> list[Beside]:
    """What stands beside the table as a whole; the same by row is on the page of each row's figures."""
    return [
        Beside(beside_name(key), value, href(key) if value else "")
        for key, value in figures.beside.items()
        if "." not in key
    ]


def beside_name(key: str) -> str:
    """What a figure beside the table counts."""
    names = {
        REFERRED: _("Findings handed over for enforcement"),
        OUTSIDE: _("Findings that this edition’s form has no place for"),
        MISSING_BEDS: _("Institutions without verified bed numbers"),
    }
    if key in names:
        return names[key]
    return _("Findings from: %(source)s") % {"source": Finding.Source(key).label}


def records_name(annex2: Annex2, code: str) -> str:
    """What a record stands behind: a count, a row and population, or a figure beside the table."""
    cells = cells_of(annex2)
    if code in cells:
        return cells[code].name
    row, _dot, rest = code.partition(".")
    no = next((each.no for each in annex2.checks if each.code == row), None)
    if no is None:
        return beside_name(row)
    pair = cells.get(f"{code}.{COLUMNS[0]}")
    what = str(pair.population_name) if pair is not None else beside_name(rest)
    return _("Row %(no)d · %(what)s") % {"no": no, "what": what}


def self_reported(figures: Figures, cell: Cell) -> int | None:
    """For a figure of what is rectified: how many institutions say so themselves; None for any other."""
    return figures.beside.get(f"{cell.records}.{SELF_REPORTED}") if cell.column == FIXED else None


def readings_of(annex2: Annex2) -> list[str]:
    """How this edition reads the table, printed beside it (annex2.json, discrepancies)."""
    comma = pgettext("list separator", ", ")
    sources = {
        population: comma.join(str(Finding.Source(source).label) for source in codes)
        for population, codes in annex2.sources.items()
    }
    referred = {
        "not_rectified": _(
            "A finding handed over for enforcement counts as not rectified, and is shown beside the table."
        ),
        "beside": _("A finding handed over for enforcement is shown beside the table only."),
    }
    counted = {
        "institutions": _("Counted are institutions: each once a row, however many problems it has there."),
        "findings": _("Counted are findings: each once a row; counts 1 to 5 are of institutions and beds."),
    }
    return [
        counted[annex2.counted],
        rectified_word(annex2),
        _("Among self-checked institutions, findings count from: %(sources)s.") % {"sources": sources["selfcheck"]},
        _("Among spot-checked institutions, findings count from: %(sources)s.") % {"sources": sources["spotcheck"]},
        referred[annex2.referred],
        _(
            "An institution counts with its findings where it was at the end of the cut-off day, even if it has moved "
            "or its county was merged or split; one that had closed by then does not count."
        ),
        _("Beds are those of the latest version that the county has verified; a withdrawn self-check does not count."),
    ]


def rectified_word(annex2: Annex2) -> str:
    """What the edition counts as rectified."""
    return {
        ("institutions", "closed"): _("“Rectified” are those of which the county has closed every finding of the row."),
        ("institutions", "reported"): _(
            "“Rectified” are those that have reported every finding of the row as rectified."
        ),
        ("findings", "closed"): _("“Rectified” are those that the county has closed."),
        ("findings", "reported"): _("“Rectified” are those that the institution has reported as rectified."),
    }[annex2.counted, annex2.rectified]


def status_name(status: str) -> str:
    """How a finding stood at the cut-off; empty where a record is no finding."""
    return str(FindingFact.Status(status).label) if status else ""
