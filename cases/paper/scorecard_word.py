"""The scorecard as a Word file, with the same text and figures as the PDF."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import RGBColor
from docx.table import Table, _Cell

from cases.paper import ooxml
from cases.paper.annex2_word import footer
from cases.paper.archive import steady
from cases.paper.ooxml import HEI, SONG, XIAOBIAOSONG, only_paragraph, spaced, write
from cases.paper.scorecard import Row, ScorecardPaper, Sheet, sheet_of
from cases.paper.word import plain_table

BODY, SMALL = 9, 8
WIDTHS = (9, 16, 18, 33, 9, 50, 15.5, 31.5)
MIDDLE = (0, 1, 2, 4, 6)  # columns whose words stand in the middle
GREY = RGBColor(0x59, 0x59, 0x59)


def scorecard_word(paper: ScorecardPaper) -> bytes:
    """The scored table on A4: the same content gives the same bytes."""
    sheet = sheet_of(paper)
    document = ooxml.empty_document(sheet.title, SONG, BODY, margins=(16, 14, 18, 14))
    if sheet.draft:
        head = document.sections[0].header.paragraphs[0]
        head.alignment = ALIGN.RIGHT
        write(head, "草  稿", HEI, 14).font.color.rgb = GREY
    write(spaced(document.add_paragraph()), sheet.mark, HEI, 14)
    title = spaced(document.add_paragraph(), before=2, after=6)
    title.alignment = ALIGN.CENTER
    write(title, sheet.title, XIAOBIAOSONG, 17)
    write(spaced(document.add_paragraph(), after=4), "　　".join(sheet.header), SONG)
    _table(document, sheet)
    heading = spaced(document.add_paragraph(), before=6)
    heading.paragraph_format.keep_with_next = True
    write(heading, "统计和评分口径：", HEI, SMALL)
    for number, reading in enumerate(sheet.readings, start=1):
        write(spaced(document.add_paragraph()), f"{number}. {reading}", SONG, SMALL)
    footer(document, sheet.version)
    return steady(ooxml.to_bytes(document))


def _table(document: WordDocument, sheet: Sheet) -> None:
    table = plain_table(document, len(sheet.rows) + 2, WIDTHS, sides=3)
    head, *rows, sums = list(table.rows)
    ooxml.repeat_as_header(head)
    for cell, name in zip(head.cells, sheet.columns, strict=True):
        _write(cell, name, HEI, middle=True)
    for number, (row, line) in enumerate(zip(rows, sheet.rows, strict=True), start=1):
        ooxml.keep_whole(row)
        cells = row.cells
        for column, text in enumerate(_texts(line)):
            if column not in (1, 2):
                _write(cells[column], text, HEI if column == 6 else SONG, middle=column in MIDDLE)
        _merge(table, number, 1, line.group_span, line.group)
        _merge(table, number, 2, line.indicator_span, line.indicator)
    _write(sums.cells[0].merge(sums.cells[-1]), "　　".join(sheet.sums), HEI, middle=True, size=10.5)


def _texts(line: Row) -> tuple[str, ...]:
    return (line.no, "", "", line.item, line.points, line.criteria, line.given, line.reason)


def _merge(table: Table, row: int, column: int, span: int, text: str) -> None:
    """The words of a group or indicator over the rows that it spans."""
    if span:
        cell = table.cell(row, column)
        _write(cell.merge(table.cell(row + span - 1, column)) if span > 1 else cell, text, SONG, middle=True)


def _write(cell: _Cell, text: str, font: str, *, middle: bool = False, size: float = BODY) -> None:
    for spare in cell.paragraphs[1:]:  # what merging leaves behind
        spare._element.getparent().remove(spare._element)
    paragraph = only_paragraph(cell)
    if middle:
        paragraph.alignment = ALIGN.CENTER
    write(paragraph, text, font, size)
