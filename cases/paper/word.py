"""The paper as Word files, for units that fill in, file or seal them on their own computers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from cases.paper import ooxml
from cases.paper.content import Annex1Content
from cases.paper.layout import Blank, Box, Cells, Page, page
from cases.paper.ooxml import FANG, HEI, KAI, SONG, SYMBOLS, XIAOBIAOSONG, only_paragraph, spaced, write
from cases.paper.report import Paragraph as ReportParagraph
from cases.paper.report import report

BODY = 10.5
ITEM_WIDTHS = (13, 77, 40, 40)
BASIC_WIDTHS = (46, 39, 85)
# About a third of a page in the narrow columns: a row with more than this may break over pages.
KEPT_WHOLE = 180
# Least length of a blank in the head of the form, in Chinese characters.
BLANK_LENGTHS = {1: 33, 2: 15, 3: 8}


def annex1_docx(content: Annex1Content) -> bytes:
    """Annex 1 as an A4 Word file, blank or filled, with the same text as the PDF."""
    sheet = page(content)
    document = ooxml.empty_document(sheet["title"], SONG, BODY, margins=(20, 20, 18, 20))
    mark = spaced(document.add_paragraph())
    ooxml.no_space_before_digits(mark)
    write(mark, sheet["mark"], HEI, 16)
    title = spaced(document.add_paragraph(), before=4, after=8)
    title.alignment = ALIGN.CENTER
    write(title, sheet["title"], XIAOBIAOSONG, 20)
    for blanks in sheet["header"]:
        header_line(spaced(document.add_paragraph(), after=5), blanks)
    ooxml.open_below(_basic(document, sheet["basic"]))
    ooxml.thin_gap(document)
    _items(document, sheet)
    ooxml.thin_gap(document)
    return ooxml.to_bytes(document)


def report_docx(title: str, unit_name: str, year: int, body_text: str, signed_on: dt.date | None) -> bytes:
    """The self-rectification report (自查整改报告; action plan, part 3) as an official document in Word.

    ``signed_on`` is a day in Asia/Shanghai, ``None`` leaves it blank.
    """
    paper = report(title, unit_name, year, body_text, signed_on)
    document = ooxml.empty_document(paper.title, FANG, 16, margins=(37, 26, 35, 28))
    heading = spaced(document.add_paragraph(), after=0 if paper.subtitle else 16)
    heading.alignment = ALIGN.CENTER
    write(heading, paper.title, XIAOBIAOSONG, 22)
    if paper.subtitle:
        subtitle = spaced(document.add_paragraph(), after=16, exactly=28.5)
        subtitle.alignment = ALIGN.CENTER
        write(subtitle, paper.subtitle, FANG, 16)
    for paragraph in paper.paragraphs:
        _report_paragraph(document, paragraph)
    _signature(document, paper.unit_name, paper.date)
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = ALIGN.CENTER
    ooxml.page_number(footer, SONG, 14)
    return ooxml.to_bytes(document)


def header_line(paragraph: Paragraph, blanks: Sequence[Blank]) -> None:
    """Labels with what is written behind them, or with a line to write on."""
    length = BLANK_LENGTHS[len(blanks)]
    for position, blank in enumerate(blanks):
        write(paragraph, ("  " if position else "") + blank["label"], SONG)
        if blank["date"] is None:
            _on_a_line(paragraph, blank["value"], length)
            continue
        for part, least, unit in zip(blank["date"], (3, 2, 2), "年月日", strict=True):
            _on_a_line(paragraph, part, least)
            write(paragraph, unit, SONG)


def _on_a_line(paragraph: Paragraph, value: str, length: int) -> None:
    if value:
        # Word draws no line under ordinary spaces at the end of a line.
        write(paragraph, f"\u00a0{value}\u00a0", SONG, line=True)
    else:
        write(paragraph, "_" * (2 * length), SONG)


def _basic(document: WordDocument, rows: list[Cells]) -> Table:
    table = plain_table(document, len(rows), BASIC_WIDTHS)
    for row, cells in zip(table.rows, rows, strict=True):
        ooxml.keep_whole(row)
        if cells["kind"] == "group":
            paragraph = only_paragraph(row.cells[0].merge(row.cells[2]))
            paragraph.alignment = ALIGN.CENTER
            write(paragraph, cells["label"], HEI)
        elif cells["kind"] == "choice":
            write(only_paragraph(row.cells[0]), cells["label"], SONG)
            _options(only_paragraph(row.cells[1].merge(row.cells[2])), cells["lines"])
        else:
            _lines(row, cells["cells"])
    return table


def _lines(row: _Row, cells: list[list[Blank]]) -> None:
    whole = len(cells) == 1
    places = [row.cells[0].merge(row.cells[2 if whole else 1]), *([] if whole else [row.cells[2]])]
    for place, blanks in zip(places, cells, strict=True):
        text = "\n".join(blank["label"] + blank["value"] for blank in blanks)
        write(only_paragraph(place), text, SONG)


def _options(paragraph: Paragraph, lines: list[list[Box]]) -> None:
    for number, boxes in enumerate(lines):
        if number:
            paragraph.add_run().add_break()
        for position, box in enumerate(boxes):
            mark = "☑" if box["ticked"] else "□"
            if position:
                write(paragraph, "  ", SONG)
            write(paragraph, mark, SYMBOLS)
            write(paragraph, box["label"], SONG)
            if box["blank"] is not None:
                _on_a_line(paragraph, box["blank"], 4)


def _items(document: WordDocument, sheet: Page) -> None:
    table = plain_table(document, 1 + len(sheet["rows"]), ITEM_WIDTHS)
    head, *rows = table.rows
    ooxml.repeat_as_header(head)
    ooxml.keep_whole(head)
    for cell, name in zip(head.cells, sheet["columns"], strict=True):
        only_paragraph(cell).alignment = ALIGN.CENTER
        write(cell.paragraphs[0], name, HEI)
    for row, line in zip(rows, sheet["rows"], strict=True):
        cells = row.cells
        if "section" in line:
            ooxml.keep_whole(row)
            paragraph = only_paragraph(cells[0].merge(cells[3]))
            paragraph.paragraph_format.keep_with_next = True
            write(paragraph, line["section"], HEI)
            continue
        whole = all(len(answer) <= KEPT_WHOLE for answer in line["answers"])
        if whole:
            ooxml.keep_whole(row)
        for cell, text in zip(cells, (line["no"], line["text"], *line["answers"]), strict=True):
            write(only_paragraph(cell), text, SONG)
            cell.vertical_alignment = VERTICAL.CENTER if whole else VERTICAL.TOP
        cells[0].paragraphs[0].alignment = ALIGN.CENTER


def plain_table(document: WordDocument, rows: int, widths: tuple[float, ...], *, sides: float | None = None) -> Table:
    """A ruled table in the middle of the page; widths of the columns in mm, space at the sides of cells in points."""
    table = document.add_table(rows=rows, cols=len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    ooxml.pad_cells(table, 2, sides)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell.vertical_alignment = VERTICAL.CENTER
    return table


def _report_paragraph(document: WordDocument, part: ReportParagraph) -> None:
    paragraph = spaced(document.add_paragraph(), exactly=28.5)
    ooxml.indent_characters(paragraph, 2, 16)
    paragraph.alignment = ALIGN.JUSTIFY
    paragraph.paragraph_format.keep_with_next = part.keeps_next
    write(paragraph, part.text, {"heading": HEI, "subheading": KAI, "body": FANG}[part.level], 16)


def _signature(document: WordDocument, unit_name: str, date: str) -> None:
    """Unit over date, centred on each other, four characters from the right edge (GB/T 9704)."""
    widths = [ooxml.width_in_characters(text) for text in (unit_name, date)]
    for position, (text, width) in enumerate(zip((unit_name, date), widths, strict=True)):
        paragraph = spaced(document.add_paragraph(), before=0 if position else 28.5, exactly=28.5)
        paragraph.alignment = ALIGN.RIGHT
        paragraph.paragraph_format.right_indent = Pt(16 * (4 + (max(widths) - width) / 2))
        paragraph.paragraph_format.keep_with_next = position == 0
        write(paragraph, text.replace(" ", "\u00a0"), FANG, 16)
