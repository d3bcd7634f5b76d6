"""Annex 2 on paper: what the document prints, and the same figures in PDF, Word and Excel."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from cases.editions.load import DATA, parse, read_file
from cases.editions.quality import QualityEdition, quality_of
from cases.office_files import check_archive
from cases.paper import MissingChineseFont, fonts
from cases.paper.annex2 import Annex2Paper, cell_codes, headings_of, note_sign, place_of, reading_of, sheet_of
from cases.paper.annex2_excel import annex2_excel
from cases.paper.annex2_pdf import annex2_pdf
from cases.paper.annex2_word import annex2_word

DIGEST = "3f9a2c41d0e877aa" * 4
REASON = "天山区康宁护理院核减床位20张，批复文件乌卫医〔2021〕88号"
HOSTILE = '=HYPERLINK("http://x") #read("/etc/passwd") $x^2$ *bold* @ref <l> &amp; ]]> {{ 7*7 }} & %'


@cache
def edition() -> QualityEdition:
    return quality_of(parse(read_file(DATA / "quality-cycle-2021.json"), where="2021"))


@cache
def filed() -> Annex2Paper:
    annex = edition().annex2
    # Every figure is another number, so that one in the wrong place cannot pass for the right one.
    cells = {code: 300 + number for number, code in enumerate(cell_codes(annex))}
    return Annex2Paper(
        edition=edition(),
        unit_name="乌鲁木齐市卫生健康委",
        cutoff_on=dt.date(2021, 9, 30),
        counts={"A2-C1": 286, "A2-C2": 10422, "A2-C3": 1210, "A2-C4": 284, "A2-C5": 19},
        cells=cells,
        overrides={
            "A2-03.spotcheck.fixed": (311, 9077, "县级电话更正。"),
            "A2-C2": (10422, 10402, REASON),
        },
        texts={
            (part, heading.no): f"{part}第{heading.no}段甲。\n{part}第{heading.no}段乙。"
            for part in ("problems", "rectification")
            for heading in headings_of(annex, part)
        },
        filler_name="阿依古丽·买买提",
        filler_phone="0991-1234567",
        filled_on=dt.date(2021, 10, 18),
        version=(2, DIGEST),
        beside={"self_reported_fixed": 40, "referred": 3, "nation": 2, "complaint": 0, "A2-01.nation": 1},
        missing_beds=4,
    )


def blank() -> Annex2Paper:
    return Annex2Paper(edition(), unit_name="", cutoff_on=dt.date(2021, 1, 31))


def closed_up(text: str) -> str:
    return re.sub(r"[\s　]+", "", text)


def text_of_pdf(paper: Annex2Paper) -> str:
    return closed_up("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(annex2_pdf(paper))).pages))


def rows_of_word(paper: Annex2Paper) -> list[list[str]]:
    """The rows of the table with every merged cell once."""
    (table,) = Document(io.BytesIO(annex2_word(paper))).tables
    return [[cell.text for cell in dict.fromkeys(row.cells)] for row in table.rows]


def text_of_word(paper: Annex2Paper) -> str:
    document = Document(io.BytesIO(annex2_word(paper)))
    parts: list[str] = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            cells = dict.fromkeys(cell for row in block.rows for cell in row.cells)
            parts += [cell.text for cell in cells]
        else:
            parts.append(block.text)
    return closed_up("".join(parts)).replace("_", "")


def sheet_of_excel(paper: Annex2Paper) -> Any:
    return load_workbook(io.BytesIO(annex2_excel(paper))).active


def text_of_excel(paper: Annex2Paper) -> str:
    """Row by row, a number with the mark that its format shows."""
    return closed_up("".join(_shown(cell) for row in sheet_of_excel(paper).iter_rows() for cell in row))


def _shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    mark = re.search('"(.*)"', cell.number_format) if cell.data_type == "n" else None
    return f"{cell.value}{mark.group(1) if mark else ''}"


def printed(paper: Annex2Paper, pencil: str = "✎") -> list[str]:
    """The words and figures of the document in its order; the PDF draws its pencil, so it is no letter there."""
    annex = edition().annex2
    notes = {code: number for number, code in enumerate(("A2-C2", "A2-03.spotcheck.fixed"), start=1)}

    def shown(code: str) -> str:
        value = paper.value(code)
        if value is None:
            return ""
        return f"{value}{pencil}{note_sign(notes[code])}" if code in paper.overrides else str(value)

    texts = [
        "附件2",
        annex.title_zh,
        "地（州、市）卫生健康委(签章)：",
        "填表人：",
        "联系电话：",
        "填报日期：",
        "年",
        "月",
        "日",
    ]
    texts += ["序号", "内容", "数量", annex.counts_title_zh]
    texts += [f"{row.no}{row.text_zh}{shown(row.code)}" for row in annex.counts]
    texts += [annex.checks_title_zh, "自查机构中", "抽查机构中", "存在问题已整改存在问题已整改"]
    for row in annex.checks:
        cells = [
            shown(f"{row.code}.{population}.{cell}")
            for population in ("selfcheck", "spotcheck")
            for cell in ("problem", "fixed")
        ]
        texts.append(f"{row.no}{row.text_zh}{''.join(cells)}")
    for part, title in (("problems", "存在问题："), ("rectification", "整改情况：")):
        texts.append(title)
        for heading in headings_of(annex, part):
            texts.append(heading.label_zh + paper.texts.get((part, heading.no), ""))
    day = paper.cutoff_on
    texts.append(f"注：数据截止时间为{day.year}年{day.month}月{day.day}日。")
    return [closed_up(text) for text in texts]


def assert_in_order(text: str, wanted: list[str]) -> None:
    place = 0
    for words in wanted:
        found = text.find(words, place)
        assert found >= 0, f"{words} is missing or out of order after …{text[max(0, place - 60) : place + 60]}"
        place = found + len(words)


@pytest.mark.font
@pytest.mark.parametrize("paper", [blank, filed], ids=["blank", "filed"])
def test_the_pdf_prints_the_document_verbatim_and_in_order(paper: Callable[[], Annex2Paper]) -> None:
    text = text_of_pdf(paper())
    # The footer of a page stands between two paragraphs of a narrative that goes on.
    text = re.sub(r"(第\d+版校验码[0-9a-f]{16}|草稿，尚未上报)第\d+页，共\d+页(草稿)?", "", text)
    wanted = printed(paper(), pencil="")
    # A cell that spans two lines is written with the lower one.
    spanning = wanted.index(edition().annex2.checks_title_zh)
    wanted[spanning : spanning + 3] = [*wanted[spanning + 1 : spanning + 3], wanted[spanning]]
    assert_in_order(text, wanted)


@pytest.mark.parametrize("paper", [blank, filed], ids=["blank", "filed"])
def test_the_word_file_prints_the_document_verbatim_and_in_order(paper: Callable[[], Annex2Paper]) -> None:
    assert_in_order(text_of_word(paper()), printed(paper()))


@pytest.mark.parametrize("paper", [blank, filed], ids=["blank", "filed"])
def test_the_excel_file_prints_the_document_verbatim_and_in_order(paper: Callable[[], Annex2Paper]) -> None:
    assert_in_order(text_of_excel(paper()), printed(paper()))


def test_the_excel_file_holds_every_figure_as_a_number_and_no_formula() -> None:
    paper = filed()
    cells = [cell for row in sheet_of_excel(paper).iter_rows() for cell in row if cell.value is not None]
    codes = [*(row.code for row in edition().annex2.counts), *cell_codes(edition().annex2)]
    numbers = [cell for cell in cells if cell.data_type == "n"]
    assert [cell.value for cell in numbers if cell.column > 1] == [paper.value(code) for code in codes]
    assert [cell.value for cell in numbers if cell.column == 1] == [*range(1, 6), *range(1, 11)]
    assert {cell.data_type for cell in cells} == {"n", "s"}


def test_the_excel_file_prints_on_a4_and_merges_its_headers() -> None:
    page = sheet_of_excel(filed())
    assert (str(page.page_setup.paperSize), page.page_setup.orientation) == ("9", "portrait")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    merged = {str(each) for each in page.merged_cells.ranges}
    assert {"C5:F5", "A6:F6", "A12:B13", "C12:D12", "E12:F12"} <= merged
    assert "第2版" in page.oddFooter.left.text


def test_merged_cells_are_written_in_the_order_of_their_places() -> None:
    """A set is written in another order by another interpreter, and the file would have other bytes."""
    with zipfile.ZipFile(io.BytesIO(annex2_excel(filed()))) as parts:
        written = re.findall(r'<mergeCell ref="([^"]+)"', parts.read("xl/worksheets/sheet1.xml").decode())
    assert written == [str(each) for each in sheet_of_excel(filed()).merged_cells.sorted()]


def test_a_paragraph_longer_than_a_row_of_excel_goes_on_in_the_next() -> None:
    paper = dataclasses.replace(filed(), texts={("problems", 1): "很长的段落。" * 1300})
    page = sheet_of_excel(paper)
    assert text_of_excel(paper).count("很长的段落。") == 1300
    assert max(row.height for row in page.row_dimensions.values()) <= 409
    assert max(len(str(cell.value or "")) for row in page.iter_rows() for cell in row) <= 1000


def test_what_goes_on_in_the_next_row_of_excel_is_no_formula_there() -> None:
    page = sheet_of_excel(dataclasses.replace(filed(), texts={("problems", 1): f"{'x' * 998}=1+1"}))
    (cell,) = (cell for row in page.iter_rows() for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s"


def test_word_and_excel_files_are_sound_archives_of_well_formed_parts() -> None:
    for content, marker in ((annex2_word(filed()), "word/document.xml"), (annex2_excel(filed()), "xl/workbook.xml")):
        check_archive(content, marker)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for name in parts.namelist():
                if name.endswith((".xml", ".rels")):
                    ET.fromstring(parts.read(name))  # noqa: S314 - our own file


def test_a_row_of_the_word_table_spans_its_six_columns_whatever_is_merged() -> None:
    (table,) = Document(io.BytesIO(annex2_word(filed()))).tables
    for row in table.rows:
        spans = [int(span) for span in row._tr.xpath("w:tc/w:tcPr/w:gridSpan/@w:val")]
        assert len(row._tr.tc_lst) - len(spans) + sum(spans) == 6


def test_a_figure_changed_by_hand_is_printed_marked_and_explained() -> None:
    sheet = sheet_of(filed())
    assert sheet.notes == (
        f"①第一部分第2项：系统汇总数为10422，人工调整为10402。理由：{REASON}。",
        "②第二部分第3项（抽查机构中，已整改）：系统汇总数为311，人工调整为9077。理由：县级电话更正。",
    )
    for text in (text_of_word(filed()), text_of_excel(filed())):
        assert "10402✎①" in text
        assert_in_order(text, ["数据截止时间", "✎人工调整的数据：", *map(closed_up, sheet.notes)])


@pytest.mark.font
def test_the_pdf_draws_the_mark_beside_the_changed_figures() -> None:
    text = text_of_pdf(filed())
    assert "10402①" in text
    assert_in_order(text, ["数据截止时间", "人工调整的数据：", *map(closed_up, sheet_of(filed()).notes)])
    assert "人工调整" not in text_of_pdf(dataclasses.replace(filed(), overrides={}))


def test_more_than_twenty_changes_keep_notes_of_their_own() -> None:
    assert [note_sign(number) for number in (1, 20, 21)] == ["①", "⑳", "[21]"]
    assert place_of(edition().annex2, "A2-10.selfcheck.problem") == "第二部分第10项（自查机构中，存在问题）"


def test_a_draft_is_marked_as_one_and_a_version_by_number_and_digest() -> None:
    draft = dataclasses.replace(filed(), version=None)
    assert sheet_of(filed()).version == "第2版　校验码 3f9a 2c41 d0e8 77aa"
    assert (sheet_of(filed()).draft, sheet_of(draft).draft) == (False, True)
    for paper, footer, head in (
        (filed(), "第2版　校验码 3f9a 2c41 d0e8 77aa", ""),
        (draft, "草稿，尚未上报", "草  稿"),
    ):
        section = Document(io.BytesIO(annex2_word(paper))).sections[0]
        assert section.footer.paragraphs[0].text.startswith(footer)
        assert section.header.paragraphs[0].text == head
    assert "草稿" in text_of_excel(draft)
    assert "草稿" not in text_of_excel(filed())


@pytest.mark.font
def test_every_page_of_the_pdf_says_which_version_it_is() -> None:
    long = dataclasses.replace(filed(), texts={("problems", 1): "很长的段落。" * 700})
    filed_pages = [page.extract_text() for page in PdfReader(io.BytesIO(annex2_pdf(long))).pages]
    assert len(filed_pages) > 2
    assert all("校验码 3f9a 2c41 d0e8 77aa" in page and "草稿" not in page for page in filed_pages)
    draft = PdfReader(io.BytesIO(annex2_pdf(dataclasses.replace(long, version=None))))
    assert all(closed_up(page.extract_text()).count("草稿") == 2 for page in draft.pages)


def test_the_reading_used_is_printed_with_the_table_and_follows_the_edition() -> None:
    assert "“自查机构中”统计机构自查、县级核查发现的问题" in reading_of(edition().annex2)
    assert "已移交处置的按未整改统计" in reading_of(edition().annex2)
    other = dataclasses.replace(edition().annex2, referred="beside", spotcheck_sources=("region", "nation"))
    assert "“抽查机构中”统计省级抽查、国家抽查发现的问题" in reading_of(other)
    assert "不计入本表" in reading_of(other)
    assert "按机构数统计" in reading_of(edition().annex2)
    assert "该机构该项全部问题经县级卫生健康行政部门复核销号" in reading_of(edition().annex2)
    findings = dataclasses.replace(edition().annex2, counted="findings", rectified="reported")
    assert "按问题数统计" in reading_of(findings)
    assert "“已整改”指该问题由机构上报已整改" in reading_of(findings)
    assert closed_up(reading_of(edition().annex2)) in text_of_word(filed())


def test_what_stands_beside_the_table_is_said_and_what_is_nought_is_not() -> None:
    _reading, beds, beside = sheet_of(filed()).remarks
    assert beds == "床位数说明：另有4家机构的床位数尚未经县级核查，未计入床位总数。"
    assert beside == "附列情况：机构自报已整改（含已销号）40家次，已移交处置的问题3个，国家抽查发现的问题2个。"
    assert len(sheet_of(blank()).remarks) == 1


def test_a_region_seals_in_its_own_name() -> None:
    region = dataclasses.replace(filed(), commission="填报单位", unit_name="自治区卫生健康委")
    assert "填报单位(签章)：自治区卫生健康委" in text_of_excel(region)


@pytest.mark.font
def test_hostile_text_is_printed_as_it_was_typed_and_never_run() -> None:
    paper = dataclasses.replace(
        filed(),
        unit_name=HOSTILE,
        texts={("problems", 1): HOSTILE, ("rectification", 6): "\x00" + HOSTILE},
        overrides={"A2-C1": (1, 2, HOSTILE)},
    )
    for text in (text_of_pdf(paper), text_of_word(paper), text_of_excel(paper)):
        assert text.count(closed_up(HOSTILE)) == 4
    cells = [cell for row in sheet_of_excel(paper).iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    reason = next(cell for cell in cells if str(cell.value).strip() == HOSTILE)
    assert reason.data_type == "s"


@pytest.mark.font
@pytest.mark.parametrize("make", [annex2_pdf, annex2_word, annex2_excel])
def test_the_same_content_gives_the_same_bytes(make: Callable[[Annex2Paper], bytes]) -> None:
    first = make(filed())
    with translation.override("en"):
        assert make(dataclasses.replace(filed())) == first
    assert make(dataclasses.replace(filed(), missing_beds=5)) != first


def test_the_bytes_are_the_same_in_another_process_at_another_time() -> None:
    """The order of a set and the present must not show in the files."""
    script = (
        "import hashlib, sys; sys.path.insert(0, '.')\n"
        "from django.conf import settings; settings.configure(FONT_DIRS=[])\n"
        "from tests.cases.test_paper_annex2 import filed, annex2_excel, annex2_word\n"
        "print(hashlib.sha256(annex2_excel(filed()) + annex2_word(filed())).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_the_files_name_nobody_as_their_author() -> None:
    word = Document(io.BytesIO(annex2_word(filed()))).core_properties
    book = load_workbook(io.BytesIO(annex2_excel(filed()))).properties
    assert (word.author, word.last_modified_by, book.creator, book.lastModifiedBy) == ("", "", None, None)
    assert word.title == book.title == edition().annex2.title_zh


def test_without_a_chinese_font_word_and_excel_can_still_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: fonts.choose(["DejaVu Sans"]))
    with pytest.raises(MissingChineseFont):
        annex2_pdf(filed())
    assert annex2_word(filed())
    assert annex2_excel(filed())


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": {"A2-C6": 1}},
        {"cells": {"A2-11.selfcheck.problem": 1}},
        {"overrides": {"A2-01.selfcheck": (1, 2, "x")}},
        {"texts": {("problems", 7): "x"}},
        {"beside": {"neighbour": 1}},
    ],
)
def test_a_code_that_annex_2_does_not_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="that Annex 2 does not have"):
        dataclasses.replace(filed(), **wrong)
