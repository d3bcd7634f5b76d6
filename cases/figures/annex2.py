"""The figures of Annex 2 from dated facts: as of the end of the cut-off day, each with the records behind it (附件2).

Counts are of institutions, not of problems: an institution counts once for a row however many problems it has there,
and is rectified where the county has closed all of them; an edition may read it otherwise (``Annex2.counted`` and
``Annex2.rectified``). Days are those of Asia/Shanghai, moments UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cases.editions.quality import QualityEdition
from cases.figures import statements
from cases.figures.mapping import POPULATIONS, beside_sources
from cases.figures.statements import LEVELS, Scope
from cases.models import FindingFact, OrgUnit

INSTITUTIONS, BEDS, HOME_BEDS, SELF_CHECKED, VISITED = COUNTS = ("A2-C1", "A2-C2", "A2-C3", "A2-C4", "A2-C5")
PROBLEM, FIXED, SELF_REPORTED = "problem", "fixed", "self_reported_fixed"
REFERRED, OUTSIDE, MISSING_BEDS = "referred", "outside_form", "missing_beds"
RECTIFIED: dict[str, tuple[str, ...]] = {
    "closed": (FindingFact.Status.CLOSED,),
    "reported": (FindingFact.Status.CLOSED, FindingFact.Status.FIXED),
}


@dataclass(frozen=True)
class Figures:
    """All numbers of one Annex 2.

    ``counts`` by code (``A2-C1``), ``missing_beds`` how many institutions of the first have no verified beds;
    ``cells`` institutions by row, population and column (``A2-01.selfcheck.problem``). ``beside`` is what stands beside
    the table: findings ``referred`` and of each source that the table does not count (``nation``), all together and by
    row (``A2-01.nation``); findings of items or facets that the edition's form does not have (``outside_form``); and
    the institutions that say they have rectified (``A2-01.selfcheck.self_reported_fixed``).
    """

    counts: dict[str, int]
    missing_beds: int
    cells: dict[str, int]
    beside: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts),
            "missing_beds": self.missing_beds,
            "cells": dict(self.cells),
            "beside": dict(self.beside),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Figures:
        return cls(values["counts"], values["missing_beds"], values["cells"], values["beside"])


@dataclass(frozen=True)
class Entry:
    """A record behind a figure: an institution with what it adds to a count, or a finding of it as it then stood.

    ``cell`` is a count, ``missing_beds``, a row and population (``A2-01.selfcheck``), or a key of ``beside``.
    """

    cell: str
    institution_id: int
    finding_id: int | None
    status: str
    amount: int


class Behind(Protocol):
    """What a computed record and a frozen one have in common."""

    @property
    def institution_id(self) -> int: ...
    @property
    def status(self) -> str: ...


E = TypeVar("E", bound=Behind)


@dataclass(frozen=True)
class MissingCounty:
    """A county of which institutions have not self-checked by the day: which of its ``total``."""

    county_id: int
    institution_ids: tuple[int, ...]
    total: int


def compute(
    edition: QualityEdition,
    *,
    unit: OrgUnit,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
) -> Figures:
    """The figures of a county, prefecture or region, with its institutions as they were placed on the day.

    ``known_at`` asks for the placements as the system knew them then. Raises ValueError for any other kind of unit.
    """
    return compute_many(edition, [unit], cycle_year=cycle_year, cutoff_on=cutoff_on, known_at=known_at)[unit.pk]


def compute_many(
    edition: QualityEdition,
    units: Iterable[OrgUnit],
    *,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
) -> dict[int, Figures]:
    """The figures of many units of one kind by their keys, in the same two queries."""
    scope = _scope(edition, list(units), cycle_year, cutoff_on, known_at)
    if scope is None:
        return {}
    found = {unit: _nothing(edition) for unit in scope.unit_ids}
    for unit, institutions, missing_beds, beds, home_beds, checked, visited in statements.counts(scope).rows():
        values = (institutions, beds, home_beds, checked, visited)
        counts = {code: int(value) for code, value in zip(COUNTS, values, strict=True)}
        found[unit] = Figures(counts, int(missing_beds), found[unit].cells, found[unit].beside)
    for beside, unit, line, population, number, first, second in statements.table(scope).rows():
        figures = found[unit]
        if beside:
            _add_beside(figures.beside, line, population, int(number), int(first), int(second))
        else:
            key = f"{line}.{population}"
            fixed = int(first) if edition.annex2.rectified == "closed" else int(second)
            figures.cells[f"{key}.{PROBLEM}"], figures.cells[f"{key}.{FIXED}"] = int(number), fixed
            figures.beside[f"{key}.{SELF_REPORTED}"] = int(second)
    return found


def entries(
    edition: QualityEdition,
    *,
    unit: OrgUnit,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
    cell: str | None = None,
) -> list[Entry]:
    """The records behind the figures as of the same day, or behind one: any key of ``Figures``, or row and population.

    Behind a column of what is rectified stand only the institutions that it counts, with all their findings there, or
    only the findings.
    """
    scope = _scope(edition, [unit], cycle_year, cutoff_on, known_at)
    found: list[Entry] = []
    if scope is None:
        return found
    if cell is None or cell in COUNTS or cell == MISSING_BEDS:
        found += [entry for entry in _counted(scope) if cell is None or entry.cell == cell]
    if cell is None or not (cell in COUNTS or cell == MISSING_BEDS):
        found += _behind(scope, cell)
    return found


def missing(
    edition: QualityEdition,
    *,
    unit: OrgUnit,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
) -> list[MissingCounty]:
    """The counties with institutions of the first count that have not self-checked by the day, in one query."""
    scope = _scope(edition, [unit], cycle_year, cutoff_on, known_at)
    counties: dict[int, tuple[list[int], list[int]]] = {}
    rows = statements.counted_institutions(scope).rows() if scope else []
    for county, institution, _beds, _home_beds, self_checked, _visited in rows:
        lacking, every = counties.setdefault(county, ([], []))
        every.append(institution)
        if not self_checked:
            lacking.append(institution)
    return [MissingCounty(county, tuple(ids), len(every)) for county, (ids, every) in counties.items() if ids]


def _scope(
    edition: QualityEdition, units: list[OrgUnit], cycle_year: int, cutoff_on: dt.date, known_at: dt.datetime | None
) -> Scope | None:
    if not units:
        return None
    kinds = {str(unit.kind) for unit in units}
    if len(kinds) > 1 or not kinds <= LEVELS.keys():
        raise ValueError(f"figures are those of counties, prefectures or regions, not of {', '.join(sorted(kinds))}")
    return Scope(edition, kinds.pop(), [unit.pk for unit in units], cycle_year, cutoff_on, known_at)


def _nothing(edition: QualityEdition) -> Figures:
    """The figures of a unit without institutions: every number is there, and zero."""
    rows = [row.code for row in edition.annex2.checks]
    pairs = [f"{row}.{population}" for row in rows for population in POPULATIONS]
    beside = [REFERRED, *beside_sources(edition)]
    return Figures(
        counts=dict.fromkeys(COUNTS, 0),
        missing_beds=0,
        cells={f"{pair}.{column}": 0 for pair in pairs for column in (PROBLEM, FIXED)},
        beside={
            **dict.fromkeys([*beside, OUTSIDE], 0),
            **{f"{row}.{key}": 0 for row in rows for key in beside},
            **{f"{pair}.{SELF_REPORTED}": 0 for pair in pairs},
        },
    )


def _add_beside(beside: dict[str, int], line: str, population: str, number: int, referred: int, outside: int) -> None:
    before = f"{line}." if line else ""
    beside[f"{before}{REFERRED}"] += referred
    if population not in POPULATIONS:
        beside[f"{before}{population}"] += number
    beside[OUTSIDE] += outside


def _counted(scope: Scope) -> Iterable[Entry]:
    for _county, institution, beds, home_beds, checked, visited in statements.counted_institutions(scope).rows():
        yield Entry(INSTITUTIONS, institution, None, "", 1)
        if beds is None:
            yield Entry(MISSING_BEDS, institution, None, "", 1)
        for code, amount in ((BEDS, beds), (HOME_BEDS, home_beds)):
            if amount is not None:
                yield Entry(code, institution, None, "", int(amount))
        for code, counts in ((SELF_CHECKED, checked), (VISITED, visited)):
            if counts:
                yield Entry(code, institution, None, "", 1)


def _behind(scope: Scope, cell: str | None) -> list[Entry]:
    """The findings behind the table and beside it, or behind one cell."""
    line, population, column = _parts(cell)
    counted = population if population not in (REFERRED, OUTSIDE) else None
    rows = statements.findings(scope, line=line or None, population=counted or None).rows()
    wanted, found = cell and cell.removesuffix(f".{column}"), set()
    for row, origin, institution, finding, status in rows:
        for key in _keys(scope.edition, row, origin, status):
            if wanted is None or key == wanted:
                found.add((key, institution, finding, status))
    behind = [Entry(key, institution, finding, status, 1) for key, institution, finding, status in sorted(found)]
    return only_rectified(scope.edition, column, behind) if column in (FIXED, SELF_REPORTED) else behind


def only_rectified(edition: QualityEdition, column: str, behind: Sequence[E]) -> list[E]:
    """Of the records behind a row and population those that its column of what is rectified counts.

    By institution, of which none may be left that is not, or each for itself where the edition counts findings.
    """
    statuses = RECTIFIED[edition.annex2.rectified if column == FIXED else "reported"]
    if edition.annex2.counted == "findings":
        return [entry for entry in behind if entry.status in statuses]
    open_ones = {entry.institution_id for entry in behind if entry.status not in statuses}
    return [entry for entry in behind if entry.institution_id not in open_ones]


def _parts(cell: str | None) -> tuple[str, str, str]:
    """Row, population and column of a key; empty what it does not name."""
    parts = (cell or "").split(".")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _keys(edition: QualityEdition, line: str | None, population: str, status: str) -> Iterable[str]:
    """The figures that a finding stands behind: in the table by its row and population, beside it also by itself."""
    beside = [REFERRED] if status == FindingFact.Status.REFERRED else []
    if population in POPULATIONS:
        if line and (not beside or edition.annex2.referred == "not_rectified"):
            yield f"{line}.{population}"
    else:
        beside.append(population)
    if line is None:
        yield OUTSIDE
    for key in beside:
        yield key
        if line:
            yield f"{line}.{key}"
