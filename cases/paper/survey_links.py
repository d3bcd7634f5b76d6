"""One-time links of a survey as a sheet to cut up: a code to scan, and the address to type (满意度调查)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import segno

from cases.paper.content import printable
from cases.paper.pdf import typeset
from cases.paper.wording import chinese_date


def links_pdf(pilot_name: str, group: str, addresses: Sequence[str], valid_until: dt.date) -> bytes:
    """The links of one batch on A4, eight a page; they are printed once. Raises ``MissingChineseFont``."""
    data = {
        "title": "满意度调查",
        "pilot": printable(pilot_name),
        "group": group,
        "until": f"{chinese_date(valid_until)}前有效，一码一次，不记名",
        "links": [{"address": address, "code": _code(address)} for address in addresses],
    }
    return typeset("survey_links.typ", data)


def _code(address: str) -> str:
    """The code as a drawing."""
    target = io.BytesIO()
    segno.make(address, error="m").save(target, kind="svg", scale=4, border=2)
    return target.getvalue().decode()
