"""Placements and dated facts put into the tables directly, for tests of figures: who was where, and what counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cases.models import Case, CycleFact, Edition, Finding, FindingFact, OrgUnit, Placement
from tests.workflows.ledger_rows import findings
from tests.worlds import BEGINNING, moment
from workflows.quality_cycle.kind import QualityCycleFlow

KNOWN = moment("2019-01-01")


def place(institution: OrgUnit, county: OrgUnit | None = None, **fields: Any) -> None:
    """The institution in a county from the beginning, or as given, beside what the tree says by itself."""
    county = county or institution.superior
    assert county is not None
    prefecture = county.superior
    assert prefecture is not None
    dates = {"valid_from": BEGINNING, "known_from": KNOWN, **fields}
    Placement.objects.create(
        institution=institution, county=county, prefecture=prefecture, region=prefecture.superior, **dates
    )


def reported(institution: OrgUnit, day: str = "2021-03-01", *, year: int = 2021) -> Case:
    """A cycle of the institution that had self-checked from the day on."""
    edition = Edition.objects.get(version="2021")
    case = Case.objects.create(
        kind="quality_cycle",
        flow_class=QualityCycleFlow,
        state="submitted",
        unit=institution,
        year=year,
        edition=edition,
    )
    CycleFact.objects.create(
        cycle=case, institution=institution, year=year, self_checked=True, verified=False, valid_from=moment(day)
    )
    return case


def count(
    found: Iterable[Finding],
    status: str,
    since: str = "2021-03-01",
    until: str = "",
    facets: Iterable[str] = ("",),
) -> None:
    """What counts of the findings from a day on, until another day or still, one row a facet."""
    FindingFact.objects.bulk_create(
        FindingFact(
            finding=finding,
            cycle_id=finding.cycle_id,
            institution=finding.case.unit,
            year=finding.case.year,
            source=finding.source,
            item_code=finding.item_code,
            facet=facet,
            status=status,
            valid_from=moment(since),
            valid_until=moment(until) if until else None,
        )
        for finding in found
        for facet in facets
    )


def counted(institution: OrgUnit, rows: Iterable[dict[str, Any]], *, year: int = 2021, **dates: Any) -> list[Finding]:
    """Findings of the ledger that count as their state says, from one day on."""
    status = {"open": "open", "in_progress": "open", "fixed": "fixed", "closed": "closed", "referred": "referred"}
    made = findings(institution, rows, year=year)
    for finding in made:
        if finding.case.state in status:
            count([finding], status[finding.case.state], **dates)
    return made


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
