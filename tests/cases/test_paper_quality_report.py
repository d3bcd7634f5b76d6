"""The annual quality report as a Word file: chapters, tables and charts from the same figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from docx import Document
from PIL import Image, ImageChops

from cases.editions.load import DATA, parse, read_file
from cases.editions.quality import quality_of
from cases.office_files import check_archive
from cases.paper import fonts
from cases.paper.annex2 import cell_codes
from cases.paper.quality_report import CHAPTERS, ItemLine, PartLine, QualityReport, percent
from cases.paper.quality_report_charts import drawn, items_chart, parts_chart, rows_chart
from cases.paper.quality_report_word import quality_report_word

DIGEST = "3f9a2c41d0e877aa" * 4


@cache
def filed() -> QualityReport:
    edition = quality_of(parse(read_file(DATA / "quality-cycle-2021.json"), where="2021"))
    return QualityReport(
        edition=edition,
        unit_name="乌鲁木齐市卫生健康委",
        year=2021,
        cutoff_on=dt.date(2021, 9, 30),
        texts={chapter.no: f"第{chapter.no}章甲。\n第{chapter.no}章乙。" for chapter in CHAPTERS},
        counts={"A2-C1": 286, "A2-C2": 10422, "A2-C3": 1210, "A2-C4": 284, "A2-C5": 19},
        cells={code: 300 + number for number, code in enumerate(cell_codes(edition.annex2))},
        overrides={"A2-C2": (10422, 10402, "核减床位20张")},
        parts=(
            PartLine("天山区", 23, 22, 31, 30, 0),
            PartLine("新市区", 30, 30, 41, 22, 4),
            PartLine("乌鲁木齐县", 2, 2, 0, 0, 0),
        ),
        items=(ItemLine("19", "手卫生", 16, 39, 22), ItemLine("5", "核心制度", 9, 25, 8)),
        filed_on=dt.date(2021, 10, 18),
        version=(2, DIGEST),
        missing_beds=4,
    )


def closed_up(text: str) -> str:
    return re.sub(r"[\s　]+", "", text)


def opened(report: QualityReport) -> Any:
    return Document(io.BytesIO(quality_report_word(report)))


def tables(report: QualityReport) -> list[list[list[str]]]:
    return [
        [[closed_up(cell.text) for cell in dict.fromkeys(row.cells)] for row in table.rows]
        for table in opened(report).tables
    ]


def pictures(report: QualityReport) -> list[tuple[str, str]]:
    """Number and description of every picture, in their order."""
    found = opened(report).element.xpath("//wp:docPr")
    return [(each.get("name"), each.get("descr")) for each in found]


@pytest.mark.font
def test_the_report_has_its_cover_and_its_chapters_in_order() -> None:
    lines = [closed_up(paragraph.text) for paragraph in opened(filed()).paragraphs]
    wanted = [
        "2021年度",
        "医养结合机构服务质量报告",
        "（数据截止时间为2021年9月30日）",
        "乌鲁木齐市卫生健康委",
        "2021年10月18日",
    ]
    for chapter in CHAPTERS:
        wanted += [chapter.heading, f"第{chapter.no}章甲。", f"第{chapter.no}章乙。"]
    assert [line for line in lines if line in wanted] == wanted


@pytest.mark.font
def test_chapters_are_headings_of_the_document_and_a_draft_is_marked() -> None:
    headings = opened(filed()).element.xpath("//w:p[w:pPr/w:outlineLvl]")
    assert [each.text for each in headings] == [chapter.heading for chapter in CHAPTERS]
    (section,) = opened(filed()).sections
    draft = opened(dataclasses.replace(filed(), version=None)).sections[0]
    assert section.first_page_footer.paragraphs[0].text == "第2版　校验码 3f9a 2c41 d0e8 77aa"
    assert section.footer.paragraphs[0].text.startswith("第2版　校验码 3f9a 2c41 d0e8 77aa")
    assert section.header.paragraphs[0].text == ""
    assert draft.header.paragraphs[0].text == draft.first_page_header.paragraphs[0].text == "草  稿"


@pytest.mark.font
def test_the_tables_hold_the_figures_of_annex_2_and_of_the_parts() -> None:
    counts, checks, items, parts = tables(filed())
    assert [row[2] for row in counts[1:]] == ["286", "10402✎①", "1210", "284", "19"]
    assert [row[2:] for row in checks[2:]] == [[str(300 + 4 * n + m) for m in range(4)] for n in range(10)]
    assert checks[1][-4:] == ["存在问题", "已整改", "存在问题", "已整改"]
    assert items[1] == ["19", "手卫生", "16", "39", "22"]
    assert parts[1:] == [
        ["1", "天山区", "23", "22", "31", "30", "96.8%"],
        ["2", "新市区", "30", "30", "41", "22", "53.7%"],
        ["—", "乌鲁木齐县", "2", "2", "0", "0", "—"],
    ]


@pytest.mark.font
def test_notes_and_readings_stand_under_the_tables() -> None:
    text = closed_up("".join(paragraph.text for paragraph in opened(filed()).paragraphs))
    assert "✎①第一部分第2项：系统汇总数为10422，人工调整为10402。理由：核减床位20张。" in text
    assert "统计口径：" in text
    assert "另有4家机构的床位数" in text
    assert "逾期未完成整改的问题：新市区4个。" in text


@pytest.mark.font
def test_every_chart_is_a_picture_that_says_its_numbers_in_words() -> None:
    found = pictures(filed())
    assert [name for name, _words in found] == ["图1", "图2", "图3", "图4"]
    first, items, parts, spot = (words for _name, words in found)
    assert "10. 落实新冠肺炎疫情防控和传染病防控各项要求，建立制度，压实责任：存在问题336家，已整改337家" in first
    assert "第19项 手卫生：发现问题39个，已整改销号22个" in items
    assert parts == "条形图：各县（市、区）整改销号率。天山区：整改销号率96.8%；新市区：整改销号率53.7%。"
    assert "1. 具备医疗机构执业资质：存在问题302家，已整改303家" in spot


@pytest.mark.font
def test_a_longer_bar_is_longer_by_as_much_as_its_number() -> None:
    chart = parts_chart(filed())
    assert chart is not None
    (picture,) = drawn([chart])
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    dark = Image.new("RGB", image.size, "#1f4e79")
    mask = ImageChops.difference(image, dark).convert("L").point(lambda value: 255 if value < 8 else 0)
    lengths = [sum(1 for x in range(image.width) if mask.getpixel((x, y))) for y in range(image.height)]
    first, second = (max(half) for half in (lengths[: image.height // 2], lengths[image.height // 2 :]))
    assert second / first == pytest.approx((22 / 41) / (30 / 31), rel=0.02)


@pytest.mark.font
def test_charts_without_numbers_are_left_out_and_the_rest_are_numbered_on() -> None:
    bare = dataclasses.replace(filed(), cells=dict.fromkeys(filed().cells, 0), items=())
    assert rows_chart(bare, "selfcheck") is None
    assert items_chart(bare) is None
    assert [name for name, _words in pictures(bare)] == ["图1"]
    nothing = dataclasses.replace(bare, parts=(), texts={}, counts={})
    assert (len(tables(nothing)), pictures(nothing)) == (2, [])


@pytest.mark.font
def test_the_regions_report_compares_prefectures() -> None:
    region = dataclasses.replace(filed(), parts_label="地（州、市）", unit_name="自治区卫生健康委")
    assert tables(region)[3][0][1] == "地（州、市）"
    assert pictures(region)[2][1].startswith("条形图：各地（州、市）整改销号率。")


def test_without_a_chinese_font_the_charts_are_left_out_and_the_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: fonts.choose(["DejaVu Sans"]))
    assert pictures(filed()) == []
    text = "".join(paragraph.text for paragraph in opened(filed()).paragraphs)
    assert "图4（抽查机构中各项检查内容存在问题与已整改的机构数）从略：服务器未安装中文字体" in text
    assert len(tables(filed())) == 4


@pytest.mark.font
def test_the_file_is_a_sound_archive_of_well_formed_parts() -> None:
    content = quality_report_word(filed())
    check_archive(content, "word/document.xml")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(name))  # noqa: S314 - our own file
    keys = opened(filed()).element.xpath("//wp:docPr/@id")
    assert len(set(keys)) == len(keys)


@pytest.mark.font
def test_the_same_report_gives_the_same_bytes_in_another_process_too() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, '.')\n"
        "from django.conf import settings; settings.configure(FONT_DIRS=[])\n"
        "from tests.cases.test_paper_quality_report import filed, quality_report_word\n"
        "print(hashlib.sha256(quality_report_word(filed())).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert quality_report_word(filed()) != quality_report_word(dataclasses.replace(filed(), year=2022))


def test_parts_stand_in_the_order_of_what_they_have_closed_and_those_without_findings_last() -> None:
    first, second, none = filed().parts
    same_share = PartLine("米东区", 5, 5, 62, 60, 2)
    assert sorted([none, same_share, second, first], key=PartLine.order) == [first, same_share, second, none]


def test_a_share_is_rounded_half_up_and_never_divided_by_nought() -> None:
    assert [percent(1, 3), percent(1, 2000), percent(2, 2), percent(0, 5), percent(0, 0)] == [
        "33.3%",
        "0.1%",
        "100.0%",
        "0.0%",
        "—",
    ]


@pytest.mark.font
def test_hostile_text_is_only_text() -> None:
    hostile = '#read("/etc/passwd") <w:p/> & ]]> =1+1'
    report = dataclasses.replace(
        filed(), texts={1: hostile}, parts=(PartLine(hostile, 1, 1, 1, 1, 0),), unit_name=hostile
    )
    assert [row[1] for row in tables(report)[3][1:]] == [closed_up(hostile)]
    assert [each.text for each in opened(report).paragraphs].count(hostile) == 2


def test_a_chapter_that_the_report_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="chapters that the report does not have"):
        dataclasses.replace(filed(), texts={9: "x"})
