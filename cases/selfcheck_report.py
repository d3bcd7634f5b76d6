"""A first draft of the self-rectification report (自查整改报告) from the answers (action plan, part 3 (2)).

Fixed Chinese and outside the translation catalogue: it is an official document, not a page. Lines that begin with
一、 or （一） are headings on paper.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from cases.editions.form import CheckItem, Form, Section
from cases.paper import answer_texts

NUMERALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def draft_report(form: Form, content: Mapping[str, Any], *, unit_name: str, year: int) -> str:
    """The report's text from a snapshot of the form: basic information, counts, problems with measures, next steps."""
    answers = content["answers"]
    problems = [(item, answers[code]) for code, item in form.items.items() if _status(answers, code) == "problem"]
    return "\n".join(
        [
            "一、基本情况",
            _introduction(form, content["basic"], unit_name),
            "二、自查情况",
            _overall(form, answers, year),
            *(_section(section, answers) for section in form.sections),
            "三、存在的问题及整改措施",
            *(_problems(problems) or ["本次自查未发现问题。"]),
            "四、下一步打算",
            _next_steps([answer for _item, answer in problems]),
        ]
    )


def report_title(unit_name: str) -> str:
    """The heading of the report on paper."""
    return f"{unit_name}医养结合机构服务质量自查整改报告"


def _introduction(form: Form, basic: Mapping[str, Any], unit_name: str) -> str:
    """Name, beds and kind of the institution, as far as they have been filled in."""
    parts = []
    for fld in form.basic_fields.values():
        value = basic.get(fld.code)
        if value is None or fld.code == "institution_name":
            continue
        if fld.type == "choice":
            option = next((option for option in fld.options if option.code == value), None)
            words = basic.get(f"{fld.code}_other") or (option.label_zh if option else value)
            parts.append(f"{fld.label_zh}为{words}")
        else:
            parts.append(f"{fld.label_context}{fld.label_zh}{value}{fld.unit}")
    name = basic.get("institution_name") or unit_name
    return f"{name}{'，'.join(parts)}。" if parts else f"{name}基本情况见自查整改表。"


def _overall(form: Form, answers: Mapping[str, Any], year: int) -> str:
    counts = _counts(form.items, answers)
    return (
        f"按照医养结合机构服务质量提升行动要求，我单位对照自查整改表{len(form.items)}项内容开展{year}年度全面自查："
        f"{_said(counts)}。"
    )


def _section(section: Section, answers: Mapping[str, Any]) -> str:
    """One section in a sentence; its own 一、 becomes （一）, because the report counts differently."""
    counts = _counts([item.code for item in section.items], answers)
    title = section.title_zh.partition("、")[2] or section.title_zh
    return f"（{NUMERALS[section.no]}）{title}。共{len(section.items)}项，{_said(counts)}。"


def _problems(problems: Iterable[tuple[CheckItem, Mapping[str, Any]]]) -> list[str]:
    lines = []
    for number, (item, answer) in enumerate(problems, 1):
        planned = answer.get("planned_on")
        said = answer_texts(
            item,
            "problem",
            answer.get("problem", ""),
            answer.get("rectification", ""),
            fixed=answer.get("fixed_on_spot", False),
            measure=answer.get("measure", ""),
            responsible=answer.get("responsible", ""),
            planned_on=dt.date.fromisoformat(planned) if planned else None,
            values={each.code: answer["values"][each.code] for each in item.measures if each.code in answer["values"]},
            facets=[code for code in answer.get("facets", ()) if item.facet(code)],
        )
        found = said.selfcheck.removeprefix("存在问题：") or "存在问题。"
        lines.append(f"{number}．{item.short_zh}（第{item.no}项）：{found}{_remedy(said.rectification)}")
    return lines


def _remedy(said: str) -> str:
    """What is done about a problem; its way (立行立改 …) comes first on the form and in brackets here."""
    way, colon, measure = said.partition("：")
    if colon:
        return f"整改措施（{way}）：{measure}"
    return f"整改措施：{said or '待定'}。"


def _next_steps(problems: list[Mapping[str, Any]]) -> str:
    left = sum(not answer.get("fixed_on_spot") for answer in problems)
    if not problems:
        return "我单位将继续落实各项制度，巩固自查成果，持续提升医养结合服务质量。"
    done = len(problems) - left
    head = (
        f"以上{len(problems)}个问题中，{done}个已当场整改，{left}个纳入整改台账"
        if done
        else f"以上{left}个问题纳入整改台账"
    )
    tail = "，逐项落实责任人和整改时限，整改到位后报县级卫生健康行政部门复核" if left else ""
    return f"{head}{tail}。我单位将举一反三，完善制度，持续提升医养结合服务质量。"


def _status(answers: Mapping[str, Any], code: str) -> str:
    status: str = answers.get(code, {}).get("status", "")
    return status


def _counts(codes: Iterable[str], answers: Mapping[str, Any]) -> dict[str, int]:
    statuses = [_status(answers, code) for code in codes]
    return {status: statuses.count(status) for status in ("compliant", "problem", "not_applicable", "")}


def _said(counts: Mapping[str, int]) -> str:
    """The counts in words, those of nothing left out."""
    words = {"compliant": "符合", "problem": "存在问题", "not_applicable": "不适用", "": "尚未填写"}
    return "，".join(f"{word}{counts[status]}项" for status, word in words.items() if counts[status])
