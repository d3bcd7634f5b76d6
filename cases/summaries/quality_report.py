"""The annual quality report of a summary on paper: the draft, or a version as it was filed (年度…服务质量报告)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.figures import narrative
from cases.figures.annex2 import Figures
from cases.models import Case, SummaryVersion
from cases.paper.quality_report import QualityReport
from cases.summaries.cells import numbers_of
from cases.summaries.overrides import changed_by_hand
from cases.summaries.passages import REPORT, Passage, passages_in, passages_of
from cases.summaries.reading import arguments, figures_of

PARTS = {"prefecture": "县（市、区）", "region": "地（州、市）"}


def draft_report(case: Case) -> QualityReport:
    """The draft, marked as one; it has no date yet."""
    record = case.summary
    figures = figures_of(case)
    computed = numbers_of(figures)
    changes = {
        cell: (computed[cell], row.value, row.reason)
        for cell, row in changed_by_hand(record).items()
        if cell in computed
    }
    words = passages_of(record, quality_of(edition_of(case)).annex2, REPORT)
    return _report(case, figures, changes, words, cutoff_on=record.round.cutoff_on)


def filed_report(case: Case, version: SummaryVersion) -> QualityReport:
    """A version as it was filed; the lists are computed as of its cut-off, as things were known when it was filed."""
    changes = {cell: (each["computed"], each["value"], each["reason"]) for cell, each in version.overrides.items()}
    return _report(
        case,
        Figures.from_dict(version.figures),
        changes,
        passages_in(version.texts, quality_of(edition_of(case)).annex2, REPORT),
        cutoff_on=version.cutoff_on,
        known_at=version.at,
        filed_on=local_date(version.at),
        version=(version.no, version.digest),
    )


def _report(
    case: Case,
    figures: Figures,
    changes: Mapping[str, tuple[int, int, str]],
    words: Iterable[Passage],
    *,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
    filed_on: dt.date | None = None,
    version: tuple[int, str] | None = None,
) -> QualityReport:
    edition = quality_of(edition_of(case))
    asked = arguments(case, cutoff_on=cutoff_on, known_at=known_at)
    parts, items = narrative.report_lists(edition, **asked)
    return QualityReport(
        edition=edition,
        unit_name=case.unit.name,
        year=asked["cycle_year"],
        cutoff_on=cutoff_on,
        texts={passage.no: passage.text for passage in words},
        counts=figures.counts,
        cells=figures.cells,
        overrides=changes,
        parts=parts,
        items=items,
        parts_label=PARTS[case.unit.kind],
        filed_on=filed_on,
        version=version,
        beside={key: number for key, number in figures.beside.items() if "." not in key},
        missing_beds=figures.missing_beds,
    )
