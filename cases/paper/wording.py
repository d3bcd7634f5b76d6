"""How an answer is worded in the two right-hand columns of Annex 1.

Fixed Chinese and outside the translation catalogue: it is the wording of the document, not of the screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from cases.editions.form import CheckItem
from cases.paper.content import Annex1Answer, printable

WAYS = {"immediate": "立行立改", "time_limited": "限期整改", "ongoing": "长期坚持"}


def answer_texts(
    item: CheckItem,
    status: str,
    problem: str = "",
    rectification: str = "",
    *,
    fixed: bool = False,
    measure: str = "",
    responsible: str = "",
    planned_on: dt.date | None = None,
    reason: str = "",
    values: Mapping[str, Decimal | str] | None = None,
    facets: Sequence[str] = (),
) -> Annex1Answer:
    """An answer in the words of 自查情况 and 整改情况 (Annex 1); an unanswered item leaves both cells blank.

    ``status`` is compliant, problem or not_applicable, ``rectification`` immediate, time_limited or ongoing, or empty.
    ``values`` holds figures by measure code, in the measure's unit (``Decimal`` or its string); ``facets`` are codes of
    the item's parts and stand in for a problem that is not described; ``planned_on`` is a day in Asia/Shanghai;
    ``reason`` says why the item does not apply. An unknown code raises ``ValueError``.
    """
    figures = _figures(item, values or {})
    match status:
        case "":
            return Annex1Answer()
        case "compliant":
            return Annex1Answer(f"符合。{_ended(figures)}" if figures else "符合", "无需整改")
        case "not_applicable":
            return Annex1Answer(_headed("不适用", printable(reason)), "无需整改")
        case "problem":
            described = _headed("存在问题", printable(problem) or _parts(item, facets))
            remedy = _remedy(rectification, fixed, measure, responsible, planned_on)
            return Annex1Answer(f"{_ended(described)}{_ended(figures)}" if figures else described, remedy)
    raise ValueError(f"{status!r} is not a self-check status")


def chinese_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _remedy(way: str, fixed: bool, measure: str, responsible: str, planned_on: dt.date | None) -> str:
    if way and way not in WAYS:
        raise ValueError(f"{way!r} is not a way of rectification")
    head = "，".join(part for part in (WAYS.get(way, ""), "已整改" if fixed else "") if part)
    parts = []
    if done := printable(measure):
        parts.append(done.rstrip("。；，"))
    if person := printable(responsible):
        parts.append(f"责任人{person}")
    if planned_on is not None and not fixed:
        parts.append(f"时限{chinese_date(planned_on)}")
    return _headed(head, "，".join(parts))


def _parts(item: CheckItem, facets: Sequence[str]) -> str:
    labels = []
    for code in facets:
        if (facet := item.facet(code)) is None:
            raise ValueError(f"{item.code} has no facet {code!r}")
        labels.append(facet.label_zh)
    return "；".join(labels)


def _figures(item: CheckItem, values: Mapping[str, Decimal | str]) -> str:
    if unknown := set(values) - {measure.code for measure in item.measures}:
        raise ValueError(f"{item.code} has no measure {sorted(unknown)}")
    return "，".join(
        f"{measure.label_zh}{_plain(values[measure.code])}{measure.unit}"
        for measure in item.measures
        if values.get(measure.code, "") != ""
    )


def _plain(value: Decimal | str) -> str:
    return format(Decimal(value).normalize(), "f")


def _headed(head: str, text: str) -> str:
    """What was written, as a sentence behind its head; a head alone, such as 立行立改，已整改, has no full stop."""
    if not text:
        return head
    return f"{head}：{_ended(text)}" if head else _ended(text)


def _ended(text: str) -> str:
    return text if text[-1] in "。！？；…”.!?" else f"{text}。"
