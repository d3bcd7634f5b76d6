"""What the annual quality report holds (年度医养结合机构服务质量报告; action plan, 3 (3)): chapters, tables, charts.

Fixed Chinese and outside the translation catalogue: it is the wording of the document, not of the screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.editions.quality import QualityEdition
from cases.editions.terms import in_language
from cases.paper.annex2 import Annex2Paper, Sheet, sheet_of
from cases.paper.content import printable
from cases.paper.wording import chinese_date

TITLE = "医养结合机构服务质量报告"


@dataclass(frozen=True)
class Chapter:
    """A chapter of the report; ``no`` is the number its text is kept under."""

    no: int
    title_zh: str
    title_en: str

    @property
    def label(self) -> str:
        """The title for the reader of a page, numbered."""
        return in_language(self.heading, f"{self.no}. {self.title_en}")

    @property
    def heading(self) -> str:
        """The title as the report prints it."""
        return f"{'一二三四五六七八九十'[self.no - 1]}、{self.title_zh}"


CHAPTERS = (
    Chapter(1, "部署开展情况", "How the year was organised"),
    Chapter(2, "机构基本情况", "The institutions"),
    Chapter(3, "自查与核查情况", "Self-check and verification"),
    Chapter(4, "存在的主要问题", "Main problems"),
    Chapter(5, "整改情况", "Rectification"),
    Chapter(6, "抽查情况", "Spot-checks"),
    Chapter(7, "典型案例与经验做法", "Typical cases and good practices"),
    Chapter(8, "下一步工作打算", "What comes next"),
)


@dataclass(frozen=True)
class PartLine:
    """A county of a prefecture, or a prefecture of the region: its institutions and the findings of the year."""

    name: str
    institutions: int
    self_checked: int
    findings: int
    closed: int
    overdue: int

    def order(self) -> tuple[bool, float, int, str]:
        """Those that have closed the greater share first; without findings there is nothing to compare, so last."""
        return not self.findings, -self.closed / (self.findings or 1), self.overdue, self.name


@dataclass(frozen=True)
class ItemLine:
    """A check item of Annex 1 by its printed number: where and how often it was found wanting."""

    no: str
    name: str
    institutions: int
    findings: int
    closed: int


@dataclass(frozen=True)
class QualityReport:
    """Everything that one copy of the report shows; plain data, nothing is looked up.

    ``texts`` by chapter, ``counts``, ``cells`` and ``overrides`` as for Annex 2, which refuses codes it does not have.
    ``parts_label`` is what the parts are (县（市、区） in a prefecture's report). Days are in Asia/Shanghai;
    ``version`` is the number and digest of a filed version, ``None`` for a draft, which is marked as one.
    """

    edition: QualityEdition
    unit_name: str
    year: int
    cutoff_on: dt.date
    texts: Mapping[int, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)
    overrides: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    parts: tuple[PartLine, ...] = ()
    items: tuple[ItemLine, ...] = ()
    parts_label: str = "县（市、区）"
    filed_on: dt.date | None = None
    version: tuple[int, str] | None = None
    beside: Mapping[str, int] = field(default_factory=dict)
    missing_beds: int = 0

    def __post_init__(self) -> None:
        if unknown := set(self.texts) - {chapter.no for chapter in CHAPTERS}:
            raise ValueError(f"chapters that the report does not have: {sorted(unknown)}")

    @property
    def title(self) -> str:
        return f"{self.year}年度{TITLE}"

    @property
    def date(self) -> str:
        return chinese_date(self.filed_on) if self.filed_on else "      年    月    日"

    def sheet(self) -> Sheet:
        """The table of Annex 2 with its notes, from the same figures."""
        return sheet_of(
            Annex2Paper(
                edition=self.edition,
                unit_name=self.unit_name,
                cutoff_on=self.cutoff_on,
                counts=self.counts,
                cells=self.cells,
                overrides=self.overrides,
                version=self.version,
                beside=self.beside,
                missing_beds=self.missing_beds,
            )
        )

    def paragraphs(self, no: int) -> list[str]:
        """The paragraphs of a chapter as written."""
        return [line.strip() for line in printable(self.texts.get(no, "")).split("\n") if line.strip()]


def percent(part: int, whole: int) -> str:
    """A share in per cent, rounded half up to one decimal; a dash where there is nothing to share."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"
