"""The frame of a draw: which institutions could be drawn on the day, in which stratum, and what weighs with each.

A fixed number of queries, whatever the number of institutions.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.fields.json import KT
from viewflow.workflow.status import STATUS

from cases.clock import local_date
from cases.disagreement import Place, tallies
from cases.editions.rounds import DrawRules
from cases.models import FindingFact, OrgUnit, SelfCheckSubmission, Visit, WorkItem
from cases.sampling.drawing import UNIT_OF_WEIGHT, Candidate
from cases.tree import within

FACTORS = ("findings", "disagreements", "overdue", "never_visited")
STRATA = ("prefecture", "size", "type")
LARGE, SMALL, UNKNOWN = "large", "small", "unknown"
WHOLE = ""  # the stratum of everybody where the edition does not spread the draw over prefectures


@dataclass(frozen=True)
class Member:
    """An institution of the frame with its stratum and its values, as they are stored with the draw."""

    institution: OrgUnit
    values: dict[str, Any]
    weight: Decimal

    @property
    def candidate(self) -> Candidate:
        return candidate_of(self.values, self.weight)


def candidate_of(values: Mapping[str, Any], weight: Decimal) -> Candidate:
    """What the draw needs to know, from the values that were stored with it."""
    strata = values["strata"]
    return Candidate(
        code=values["code"],
        stratum=values["prefecture"] if "prefecture" in strata else WHOLE,
        cell=tuple(values[name] for name in STRATA if name in strata and name != "prefecture"),
        weight=weight,
    )


def weight_of(rules: DrawRules, values: Mapping[str, int]) -> Decimal:
    """1 and each factor's share times its value (风险加权), to four decimals."""
    added = sum((getattr(rules, factor) * values[factor] for factor in FACTORS), Decimal(0))
    return (1 + added).quantize(UNIT_OF_WEIGHT)


def members(unit: OrgUnit, rules: DrawRules, *, year: int, at: dt.datetime) -> list[Member]:
    """The active institutions of a region or the nation at a moment (UTC), for a spot-check of the year."""
    institutions = OrgUnit.objects.within(unit.path).active(local_date(at)).filter(kind=OrgUnit.Kind.INSTITUTION)
    prefectures = {row.path: row.code for row in OrgUnit.objects.within(unit.path).filter(kind=OrgUnit.Kind.PREFECTURE)}
    said = dict(_latest_forms(unit, at))
    counts = {
        "findings": _findings(unit, year - 1, at),
        "disagreements": _disagreements(unit, year - 1),
        "overdue": _overdue(unit, year, at),
    }
    visited = set(_visited(unit, year))
    found = []
    for institution in institutions.order_by("path"):
        beds, kind = said.get(institution.pk, (None, None))
        values: dict[str, Any] = {name: counted.get(institution.pk, 0) for name, counted in counts.items()}
        values["never_visited"] = int(institution.pk not in visited)
        weight = weight_of(rules, values)
        values |= {
            "code": institution.code,
            "strata": list(rules.strata),
            "prefecture": _prefecture(institution.path, prefectures),
            "size": UNKNOWN if beds is None else LARGE if beds >= rules.beds_large else SMALL,
            "type": kind or UNKNOWN,
        }
        found.append(Member(institution, values, weight))
    return found


def _prefecture(path: str, prefectures: Mapping[str, str]) -> str:
    """The code of the prefecture above; empty where an institution stands directly below the region."""
    step = OrgUnit.steplen
    above = (path[:end] for end in range(len(path) - step, 0, -step))
    return next((prefectures[root] for root in above if root in prefectures), "")


def _latest_forms(unit: OrgUnit, at: dt.datetime) -> Iterator[tuple[int, tuple[int | None, str | None]]]:
    """Beds and type of institution from each submitted form, the latest last."""
    rows = SelfCheckSubmission.objects.filter(within("selfcheck__case__unit__path", [unit.path]), at__lte=at)
    kind = KT("snapshot__basic__medical_type")
    columns = rows.order_by("at", "pk").annotate(kind=kind).values_list("selfcheck__case__unit", "medical_beds", "kind")
    for institution, beds, said in columns.iterator():
        yield institution, (beds, said)


def _findings(unit: OrgUnit, year: int, at: dt.datetime) -> dict[int, int]:
    """How many findings of the year count, whatever their source."""
    facts = FindingFact.objects.as_of(at).filter(within("institution__path", [unit.path]), year=year)
    rows: Any = facts.values_list("institution").order_by()
    return dict(rows.annotate(n=Count("finding", distinct=True)))


def _disagreements(unit: OrgUnit, year: int) -> dict[int, int]:
    """How many items the self-check had called compliant and the county or a spot-check had not (严禁弄虚作假)."""
    return {tally.key: tally.belied for tally in tallies(Place(paths=(unit.path,)), year, "institution")}


def _overdue(unit: OrgUnit, year: int, at: dt.datetime) -> dict[int, int]:
    """Open work of the institution past its date, and its forms of this and the last year that were filed late."""
    mine = WorkItem.objects.human().filter(within("unit__path", [unit.path]))
    late_form = Q(
        process__kind="quality_cycle",
        process__year__in=(year - 1, year),
        outcome="submit",
        status=STATUS.DONE,
        finished__gt=F("due_at"),
        finished__lte=at,
    )
    rows = mine.filter(Q(finished=None, due_at__lte=at) | late_form, unit__kind=OrgUnit.Kind.INSTITUTION)
    return dict(Counter(rows.order_by().values_list("unit", flat=True)))


def _visited(unit: OrgUnit, year: int) -> Iterator[int]:
    """The institutions at which a visit of an earlier year was concluded."""
    rows = Visit.objects.filter(within("entry__institution__path", [unit.path]), case__year__lt=year)
    concluded = rows.exclude(concluded_at=None)
    return iter(concluded.values_list("entry__institution", flat=True).distinct())
