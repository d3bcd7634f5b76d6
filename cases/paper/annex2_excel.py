"""Annex 2 as an Excel file: numbers are numbers, words are words, and nothing is a formula."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from cases.paper.annex2 import Annex2Paper, Figure, Narrative, Row, Sheet, sheet_of
from cases.paper.archive import steady
from cases.paper.layout import Blank
from cases.paper.ooxml import HEI, SONG, width_in_characters

SHEET_NAME = "汇总表"
WIDTHS = (7, 47, 10, 10, 10, 10)
LAST = len(WIDTHS)
# Chinese characters of 11 points that fill a line across all columns, and across the text column.
ACROSS, IN_TEXT = 45, 22
LINE = 15.5
# A row of Excel can be 409 points high: a longer paragraph goes on in the next row.
LONGEST_IN_A_ROW = 1_000
TEXT, CHANGED = "@", '0"✎%s"'

_thin = Side(style="thin", color="000000")
BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
SHADE = PatternFill("solid", fgColor="EDEDED")
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)


def annex2_excel(paper: Annex2Paper) -> bytes:
    """Annex 2 as one sheet that prints on A4: the same content gives the same bytes."""
    sheet = sheet_of(paper)
    book = Workbook()
    book.properties.creator, book.properties.title = "", sheet.title
    page = book.active
    page.title = SHEET_NAME
    page.merged_cells = _InOrder()
    for number, width in enumerate(WIDTHS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    _Writer(page).write(sheet)
    _print_setup(page, sheet)
    target = io.BytesIO()
    book.save(target)
    return steady(target.getvalue())


class _InOrder(MultiCellRange):
    """Merged cells in the order of their places; openpyxl keeps a set, which is written in another order each time."""

    def __iter__(self) -> Iterator[CellRange]:
        return iter(self.sorted())


class _Writer:
    """Writes the sheet from the top; ``row`` is the next free row."""

    def __init__(self, page: Worksheet) -> None:
        self.page = page
        self.row = 1

    def write(self, sheet: Sheet) -> None:
        self.across(sheet.mark, font=Font(name=HEI, size=16), height=24, last=2)
        if sheet.draft:
            self.put(self.row - 1, LAST, "草稿", font=Font(name=HEI, size=16, color="808080"), alignment=MIDDLE)
        self.across(sheet.title, font=Font(name=SONG, size=20, bold=True), alignment=MIDDLE, height=34)
        for blanks in sheet.header:
            line = "    ".join(map(_blank, blanks))
            self.across(line, height=max(20, _height(line, ACROSS)))
        self.table(sheet)
        self.across(sheet.footnote, height=20)
        if sheet.notes:
            self.across("✎人工调整的数据：", height=LINE)
        for text in (*sheet.notes, *sheet.remarks):
            self.paragraph(text, size=9)

    def table(self, sheet: Sheet) -> None:
        row = self.next_row(22)
        for column, name in enumerate(sheet.columns, start=1):
            self.heading(row, column, name)
        self.box(row, 3, row, LAST)
        row = self.next_row(20)
        self.heading(row, 1, sheet.counts_title, alignment=LEFT)
        self.box(row, 1, row, LAST)
        for line in sheet.counts:
            row = self.words(line)
            self.figure(row, 3, line.figures[0])
            self.box(row, 3, row, LAST)
        self.second_head(sheet)
        for line in sheet.checks:
            row = self.words(line)
            for column, figure in enumerate(line.figures, start=3):
                self.figure(row, column, figure)
        for narrative in sheet.narratives:
            self.narrative(narrative)

    def second_head(self, sheet: Sheet) -> None:
        upper, lower = self.next_row(20), self.next_row(32)
        self.heading(upper, 1, sheet.checks_title, alignment=LEFT)
        self.box(upper, 1, lower, 2)
        size = len(sheet.cells)
        for number, population in enumerate(sheet.populations):
            first = 3 + number * size
            self.heading(upper, first, population)
            self.box(upper, first, upper, first + size - 1)
            for offset, label in enumerate(sheet.cells):
                self.heading(lower, first + offset, label)

    def narrative(self, narrative: Narrative) -> None:
        """A paragraph a row, because Excel shows no more of a row than a page; framed as one."""
        first = self.row
        self.across(narrative.title, font=Font(name=HEI, size=11), height=20)
        for passage in narrative.passages:
            self.across(passage.label, font=Font(name=HEI, size=11), height=18)
            for text in passage.paragraphs:
                self.paragraph(f"　　{text}")
        last = self.row - 1
        for row in range(first, last + 1):
            edges = {"top": _thin if row == first else None, "bottom": _thin if row == last else None}
            self.page.cell(row, 1).border = Border(left=_thin, **edges)
            self.page.cell(row, LAST).border = Border(right=_thin, **edges)
            for column in range(2, LAST):
                self.page.cell(row, column).border = Border(**edges)

    def paragraph(self, text: str, size: float = 11) -> None:
        for start in range(0, len(text), LONGEST_IN_A_ROW):
            piece = text[start : start + LONGEST_IN_A_ROW]
            self.across(piece, size=size, alignment=TOP, height=_height(piece, ACROSS * 11 / size))

    def words(self, line: Row) -> int:
        row = self.next_row(max(20, _height(line.text, IN_TEXT)))
        self.number(row, 1, int(line.no), "0")
        self.put(row, 2, line.text, border=BOX)
        return row

    def figure(self, row: int, column: int, figure: Figure) -> None:
        """A number as a number; the mark of a change by hand is in its format, not in its value."""
        self.number(row, column, figure.value, CHANGED % figure.sign if figure.note else "0")
        if figure.note:
            self.page.cell(row, column).fill = SHADE

    def number(self, row: int, column: int, value: int | None, shown: str) -> None:
        cell = self.page.cell(row, column, value)
        cell.font, cell.alignment, cell.border, cell.number_format = Font(name=SONG, size=11), MIDDLE, BOX, shown

    def heading(self, row: int, column: int, text: str, alignment: Alignment = MIDDLE) -> None:
        self.put(row, column, text, font=Font(name=HEI, size=11), alignment=alignment, border=BOX)

    def across(
        self,
        text: str,
        *,
        height: float,
        font: Font | None = None,
        size: float = 11,
        alignment: Alignment = LEFT,
        last: int = LAST,
    ) -> None:
        row = self.next_row(height)
        self.put(row, 1, text, font=font or Font(name=SONG, size=size), alignment=alignment)
        self.page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)

    def put(self, row: int, column: int, text: str, **styles: Any) -> None:
        """A text that stays one, also where it begins like a formula."""
        cell = self.page.cell(row, column)
        cell.font, cell.alignment = Font(name=SONG, size=11), LEFT
        for name, style in styles.items():
            setattr(cell, name, style)
        cell.value = text
        cell.data_type, cell.number_format = "s", TEXT

    def box(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merges the cells and rules them round about."""
        for line in self.page.iter_rows(top, bottom, left, right):
            for cell in line:
                cell.border = BOX
        self.page.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)

    def next_row(self, height: float) -> int:
        row, self.row = self.row, self.row + 1
        self.page.row_dimensions[row].height = height
        return row


def _height(text: str, characters: float) -> float:
    """Points that a text needs in a merged cell, which Excel does not measure by itself."""
    return 4 + LINE * sum(max(1, math.ceil(width_in_characters(line) / characters)) for line in text.split("\n"))


def _blank(blank: Blank) -> str:
    if blank["date"] is None:
        return blank["label"] + blank["value"]
    year, month, day = (part or "    " for part in blank["date"])
    return f"{blank['label']}{year}年{month}月{day}日"


def _print_setup(page: Worksheet, sheet: Sheet) -> None:
    setup = page.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = "9", "portrait", 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    margins = page.page_margins
    margins.left = margins.right = 0.6
    margins.top, margins.bottom, margins.footer = 0.7, 0.8, 0.4
    page.print_options.horizontalCentered = True
    page.print_area = f"A1:{get_column_letter(LAST)}{page.max_row}"
    page.oddFooter.left.text, page.oddFooter.left.size = sheet.version.replace("&", "&&"), 8
    page.oddFooter.right.text, page.oddFooter.right.size = "第&P页，共&N页", 8
    page.sheet_view.showGridLines = False
