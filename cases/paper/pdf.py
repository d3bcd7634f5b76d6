"""Setting the paper as PDF through typst; what people typed reaches the templates as data, never as markup."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from cases.paper import fonts
from cases.paper.content import Annex1Content
from cases.paper.layout import page
from cases.paper.report import Report, report


def annex1_pdf(content: Annex1Content) -> bytes:
    """Annex 1 on A4, blank or filled: the same content gives the same bytes. Raises ``MissingChineseFont``."""
    return typeset("annex1.typ", page(content))


def report_pdf(title: str, unit_name: str, year: int, body_text: str, signed_on: dt.date | None) -> bytes:
    """The self-rectification report (自查整改报告; action plan, part 3) as an official document.

    ``signed_on`` is a day in Asia/Shanghai, ``None`` leaves it blank. Raises ``MissingChineseFont``.
    """
    return typeset("report.typ", _as_data(report(title, unit_name, year, body_text, signed_on)))


def typeset(template: str, data: Any) -> bytes:
    """A template of this package as PDF, with the typefaces of this machine. Raises ``MissingChineseFont``."""
    return bytes(typst.compile(_template(template), **_given(data)))


def pictures(template: str, data: Any, sharpness: int) -> list[bytes]:
    """Every page of a template as PNG, so many pixels an inch. Raises ``MissingChineseFont``."""
    drawn = typst.compile(_template(template), format="png", ppi=sharpness, **_given(data))
    return drawn if isinstance(drawn, list) else [drawn]


def _given(data: Any) -> dict[str, Any]:
    inputs = {"data": json.dumps(data, ensure_ascii=False), "fonts": json.dumps(asdict(fonts.installed()))}
    return {"sys_inputs": inputs, "font_paths": settings.FONT_DIRS}


@cache
def _template(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def _as_data(paper: Report) -> dict[str, Any]:
    return asdict(paper)
