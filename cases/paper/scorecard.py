"""What stands on one printed scorecard (“紧密医养联合体”试点项目绩效评价表): its lines, made once for every format.

Fixed Chinese and outside the translation catalogue: it is the wording of the document, not of the screen. The printed
numbers are the document's own, which skips 3 and leaves one row without.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from cases.editions.alliance import AllianceEdition
from cases.paper.annex2 import DIGEST_SHOWN
from cases.paper.content import printable
from cases.paper.wording import chinese_date
from cases.scoring.card import Totals, total
from cases.scoring.given import number_text

MARK = "附件"
ELSEWHERE = "／"  # a row that another column scores


@dataclass(frozen=True)
class ScorecardPaper:
    """Everything that one copy of the table shows; plain data, nothing is looked up.

    ``points`` and ``reasons`` by the code of the row; a row that is not there is left blank. ``scored`` are the rows
    that the column has to score, None for all. ``whose`` names the column (自评, 市级 …) or says that it is the final
    score. ``digest`` is that of the column or of the final score, empty for a draft, which is marked as one. Days are
    in Asia/Shanghai. An unknown code is refused with ``ValueError``.
    """

    edition: AllianceEdition
    pilot_name: str
    lead_name: str
    whose: str
    points: Mapping[str, Decimal] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    scored: frozenset[str] | None = None
    confirmed_on: dt.date | None = None
    digest: str = ""

    def __post_init__(self) -> None:
        if unknown := sorted({*self.points, *self.reasons} - set(self.edition.scorecard.by_code)):
            raise ValueError(f"rows that the scorecard does not have: {unknown}")

    def scores(self, code: str) -> bool:
        """Whether the column has to score the row."""
        return self.scored is None or code in self.scored


@dataclass(frozen=True)
class Row:
    """A printed row; ``group`` and ``indicator`` stand in its first row alone and span so many."""

    no: str
    group: str
    group_span: int
    indicator: str
    indicator_span: int
    item: str
    points: str
    criteria: str
    given: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """The printed table with what stands above and below it."""

    mark: str
    title: str
    draft: bool
    header: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    sums: tuple[str, ...]
    readings: tuple[str, ...]
    version: str


def sheet_of(paper: ScorecardPaper) -> Sheet:
    """The table in its printed order; the same for every format."""
    card = paper.edition.scorecard
    totals = total(card, paper.points)
    return Sheet(
        mark=MARK,
        title=card.title_zh,
        draft=not paper.digest,
        header=(f"试点项目：{printable(paper.pilot_name)}", f"牵头单位：{printable(paper.lead_name)}", paper.whose),
        columns=card.columns,
        rows=tuple(_rows(paper)),
        sums=(
            f"基本分：{number_text(totals.base)}分",
            f"加分：{number_text(totals.bonus)}分（上限{number_text(card.bonus_cap)}分）",
            f"合计：{number_text(totals.total)}分{_note(paper, totals)}",
        ),
        readings=_readings(paper.edition),
        version=_version(paper),
    )


def _note(paper: ScorecardPaper, totals: Totals) -> str:
    """What the sum does not hold: rows that are still to be scored, and rows that another column scores."""
    left = sum(paper.scores(code) for code in totals.missing)
    others = len(totals.missing) - left
    said = [f"另有{left}项未评"] if left else []
    said += [f"不含由其他方评定的{others}项"] if others else []
    return f"（{'，'.join(said)}）" if said else ""


def _rows(paper: ScorecardPaper) -> list[Row]:
    card = paper.edition.scorecard
    groups = {group.code: f"{group.name_zh}\n（{number_text(group.points)}分）" for group in card.groups}
    rows: list[Row] = []
    for code, of_group in groupby(card.rows, key=lambda row: row.group):
        members = list(of_group)
        for _name, of_indicator in groupby(members, key=lambda row: row.indicator_zh):
            together = list(of_indicator)
            for position, row in enumerate(together):
                points = paper.points.get(row.code)
                first = row is members[0]
                rows.append(
                    Row(
                        no="" if row.printed_no is None else str(row.printed_no),
                        group=groups[code] if first else "",
                        group_span=len(members) if first else 0,
                        indicator="" if position else row.indicator_zh,
                        indicator_span=0 if position else len(together),
                        item=row.item_zh,
                        points=number_text(row.points),
                        criteria=printable(row.criteria_zh),
                        given=number_text(points)
                        if points is not None
                        else ""
                        if paper.scores(row.code)
                        else ELSEWHERE,
                        reason=printable(paper.reasons.get(row.code, "")),
                    )
                )
    return rows


def _readings(edition: AllianceEdition) -> tuple[str, ...]:
    """How the edition reads the table where the plan leaves a question open: of the whole, and of single rows."""
    of_rows = [
        f"序号{row.printed_no or '（无）'}“{row.item_zh}”：{row.reading_zh}"
        for row in edition.scorecard.rows
        if row.reading_zh
    ]
    return (*(reading.text_zh for reading in edition.readings), *of_rows)


def _version(paper: ScorecardPaper) -> str:
    if not paper.digest:
        return "草稿，尚未提交"
    shown = paper.digest[:DIGEST_SHOWN]
    groups = " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))
    day = f"{chinese_date(paper.confirmed_on)}　" if paper.confirmed_on else ""
    return f"{day}校验码 {groups}"
