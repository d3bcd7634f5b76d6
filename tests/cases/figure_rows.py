"""Dated facts as plain rows: institutions in places, their cycles and findings, each for a time."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from cases.editions.pinned import edition_by
from cases.editions.quality import QualityEdition, quality_of
from cases.figures.annex2 import Figures, compute
from cases.models import Case, CycleFact, Edition, Finding, FindingFact, OrgUnit
from tests.worlds import moment, unit
from workflows.kinds import KINDS

CUTOFF = dt.date(2021, 9, 30)
_numbers = itertools.count(1)


def edition_row() -> Edition:
    row: Edition = Edition.objects.get(version="2021")
    return row


def edition() -> QualityEdition:
    return quality_of(edition_by(edition_row().pk))


def institution(county: OrgUnit, **fields: Any) -> OrgUnit:
    number = next(_numbers)
    return unit("institution", f"护理院{number}", f"T{number}", county, **fields)


def case_of(place: OrgUnit, kind: str = "quality_cycle", **fields: Any) -> Case:
    known = {"kind": kind, "flow_class": KINDS[kind].flow, "edition": edition_row()}
    values = {**known, "unit": place, "year": 2021, "state": "rectifying", **fields}
    return Case.objects.create(**values)


def cycle_of(
    place: OrgUnit,
    *,
    since: str = "2021-03-01",
    until: str | None = None,
    self_checked: bool = True,
    beds: int | None = None,
    home_beds: int | None = None,
    case: Case | None = None,
) -> Case:
    """The institution's cycle, self-checked from the day on; verified where beds are given."""
    case = case or case_of(place)
    CycleFact.objects.create(
        cycle=case,
        institution=place,
        year=case.year,
        self_checked=self_checked,
        verified=beds is not None,
        medical_beds=beds,
        home_beds=home_beds,
        valid_from=moment(since),
        valid_until=moment(until) if until else None,
    )
    return case


def finding_of(cycle: Case, item: str, facets: list[str], *, source: str = "self_check", **statuses: str) -> Finding:
    """A finding with the days from which it stood so, e.g. ``open="2021-03-01", closed="2021-06-01"``.

    ``gone`` is the day from which it no longer counts.
    """
    case = case_of(cycle.unit, "finding", parent=cycle, year=cycle.year)
    finding = Finding.objects.create(case=case, cycle=cycle, source=source, item_code=item, facets=facets)
    steps = [(status, moment(day)) for status, day in statuses.items()]
    ends = [*(at for _status, at in steps[1:]), None]
    for (status, since), until in zip(steps, ends, strict=True):
        if status != "gone":
            fact(finding, status, since, until)
    return finding


def fact(finding: Finding, status: str, since: dt.datetime, until: dt.datetime | None) -> None:
    FindingFact.objects.bulk_create(
        FindingFact(
            finding=finding,
            cycle=finding.cycle,
            institution=finding.cycle.unit,
            year=finding.cycle.year,
            source=finding.source,
            item_code=finding.item_code,
            facet=facet,
            status=status,
            valid_from=since,
            valid_until=until,
        )
        for facet in sorted(finding.facets) or [""]
    )


def figures_of(place: OrgUnit, on: dt.date = CUTOFF, **fields: Any) -> Figures:
    return compute(fields.pop("edition", None) or edition(), unit=place, cycle_year=2021, cutoff_on=on, **fields)
