"""The lines of a dashboard's tables, with the addresses of what their numbers count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.access import Viewer
from cases.models import FindingFact, OrgUnit
from workflows.dashboard import links
from workflows.dashboard.figures import Tally, TopItem
from workflows.dashboard.standing import BELOW, Standing
from workflows.finding.filters import Editions

CLOSED = FindingFact.Status.CLOSED


@dataclass(frozen=True)
class RankLine:
    """A unit one level below with its place in the ranking; no place where it has no findings."""

    rank: int | None
    unit: OrgUnit
    tally: Tally
    href: str
    found: str
    closed: str
    late: str
    missing: str
    reported: str
    institutions: str


@dataclass(frozen=True)
class ItemLine:
    """A check item with how many institutions have findings there; ``share`` is of the first one's number."""

    no: str
    name: str
    institutions: int
    findings: int
    share: float
    href: str


def ranking(viewer: Viewer, standing: Standing, tallies: Mapping[int, Tally]) -> list[RankLine]:
    """The units by the share of their findings that is closed; equal shares have equal places. One query."""
    units = OrgUnit.objects.filter(pk__in=tallies)
    ordered = sorted(units, key=lambda unit: (tallies[unit.pk].rate is None, -(tallies[unit.pk].rate or 0), unit.path))
    lines: list[RankLine] = []
    for number, unit in enumerate(ordered, start=1):
        tally = tallies[unit.pk]
        same = lines and lines[-1].tally.rate == tally.rate
        rank = None if tally.rate is None else lines[-1].rank if same else number
        lines.append(_rank_line(viewer, standing, unit, tally, rank))
    return lines


def _rank_line(viewer: Viewer, standing: Standing, unit: OrgUnit, tally: Tally, rank: int | None) -> RankLine:
    of_unit = unit.kind in BELOW
    below = Standing(unit, standing.year, standing.on, standing.now)
    return RankLine(
        rank=rank,
        unit=unit,
        tally=tally,
        href=links.dashboard(standing, unit) if of_unit else "",
        found=links.findings(viewer, standing, unit),
        closed=links.findings(viewer, standing, unit, status=CLOSED),
        late=links.late(viewer, standing, unit),
        missing=links.records(below, "missing") if of_unit else "",
        reported=links.records(below, "reported") if of_unit else "",
        institutions=links.records(below, "institutions") if of_unit else "",
    )


def item_lines(viewer: Viewer, standing: Standing, items: list[TopItem]) -> list[ItemLine]:
    """The most frequent items as the latest edition words them; the items are the same in every edition."""
    form = Editions().latest
    known = form.items if form is not None else {}
    most = max((item.institutions for item in items), default=1)
    return [
        ItemLine(
            no=str(known[item.code].no) if item.code in known else item.code,
            name=known[item.code].short if item.code in known else item.code,
            institutions=item.institutions,
            findings=item.findings,
            share=round(100 * item.institutions / most, 1),
            href=links.findings(viewer, standing, standing.unit, item=item.code),
        )
        for item in items
    ]
