"""What has happened since a cut-off and therefore does not count: told on the page, so that nobody wonders (附件2)."""

from __future__ import annotations

import datetime as dt

from cases.clock import end_of_day
from cases.models import CycleFact, FindingFact, OrgUnit


def changes_since(unit: OrgUnit, year: int, cutoff_on: dt.date, at: dt.datetime) -> int:
    """How many changes of what is counted lie between the end of the cut-off day and the moment (UTC); two queries.

    Of the institutions that are now below the unit. A change is a finding found, rectified, closed or referred,
    or a self-check that was submitted, withdrawn or verified.
    """
    below = OrgUnit.objects.within(unit.path).filter(kind=OrgUnit.Kind.INSTITUTION).values("pk")
    span = {"valid_from__gt": end_of_day(cutoff_on), "valid_from__lte": at}
    findings = FindingFact.objects.filter(institution__in=below, year=year, **span)
    cycles = CycleFact.objects.filter(institution__in=below, year=year, **span)
    return findings.values("finding", "valid_from").distinct().count() + cycles.count()
