"""Annex 1 on paper: what the document prints, word for word, with nothing added and nothing lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import time
import zipfile
from functools import cache
from typing import Any

import pytest
from django.utils import translation
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from cases.editions.form import Form
from cases.editions.load import DATA, parse, read_file
from cases.editions.quality import quality_of
from cases.errors import Refusal
from cases.paper import (
    Annex1Answer,
    Annex1Content,
    MissingChineseFont,
    annex1_docx,
    annex1_pdf,
    blank,
    content_digest,
    fonts,
)
from cases.paper.content import printable
from cases.paper.layout import page

HOSTILE = (
    '#read("/etc/passwd") $x^2$ *bold* _it_ @ref <label> `raw` = h // c /* d */ \\ \\u{41} #{1+1} #set page(fill: red) '
    "{{ 7*7 }} {% x %} <script>alert(1)</script> &amp; ]]> \"q\" 's' ~ -- ... 😀"
)


@cache
def form() -> Form:
    return quality_of(parse(read_file(DATA / "quality-cycle-2021.json"), where="2021")).form


@cache
def filled(**changes: Any) -> Annex1Content:
    return Annex1Content(
        form=form(),
        prefecture="喀什地区",
        county="疏附县",
        reporting_unit="康乐医养结合服务中心",
        filler_name="阿依古丽·买买提",
        filler_phone="0998-1234567",
        filled_on=dt.date(2021, 5, 12),
        basic={
            "institution_name": "康乐医养结合服务中心",
            "medical_beds": 120,
            "home_beds": 0,
            "medical_type": "other",
            "medical_type_other": "社区卫生服务站",
            "medical_ownership": "public",
            "medical_grade": "ungraded",
            "insurance": "yes",
            "care_type": "day_care",
            "operation_mode": "public_private",
        },
        answers={code: Annex1Answer(f"甲情况{code}", f"乙整改{code}") for code in form().items},
    )


def pages(pdf: bytes) -> list[str]:
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages]


def closed_up(text: str) -> str:
    """Without the spaces and line ends that only typesetting put there."""
    return re.sub(r"\s+", "", text)


def text_of_pdf(content: Annex1Content) -> str:
    return closed_up("".join(pages(annex1_pdf(content))))


def cells_of_word(content: Annex1Content) -> list[list[str]]:
    """The tables' rows with every merged cell once."""
    document = Document(io.BytesIO(annex1_docx(content)))
    return [[cell.text for cell in dict.fromkeys(row.cells)] for table in document.tables for row in table.rows]


def ticks_drawn(pdf: bytes) -> int:
    """Ticks are the only lines 1.2 points wide."""
    sheets = PdfReader(io.BytesIO(pdf)).pages
    drawn = [sheet.get_contents() for sheet in sheets]
    return sum(bytes(content.get_data()).count(b" 1.2 w ") for content in drawn if content is not None)


def printed_in_order(content_form: Form) -> list[str]:
    texts = ["附件1", content_form.title_zh]
    texts += [
        "地（州、市）：",
        "市（县、区）：",
        "填报单位(签章)：",
        "填表人：",
        "联系电话：",
        "填报日期：",
        "年",
        "月",
        "日",
    ]
    texts += [
        "医养结合机构基本情况",
        "机构名称：",
        "医疗床位数量：",
        "家庭病床数量：",
        "上年度医疗床位数量：",
        "家庭病床数量：",
    ]
    texts += [
        "医养结合机构中医疗机构基本情况",
        "医疗机构类型：",
        "综合医院",
        "专科医院（含康复医院）",
        "护理院",
        "中医医院",
    ]
    texts += [
        "基层医疗机构",
        "其他（请注明）：",
        "医疗机构注册类型：",
        "公立机构",
        "非公立机构",
        "医疗机构等级：",
        "三级医院",
    ]
    texts += ["二级医院", "一级医院", "未定级", "纳入医保情况：", "纳入", "未纳入", "医养结合机构中养老机构基本情况"]
    texts += ["养老机构类别：", "养老院（敬老院）", "日间照料中心（含养老驿站等）", "养老机构经营方式：", "公办公营"]
    texts += ["公建民营", "民办民营", "其他（请注明）", "序号", "自查内容", "自查情况", "整改情况"]
    for section in content_form.sections:
        texts.append(section.title_zh)
        for item in section.items:
            texts += [str(item.no), item.text_zh]
    return [closed_up(text) for text in texts]


def assert_in_order(text: str, wanted: list[str]) -> None:
    place = 0
    for words in wanted:
        found = text.find(words, place)
        assert found >= 0, f"{words} is missing or out of order after …{text[max(0, place - 40) : place]}"
        place = found + len(words)


@pytest.mark.font
@pytest.mark.parametrize("content", [blank, lambda _: filled()], ids=["blank", "filled"])
def test_the_pdf_prints_the_document_verbatim_and_in_order(content: Any) -> None:
    assert_in_order(text_of_pdf(content(form())), printed_in_order(form()))


@pytest.mark.font
def test_the_blank_pdf_prints_nothing_but_the_document() -> None:
    header = "序号自查内容自查情况整改情况"
    sheets = [closed_up(sheet) for sheet in pages(annex1_pdf(blank(form())))]
    assert all(sheet.startswith(header) for sheet in sheets[1:])
    once = sheets[0] + "".join(sheet.removeprefix(header) for sheet in sheets[1:])
    assert once == "".join(printed_in_order(form()))


@pytest.mark.font
def test_the_pdf_is_a4_with_only_the_forms_title_as_property() -> None:
    document = PdfReader(io.BytesIO(annex1_pdf(filled())))
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in document.pages} == {(595, 842)}
    properties = dict(document.metadata or {})
    assert str(properties.pop("/Title")) == "医养结合机构服务质量自查整改表"
    assert set(properties) <= {"/Creator", "/Producer"}
    assert "yiyang" not in str(properties).lower()


@pytest.mark.font
def test_the_form_fits_the_pages_it_should() -> None:
    assert 2 <= len(pages(annex1_pdf(blank(form())))) <= 4
    assert 2 <= len(pages(annex1_pdf(filled()))) <= 4


@pytest.mark.font
def test_what_is_filled_in_stands_behind_its_label() -> None:
    text = text_of_pdf(filled())
    for words in (
        "地（州、市）：喀什地区",
        "市（县、区）：疏附县",
        "填报单位(签章)：康乐医养结合服务中心",
        "填表人：阿依古丽·买买提",
        "联系电话：0998-1234567",
        "填报日期：2021年5月12日",
        "机构名称：康乐医养结合服务中心",
        "医疗床位数量：120张家庭病床数量：0张",
        "上年度医疗床位数量：家庭病床数量：医养结合机构中",
        "其他（请注明）：社区卫生服务站",
    ):
        assert words in text


@pytest.mark.font
def test_every_answer_stands_beside_its_item() -> None:
    text = text_of_pdf(filled())
    for item in form().items.values():
        assert f"{item.text_zh}甲情况{item.code}乙整改{item.code}" in text


@pytest.mark.font
def test_ticks_are_drawn_for_the_chosen_options_only() -> None:
    assert ticks_drawn(annex1_pdf(blank(form()))) == 0
    assert ticks_drawn(annex1_pdf(filled())) == 6
    chosen = {box["label"] for row in page(filled())["basic"] for line in row["lines"] for box in line if box["ticked"]}
    assert chosen == {"其他（请注明）：", "公立机构", "未定级", "纳入", "日间照料中心（含养老驿站等）", "公建民营"}


def test_options_stand_on_the_lines_of_the_document() -> None:
    lines = {
        row["label"]: [[box["label"] for box in line] for line in row["lines"]]
        for row in page(blank(form()))["basic"]
        if row["kind"] == "choice"
    }
    assert lines["医疗机构类型："] == [
        ["综合医院", "专科医院（含康复医院）", "护理院"],
        ["中医医院", "基层医疗机构"],
        ["其他（请注明）："],
    ]
    assert lines["养老机构经营方式："] == [["公办公营", "公建民营", "民办民营", "其他（请注明）"]]


@pytest.mark.font
def test_hostile_text_is_printed_as_it_was_typed() -> None:
    content = dataclasses.replace(
        filled(),
        reporting_unit=HOSTILE,
        basic={**filled().basic, "medical_type_other": HOSTILE, "institution_name": HOSTILE},
        answers={"A1-01": Annex1Answer(HOSTILE, HOSTILE)},
    )
    # Emoji come out of the PDF as whatever font has them; everything else must be there, letter for letter.
    wanted = closed_up(HOSTILE).removesuffix("😀")
    text = text_of_pdf(content)
    assert text.count(wanted) == 5
    assert "root:" not in text


@pytest.mark.font
def test_a_word_wider_than_its_cell_is_broken_and_stays_on_the_page() -> None:
    content = dataclasses.replace(filled(), answers={"A1-01": Annex1Answer("W" * 400, "0" * 400)})
    rights: list[float] = []
    document = PdfReader(io.BytesIO(annex1_pdf(content)))

    def look(text: str, _cm: Any, matrix: list[float], _font: Any, size: float) -> None:
        if set(text.strip()) == {"W"}:
            rights.append(len(text.strip()))

    for sheet in document.pages:
        sheet.extract_text(visitor_text=look)
    assert rights
    assert max(rights) < 12
    assert closed_up("".join(pages(annex1_pdf(content)))).count("W") == 400


@pytest.mark.font
def test_five_thousand_characters_in_a_cell_break_over_pages_and_lose_none() -> None:
    content = dataclasses.replace(filled(), answers={"A1-15": Annex1Answer("鑫" * 5000, "淼" * 5000)})
    sheets = pages(annex1_pdf(content))
    text = "".join(sheets)
    assert text.count("鑫") == text.count("淼") == 5000
    assert all(closed_up(sheet).startswith("序号自查内容") for sheet in sheets[1:])
    assert_in_order(closed_up(text), [item.text_zh for item in form().items.values()])


@pytest.mark.font
def test_no_section_heading_stands_alone_at_the_foot_of_a_page() -> None:
    headings = {closed_up(section.title_zh) for section in form().sections}
    for length in range(0, 120, 12):
        answers = {code: Annex1Answer("字" * length, "") for code in form().items}
        for sheet in pages(annex1_pdf(dataclasses.replace(filled(), answers=answers))):
            assert closed_up(sheet.strip().splitlines()[-1]) not in headings


@pytest.mark.font
def test_the_same_content_gives_the_same_bytes() -> None:
    first = annex1_pdf(filled())
    assert annex1_pdf(dataclasses.replace(filled())) == first
    assert annex1_pdf(dataclasses.replace(filled(), county="喀什市")) != first
    assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate", first)


@pytest.mark.font
def test_paper_is_chinese_when_the_screen_is_english() -> None:
    in_chinese = annex1_pdf(filled())
    with translation.override("en"):
        assert annex1_pdf(filled()) == in_chinese
        assert cells_of_word(filled())[0] == ["医养结合机构基本情况"]


def test_without_a_chinese_font_the_pdf_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: fonts.choose(["DejaVu Sans", "Liberation Serif"]))
    with pytest.raises(MissingChineseFont) as refused:
        annex1_pdf(filled())
    assert isinstance(refused.value, Refusal)
    assert refused.value.status == 503
    with translation.override("en"):
        assert "no Chinese font" in str(refused.value.message)
        assert "fonts-noto-cjk" in str(refused.value.hint)
    assert annex1_docx(filled())


def test_official_typefaces_are_preferred_and_any_chinese_one_will_do() -> None:
    office = fonts.choose(["SimSun", "FangSong", "SimHei", "KaiTi", "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC"])
    assert office == fonts.Typefaces("FZXiaoBiaoSong-B05S", "SimHei", "KaiTi", "FangSong")
    assert set(dataclasses.astuple(fonts.choose(["Arial", "WenQuanYi Zen Hei"]))) == {"WenQuanYi Zen Hei"}


@pytest.mark.font
def test_a_form_of_thirty_long_answers_is_set_in_less_than_two_seconds() -> None:
    answers = {code: Annex1Answer("问题描述。" * 200, "整改措施。" * 200) for code in form().items}
    began = time.process_time()
    annex1_pdf(dataclasses.replace(filled(), answers=answers))
    assert time.process_time() - began < 2


def test_the_word_file_has_the_same_text_in_the_same_order() -> None:
    for content in (blank(form()), filled()):
        document = Document(io.BytesIO(annex1_docx(content)))
        head = closed_up("".join(paragraph.text for paragraph in document.paragraphs).replace("_", ""))
        cells = closed_up("".join(text for row in cells_of_word(content) for text in row)).replace("_", "")
        assert_in_order(head + re.sub("[□☑]", "", cells), printed_in_order(form()))
    rows = {row[1]: row for row in cells_of_word(filled()) if len(row) == 4}
    for item in form().items.values():
        assert rows[item.text_zh] == [str(item.no), item.text_zh, f"甲情况{item.code}", f"乙整改{item.code}"]


def test_the_word_file_draws_empty_and_ticked_boxes() -> None:
    empty = {row[0]: row[1] for row in cells_of_word(blank(form())) if len(row) == 2}
    assert empty["医疗机构类型："] == (
        "□综合医院  □专科医院（含康复医院）  □护理院\n□中医医院  □基层医疗机构\n□其他（请注明）：________"
    )
    assert empty["养老机构经营方式："] == "□公办公营  □公建民营  □民办民营  □其他（请注明）________"
    ticked = {row[0]: row[1] for row in cells_of_word(filled()) if len(row) == 2}
    assert ticked["医疗机构类型："].endswith("☑其他（请注明）：\u00a0社区卫生服务站\u00a0")
    assert ticked["医疗机构等级："] == "□三级医院  □二级医院  □一级医院  ☑未定级"


def test_the_word_file_is_a4_repeats_its_header_and_names_nobody() -> None:
    document = Document(io.BytesIO(annex1_docx(filled())))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    items = document.tables[1]
    assert items.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    properties = document.core_properties
    assert properties.title == "医养结合机构服务质量自查整改表"
    with zipfile.ZipFile(io.BytesIO(annex1_docx(filled()))) as parts:
        assert not [name for name in parts.namelist() if "thumbnail" in name]
    assert (properties.author, properties.comments, properties.last_modified_by) == ("", "", "")


def test_the_word_file_takes_hostile_and_unprintable_text() -> None:
    text = HOSTILE + "\x00\x1b\ud800\uffff\r\n第二行"
    rows = cells_of_word(dataclasses.replace(filled(), answers={"A1-01": Annex1Answer(text, "x" * 5000)}))
    assert ["1", form().items["A1-01"].text_zh, HOSTILE + "\n第二行", "x" * 5000] in rows


def test_every_kind_of_line_end_is_one_line_end_on_paper() -> None:
    assert printable("\n甲\r\n乙\r丙\u2028丁\x85戊\t己 \n") == "甲\n乙\n丙\n丁\n戊 己"
    assert printable("\x00a\u202eb\ud800") == "ab"


@given(st.text(max_size=60))
@settings(max_examples=12)
@pytest.mark.font
def test_no_text_whatever_breaks_either_paper(text: str) -> None:
    content = dataclasses.replace(
        filled(),
        county=text,
        basic={"operation_mode": "other", "operation_mode_other": text},
        answers={"A1-01": Annex1Answer(text, text)},
    )
    assert annex1_pdf(content).startswith(b"%PDF-")
    assert [row[2] for row in cells_of_word(content) if row[0] == "1"] == [printable(text)]


def test_a_code_that_the_form_does_not_have_is_refused() -> None:
    for wrong in (
        {"basic": {"beds": 3}},
        {"basic": {"insurance": "maybe"}},
        {"basic": {"medical_beds_other": "x"}},
        {"answers": {"A1-31": Annex1Answer()}},
    ):
        with pytest.raises(ValueError, match=r"beds|maybe|A1-31"):
            Annex1Content(form=form(), **wrong)


def test_the_digest_changes_with_everything_that_shows() -> None:
    base = filled()
    other_form = dataclasses.replace(form(), title_zh="另一张表")
    variants = [
        base,
        blank(form()),
        dataclasses.replace(base, form=other_form),
        dataclasses.replace(base, county="喀什市"),
        dataclasses.replace(base, filled_on=dt.date(2021, 5, 13)),
        dataclasses.replace(base, basic={**base.basic, "medical_beds": 121}),
        dataclasses.replace(base, basic={**base.basic, "home_beds": None}),
        dataclasses.replace(base, answers={**base.answers, "A1-01": Annex1Answer("甲", "")}),
        dataclasses.replace(base, answers={**base.answers, "A1-01": Annex1Answer("", "甲")}),
    ]
    assert len({content_digest(content) for content in variants}) == len(variants)


def test_the_digest_stays_when_nothing_that_shows_has_changed() -> None:
    base = filled()
    same = dataclasses.replace(
        base,
        county=" 疏附县\r\n",
        basic={"medical_beds_prev": None, **dict(reversed(list(base.basic.items())))},
        answers=dict(reversed(list(base.answers.items()))),
    )
    assert content_digest(same) == content_digest(base)
    with translation.override("en"):
        assert content_digest(base) == content_digest(same)


def test_the_digest_of_a_known_form_never_moves() -> None:
    """Seals of old versions are tied to it: a change of layout or code must not break them."""
    assert content_digest(blank(form())) == "bdb85b899facb3c281ba1661781cb6bce2e64adb91a8858b80562ad59bae38fd"
