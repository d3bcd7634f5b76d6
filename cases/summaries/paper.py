"""What a summary's Annex 2 shows on paper: the draft as it stands, or a version as it was filed (附件2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.figures.annex2 import SELF_REPORTED, Figures
from cases.models import Case, CaseEvent, OrgUnit, SummaryVersion
from cases.paper.annex2 import Annex2Paper
from cases.summaries.cells import numbers_of
from cases.summaries.overrides import changed_by_hand
from cases.summaries.passages import passages_in, passages_of
from cases.summaries.reading import figures_of

REGION_COMMISSION = "省（自治区、直辖市）卫生健康委"


def draft_paper(case: Case) -> Annex2Paper:
    """The draft, marked as one; it has no filler and no date yet."""
    record = case.summary
    figures = figures_of(case)
    computed = numbers_of(figures)
    changes = {
        cell: (computed[cell], row.value, row.reason)
        for cell, row in changed_by_hand(record).items()
        if cell in computed
    }
    words = passages_of(record, _annex2(case))
    return _paper(case, figures, changes, words, cutoff_on=record.round.cutoff_on)


def filed_paper(case: Case, version: SummaryVersion) -> Annex2Paper:
    """A version as it was filed, with who had completed it, dated on the day of its filing."""
    changes = {cell: (each["computed"], each["value"], each["reason"]) for cell, each in version.overrides.items()}
    handed_on = CaseEvent.objects.filter(case=case.pk, verb="request_confirmation", at__lte=version.at)
    last = handed_on.select_related("actor").order_by("-seq").first()
    filler = last.actor if last is not None else None
    return _paper(
        case,
        Figures.from_dict(version.figures),
        changes,
        passages_in(version.texts, _annex2(case)),
        cutoff_on=version.cutoff_on,
        filler_name=filler.name if filler else "",
        filler_phone=filler.phone if filler else "",
        filled_on=local_date(version.at),
        version=(version.no, version.digest),
    )


def _annex2(case: Case) -> Any:
    return quality_of(case.edition).annex2


def _paper(
    case: Case, figures: Figures, changes: Mapping[str, tuple[int, int, str]], words: Any, **head: Any
) -> Annex2Paper:
    said_rectified = sum(n for key, n in figures.beside.items() if key.endswith(f".{SELF_REPORTED}"))
    return Annex2Paper(
        edition=case.edition.parsed,
        unit_name=case.unit.name,
        counts=figures.counts,
        cells=figures.cells,
        overrides=changes,
        texts={(passage.part, passage.no): passage.text for passage in words},
        beside={**figures.beside, SELF_REPORTED: said_rectified},
        missing_beds=figures.missing_beds,
        commission=REGION_COMMISSION if case.unit.kind == OrgUnit.Kind.REGION else "",
        **head,
    )
