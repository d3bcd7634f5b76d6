"""What an institution reads of a common problem: the joint measure for its own finding, nothing of others'."""

from __future__ import annotations

from cases.models import CommonProblem, Finding
from workflows.common_problem.states import WITH_MEASURE


def measures_for(finding: Finding) -> list[CommonProblem]:
    """The joint measures of the units above the institution for the finding's item and facets; one query."""
    unit = finding.case.unit
    above = [unit.superior_id, unit.superior.superior_id if unit.superior else None]
    found = CommonProblem.objects.filter(
        case__unit__in=[pk for pk in above if pk is not None],
        case__year__gte=finding.case.year,
        case__state__in=WITH_MEASURE,
        item_code=finding.item_code,
        facet__in=finding.facets or [""],
    )
    return list(found.select_related("case__unit").order_by("case__unit__path", "pk"))
