"""What the records say of a summary's unit and round: its figures, the records behind them, and who is missing.

One query a table of figures (``cases.figures.annex2``). Days are in Asia/Shanghai, moments UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.figures import annex2, narrative
from cases.figures.annex2 import Entry, Figures, MissingCounty
from cases.models import Case, Round, Summary, SummaryText


def arguments(case: Case, *, cutoff_on: dt.date | None = None, known_at: dt.datetime | None = None) -> dict[str, Any]:
    """Whose figures, of which year, as of which day: by default those of the summary's round, as known now."""
    record: Summary = case.summary
    found: Round = record.round
    return {
        "unit": case.unit,
        "cycle_year": found.cycle_year,
        "cutoff_on": cutoff_on or found.cutoff_on,
        "known_at": known_at,
    }


def figures_of(case: Case, **as_of: Any) -> Figures:
    """The computed figures of the case's unit and round."""
    return annex2.compute(quality_of(edition_of(case)), **arguments(case, **as_of))


def entries_of(case: Case, cell: str | None = None, **as_of: Any) -> list[Entry]:
    """The records behind the figures, or behind one of them."""
    return annex2.entries(quality_of(edition_of(case)), **arguments(case, **as_of), cell=cell)


def missing_of(case: Case, **as_of: Any) -> list[MissingCounty]:
    """The counties and institutions that had not self-checked by the cut-off."""
    return annex2.missing(quality_of(edition_of(case)), **arguments(case, **as_of))


def drafts_of(case: Case) -> dict[tuple[str, int], str]:
    """The passages as the system words them from the findings, by part and number: Annex 2's and the report's."""
    edition, asked = quality_of(edition_of(case)), arguments(case)
    chapters = narrative.report_chapters(edition, figures_of(case), **asked)
    report = {(str(SummaryText.Part.REPORT), no): text for no, text in chapters.items()}
    return narrative.draft(edition, **asked) | report
