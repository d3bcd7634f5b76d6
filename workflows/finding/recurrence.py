"""What was found before at the same institution is a level worse when it is found again (重复发生的问题).

The same check item and a common facet, or the item as a whole where neither finding names a facet; within the years of
the edition (``recurrence_years``), by the days on which the findings came onto the ledger. What was not upheld or was
cancelled never counts, nor does another finding of the same cycle that is still in hand: that is no repetition yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from cases.clock import local_date, start_of_day
from cases.models import Case, Finding, Severity
from workflows.finding.states import IN_HAND, State

RANKS = tuple(Severity)


def earlier_findings(cycle: Case, codes: Iterable[str], *, years: int, at: dt.datetime) -> dict[str, list[Finding]]:
    """The institution's findings of these items that a new one may repeat, the latest first; one query."""
    since = start_of_day(years_before(local_date(at), years))
    found = Finding.objects.filter(
        case__kind="finding",
        case__unit=cycle.unit_id,
        case__created__gte=since,
        item_code__in=set(codes),
    ).exclude(case__state__in=(State.REJECTED, State.CANCELLED))
    found = found.exclude(cycle=cycle.pk, case__state__in=IN_HAND)
    by_item: dict[str, list[Finding]] = {}
    for finding in found.select_related("case").order_by("-case__created", "-pk"):
        by_item.setdefault(finding.item_code, []).append(finding)
    return by_item


def repeated(earlier: Iterable[Finding], facets: Iterable[str]) -> Finding | None:
    """The latest earlier finding that a new one with these facets repeats."""
    new = set(facets)
    return next((known for known in earlier if new & set(known.facets) or not (new or known.facets)), None)


def with_recurrence(fields: Mapping[str, Any], earlier: Iterable[Finding]) -> dict[str, Any]:
    """The fields of a new finding, one level worse and linked where it repeats an earlier one."""
    before = repeated(earlier, fields["facets"])
    if before is None:
        return dict(fields)
    return {**fields, "recurrence_of": before, "severity": worse(fields.get("severity") or Severity.GENERAL)}


def worse(severity: str) -> str:
    """One level up; the worst stays."""
    return RANKS[min(RANKS.index(Severity(severity)) + 1, len(RANKS) - 1)]


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; 29 February falls to the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
