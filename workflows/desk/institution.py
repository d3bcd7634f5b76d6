"""One institution across the years: its cycles, beds, versions, seals, findings, and what comes back (一机构一档)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from cases.access import Viewer
from cases.keyset import Page, page_of
from cases.models import Appointment, Case, Evidence, Finding, OrgUnit, SelfCheckSubmission
from cases.naming import Signatures
from workflows.desk.case_file import FindingLine, lines_of_findings
from workflows.desk.cycles import NO_FINDINGS, finding_counts
from workflows.desk.destinations import address_if_any
from workflows.desk.lines import check_item_label
from workflows.finding.kind import LIVE
from workflows.quality_cycle.kind import QUALITY_CYCLE
from workflows.step import edition_of

KINDS = (OrgUnit.Kind.INSTITUTION, OrgUnit.Kind.HOSPITAL, OrgUnit.Kind.COMMUNITY_CENTRE)
RECURRENT_FROM = 2  # years in which the same facet was found
MOST_FINDINGS = 200


@dataclass(frozen=True)
class UnitLine:
    """One institution of the list, with its latest cycle."""

    unit: OrgUnit
    closed: bool
    cycle: Case | None
    state: Any
    unsettled: int


@dataclass(frozen=True)
class YearLine:
    """One year of an institution."""

    case: Case
    state: Any
    over: bool
    last: SelfCheckSubmission | None
    found: int
    unsettled: int
    referred: int


@dataclass(frozen=True)
class VersionLine:
    """One submitted version with its paper and the sealed copies that show it."""

    case: Case
    submission: SelfCheckSubmission
    paper: str
    sealed: list[Evidence]
    by: str


@dataclass(frozen=True)
class Recurrence:
    """A facet, or a whole item, that was found in several years."""

    item: str
    facet: str
    years: list[int]


def units_of(viewer: Viewer, text: str, area: OrgUnit | None) -> QuerySet[OrgUnit]:
    """The institutions in scope, by name or code."""
    units = OrgUnit.objects.visible_to(viewer).filter(kind=OrgUnit.Kind.INSTITUTION)
    if text:
        units = units.filter(Q(name__icontains=text) | Q(code__icontains=text))
    return units.within(area.path) if area is not None else units


def unit_page(units: QuerySet[OrgUnit], viewer: Viewer, after: str, size: int) -> Page:
    """A page of institutions in the order of the tree, each with its latest cycle and unsettled findings."""
    page = page_of(units.select_related("superior"), "path", after=after, size=size)
    keys = [unit.pk for unit in page.rows]
    latest: dict[int, Case] = {}
    for case in Case.objects.visible_to(viewer).filter(kind=QUALITY_CYCLE.code, unit__in=keys).order_by("-year", "-pk"):
        latest.setdefault(case.unit_id, case)
    live = Finding.objects.filter(case__unit__in=keys, case__state__in=LIVE)
    unsettled = dict(live.values_list("case__unit").annotate(n=Count("pk")))
    lines = []
    for unit in page.rows:
        cycle = latest.get(unit.pk)
        state = QUALITY_CYCLE.state_label(cycle.state) if cycle else ""
        lines.append(UnitLine(unit, not unit.is_active(viewer.on), cycle, state, unsettled.get(unit.pk, 0)))
    return Page(lines, page.next)


def cycles_of_unit(unit: OrgUnit, viewer: Viewer) -> list[Case]:
    """All of the institution's cycles in scope, the latest first."""
    cycles = Case.objects.visible_to(viewer).filter(kind=QUALITY_CYCLE.code, unit=unit.pk)
    return list(cycles.order_by("-year", "-pk"))


def submissions_of_unit(cycles: Iterable[Case]) -> dict[int, list[SelfCheckSubmission]]:
    """The submitted versions of the cycles, the latest first, without their content."""
    rows = SelfCheckSubmission.objects.filter(selfcheck__in=[case.pk for case in cycles]).select_related("by")
    found: dict[int, list[SelfCheckSubmission]] = {}
    for row in rows.defer("snapshot").order_by("-no"):
        found.setdefault(row.selfcheck_id, []).append(row)
    return found


def year_lines(cycles: list[Case], submissions: dict[int, list[SelfCheckSubmission]]) -> list[YearLine]:
    """Each year with its state, the beds of its last version, and its findings."""
    counts = finding_counts(case.pk for case in cycles)
    return [
        YearLine(
            case=case,
            state=QUALITY_CYCLE.state_label(case.state),
            over=case.state in QUALITY_CYCLE.finals,
            last=submissions[case.pk][0] if case.pk in submissions else None,
            found=counts.get(case.pk, NO_FINDINGS).found,
            unsettled=counts.get(case.pk, NO_FINDINGS).unsettled,
            referred=counts.get(case.pk, NO_FINDINGS).referred,
        )
        for case in cycles
    ]


def version_lines(cycles: list[Case], submissions: dict[int, list[SelfCheckSubmission]]) -> list[VersionLine]:
    """Every submitted version of every year; a sealed copy is tied to its version by the digest."""
    copies = Evidence.objects.current().filter(case__in=submissions, purpose=Evidence.Purpose.SEALED).order_by("pk")
    sealed: dict[tuple[int, str], list[Evidence]] = {}
    for copy in copies:
        sealed.setdefault((copy.case_id, copy.shows_digest), []).append(copy)
    signed = Signatures(submissions)
    lines = []
    for case in cycles:
        paper = address_if_any("paper", case.pk, "pdf")
        for submission in submissions.get(case.pk, ()):
            address = f"{paper}?version={submission.no}" if paper else ""
            copies_of_it = sealed.get((case.pk, submission.digest), [])
            by = signed.name(case.pk, submission.by, submission.at)
            lines.append(VersionLine(case, submission, address, copies_of_it, by))
    return lines


def findings_of_unit(cycles: list[Case]) -> list[Finding]:
    """The findings of all years, the latest year first."""
    keys = [case.pk for case in cycles]
    findings = Finding.objects.filter(cycle__in=keys).select_related("case")
    return list(findings.order_by("-case__year", "case__number")[:MOST_FINDINGS])


def finding_years(cycles: list[Case], findings: list[Finding]) -> list[tuple[int, list[FindingLine]]]:
    """The findings as lines under their years."""
    lines = lines_of_findings(findings, {case.pk: case for case in cycles})
    years: dict[int, list[FindingLine]] = {}
    for line in lines:
        years.setdefault(line.finding.case.year, []).append(line)
    return list(years.items())


def recurrences(cycles: list[Case], findings: list[Finding]) -> list[Recurrence]:
    """What was found in two years or more, the most frequent first; what the county did not uphold does not count."""
    by_key = {case.pk: case for case in cycles}
    years: dict[tuple[str, str], set[int]] = {}
    where: dict[tuple[str, str], Case] = {}
    for finding in findings:
        if finding.case.state in ("rejected", "cancelled"):
            continue
        for facet in finding.facets or [""]:
            years.setdefault((finding.item_code, facet), set()).add(finding.case.year)
            where.setdefault((finding.item_code, facet), by_key[finding.cycle_id])
    found = [key for key, seen in years.items() if len(seen) >= RECURRENT_FROM]
    return [
        Recurrence(check_item_label(where[key], key[0]), _facet_label(where[key], *key), sorted(years[key]))
        for key in sorted(found, key=lambda key: (-len(years[key]), key))
    ]


def _facet_label(case: Case, item_code: str, facet_code: str) -> str:
    item = edition_of(case).items.get(item_code)
    facet = item.facet(facet_code) if item is not None and facet_code else None
    return facet.label if facet is not None else facet_code


def people_of_unit(unit: OrgUnit) -> list[Appointment]:
    """Who holds or held a role at the unit, the present ones first."""
    rows = Appointment.objects.filter(unit=unit.pk).select_related("user", "delegated_by__user")
    return sorted(rows, key=lambda row: (row.valid_until is not None, row.role, row.valid_from))
