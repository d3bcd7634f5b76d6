"""Annex 2 as PDF."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cases.paper.annex2 import Annex2Paper, Row, sheet_of
from cases.paper.pdf import typeset


def annex2_pdf(paper: Annex2Paper) -> bytes:
    """Annex 2 on A4, draft or filed: the same content gives the same bytes. Raises ``MissingChineseFont``."""
    sheet = sheet_of(paper)
    rows = {"counts": [_row(row) for row in sheet.counts], "checks": [_row(row) for row in sheet.checks]}
    return typeset("annex2.typ", asdict(sheet) | rows)


def _row(row: Row) -> dict[str, Any]:
    figures = [{"value": figure.value, "note": figure.note, "sign": figure.sign} for figure in row.figures]
    return {"no": row.no, "text": row.text, "figures": figures}
