"""How an answer is worded on the printed Annex 1."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from django.utils import translation

from cases.editions.form import CheckItem
from cases.editions.load import DATA, parse, read_file
from cases.editions.quality import quality_of
from cases.models.selfcheck import AnswerStatus, Rectification
from cases.paper import Annex1Answer, answer_texts
from cases.paper.wording import WAYS


@cache
def item(code: str) -> CheckItem:
    return quality_of(parse(read_file(DATA / "quality-cycle-2021.json"), where="2021")).form.items[code]


def test_an_unanswered_item_leaves_both_cells_blank() -> None:
    assert answer_texts(item("A1-01"), "") == Annex1Answer("", "")


def test_a_compliant_item_is_said_so_and_needs_no_rectification() -> None:
    assert answer_texts(item("A1-01"), "compliant") == Annex1Answer("符合", "无需整改")


def test_a_compliant_item_with_figures_prints_them_in_the_order_of_the_form() -> None:
    values: dict[str, Decimal | str] = {"order_prescription_pass_rate": "96.50", "record_pass_rate": Decimal("1E+2")}
    assert answer_texts(item("A1-18"), "compliant", values=values).selfcheck == (
        "符合。病历记录合格率100%，医嘱、处方合格率96.5%。"
    )


def test_an_item_that_does_not_apply_says_why() -> None:
    answer = answer_texts(item("A1-16"), "not_applicable", reason="本机构不使用麻醉药品和精神药品")
    assert answer == Annex1Answer("不适用：本机构不使用麻醉药品和精神药品。", "无需整改")


def test_a_problem_is_described_with_figures_and_its_timed_rectification() -> None:
    answer = answer_texts(
        item("A1-18"),
        "problem",
        "2份病历无上级医师签字",
        "time_limited",
        values={"record_pass_rate": "97.2", "order_prescription_pass_rate": ""},
        measure="开展病历书写培训，逐份整改。",
        responsible="阿依古丽",
        planned_on=dt.date(2021, 5, 30),
    )
    assert answer.selfcheck == "存在问题：2份病历无上级医师签字。病历记录合格率97.2%。"
    assert answer.rectification == "限期整改：开展病历书写培训，逐份整改，责任人阿依古丽，时限2021年5月30日。"


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ({"rectification": "immediate", "fixed": True}, "立行立改，已整改"),
        ({"rectification": "immediate", "fixed": True, "measure": "当场更换标识"}, "立行立改，已整改：当场更换标识。"),
        ({"rectification": "time_limited", "fixed": True, "planned_on": dt.date(2021, 5, 30)}, "限期整改，已整改"),
        ({"rectification": "ongoing", "measure": "每月培训一次"}, "长期坚持：每月培训一次。"),
        ({"responsible": "王强"}, "责任人王强。"),
        ({}, ""),
    ],
)
def test_every_way_of_rectification_has_its_words(given: dict[str, Any], printed: str) -> None:
    assert answer_texts(item("A1-17"), "problem", "标识脱落", **given).rectification == printed


def test_a_problem_without_description_names_the_parts_it_lies_in() -> None:
    answer = answer_texts(item("A1-06"), "problem", facets=["designated_person", "hai_measures"])
    assert answer.selfcheck == "存在问题：专人负责院内感染控制；落实院内感染防控各项措施。"
    assert answer_texts(item("A1-06"), "problem").selfcheck == "存在问题"


def test_the_wording_is_chinese_when_the_screen_is_english() -> None:
    with translation.override("en"):
        answer = answer_texts(item("A1-18"), "compliant", values={"record_pass_rate": "100"})
    assert answer.selfcheck == "符合。病历记录合格率100%。"


def test_every_status_and_way_that_the_form_records_has_words() -> None:
    for status in AnswerStatus.values:
        assert answer_texts(item("A1-01"), status).selfcheck
    assert set(WAYS) == set(Rectification.values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "good"},
        {"status": "problem", "rectification": "later"},
        {"status": "problem", "facets": ["nothing"]},
        {"status": "problem", "values": {"nothing": "1"}},
    ],
)
def test_a_code_without_words_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"good|later|nothing"):
        answer_texts(item("A1-01"), **wrong)
