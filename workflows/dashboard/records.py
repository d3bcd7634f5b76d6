"""The records behind a number of a dashboard, as they stood on its day: institutions, or findings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cases.access import Viewer
from cases.keyset import PAGE_SIZE, Page, page_of
from cases.models import Case, CycleFact, Finding, FindingFact, OrgUnit
from workflows.dashboard.figures import late_work, work_of
from workflows.dashboard.standing import Standing

INSTITUTIONS, REPORTED, MISSING, FINDINGS = "institutions", "reported", "missing", "findings"
KINDS = (INSTITUTIONS, REPORTED, MISSING, FINDINGS)


@dataclass(frozen=True)
class Narrowed:
    """What of the findings is meant; an empty text means all."""

    status: str = ""
    item: str = ""
    source: str = ""
    late: bool = False

    @classmethod
    def read(cls, given: Any) -> Narrowed:
        """From an address; what it does not understand is left out."""
        status, source = given.get("status", ""), given.get("source", "")
        return cls(
            status=status if status in FindingFact.Status.values else "",
            item=given.get("item", "")[:20],
            source=source if source in Finding.Source.values else "",
            late=given.get("late", "") == "yes",
        )


@dataclass(frozen=True)
class FindingLine:
    """A finding as it stood on the day; ``href`` is empty where the viewer may not open it any more."""

    finding: Finding
    status: str
    href: bool


@dataclass(frozen=True)
class UnitLine:
    """An institution that was there on the day, with its cycle of the year if the viewer may open it."""

    unit: OrgUnit
    county: OrgUnit | None
    case: Case | None


def institutions(standing: Standing, what: str) -> QuerySet[OrgUnit]:
    """The institutions of the unit on the day: all, those that had self-checked, or those that had not."""
    rows = OrgUnit.objects.filter(Exists(standing.institutions().filter(institution=OuterRef("pk"))))
    if what == INSTITUTIONS:
        return rows
    checked = CycleFact.objects.as_of(standing.moment).filter(
        institution=OuterRef("pk"), year=standing.year, self_checked=True
    )
    return rows.filter(Exists(checked) if what == REPORTED else ~Exists(checked))


def findings(standing: Standing, narrowed: Narrowed) -> QuerySet[Finding]:
    """The findings that counted on the day."""
    facts = standing.findings().filter(finding=OuterRef("pk"))
    exact = {"status": narrowed.status, "item_code": narrowed.item, "source": narrowed.source}
    facts = facts.filter(**{name: value for name, value in exact.items() if value})
    rows = Finding.objects.filter(Exists(facts))
    if narrowed.late:
        rows = rows.filter(Exists(work_of(standing).filter(late_work(standing), process=OuterRef("pk"))))
    return rows


def unit_page(standing: Standing, what: str, after: str, viewer: Viewer) -> Page:
    """A page of institutions in the order of the tree; three queries."""
    page = page_of(institutions(standing, what), "path", after=after, size=PAGE_SIZE)
    keys = [unit.pk for unit in page.rows]
    places = standing.institutions().filter(institution__in=keys).select_related("county")
    counties = {place.institution_id: place.county for place in places}
    cases = cycles_of(viewer, standing.year, keys)
    return Page([UnitLine(unit, counties.get(unit.pk), cases.get(unit.pk)) for unit in page.rows], page.next)


def cycles_of(viewer: Viewer, year: int, units: Collection[int]) -> dict[int, Case]:
    """The year's cycle of each institution, as far as the viewer may open it; one query."""
    cases = Case.objects.visible_to(viewer).filter(kind="quality_cycle", year=year, unit__in=units)
    return {case.unit_id: case for case in cases.order_by("pk")}


def finding_page(standing: Standing, narrowed: Narrowed, after: str, viewer: Viewer) -> Page:
    """A page of findings in the order in which they were made; three queries."""
    rows = findings(standing, narrowed).select_related("case__unit", "case__edition")
    page = page_of(rows, "pk", after=after, size=PAGE_SIZE)
    keys = [finding.pk for finding in page.rows]
    facts: Any = FindingFact.objects.as_of(standing.moment).filter(finding__in=keys)
    status = {fact.finding_id: str(fact.get_status_display()) for fact in facts}
    open_to = set(Case.objects.visible_to(viewer).filter(pk__in=keys).values_list("pk", flat=True))
    lines = [FindingLine(finding, status[finding.pk], finding.pk in open_to) for finding in page.rows]
    return Page(lines, page.next)
