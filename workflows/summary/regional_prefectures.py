"""Where the prefectures of a region stand with their summaries of a round, and which are missing (part 3 (3))."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cases.models import Case, OrgUnit, Round
from workflows.kinds import KINDS

RECEIVED = ("accepted", "archived")


@dataclass(frozen=True)
class Standing:
    """A prefecture and its summary of the round; no case where its summary was never opened."""

    unit: OrgUnit
    case: Case | None

    @property
    def state(self) -> str:
        return self.case.state if self.case is not None else ""

    @property
    def is_missing(self) -> bool:
        """Whether the region has not accepted it yet, or no longer."""
        return self.state not in RECEIVED


def standings(region: OrgUnit, of: Round) -> list[Standing]:
    """Every prefecture that existed at the cut-off, or has a summary of the round; in the order of the tree.

    Two queries, however many there are.
    """
    cases = Case.objects.filter(kind="summary", summary__round=of).select_related("unit__superior")
    found = {case.unit_id: case for case in cases}
    units = {unit.pk: unit for unit in prefectures_of(region, of.cutoff_on)}
    units |= {case.unit_id: case.unit for case in found.values()}
    return [Standing(unit, found.get(unit.pk)) for unit in sorted(units.values(), key=lambda unit: unit.path)]


def prefectures_of(region: OrgUnit, on: dt.date) -> list[OrgUnit]:
    """The prefectures of a region on a day in Asia/Shanghai."""
    found = OrgUnit.objects.within(region.path).active(on).filter(kind=OrgUnit.Kind.PREFECTURE)
    return list(found)


def missing_prefectures(case: Any) -> dict[str, Any]:
    """The prefectures that the region has not accepted, each with its name and state; empty where all are there.

    Plain data: it is frozen with the version.
    """
    absent = [each for each in standings(case.unit, case.summary.round) if each.is_missing]
    prefectures = [
        {"id": each.unit.pk, "name": each.unit.name, "state": each.state, **_end_of(each.unit)} for each in absent
    ]
    return {"prefectures": prefectures} if prefectures else {}


def _end_of(unit: OrgUnit) -> dict[str, str]:
    """Since when a prefecture is no more (it was merged into another), which explains why it is missing."""
    return {"closed_on": unit.closed_on.isoformat()} if unit.closed_on is not None else {}


def state_word(state: str) -> str:
    """How a prefecture's summary stands, in words; empty where it was never opened."""
    return str(KINDS["summary"].state_label(state)) if state else ""
