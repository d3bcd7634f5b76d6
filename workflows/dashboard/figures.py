"""The figures of a dashboard, each table of them in one query, whatever the size of the unit.

"Found" is what counts of the ledger: findings that were dropped or not upheld do not. "Closed" is what the county has
closed; what was handed over for enforcement is neither open nor closed, and stands beside (design, Figures).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Min, OuterRef, Q

from cases.lights import light_is
from cases.models import CycleFact, FindingFact, Placement, WorkItem
from workflows.dashboard.standing import Standing

Status = FindingFact.Status
FEW = 5  # findings: a rate of fewer says little
MOST_ITEMS = 10
MOST_MISSING = 30
PLACE = "institution__placements__"
PLACE_OF_ITEM = "process__unit__placements__"


@dataclass
class Tally:
    """What is counted of one unit, or of all below it together."""

    institutions: int = 0
    reported: int = 0
    found: int = 0
    closed: int = 0
    referred: int = 0
    late: int = 0
    soon: int = 0
    oldest: dt.datetime | None = None
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        return max(0, self.institutions - self.reported)

    @property
    def rate(self) -> float | None:
        """The share of the findings that is closed; None where there are none."""
        return self.closed / self.found if self.found else None

    @property
    def few(self) -> bool:
        return 0 < self.found < FEW

    @property
    def light(self) -> str:
        """The worst light of the work on its findings."""
        if not self.institutions and not self.found:
            return "idle"
        return "late" if self.late else "soon" if self.soon else "ok"


class Month(NamedTuple):
    """How many findings counted, and how many of them were closed, at the end of a month."""

    month: int
    found: int
    closed: int


class TopItem(NamedTuple):
    """A check item with how many institutions have findings there, and how many findings that are."""

    code: str
    institutions: int
    findings: int


def tallies(standing: Standing, *, level: str = "", with_work: bool = True) -> dict[int, Tally]:
    """The figures of each unit one level below, or at another ``level``, by its key; at most four queries."""
    found: dict[int, Tally] = {}

    def of(key: int) -> Tally:
        return found.setdefault(key, Tally())

    column = level or standing.column
    counted = standing.institutions().values(place=F(column)).order_by()
    for row in counted.annotate(n=Count("institution", distinct=True)):
        of(row["place"]).institutions = row["n"]
    reported = standing.reported().values(place=F(PLACE + column)).order_by()
    for row in reported.annotate(n=Count("institution", distinct=True)):
        of(row["place"]).reported = row["n"]
    findings = standing.findings().values("status", "source", place=F(PLACE + column)).order_by()
    for row in findings.annotate(n=Count("finding", distinct=True)):
        _count(of(row["place"]), row["status"], row["source"], row["n"])
    if with_work:
        for row in _work(standing, column):
            tally = of(row["place"])
            tally.late, tally.soon, tally.oldest = row["late"], row["soon"], row["oldest"]
    return found


def _count(tally: Tally, status: str, source: str, n: int) -> None:
    tally.found += n
    tally.sources[source] = tally.sources.get(source, 0) + n
    if status == Status.CLOSED:
        tally.closed += n
    elif status == Status.REFERRED:
        tally.referred += n


def together(tallies: Iterable[Tally]) -> Tally:
    """The sum of the units."""
    whole = Tally()
    for tally in tallies:
        for name in ("institutions", "reported", "found", "closed", "referred", "late", "soon"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.oldest = min(filter(None, (whole.oldest, tally.oldest)), default=None)
        for source, n in tally.sources.items():
            whole.sources[source] = whole.sources.get(source, 0) + n
    return whole


def late_work(standing: Standing) -> Q:
    """That a piece of work on a finding was past its limit; what is on hold today is not, as in the ledger."""
    if standing.is_today:
        return light_is("late", standing.now)
    return Q(due_at__lt=standing.moment)


def work_of(standing: Standing) -> Any:
    """People's work on findings that was open on the day; limits that have moved since count as they are now."""
    items = WorkItem.objects.human().filter(process__kind="finding", process__year=standing.year)
    items = items.filter(standing.placed(PLACE_OF_ITEM))
    if standing.is_today:
        return items.open()
    still = Q(finished=None) | Q(finished__gt=standing.moment)
    return items.filter(still, created__lte=standing.moment)


def _work(standing: Standing, column: str) -> Any:
    """Late and nearly late work by place, with the oldest limit."""
    late = late_work(standing)
    soon = light_is("soon", standing.now) if standing.is_today else Q(amber_at__lte=standing.moment) & ~late
    rows = work_of(standing).values(place=F(PLACE_OF_ITEM + column)).order_by()
    return rows.annotate(
        late=Count("pk", filter=late), soon=Count("pk", filter=soon), oldest=Min("due_at", filter=late)
    )


def months(standing: Standing) -> list[Month]:
    """How the year came together, month by month, in one query."""
    ends = {month: standing.at_month_end(month).moment for month in standing.months}
    if not ends:
        return []
    columns: dict[str, Any] = {}
    for month, end in ends.items():
        then = Q(valid_from__lte=end) & (Q(valid_until=None) | Q(valid_until__gt=end))
        columns[f"found_{month}"] = Count("finding", distinct=True, filter=then)
        columns[f"closed_{month}"] = Count("finding", distinct=True, filter=then & Q(status=Status.CLOSED))
    facts = FindingFact.objects.filter(standing.placed(PLACE), year=standing.year)
    row = facts.aggregate(**columns)
    return [Month(month, row[f"found_{month}"], row[f"closed_{month}"]) for month in ends]


def top_items(standing: Standing) -> list[TopItem]:
    """The check items that most institutions have findings at, and how many findings; one query."""
    rows = standing.findings().values("item_code").order_by()
    counted = rows.annotate(units=Count("institution", distinct=True), n=Count("finding", distinct=True))
    ordered = counted.order_by("-units", "-n", "item_code")[:MOST_ITEMS]
    return [TopItem(row["item_code"], row["units"], row["n"]) for row in ordered]


def missing(standing: Standing) -> list[Placement]:
    """The first of the institutions that have not reported, with their counties; one query."""
    checked = CycleFact.objects.as_of(standing.moment).filter(
        institution=OuterRef("institution"), year=standing.year, self_checked=True
    )
    rows = standing.institutions().filter(~Exists(checked)).select_related("institution", "county")
    return list(rows.order_by("institution__path")[:MOST_MISSING])
