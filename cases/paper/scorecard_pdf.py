"""The scorecard as PDF."""

from __future__ import annotations

from dataclasses import asdict

from cases.paper.pdf import typeset
from cases.paper.scorecard import ScorecardPaper, sheet_of


def scorecard_pdf(paper: ScorecardPaper) -> bytes:
    """The scored table on A4: the same content gives the same bytes. Raises ``MissingChineseFont``."""
    return typeset("scorecard.typ", asdict(sheet_of(paper)))
