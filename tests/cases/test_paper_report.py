"""The self-rectification report (自查整改报告) as an official document."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from docx import Document
from pypdf import PdfReader

from cases.paper import report_docx, report_pdf
from cases.paper.report import report

TITLE = "医养结合机构服务质量自查整改报告"
UNIT = "康乐医养结合服务中心"
DAY = dt.date(2021, 5, 12)
BODY = (
    "一、自查情况\r\n对照30项内容逐项自查，“三基”考核全部达标。\n\n（一）制度落实方面\n"
    "病历记录合格率97.2%。\n（二）开展服务方面。各项服务均已规范，具体情况见自查整改表。\n二、整改情况\n均已整改。"
)
HOSTILE = '#read("/etc/passwd") $x$ *bold* @ref \\ = h <l>'


def text_of_pdf(title: str = TITLE, body: str = BODY, day: dt.date | None = DAY) -> str:
    sheets = PdfReader(io.BytesIO(report_pdf(title, UNIT, 2021, body, day))).pages
    return re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in sheets))


def lines_of_word(body: str = BODY, day: dt.date | None = DAY) -> list[str]:
    document = Document(io.BytesIO(report_docx(TITLE, UNIT, 2021, body, day)))
    return [paragraph.text for paragraph in document.paragraphs]


def test_headings_are_told_from_paragraphs() -> None:
    parts = [(part.level, part.text[:6]) for part in report(TITLE, UNIT, 2021, BODY, DAY).paragraphs]
    assert parts == [
        ("heading", "一、自查情况"),
        ("body", "对照30项内"),
        ("subheading", "（一）制度落"),
        ("body", "病历记录合格"),
        ("body", "（二）开展服"),
        ("heading", "二、整改情况"),
        ("body", "均已整改。"),
    ]


def test_headings_and_a_short_last_paragraph_stay_with_what_follows() -> None:
    parts = report(TITLE, UNIT, 2021, BODY, DAY).paragraphs
    assert [part.keeps_next for part in parts] == [True, False, True, False, False, True, True]
    assert not report(TITLE, UNIT, 2021, "很长。" * 200, DAY).paragraphs[-1].keeps_next


def test_the_year_is_named_once() -> None:
    assert report(TITLE, UNIT, 2021, BODY, DAY).subtitle == "（2021年度）"
    assert report(f"2021年{TITLE}", UNIT, 2021, BODY, DAY).subtitle == ""


@pytest.mark.font
def test_the_pdf_has_title_text_and_signature_in_order() -> None:
    text = text_of_pdf()
    wanted = [
        TITLE,
        "（2021年度）",
        "一、自查情况",
        "“三基”考核",
        "（一）制度落实方面",
        "均已整改。",
        UNIT,
        "2021年5月12日",
    ]
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)


@pytest.mark.font
def test_the_report_prints_hostile_text_as_typed_and_numbers_its_pages() -> None:
    text = text_of_pdf(title=HOSTILE, body=f"{HOSTILE}\n" + "长文。" * 900)
    assert text.count(re.sub(r"\s+", "", HOSTILE)) == 2
    assert text.count("长文。") == 900
    assert "—1—" in text
    assert "—2—" in text


@pytest.mark.font
def test_the_same_report_gives_the_same_bytes() -> None:
    assert report_pdf(TITLE, UNIT, 2021, BODY, DAY) == report_pdf(TITLE, UNIT, 2021, BODY, DAY)


@pytest.mark.font
def test_an_unsigned_report_leaves_the_date_open() -> None:
    assert text_of_pdf(day=None).replace("—1—", "").endswith(f"{UNIT}年月日")


def test_the_word_file_has_the_same_lines() -> None:
    lines = lines_of_word(f"{BODY}\n{HOSTILE}")
    assert lines[:3] == [TITLE, "（2021年度）", "一、自查情况"]
    assert lines[-3:] == [HOSTILE, UNIT, "2021年5月12日"]
