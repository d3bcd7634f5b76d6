"""Annex 2 as a Word file, with the same text and figures as the PDF."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, RGBColor
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from cases.paper import ooxml
from cases.paper.annex2 import Annex2Paper, Figure, Narrative, Sheet, sheet_of
from cases.paper.archive import steady
from cases.paper.ooxml import HEI, SONG, SYMBOLS, XIAOBIAOSONG, only_paragraph, spaced, write
from cases.paper.word import header_line, plain_table

BODY = 10.5
SMALL = 9
WIDTHS = (12, 90, 17, 17, 17, 17)
LAST = len(WIDTHS) - 1
GREY = RGBColor(0x59, 0x59, 0x59)
PENCIL = "✎"


def annex2_word(paper: Annex2Paper) -> bytes:
    """Annex 2 on A4, draft or filed: the same content gives the same bytes."""
    sheet = sheet_of(paper)
    document = ooxml.empty_document(sheet.title, SONG, BODY, margins=(18, 20, 20, 20))
    if sheet.draft:
        head = document.sections[0].header.paragraphs[0]
        head.alignment = ALIGN.RIGHT
        write(head, "草  稿", HEI, 16).font.color.rgb = GREY
    mark = spaced(document.add_paragraph())
    ooxml.no_space_before_digits(mark)
    write(mark, sheet.mark, HEI, 16)
    title = spaced(document.add_paragraph(), before=2, after=8)
    title.alignment = ALIGN.CENTER
    write(title, sheet.title, XIAOBIAOSONG, 20)
    for blanks in sheet.header:
        header_line(spaced(document.add_paragraph(), after=5), blanks)
    _table(document, sheet)
    _below(document, sheet)
    footer(document, sheet.version)
    return steady(ooxml.to_bytes(document))


def footer(document: WordDocument, version: str) -> None:
    """The version on the left and the page on the right, small, below every page."""
    section = document.sections[0]
    paragraph = section.footer.paragraphs[0]
    width = section.page_width - section.left_margin - section.right_margin
    for stop in list(paragraph.style.paragraph_format.tab_stops):
        paragraph.paragraph_format.tab_stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
    paragraph.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    write(paragraph, f"{version}\t", SONG, 8).font.color.rgb = GREY
    ooxml.page_number(paragraph, SONG, 8)


def write_figure(paragraph: Paragraph, figure: Figure, size: float = BODY) -> None:
    """A figure in the middle of its cell, with the mark and the note's number where it was changed by hand."""
    paragraph.alignment = ALIGN.CENTER
    if figure.value is None:
        return
    write(paragraph, str(figure.value), SONG, size)
    if figure.note:
        write(paragraph, PENCIL, SYMBOLS, size)
        write(paragraph, figure.sign, SONG, size)


def _table(document: WordDocument, sheet: Sheet) -> None:
    counts, checks = len(sheet.counts), len(sheet.checks)
    table = plain_table(document, 4 + counts + checks + len(sheet.narratives), WIDTHS)
    rows = list(table.rows)
    for row in rows[: 4 + counts + checks]:
        ooxml.keep_whole(row)
    _head(rows[0], sheet)
    only_paragraph(_across(rows[1], 0)).paragraph_format.keep_with_next = True
    write(rows[1].cells[0].paragraphs[0], sheet.counts_title, HEI)
    for row, line in zip(rows[2:], sheet.counts, strict=False):
        _words(row, line.no, line.text)
        write_figure(only_paragraph(_across(row, 2)), line.figures[0])
    _second_head(rows[2 + counts], rows[3 + counts], sheet)
    for row, line in zip(rows[4 + counts :], sheet.checks, strict=False):
        _words(row, line.no, line.text)
        for cell, figure in zip(row.cells[2:], line.figures, strict=True):
            write_figure(only_paragraph(cell), figure)
    for row, narrative in zip(rows[4 + counts + checks :], sheet.narratives, strict=True):
        _narrative(_across(row, 0), narrative)


def _head(row: _Row, sheet: Sheet) -> None:
    for cell, name in zip((row.cells[0], row.cells[1], _across(row, 2)), sheet.columns, strict=True):
        _heading(cell, name)


def _second_head(upper: _Row, lower: _Row, sheet: Sheet) -> None:
    """The head of the second part: two lines, the populations over their cells."""
    title = only_paragraph(upper.cells[0].merge(lower.cells[1]))
    write(title, sheet.checks_title, HEI)
    size = len(sheet.cells)
    for number, name in enumerate(sheet.populations):
        first = 2 + number * size
        _heading(upper.cells[first].merge(upper.cells[first + size - 1]), name)
        for cell, label in zip(lower.cells[first : first + size], sheet.cells, strict=True):
            _heading(cell, label)
    for row in (upper, lower):
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _across(row: _Row, first: int) -> _Cell:
    """The cells from the given one to the end of the row as one."""
    return row.cells[first].merge(row.cells[LAST])


def _heading(cell: _Cell, text: str) -> None:
    paragraph = only_paragraph(cell)
    paragraph.alignment = ALIGN.CENTER
    write(paragraph, text, HEI)


def _words(row: _Row, no: str, text: str) -> None:
    number = only_paragraph(row.cells[0])
    number.alignment = ALIGN.CENTER
    write(number, no, SONG)
    write(only_paragraph(row.cells[1]), text, SONG)


def _narrative(cell: _Cell, narrative: Narrative) -> None:
    cell.vertical_alignment = VERTICAL.TOP
    title = spaced(cell.paragraphs[0], before=3, after=2)
    write(title, narrative.title, HEI, 11)
    for passage in narrative.passages:
        label = spaced(cell.add_paragraph(), before=3)
        label.paragraph_format.keep_with_next = bool(passage.paragraphs)
        write(label, passage.label, HEI)
        for text in passage.paragraphs:
            paragraph = spaced(cell.add_paragraph(), exactly=16)
            ooxml.indent_characters(paragraph, 2, BODY)
            paragraph.alignment = ALIGN.JUSTIFY
            write(paragraph, text, SONG)


def _below(document: WordDocument, sheet: Sheet) -> None:
    write(spaced(document.add_paragraph(), before=4), sheet.footnote, SONG)
    if sheet.notes:
        title = spaced(document.add_paragraph(), before=6)
        title.paragraph_format.keep_with_next = True
        write(title, PENCIL, SYMBOLS, SMALL)
        write(title, "人工调整的数据：", SONG, SMALL)
        for note in sheet.notes:
            paragraph = spaced(document.add_paragraph())
            paragraph.paragraph_format.left_indent = Mm(4)
            write(paragraph, note, SONG, SMALL)
    for number, remark in enumerate(sheet.remarks):
        write(spaced(document.add_paragraph(), before=0 if number else 6), remark, SONG, SMALL)
