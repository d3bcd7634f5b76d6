"""The annual quality report as a Word file: cover, chapters, tables, and charts as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from cases.paper import ooxml
from cases.paper.annex2 import Figure, Row, Sheet
from cases.paper.annex2_word import GREY, PENCIL, footer, write_figure
from cases.paper.archive import steady
from cases.paper.fonts import MissingChineseFont
from cases.paper.ooxml import FANG, HEI, KAI, SONG, SYMBOLS, XIAOBIAOSONG, only_paragraph, spaced, write
from cases.paper.quality_report import CHAPTERS, QualityReport, percent
from cases.paper.quality_report_charts import Chart, drawn, items_chart, parts_chart, rows_chart
from cases.paper.report import report as parts_of_report
from cases.paper.word import plain_table

BODY, TABLE, SMALL = 16, 10.5, 9
LINE = 28.5
CHART_WIDTH = 152
COUNT_WIDTHS = (14, 96, 46)
CHECK_WIDTHS = (12, 84, 15, 15, 15, 15)
ITEM_WIDTHS = (14, 70, 24, 24, 24)
PART_WIDTHS = (12, 44, 20, 20, 20, 20, 20)


def quality_report_word(report: QualityReport) -> bytes:
    """The report on A4, draft or filed: the same content gives the same bytes.

    Where no Chinese typeface is installed the charts are left out, and the file says so; the tables hold their numbers.
    """
    return _Writer(report).whole()


class _Writer:
    """Writes the report from the cover on; tables and pictures are numbered as they come."""

    def __init__(self, report: QualityReport) -> None:
        self.report = report
        self.sheet = report.sheet()
        self.document = ooxml.empty_document(report.title, FANG, BODY, margins=(37, 26, 35, 28))
        self.tables = self.pictures = 0
        charts = {
            "selfcheck": rows_chart(report, "selfcheck"),
            "items": items_chart(report),
            "parts": parts_chart(report),
            "spotcheck": rows_chart(report, "spotcheck"),
        }
        self.charts = {name: chart for name, chart in charts.items() if chart is not None}
        self.drawn = _drawn(self.charts)

    def whole(self) -> bytes:
        self.frame()
        self.cover()
        for chapter in CHAPTERS:
            self.heading(chapter.heading, starts_page=chapter.no == 1)
            self.text("\n".join(self.report.paragraphs(chapter.no)))
            match chapter.no:
                case 2:
                    self.counts()
                case 4:
                    self.checks()
                    self.chart("selfcheck")
                    self.items()
                    self.chart("items")
                case 5:
                    self.parts()
                    self.chart("parts")
                case 6:
                    self.chart("spotcheck")
        return steady(ooxml.to_bytes(self.document))

    def frame(self) -> None:
        """The version below every page, and 草稿 above those of a draft; the cover has no number."""
        section = self.document.sections[0]
        section.different_first_page_header_footer = True
        start = OxmlElement("w:pgNumType")
        start.set(qn("w:start"), "0")
        section._sectPr.insert_element_before(start, "w:cols", "w:titlePg", "w:docGrid")
        footer(self.document, self.sheet.version)
        write(section.first_page_footer.paragraphs[0], self.sheet.version, SONG, 8).font.color.rgb = GREY
        if self.sheet.draft:
            for head in (section.header, section.first_page_header):
                head.paragraphs[0].alignment = ALIGN.RIGHT
                write(head.paragraphs[0], "草  稿", HEI, 16).font.color.rgb = GREY

    def cover(self) -> None:
        report = self.report
        year, name = report.title.split("年度", 1)
        for text, before, after in ((f"{year}年度", 130, 12), (name, 0, 24)):
            write(self.centred(before=before, after=after), text, XIAOBIAOSONG, 30)
        cutoff = self.sheet.footnote.removeprefix("注：").rstrip("。")
        write(self.centred(after=210), f"（{cutoff}）", KAI, 16)
        write(self.centred(after=10), report.unit_name, FANG, 18)
        write(self.centred(), report.date.replace(" ", "\u00a0"), FANG, 18)

    def centred(self, *, before: float = 0, after: float = 0) -> Paragraph:
        paragraph = spaced(self.document.add_paragraph(), before=before, after=after)
        paragraph.alignment = ALIGN.CENTER
        return paragraph

    def heading(self, text: str, *, starts_page: bool) -> None:
        paragraph = spaced(self.document.add_paragraph(), before=6, exactly=LINE)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.page_break_before = starts_page
        ooxml.indent_characters(paragraph, 2, BODY)
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), "0")
        paragraph._element.get_or_add_pPr().insert_element_before(outline, "w:rPr", "w:sectPr", "w:pPrChange")
        write(paragraph, text, HEI, BODY)

    def text(self, text: str) -> None:
        """What was written, with its own headings told apart as in any report (GB/T 9704)."""
        for part in parts_of_report("", "", 0, text, None).paragraphs:
            paragraph = spaced(self.document.add_paragraph(), exactly=LINE)
            ooxml.indent_characters(paragraph, 2, BODY)
            paragraph.alignment = ALIGN.JUSTIFY
            paragraph.paragraph_format.keep_with_next = part.level != "body"
            write(paragraph, part.text, {"heading": KAI, "subheading": KAI, "body": FANG}[part.level], BODY)

    def counts(self) -> None:
        self.table_title("医养结合机构情况")
        heads = ("序号", "内容", "数量")
        rows: list[Sequence[str | Figure]] = [(row.no, row.text, row.figures[0]) for row in self.sheet.counts]
        self.table(heads, rows, COUNT_WIDTHS)
        self.below([])

    def checks(self) -> None:
        unit = {"institutions": "家", "findings": "个"}[self.report.edition.annex2.counted]
        self.table_title(f"检查内容汇总（单位：{unit}）")
        _checks_table(self.document, self.sheet)
        notes = [f"{PENCIL}{note}" for note in self.sheet.notes]
        self.below([*notes, *self.sheet.remarks])

    def items(self) -> None:
        if not self.report.items:
            return
        self.table_title("问题较为集中的检查项目")
        heads = ("项目序号", "检查项目", "涉及机构（家）", "发现问题（个）", "已整改销号（个）")
        rows = [
            (item.no, item.name, str(item.institutions), str(item.findings), str(item.closed))
            for item in self.report.items
        ]
        self.table(heads, rows, ITEM_WIDTHS)
        self.below(["注：项目序号为自查整改表（附件1）的序号；含各渠道发现的问题。"])

    def parts(self) -> None:
        if not self.report.parts:
            return
        self.table_title(f"各{self.report.parts_label}整改情况（按整改销号率排序）")
        figures = ("机构（家）", "已自查（家）", "发现问题（个）", "已整改销号（个）", "整改销号率")
        heads = ("名次", self.report.parts_label, *figures)
        rows = [
            (
                str(place) if part.findings else "—",
                part.name,
                str(part.institutions),
                str(part.self_checked),
                str(part.findings),
                str(part.closed),
                percent(part.closed, part.findings),
            )
            for place, part in enumerate(self.report.parts, start=1)
        ]
        self.table(heads, rows, PART_WIDTHS)
        late = [f"{part.name}{part.overdue}个" for part in self.report.parts if part.overdue]
        self.below([f"注：其中逾期未完成整改的问题：{'，'.join(late)}。"] if late else [])

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str | Figure]], widths: tuple[int, ...]) -> None:
        table = plain_table(self.document, 1 + len(rows), widths)
        ooxml.repeat_as_header(table.rows[0])
        for cell, name in zip(table.rows[0].cells, heads, strict=True):
            _cell(cell, name, HEI)
        for row, values in zip(table.rows[1:], rows, strict=True):
            for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
                if isinstance(value, Figure):
                    write_figure(only_paragraph(cell), value, TABLE)
                else:
                    _cell(cell, value, SONG, centred=place != 1)
        for row in table.rows:
            ooxml.keep_whole(row)

    def table_title(self, title: str) -> None:
        self.tables += 1
        paragraph = self.centred(before=10, after=4)
        paragraph.paragraph_format.keep_with_next = True
        write(paragraph, f"表{self.tables}  {title}", HEI, 12)

    def below(self, notes: Iterable[str]) -> None:
        """The notes under a table, and a little space where there are none."""
        lines = list(notes)
        for note in lines:
            paragraph = spaced(self.document.add_paragraph(), before=2)
            _with_pencil(paragraph, note)
        spaced(self.document.add_paragraph(), exactly=10)

    def chart(self, name: str) -> None:
        if (chart := self.charts.get(name)) is None:
            return
        self.pictures += 1
        if name not in self.drawn:
            note = f"图{self.pictures}（{chart.title}）从略：服务器未安装中文字体，数据见表。"
            write(self.centred(before=6, after=6), note, SONG, SMALL)
            return
        paragraph = self.centred(before=6)
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(self.drawn[name]), width=Mm(CHART_WIDTH))
        properties = picture._inline.docPr
        properties.set("name", f"图{self.pictures}")
        properties.set("descr", chart.description)
        write(self.centred(before=4, after=12), f"图{self.pictures}  {chart.title}", HEI, 12)


def _drawn(charts: dict[str, Chart]) -> dict[str, bytes]:
    """The pictures by name; none where no Chinese typeface is installed."""
    if not charts:
        return {}
    try:
        return dict(zip(charts, drawn(list(charts.values())), strict=True))
    except MissingChineseFont:
        return {}


def _checks_table(document: WordDocument, sheet: Sheet) -> None:
    table = plain_table(document, 2 + len(sheet.checks), CHECK_WIDTHS)
    upper, lower = table.rows[0], table.rows[1]
    _cell(upper.cells[0].merge(lower.cells[0]), "序号", HEI)
    _cell(upper.cells[1].merge(lower.cells[1]), "检查内容", HEI)
    size = len(sheet.cells)
    for number, population in enumerate(sheet.populations):
        first = 2 + number * size
        _cell(upper.cells[first].merge(upper.cells[first + size - 1]), population, HEI)
        for cell, name in zip(lower.cells[first : first + size], sheet.cells, strict=True):
            _cell(cell, name, HEI)
    for row in (upper, lower):
        ooxml.repeat_as_header(row)
    for row, line in zip(table.rows[2:], sheet.checks, strict=True):
        _check(row.cells, line)
    for row in table.rows:
        ooxml.keep_whole(row)


def _check(cells: Sequence[_Cell], line: Row) -> None:
    _cell(cells[0], line.no, SONG)
    _cell(cells[1], line.text, SONG, centred=False)
    for cell, figure in zip(cells[2:], line.figures, strict=True):
        write_figure(only_paragraph(cell), figure, TABLE)


def _cell(cell: _Cell, text: str, font: str, *, centred: bool = True) -> None:
    paragraph = only_paragraph(cell)
    if centred:
        paragraph.alignment = ALIGN.CENTER
    write(paragraph, text, font, TABLE)


def _with_pencil(paragraph: Paragraph, note: str) -> None:
    paragraph.paragraph_format.line_spacing = Pt(13)
    if note.startswith(PENCIL):
        write(paragraph, PENCIL, SYMBOLS, SMALL)
    write(paragraph, note.removeprefix(PENCIL), SONG, SMALL)
