"""The bar charts of the annual quality report as pictures, since a Word file cannot hold a drawing of ours.

typst draws them with the typefaces of the paper: the same numbers give the same pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cases.paper.annex2 import POPULATIONS, Figure
from cases.paper.pdf import pictures
from cases.paper.quality_report import QualityReport, percent

SHARPNESS = 220  # pixels an inch
WIDTH = 156  # mm, as the template sets it
MOST_BARS = 30


@dataclass(frozen=True)
class Bar:
    """A number with its share of the longest bar."""

    share: float
    shown: str


@dataclass(frozen=True)
class Line:
    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """Bars side by side, with a legend where there is more than one series; ``unit`` stands behind numbers in words."""

    title: str
    series: tuple[str, ...]
    unit: str
    rows: tuple[Line, ...]

    @property
    def description(self) -> str:
        """The chart in words, for those who do not see it."""
        rows = (f"{row.label}：{self._words(row)}" for row in self.rows)
        return f"条形图：{self.title}。{'；'.join(rows)}。"

    def _words(self, row: Line) -> str:
        pairs = zip(self.series, row.bars, strict=True)
        return "，".join(f"{name}{bar.shown}{self.unit}" for name, bar in pairs)


def rows_chart(report: QualityReport, population: str) -> Chart | None:
    """The table's rows in one population: institutions with a problem, and those that have rectified."""
    first = [code for code, _label in POPULATIONS].index(population) * 2
    checks = [(f"{row.no}. {row.text.rstrip('。')}", row.figures[first : first + 2]) for row in report.sheet().checks]
    rows = [(label, [(figure.value or 0, _shown(figure)) for figure in figures]) for label, figures in checks]
    what, unit = {"institutions": ("机构数", "家"), "findings": ("问题数", "个")}[report.edition.annex2.counted]
    title = f"{dict(POPULATIONS)[population]}各项检查内容存在问题与已整改的{what}"
    return _chart(title, ("存在问题", "已整改"), unit, rows)


def items_chart(report: QualityReport) -> Chart | None:
    """The most frequent check items: findings, and those that are closed."""
    rows = [
        (f"第{item.no}项 {item.name}", [(item.findings, str(item.findings)), (item.closed, str(item.closed))])
        for item in report.items
    ]
    return _chart("问题较为集中的检查项目", ("发现问题", "已整改销号"), "个", rows)


def parts_chart(report: QualityReport) -> Chart | None:
    """How much of its findings each part has closed; those without findings are left out."""
    rows = [
        (part.name, [(part.closed / part.findings, percent(part.closed, part.findings))])
        for part in report.parts
        if part.findings
    ]
    return _chart(f"各{report.parts_label}整改销号率", ("整改销号率",), "", rows[:MOST_BARS], longest=1)


def drawn(charts: list[Chart]) -> list[bytes]:
    """The charts as PNG. Raises ``MissingChineseFont``."""
    return pictures("quality_report_charts.typ", [asdict(chart) for chart in charts], SHARPNESS)


def _shown(figure: Figure) -> str:
    return f"{figure.value or 0}{figure.sign}"


def _chart(
    title: str,
    series: tuple[str, ...],
    unit: str,
    rows: Sequence[tuple[str, Sequence[tuple[float, str]]]],
    longest: float = 0,
) -> Chart | None:
    """The bars measured by the longest; nothing where all of them are nought."""
    greatest = max((number for _label, numbers in rows for number, _text in numbers), default=0)
    scale = longest or greatest
    if not rows or not scale:
        return None
    lines = [Line(label, tuple(Bar(number / scale, text) for number, text in numbers)) for label, numbers in rows]
    return Chart(title, series, unit, tuple(lines))
