"""Annex 2 as an edition has it: the summary table with its rows, headings and readings (附件2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cases.editions.terms import in_language


@dataclass(frozen=True)
class Heading:
    """One heading of Annex 2's narrative, with the part of Annex 1 whose findings it speaks of."""

    no: int
    label_zh: str
    label_en: str
    section: int

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class CountRow:
    """One of the counts at the head of Annex 2; ``text_zh`` is verbatim."""

    no: int
    code: str
    text_zh: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True)
class CheckRow:
    """One of the rows of Annex 2's table; the facets of Annex 1 that feed it name its code."""

    no: int
    code: str
    text_zh: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True)
class Annex2:
    """The summary table as the document prints it (附件2), and how this edition reads it.

    ``counted``: a row counts institutions, each once, or findings. ``rectified``: a finding is so once the county has
    closed it, or as soon as the institution reports it (``reported``); an institution with all of them.
    ``sources`` are the sources of findings that each pair of columns counts. ``referred``: what was handed over for
    enforcement counts as a problem that is not rectified (``not_rectified``), or is only shown beside the table
    (``beside``).
    """

    title_zh: str
    title_en: str
    commission_zh: str
    counts_title_zh: str
    checks_title_zh: str
    footnote_zh: str
    counts: tuple[CountRow, ...]
    checks: tuple[CheckRow, ...]
    problems: tuple[Heading, ...]
    rectification: tuple[Heading, ...]
    selfcheck_sources: tuple[str, ...] = ("self_check", "county")
    spotcheck_sources: tuple[str, ...] = ("region",)
    referred: Literal["not_rectified", "beside"] = "not_rectified"
    counted: Literal["institutions", "findings"] = "institutions"
    rectified: Literal["closed", "reported"] = "closed"
    commission_en: str = ""
    counts_title_en: str = ""
    checks_title_en: str = ""
    footnote_en: str = ""

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The sources of each population."""
        return {"selfcheck": self.selfcheck_sources, "spotcheck": self.spotcheck_sources}
