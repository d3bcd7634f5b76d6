"""Which problems many institutions of a unit share: live findings, and all of the year, by check item and facet.

One query for the whole unit; what was not upheld or was cancelled does not count, and an institution counts once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from cases.clock import local_date
from cases.editions.schema import EditionData
from cases.models import Case, Finding, OrgUnit
from workflows.common_problem.states import LIVE as DECLARED
from workflows.common_problem.states import State
from workflows.finding.states import LIVE
from workflows.finding.states import State as FindingState

CHUNK = 5_000

Key = tuple[str, str]


@dataclass
class Group:
    """One check item, or one facet of it, and the institutions that have the problem."""

    item_code: str
    facet: str
    units: set[int] = field(default_factory=set)
    findings: int = 0
    live: int = 0
    case: Case | None = None

    @property
    def key(self) -> Key:
        return self.item_code, self.facet

    @property
    def declared(self) -> bool:
        """Whether the unit has taken it up and is not done with it."""
        return self.case is not None and self.case.state in DECLARED


def counted(unit: OrgUnit, year: int) -> QuerySet[Finding]:
    """The findings below the unit that may make a problem common."""
    rows = Finding.objects.within(unit.path).filter(case__kind="finding")
    rows = rows.exclude(case__state__in=(FindingState.REJECTED, FindingState.CANCELLED))
    return rows.filter(Q(case__state__in=LIVE) | Q(case__year=year)).order_by()


def groups_of(unit: OrgUnit, year: int, *, common_from: int) -> list[Group]:
    """The problems that at least so many institutions share or that are declared, the most frequent first."""
    found: dict[Key, Group] = {}
    rows = counted(unit, year).values_list("item_code", "facets", "case__unit", "case__state")
    for item_code, facets, institution, state in rows.iterator(chunk_size=CHUNK):
        for facet in facets or [""]:
            group = found.setdefault((item_code, facet), Group(item_code, facet))
            group.units.add(institution)
            group.findings += 1
            group.live += state in LIVE
    for key, case in latest_cases(unit, year).items():
        found.setdefault(key, Group(*key)).case = case
    common = (group for group in found.values() if len(group.units) >= common_from or group.declared)
    return sorted(common, key=lambda group: (-len(group.units), group.key))


def latest_cases(unit: OrgUnit, year: int) -> dict[Key, Case]:
    """The unit's common problems of the year, and those still in hand, by item and facet; the latest of each."""
    cases = Case.objects.filter(kind="common_problem", unit=unit.pk).exclude(state=State.CANCELLED)
    cases = cases.filter(Q(year=year) | Q(state__in=DECLARED)).select_related("common_problem").order_by("pk")
    return {(case.common_problem.item_code, case.common_problem.facet): case for case in cases}


def findings_of(unit: OrgUnit, key: Key, year: int) -> list[Finding]:
    """The findings that make the problem common, by institution."""
    item_code, facet = key
    rows = counted(unit, year).filter(item_code=item_code).select_related("case__unit")
    return [finding for finding in rows.order_by("case__unit__path", "case__number") if _has(finding, facet)]


def _has(finding: Finding, facet: str) -> bool:
    return facet in finding.facets if facet else not finding.facets


def names_of(key: Key, edition: EditionData) -> tuple[str, str]:
    """The check item with its number, and the facet, as the edition words them."""
    item_code, facet_code = key
    item = edition.items.get(item_code)
    facet = item.facet(facet_code) if item is not None and facet_code else None
    return (f"{item.no} {item.short}" if item else item_code), (facet.label if facet else facet_code)


def year_of(at: dt.datetime) -> int:
    """The year whose findings count at a moment."""
    return local_date(at).year


def sizes(groups: Iterable[Group]) -> Mapping[Key, int]:
    """How many institutions have each problem."""
    return {group.key: len(group.units) for group in groups}
