"""The few WordprocessingML settings that Chinese typesetting needs and python-docx has no words for.

Word refuses a file whose properties stand in another order than the schema's, hence the ``insert_element_before``.
"""

from __future__ import annotations

import io
from unicodedata import east_asian_width

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

# Word sets the document with the reader's fonts: these names are on every Chinese office computer.
SONG, HEI, FANG, KAI, XIAOBIAOSONG = "宋体", "黑体", "仿宋", "楷体", "方正小标宋简体"
LATIN = "Times New Roman"
# Empty and ticked boxes from one font, or they differ in size.
SYMBOLS = "Segoe UI Symbol"


def empty_document(title: str, font: str, size: float, margins: tuple[float, float, float, float]) -> WordDocument:
    """An A4 document whose only property is its title; margins top, right, bottom, left in mm, size in points."""
    document = Document()
    properties = document.core_properties
    for child in list(properties._element):
        properties._element.remove(child)
    properties.title = title
    for key, rel in list(document.part.package.rels.items()):
        if rel.reltype.endswith("/thumbnail"):
            del document.part.package.rels[key]
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, margins)
    style = document.styles["Normal"]
    style.font.size = Pt(size)
    typeface(style.element.get_or_add_rPr(), font)
    language = OxmlElement("w:lang")
    for slot in ("val", "eastAsia"):
        language.set(qn(f"w:{slot}"), "zh-CN")
    style.element.get_or_add_rPr().append(language)
    return document


def typeface(properties: object, font: str) -> None:
    """Sets Chinese in ``font``; the hint makes quotation marks and middle dots Chinese ones too."""
    fonts = properties.get_or_add_rFonts()  # type: ignore[attr-defined]
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    latin = SYMBOLS if font == SYMBOLS else LATIN
    for slot, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", font), ("hint", "eastAsia")):
        fonts.set(qn(f"w:{slot}"), name)


def write(
    paragraph: Paragraph, text: str, font: str, size: float | None = None, *, bold: bool = False, line: bool = False
) -> Run:
    """A run of text in a Chinese typeface; ``line`` underlines it, size in points."""
    run = paragraph.add_run(text)
    typeface(run._element.get_or_add_rPr(), font)
    if size is not None:
        run.font.size = Pt(size)
    if bold:
        run.bold = True
    if line:
        run.underline = True
    return run


def spaced(paragraph: Paragraph, *, before: float = 0, after: float = 0, exactly: float | None = None) -> Paragraph:
    """Space before and after, and a fixed distance of lines, in points."""
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    if exactly is not None:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exactly)
    return paragraph


def indent_characters(paragraph: Paragraph, count: int, size: float) -> None:
    """First line indented by whole characters, which Word keeps when the size of type changes."""
    paragraph.paragraph_format.first_line_indent = Pt(count * size)
    paragraph._element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), str(count * 100))


def no_space_before_digits(paragraph: Paragraph) -> None:
    """Sets 附件1 closed up; Word opens a gap between Chinese and digits by itself."""
    setting = OxmlElement("w:autoSpaceDN")
    setting.set(qn("w:val"), "0")
    paragraph._element.get_or_add_pPr().insert_element_before(setting, "w:spacing", "w:ind", "w:jc", "w:rPr")


def thin_gap(document: WordDocument) -> None:
    """The least paragraph there is: Word runs two tables into one unless something stands between them."""
    write(spaced(document.add_paragraph(), exactly=1), "", SONG, 1)


def pad_cells(table: Table, points: float, sides: float | None = None) -> None:
    """Space above and below the text of every cell, and at its sides where they are not to be the style's."""
    margins = OxmlElement("w:tblCellMar")
    for side, space in (("top", points), ("left", sides), ("bottom", points), ("right", sides)):
        if space is None:
            continue
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(space * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def open_below(table: Table) -> None:
    """Takes the line below the table away, where the next table begins with its own."""
    for cell in table.rows[-1]._tr.tc_lst:
        borders = OxmlElement("w:tcBorders")
        bottom = OxmlElement("w:bottom")
        bottom.set(qn("w:val"), "nil")
        borders.append(bottom)
        cell.get_or_add_tcPr().insert_element_before(borders, "w:vAlign")


def repeat_as_header(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def page_number(paragraph: Paragraph, font: str, size: float) -> None:
    """The page number as a field between dashes, as official documents have it."""
    write(paragraph, "— ", font, size)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = write(paragraph, "", font, size)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._element.append(mark)
    write(paragraph, " —", font, size)


def only_paragraph(cell: _Cell) -> Paragraph:
    """The paragraph a cell starts with, set tight as tables are."""
    return spaced(cell.paragraphs[0], exactly=13.5)


def width_in_characters(text: str) -> float:
    """Width of the longest line in Chinese characters; Latin ones count half."""
    return max(
        sum(1 if east_asian_width(char) in "WFA" else 0.5 for char in text_line) for text_line in text.split("\n")
    )


def to_bytes(document: WordDocument) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
