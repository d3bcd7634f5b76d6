"""The self-rectification report (自查整改报告) taken apart into title, headings, paragraphs and signature."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from cases.paper.content import printable
from cases.paper.wording import chinese_date

Level = Literal["heading", "subheading", "body"]

_NUMERALS = "一二三四五六七八九十百"
_HEADING = re.compile(f"^[{_NUMERALS}]+、")
_SUBHEADING = re.compile(f"^[（(][{_NUMERALS}]+[）)]")
# Longer lines, and lines with a sentence inside, only begin like a heading: set whole in bold they cannot be read.
_HEADING_LENGTH = 40
# A longer last paragraph leaves enough lines on the page of the signature by itself.
_TIED_LENGTH = 150


@dataclass(frozen=True)
class Paragraph:
    """A line of the report; ``keeps_next`` ties it to what follows, so that no heading or signature stands alone."""

    level: Level
    text: str
    keeps_next: bool


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    paragraphs: tuple[Paragraph, ...]
    unit_name: str
    date: str


def report(title: str, unit_name: str, year: int, body_text: str, signed_on: dt.date | None) -> Report:
    """The parts of the report; the year stands under a title that does not name it itself."""
    heading = printable(title)
    lines = [line.strip() for line in printable(body_text).split("\n") if line.strip()]
    return Report(
        title=heading,
        subtitle="" if str(year) in heading else f"（{year}年度）",
        paragraphs=tuple(_paragraph(line, last=number == len(lines)) for number, line in enumerate(lines, 1)),
        unit_name=printable(unit_name),
        date=chinese_date(signed_on) if signed_on else "      年    月    日",
    )


def _paragraph(line: str, *, last: bool) -> Paragraph:
    short = len(line) <= _HEADING_LENGTH and "。" not in line[:-1]
    if short and _HEADING.match(line):
        return Paragraph("heading", line, keeps_next=True)
    if short and _SUBHEADING.match(line):
        return Paragraph("subheading", line, keeps_next=True)
    return Paragraph("body", line, keeps_next=last and len(line) <= _TIED_LENGTH)
