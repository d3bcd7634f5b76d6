"""What stands on one printed Annex 2 (附件2), and the lines and cells that PDF, Word and Excel are all made from.

Fixed Chinese and outside the translation catalogue: it is the wording of the document, not of the screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.editions.annex2 import Annex2, CheckRow, CountRow, Heading
from cases.editions.quality import QualityEdition
from cases.paper.content import printable
from cases.paper.layout import Blank
from cases.paper.wording import chinese_date

MARK = "附件2"
COLUMNS = ("序号", "内  容", "数  量")
POPULATIONS = (("selfcheck", "自查机构中"), ("spotcheck", "抽查机构中"))
CELLS = (("problem", "存在\n问题"), ("fixed", "已整改"))
PARTS = (("problems", "存在问题"), ("rectification", "整改情况"))
# How much of a digest is printed: enough to tell versions apart by eye.
DIGEST_SHOWN = 16

SOURCES = {
    "self_check": "机构自查",
    "county": "县级核查",
    "region": "省级抽查",
    "nation": "国家抽查",
    "complaint": "投诉举报",
    "inspector": "监督检查",
}

# What is said of the figures beside the table, in this order; what is 0 is not mentioned.
BESIDE = {
    "self_reported_fixed": "机构自报已整改（含已销号）{n}家次",
    "referred": "已移交处置的问题{n}个",
    **{source: f"{label}发现的问题{{n}}个" for source, label in SOURCES.items()},
    "outside_form": "不属于本版自查表检查内容的问题{n}个",
}


@dataclass(frozen=True)
class Annex2Paper:
    """Everything that one copy of Annex 2 shows; plain data, nothing is looked up.

    ``counts`` by ``A2-C1``, ``cells`` by ``A2-01.selfcheck.problem``: what was computed; one that is not there is left
    blank. ``overrides`` by the same codes: (computed, value, reason) of a figure changed by hand. ``texts`` by
    (``problems`` or ``rectification``, number of the heading). ``beside`` and ``missing_beds`` are figures that the
    table does not hold, said in words below it; of those beside a single row (``A2-01.nation``) nothing is printed.
    ``commission`` stands before the seal where it is not a prefecture's. Days are in Asia/Shanghai; ``version`` is the
    number and digest of a filed version, ``None`` for a draft, which is marked as one. An unknown code is refused with
    ``ValueError``: paper that leaves something out must not be sealed.
    """

    edition: QualityEdition
    unit_name: str
    cutoff_on: dt.date
    counts: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)
    overrides: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    texts: Mapping[tuple[str, int], str] = field(default_factory=dict)
    filler_name: str = ""
    filler_phone: str = ""
    filled_on: dt.date | None = None
    version: tuple[int, str] | None = None
    beside: Mapping[str, int] = field(default_factory=dict)
    missing_beds: int = 0
    commission: str = ""

    def __post_init__(self) -> None:
        annex = self.edition.annex2
        counts, cells = {row.code for row in annex.counts}, set(cell_codes(annex))
        headings = {(part, heading.no) for part, _title in PARTS for heading in headings_of(annex, part)}
        for what, given, known in (
            ("counts", self.counts, counts),
            ("cells", self.cells, cells),
            ("figures changed by hand", self.overrides, counts | cells),
            ("texts", self.texts, headings),
            ("figures beside the table", [key for key in self.beside if "." not in key], set(BESIDE)),
        ):
            if unknown := [code for code in given if code not in known]:
                raise ValueError(f"{what} that Annex 2 does not have: {unknown}")

    def value(self, code: str) -> int | None:
        """The figure that is printed: the one changed by hand, else the computed one."""
        if code in self.overrides:
            return self.overrides[code][1]
        return self.counts.get(code, self.cells.get(code))


@dataclass(frozen=True)
class Figure:
    """A figure in its place; ``note`` is the number of the note on its change by hand, 0 where there is none."""

    code: str
    value: int | None
    note: int

    @property
    def sign(self) -> str:
        """The reference to the note: ①."""
        return note_sign(self.note) if self.note else ""


@dataclass(frozen=True)
class Row:
    no: str
    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Passage:
    """A heading of the narrative and its paragraphs."""

    label: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Narrative:
    title: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Sheet:
    """The printed page of Annex 2 in its printed order."""

    mark: str
    title: str
    draft: bool
    header: tuple[tuple[Blank, ...], ...]
    columns: tuple[str, ...]
    counts_title: str
    counts: tuple[Row, ...]
    checks_title: str
    populations: tuple[str, ...]
    cells: tuple[str, ...]
    checks: tuple[Row, ...]
    narratives: tuple[Narrative, ...]
    footnote: str
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    version: str


def sheet_of(paper: Annex2Paper) -> Sheet:
    """The page as lines and cells; the same for every format."""
    annex = paper.edition.annex2
    numbers = {code: no for no, code in enumerate(_changed_in_order(paper), start=1)}

    def figure(code: str) -> Figure:
        return Figure(code, paper.value(code), numbers.get(code, 0))

    return Sheet(
        mark=MARK,
        title=annex.title_zh,
        draft=paper.version is None,
        header=_header(paper),
        columns=COLUMNS,
        counts_title=annex.counts_title_zh,
        counts=tuple(Row(str(row.no), row.text_zh, (figure(row.code),)) for row in annex.counts),
        checks_title=annex.checks_title_zh,
        populations=tuple(label for _code, label in POPULATIONS),
        cells=tuple(label for _code, label in CELLS),
        checks=tuple(
            Row(str(row.no), row.text_zh, tuple(figure(code) for code in codes_of(row))) for row in annex.checks
        ),
        narratives=tuple(
            Narrative(f"{title}：", tuple(_passage(paper, part, heading) for heading in headings_of(annex, part)))
            for part, title in PARTS
        ),
        footnote=annex.footnote_zh % {"cutoff": chinese_date(paper.cutoff_on)},
        notes=tuple(change_note(annex, code, no, *paper.overrides[code]) for code, no in numbers.items()),
        remarks=(reading_of(annex), *beside_of(paper)),
        version=version_line(paper.version),
    )


def codes_of(row: CheckRow) -> list[str]:
    """The four cells of a row of the table, as printed from left to right."""
    return [f"{row.code}.{population}.{cell}" for population, _label in POPULATIONS for cell, _name in CELLS]


def cell_codes(annex: Annex2) -> list[str]:
    return [code for row in annex.checks for code in codes_of(row)]


def headings_of(annex: Annex2, part: str) -> tuple[Heading, ...]:
    return annex.problems if part == "problems" else annex.rectification


def version_line(version: tuple[int, str] | None) -> str:
    """What ties a sealed copy to the version it shows: its number and the beginning of its digest."""
    if version is None:
        return "草稿，尚未上报"
    no, digest = version
    shown = digest[:DIGEST_SHOWN]
    groups = " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))
    return f"第{no}版　校验码 {groups}"


def note_sign(no: int) -> str:
    """① to ⑳, which every Chinese typeface has; a number in brackets beyond."""
    return chr(0x2460 + no - 1) if no <= 20 else f"[{no}]"


def change_note(annex: Annex2, code: str, no: int, computed: int, value: int, reason: str) -> str:
    """The note under the table: which figure was changed by hand, what was computed, and why."""
    why = " ".join(printable(reason).split()).rstrip("。")
    return f"{note_sign(no)}{place_of(annex, code)}：系统汇总数为{computed}，人工调整为{value}。理由：{why}。"


def place_of(annex: Annex2, code: str) -> str:
    """Where a figure stands, in words: 第二部分第1项（自查机构中，存在问题）."""
    row, *cell = code.split(".")
    rows: tuple[CountRow | CheckRow, ...] = annex.checks if cell else annex.counts
    no = next(each.no for each in rows if each.code == row)
    if not cell:
        return f"第一部分第{no}项"
    population, kind = cell
    label = dict(CELLS)[kind].replace("\n", "")
    return f"第二部分第{no}项（{dict(POPULATIONS)[population]}，{label}）"


def reading_of(annex: Annex2) -> str:
    """How the edition reads the table, printed with it, because the plan leaves it open (design, Readings)."""
    selfcheck, spotcheck = ("、".join(SOURCES[each] for each in annex.sources[code]) for code, _label in POPULATIONS)
    referred = "已移交处置的按未整改统计" if annex.referred == "not_rectified" else "已移交处置的不计入本表，另行说明"
    counted, whose = {
        "institutions": ("检查内容按机构数统计，同一机构同一项存在多个问题的计1家", "该机构该项全部问题"),
        "findings": ("检查内容按问题数统计，一个问题在同一项计1个", "该问题"),
    }[annex.counted]
    rectified = {"closed": "经县级卫生健康行政部门复核销号", "reported": "由机构上报已整改（含已销号）"}[
        annex.rectified
    ]
    return (
        f"统计口径：{counted}；“已整改”指{whose}{rectified}；“自查机构中”统计{selfcheck}发现的问题，"
        f"“抽查机构中”统计{spotcheck}发现的问题；"
        f"{referred}。"
    )


def beside_of(paper: Annex2Paper) -> tuple[str, ...]:
    """What the table does not hold, in words: institutions without verified beds, and findings of other sources."""
    lines = []
    if paper.missing_beds:
        lines.append(f"床位数说明：另有{paper.missing_beds}家机构的床位数尚未经县级核查，未计入床位总数。")
    named = [phrase.format(n=paper.beside[code]) for code, phrase in BESIDE.items() if paper.beside.get(code)]
    if named:
        lines.append(f"附列情况：{'，'.join(named)}。")
    return tuple(lines)


def _header(paper: Annex2Paper) -> tuple[tuple[Blank, ...], ...]:
    commission = printable(paper.commission) or paper.edition.annex2.commission_zh
    day = paper.filled_on
    parts = (str(day.year), str(day.month), str(day.day)) if day else ("", "", "")
    return (
        ({"label": f"{commission} (签章) ：", "value": printable(paper.unit_name), "date": None},),
        (
            {"label": "填表人：", "value": printable(paper.filler_name), "date": None},
            {"label": "联系电话：", "value": printable(paper.filler_phone), "date": None},
            {"label": "填报日期：", "value": "", "date": parts},
        ),
    )


def _changed_in_order(paper: Annex2Paper) -> list[str]:
    annex = paper.edition.annex2
    return [code for code in (*(row.code for row in annex.counts), *cell_codes(annex)) if code in paper.overrides]


def _passage(paper: Annex2Paper, part: str, heading: Heading) -> Passage:
    text = printable(paper.texts.get((part, heading.no), ""))
    return Passage(heading.label_zh, tuple(line.strip() for line in text.split("\n") if line.strip()))
