"""The scorecard as an Excel file: numbers are numbers, words are words, and nothing is a formula."""

from __future__ import annotations

import io
import math
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cases.paper.annex2_excel import _InOrder
from cases.paper.archive import steady
from cases.paper.ooxml import HEI, SONG, width_in_characters
from cases.paper.scorecard import Row, ScorecardPaper, Sheet, sheet_of

SHEET_NAME = "绩效评价表"
WIDTHS = (6, 12, 14, 26, 6, 48, 10, 28)
LAST = len(WIDTHS)
LINE = 14.5
NUMBERS = (5, 7)  # points of the row, and points given
WORDS_IN_THE_MIDDLE = (1, 2, 3, 5, 7)
_thin = Side(style="thin", color="000000")
BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def scorecard_excel(paper: ScorecardPaper) -> bytes:
    """The scored table as one sheet that prints on A4: the same content gives the same bytes."""
    sheet = sheet_of(paper)
    book = Workbook()
    book.properties.creator, book.properties.title = "", sheet.title
    page = book.active
    page.title = SHEET_NAME
    page.merged_cells = _InOrder()
    for number, width in enumerate(WIDTHS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    _write(page, sheet)
    _print_setup(page, sheet)
    target = io.BytesIO()
    book.save(target)
    return steady(target.getvalue())


def _write(page: Worksheet, sheet: Sheet) -> None:
    title = f"{sheet.title}（草稿）" if sheet.draft else sheet.title
    _across(page, 1, sheet.mark, 22, font=Font(name=HEI, size=14))
    _across(page, 2, title, 32, font=Font(name=SONG, size=17, bold=True), alignment=MIDDLE)
    _across(page, 3, "　　".join(sheet.header), 20)
    for column, name in enumerate(sheet.columns, start=1):
        _put(page, 4, column, name, font=Font(name=HEI, size=10), alignment=MIDDLE, border=BOX)
    page.row_dimensions[4].height = 22
    for number, line in enumerate(sheet.rows, start=5):
        _row(page, number, line)
    for number, line in enumerate(sheet.rows, start=5):
        _merge(page, number, line)
    below = 5 + len(sheet.rows)
    _across(page, below, "　　".join(sheet.sums), 24, font=Font(name=HEI, size=11), alignment=MIDDLE)
    _across(page, below + 1, "统计和评分口径：", 18, font=Font(name=HEI, size=9))
    for number, reading in enumerate(sheet.readings, start=1):
        text = f"{number}. {reading}"
        _across(page, below + 1 + number, text, _height(text, sum(WIDTHS) / 2), font=Font(name=SONG, size=9))


def _row(page: Worksheet, number: int, line: Row) -> None:
    texts = (line.no, line.group, line.indicator, line.item, line.points, line.criteria, line.given, line.reason)
    for column, text in enumerate(texts, start=1):
        alignment = MIDDLE if column in WORDS_IN_THE_MIDDLE else LEFT
        if column in NUMBERS and text[:1].isdigit():
            cell = page.cell(number, column, Decimal(text))
            cell.font, cell.alignment, cell.border = Font(name=SONG, size=10), MIDDLE, BOX
            cell.number_format = "0.##" if "." in text else "0"
        else:
            _put(page, number, column, text, alignment=alignment, border=BOX)
    wide = ((line.item, WIDTHS[3]), (line.criteria, WIDTHS[5]), (line.reason, WIDTHS[7]))
    page.row_dimensions[number].height = min(400, max(_height(text, width / 2) for text, width in wide))


def _merge(page: Worksheet, number: int, line: Row) -> None:
    for column, span in ((2, line.group_span), (3, line.indicator_span)):
        if span > 1:
            page.merge_cells(start_row=number, start_column=column, end_row=number + span - 1, end_column=column)


def _across(page: Worksheet, row: int, text: str, height: float, **styles: Any) -> None:
    _put(page, row, 1, text, **styles)
    page.row_dimensions[row].height = height
    page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=LAST)


def _put(page: Worksheet, row: int, column: int, text: str, **styles: Any) -> None:
    """A text that stays one, also where it begins like a formula."""
    cell = page.cell(row, column)
    cell.font, cell.alignment = Font(name=SONG, size=10), LEFT
    for name, style in styles.items():
        setattr(cell, name, style)
    cell.value = text
    cell.data_type, cell.number_format = "s", "@"


def _height(text: str, characters: float) -> float:
    """Points that a text needs in a cell of so many Chinese characters."""
    return 6 + LINE * sum(max(1, math.ceil(width_in_characters(line) / (characters - 1))) for line in text.split("\n"))


def _print_setup(page: Worksheet, sheet: Sheet) -> None:
    setup = page.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = "9", "portrait", 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    margins = page.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.footer = 0.6, 0.7, 0.35
    page.print_title_rows = "4:4"
    page.print_options.horizontalCentered = True
    page.oddFooter.left.text, page.oddFooter.left.size = sheet.version.replace("&", "&&"), 8
    page.oddFooter.right.text, page.oddFooter.right.size = "第&P页，共&N页", 8
    page.sheet_view.showGridLines = False
