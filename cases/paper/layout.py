"""Annex 1 as lines, cells and tick boxes: the one description that the PDF and the Word file are both made from."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any, TypedDict

from cases.editions.form import BasicField, BasicGroup, HeaderField
from cases.paper.content import Annex1Content, printable

MARK = "附件1"

# The document breaks the types of medical institution over three lines; every other choice fills its line.
OPTIONS_PER_LINE = {"medical_type": (3, 2, 1)}
# The document prints a colon before the blank of 其他（请注明） here, and none in 养老机构经营方式.
COLON_BEFORE_BLANK = frozenset({"medical_type"})
# Which blanks of the head share a line.
HEADER_LINES = (("prefecture", "county"), ("reporting_unit",), ("filler_name", "filler_phone", "filled_on"))


class Blank(TypedDict):
    """A label and what is written behind it; a date is (year, month, day), each part blank on the empty form."""

    label: str
    value: str
    date: tuple[str, str, str] | None


class Box(TypedDict):
    """A tick box: ``blank`` is the text on its line, ``None`` where the box has no line."""

    label: str
    ticked: bool
    blank: str | None


class Cells(TypedDict):
    """A row of the basic information: whole-width lines, or a label with tick boxes."""

    kind: str
    label: str
    cells: list[list[Blank]]
    lines: list[list[Box]]


class Page(TypedDict):
    mark: str
    title: str
    header: list[list[Blank]]
    basic: list[Cells]
    columns: list[str]
    rows: list[dict[str, Any]]


def page(content: Annex1Content) -> Page:
    """The printed page of Annex 1 in its printed order; plain JSON values only."""
    form = content.form
    return {
        "mark": MARK,
        "title": form.title_zh,
        "header": _header(content),
        "basic": [row for group in form.basic for row in _group(content, group)],
        "columns": list(form.columns),
        "rows": _rows(content),
    }


def _header(content: Annex1Content) -> list[list[Blank]]:
    fields = {fld.code: fld for fld in content.form.header}
    return [[_header_blank(content, fields[code]) for code in line if code in fields] for line in HEADER_LINES]


def _header_blank(content: Annex1Content, fld: HeaderField) -> Blank:
    value = getattr(content, fld.code)
    return {
        # 填报单位 (签章) ： stands in half-width brackets and keeps the document's space before the colon.
        "label": f"{fld.label_zh} ：" if fld.label_zh.endswith(")") else f"{fld.label_zh}：",
        "value": "" if fld.type == "date" else printable(value),
        "date": _date_parts(value) if fld.type == "date" else None,
    }


def _date_parts(day: dt.date | None) -> tuple[str, str, str]:
    return (str(day.year), str(day.month), str(day.day)) if day else ("", "", "")


def _group(content: Annex1Content, group: BasicGroup) -> list[Cells]:
    rows: list[Cells] = [{"kind": "group", "label": group.label_zh, "cells": [], "lines": []}]
    for kind, run in groupby(group.fields, key=lambda fld: fld.type):
        fields = list(run)
        if kind == "choice":
            rows += [_choice(content, fld) for fld in fields]
        elif kind == "int":
            rows.append({"kind": "lines", "label": "", "cells": _beside_last_year(content, fields), "lines": []})
        else:
            rows += [{"kind": "lines", "label": "", "cells": [[_blank(content, f)]], "lines": []} for f in fields]
    return rows


def _beside_last_year(content: Annex1Content, fields: list[BasicField]) -> list[list[Blank]]:
    """This year's figures in the left cell, those of last year (上年度) in the right one."""
    last_year = [fld for fld in fields if fld.code.endswith("_prev")]
    this_year = [fld for fld in fields if fld not in last_year]
    return [[_blank(content, fld) for fld in cell] for cell in (this_year, last_year) if cell]


def _blank(content: Annex1Content, fld: BasicField) -> Blank:
    value = content.value(fld)
    return {"label": f"{fld.label_zh}：", "value": f"{value}{fld.unit}" if value else "", "date": None}


def _choice(content: Annex1Content, fld: BasicField) -> Cells:
    chosen = content.basic.get(fld.code)
    boxes: list[Box] = []
    for option in fld.options:
        colon = "：" if option.requires_text and fld.code in COLON_BEFORE_BLANK else ""
        ticked = option.code == chosen
        text = content.other_text(fld) if ticked else ""
        boxes.append(
            {"label": option.label_zh + colon, "ticked": ticked, "blank": text if option.requires_text else None}
        )
    per_line: tuple[int, ...] = OPTIONS_PER_LINE.get(fld.code, ())
    if sum(per_line) != len(boxes):
        per_line = (len(boxes),)
    rest = iter(boxes)
    lines = [[next(rest) for _ in range(count)] for count in per_line]
    return {"kind": "choice", "label": f"{fld.label_zh}：", "cells": [], "lines": lines}


def _rows(content: Annex1Content) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for section in content.form.sections:
        rows.append({"section": section.title_zh})
        for item in section.items:
            answer = content.answer(item.code)
            texts = [printable(answer.selfcheck), printable(answer.rectification)]
            rows.append({"no": str(item.no), "text": item.text_zh, "answers": texts})
    return rows
