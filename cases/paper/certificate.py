"""The certificate of a doctor's work at the base (基层工作经历证明; pilot plan, 4 (1)) as PDF and Word.

Fixed Chinese and outside the translation catalogue: it is the wording of the document, not of the screen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from cases.paper import ooxml
from cases.paper.content import printable
from cases.paper.ooxml import FANG, HEI, SONG, XIAOBIAOSONG, only_paragraph, spaced, write
from cases.paper.pdf import typeset
from cases.paper.word import plain_table
from cases.paper.wording import chinese_date

TITLE = "基层工作经历证明"
COLUMNS = ("成员单位", "起止日期", "工作形式", "天数")
WIDTHS = (50, 62, 34, 16)


@dataclass(frozen=True)
class CertificateLine:
    """The days at one member: their spans, both ends counted, and in which ways the person worked there."""

    unit: str
    spans: tuple[tuple[dt.date, dt.date], ...]
    ways: tuple[str, ...]
    days: int


@dataclass(frozen=True)
class CertificatePaper:
    """Everything that one copy shows; plain data, nothing is looked up. Days are in Asia/Shanghai."""

    person: str
    lead: str
    alliance: str
    lines: tuple[CertificateLine, ...]
    total: int
    clause: str
    number: str
    on: dt.date

    def as_data(self) -> dict[str, object]:
        """The words in their places, for either form of the paper."""
        return {
            "title": TITLE,
            "number": f"编号：{self.number}",
            "opening": (
                f"兹证明{printable(self.lead)}{printable(self.person)}同志，在“{printable(self.alliance)}”试点期间"
                f"受派到下列成员单位工作，共计{self.total}天（同一日期只计一次，起止日均计入）。"
            ),
            "columns": list(COLUMNS),
            "rows": [_row(line) for line in self.lines],
            "basis": f"依据：{printable(self.clause)}。",
            "check": "凭本证明编号可在系统“证明核验”页面核对真伪。",
            "unit": printable(self.lead),
            "date": chinese_date(self.on),
        }


def _row(line: CertificateLine) -> list[str]:
    spans = "\n".join(
        chinese_date(first) if first == last else f"{chinese_date(first)}至{chinese_date(last)}"
        for first, last in line.spans
    )
    return [printable(line.unit), spans, "、".join(printable(way) for way in line.ways), str(line.days)]


def certificate_pdf(paper: CertificatePaper) -> bytes:
    """The certificate on A4; the same content gives the same bytes. Raises ``MissingChineseFont``."""
    return typeset("certificate.typ", paper.as_data())


def certificate_docx(paper: CertificatePaper) -> bytes:
    """The certificate as an A4 Word file with the same text as the PDF."""
    data = paper.as_data()
    document = ooxml.empty_document(TITLE, FANG, 14, margins=(30, 24, 28, 24))
    heading = spaced(document.add_paragraph(), after=6)
    heading.alignment = ALIGN.CENTER
    write(heading, TITLE, XIAOBIAOSONG, 22)
    number = spaced(document.add_paragraph(), after=14)
    number.alignment = ALIGN.CENTER
    write(number, str(data["number"]), SONG, 10.5)
    opening = spaced(document.add_paragraph(), after=10, exactly=26)
    ooxml.indent_characters(opening, 2, 14)
    write(opening, str(data["opening"]), FANG, 14)
    rows: list[list[str]] = [[*COLUMNS], *(_row(line) for line in paper.lines)]
    table = plain_table(document, len(rows), WIDTHS)
    ooxml.repeat_as_header(table.rows[0])
    for place, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        ooxml.keep_whole(row)
        for cell, text in zip(row.cells, texts, strict=True):
            write(only_paragraph(cell), text, HEI if place == 0 else SONG, 10.5)
    for name in ("basis", "check"):
        write(spaced(document.add_paragraph(), before=8), str(data[name]), SONG, 10.5)
    for place, name in enumerate(("unit", "date")):
        line = spaced(document.add_paragraph(), before=0 if place else 28, exactly=26)
        line.alignment = ALIGN.RIGHT
        write(line, str(data[name]), FANG, 14)
    return ooxml.to_bytes(document)
