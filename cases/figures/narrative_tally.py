"""The findings of a unit's institutions as of the cut-off, put together for what is said of them (附件2).

Three queries whatever the number of institutions: where they were, how their findings stood, what a few of them say.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from cases.clock import end_of_day
from cases.editions.quality import QualityEdition
from cases.models import CycleFact, Finding, FindingFact, OrgUnit, Placement

Status = FindingFact.Status
Key = TypeVar("Key")
CHUNK = 5_000
# The units that a unit compares: those one level below it.
PARTS = {"prefecture": "county_id", "region": "prefecture_id"}


@dataclass(frozen=True)
class Record:
    """A finding as it stood at the cut-off; ``overdue`` where it was open and its date had passed."""

    finding_id: int
    institution_id: int
    part_id: int | None
    source: str
    item_code: str
    facets: tuple[str, ...]
    status: str
    overdue: bool


@dataclass(frozen=True)
class Said:
    """What a finding says of itself: the problem and the measure as they were written, and whose they are."""

    institution: str
    problem: str
    measure: str


@dataclass(frozen=True)
class Count:
    """Findings of one sort put together."""

    records: tuple[Record, ...]

    @property
    def findings(self) -> int:
        return len(self.records)

    @cached_property
    def institutions(self) -> int:
        return len({record.institution_id for record in self.records})

    @cached_property
    def by_status(self) -> Counter[str]:
        return Counter(record.status for record in self.records)

    @property
    def closed(self) -> int:
        return self.by_status[Status.CLOSED]

    @cached_property
    def overdue(self) -> Count:
        return self.where(lambda record: record.overdue)

    def where(self, condition: Callable[[Record], bool]) -> Count:
        return Count(tuple(record for record in self.records if condition(record)))

    def grouped(self, key: Callable[[Record], Iterable[Key]]) -> list[tuple[Key, Count]]:
        """By what the key says of each, those of most institutions first; a finding may be in several groups."""
        groups: dict[Key, list[Record]] = {}
        for record in self.records:
            for each in key(record):
                groups.setdefault(each, []).append(record)
        counted = [(each, Count(tuple(records))) for each, records in groups.items()]
        return sorted(counted, key=lambda pair: (-pair[1].institutions, -pair[1].findings, str(pair[0])))

    def by_item(self) -> list[tuple[str, Count]]:
        return self.grouped(lambda record: [record.item_code])

    def by_facet(self) -> list[tuple[tuple[str, str], Count]]:
        return self.grouped(lambda record: [(record.item_code, facet) for facet in record.facets or ("",)])


@dataclass(frozen=True)
class Tally:
    """A unit's institutions by the part they lie in, and all their findings, as of the cut-off."""

    places: dict[int, int | None]
    all: Count

    def section(self, edition: QualityEdition, no: int) -> Count:
        """The findings of one part of Annex 1; an item that the form does not have belongs to none."""
        codes = {item.code for section in edition.form.sections if section.no == no for item in section.items}
        return self.all.where(lambda record: record.item_code in codes)


def tally(
    edition: QualityEdition, unit: OrgUnit, cycle_year: int, cutoff_on: dt.date, known_at: dt.datetime | None = None
) -> Tally:
    """Two queries. Counts the same findings as the table, and those of the sources beside it.

    What a form reported counts only while the form does; a finding is overdue by the date it had then, which its
    history tells. Raises ValueError for a unit that is no prefecture or region.
    """
    if unit.kind not in PARTS:
        raise ValueError(f"a narrative is that of a prefecture or region, not of a {unit.kind}")
    placed = Placement.objects.on(cutoff_on, known_at=known_at).filter(**{f"{unit.kind}_id": unit.pk})
    places = dict(placed.values_list("institution_id", PARTS[unit.kind]))
    moment = end_of_day(cutoff_on)
    reported = CycleFact.objects.as_of(moment).filter(cycle=OuterRef("cycle"), self_checked=True)
    facts = FindingFact.objects.as_of(moment).filter(
        ~Q(source__in=edition.annex2.selfcheck_sources) | Exists(reported),
        institution__in=placed.values("institution_id"),
        year=cycle_year,
    )
    return Tally(places, Count(tuple(_records(facts.annotate(due=_due_on(moment)), places, cutoff_on))))


def said(records: Iterable[Record]) -> dict[int, Said]:
    """What these findings say, by their keys; one query."""
    keys = [record.finding_id for record in records]
    if not keys:
        return {}
    rows = Finding.objects.filter(pk__in=keys).values_list("pk", "case__unit__name", "problem", "measure")
    return {pk: Said(*texts) for pk, *texts in rows}


def _due_on(moment: dt.datetime) -> Coalesce:
    """The date that an open finding had at the moment: an extension granted since does not make it less overdue."""
    history = Finding.history.filter(case_id=OuterRef("finding_id"), history_date__lte=moment)
    then = Subquery(history.order_by("-history_date", "-history_id").values("due_on")[:1])
    return Coalesce(Case(When(status=Status.OPEN, then=then)), "finding__due_on")


def _records(facts: Any, places: dict[int, int | None], cutoff_on: dt.date) -> Iterable[Record]:
    """A finding's facets, which have a fact each, in one record; in the order in which findings were made."""
    rows = facts.order_by("finding_id", "facet").values_list(
        "finding_id", "institution_id", "source", "item_code", "status", "due", "facet"
    )
    last: tuple[Any, ...] | None = None
    facets: list[str] = []
    for *head, facet in rows.iterator(chunk_size=CHUNK):
        if last is not None and head[0] != last[0]:
            yield _record(last, facets, places, cutoff_on)
            facets = []
        last = tuple(head)
        facets += [facet] if facet else []
    if last is not None:
        yield _record(last, facets, places, cutoff_on)


def _record(head: tuple[Any, ...], facets: list[str], places: dict[int, int | None], cutoff_on: dt.date) -> Record:
    finding, institution, source, item_code, status, due_on, *_rest = head
    overdue = status == Status.OPEN and due_on is not None and due_on < cutoff_on
    return Record(finding, institution, places[institution], source, item_code, tuple(facets), status, overdue)
