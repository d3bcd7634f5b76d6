"""What an institution reads of a common problem: the joint measure for its own finding, nothing of others'."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from cases.models import CommonProblem, Finding, OrgUnit
from workflows.common_problem.states import WITH_MEASURE

NEVER = 9999  # later than any year


def measures_for(finding: Finding) -> list[CommonProblem]:
    """The joint measures of the units above the institution for the finding's item and facets; one query."""
    found = _measures_above(finding.case.unit).filter(
        case__year__gte=finding.case.year, item_code=finding.item_code, facet__in=finding.facets or [""]
    )
    return list(found)


def measures_for_unit(unit: OrgUnit, findings: Iterable[Finding]) -> list[CommonProblem]:
    """The joint measures that concern any of an institution's findings; one query."""
    latest: dict[tuple[str, str], int] = {}
    for finding in findings:
        for facet in finding.facets or [""]:
            key = (finding.item_code, facet)
            latest[key] = min(finding.case.year, latest.get(key, finding.case.year))
    return [each for each in _measures_above(unit) if each.case.year >= latest.get((each.item_code, each.facet), NEVER)]


def _measures_above(unit: OrgUnit) -> QuerySet[CommonProblem]:
    above = [unit.superior_id, unit.superior.superior_id if unit.superior else None]
    found = CommonProblem.objects.filter(case__unit__in=[pk for pk in above if pk], case__state__in=WITH_MEASURE)
    return found.select_related("case__unit", "case__edition").order_by("case__unit__path", "pk")
