"""Annex 2 once more, slowly: one institution after the other, from the trail, the histories and a list of moves.

Nothing here reads a dated fact or a placement, and the rows are written down from the document by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cases.models import Case, Finding, OrgUnit, Verification, Visit

ROWS = {
    "A2-01": {"A1-01": ["qualification"]},
    "A2-02": {"A1-03": ["licence_scope"]},
    "A2-03": {"A1-05": ["core_systems"]},
    "A2-04": {"A1-07": ["drug"]},
    "A2-05": {"A1-06": ["designated_person", "hai_measures"]},
    "A2-06": {"A1-19": ["hand"]},
    "A2-07": {"A1-22": ["health_mgmt"]},
    "A2-08": {"A1-18": ["record_rate", "order_rx_rate"]},
    "A2-09": {"A1-21": ["transfer"]},
    "A2-10": {"A1-28": ["epidemic_plan", "triage"], "A1-29": ["law_compliance"], "A1-30": ["reporting"]},
}
# Items of which every facet feeds the row: a finding there counts even if it names none.
WHOLE = {
    "A1-01": "A2-01",
    "A1-07": "A2-04",
    "A1-19": "A2-06",
    "A1-22": "A2-07",
    "A1-21": "A2-09",
    "A1-28": "A2-10",
    "A1-29": "A2-10",
    "A1-30": "A2-10",
}
COLUMNS = {"self_check": "selfcheck", "county": "selfcheck", "region": "spotcheck"}
GONE = ("rejected", "cancelled")
SAID_FIXED = ("fixed", "closing", "continuing", "closed")


@dataclass
class Whereabouts:
    """Where an institution was: its first county, each move with its day, and the day from which it is no more."""

    unit: OrgUnit
    stations: list[tuple[dt.date, OrgUnit]]
    closed_on: dt.date | None = None

    def county(self, day: dt.date) -> OrgUnit | None:
        if self.closed_on is not None and day >= self.closed_on:
            return None
        here = None
        for since, county in self.stations:
            if since <= day:
                here = county
        return here


@dataclass
class Slow:
    """Annex 2 of the institutions that are somewhere below a unit, as of a moment (UTC)."""

    counts: dict[str, int] = field(default_factory=lambda: {f"A2-C{n}": 0 for n in range(1, 6)})
    missing_beds: int = 0
    cells: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)


def annex2_by_hand(places: Iterable[Whereabouts], below: OrgUnit, day: dt.date, moment: dt.datetime) -> Slow:
    figures = Slow()
    others = ("nation", "complaint", "inspector")
    for key in ("referred", *others, "outside_form"):
        figures.beside[key] = 0
    for row in ROWS:
        for key in ("referred", *others):
            figures.beside[f"{row}.{key}"] = 0
        for column in ("selfcheck", "spotcheck"):
            figures.cells[f"{row}.{column}.problem"] = figures.cells[f"{row}.{column}.fixed"] = 0
            figures.beside[f"{row}.{column}.self_reported_fixed"] = 0
    for place in places:
        county = place.county(day)
        if county is not None and _is_below(county, below):
            _add(figures, place.unit, moment)
    return figures


def _is_below(county: OrgUnit, unit: OrgUnit) -> bool:
    above: Any = county
    while above is not None:
        if above.pk == unit.pk:
            return True
        above = above.superior
    return False


def _add(figures: Slow, institution: OrgUnit, moment: dt.datetime) -> None:
    figures.counts["A2-C1"] += 1
    beds = home_beds = None
    checked: set[int] = set()
    for cycle in Case.objects.filter(kind="quality_cycle", unit=institution, year=2021):
        is_checked, verified = _cycle_at(cycle, moment)
        if is_checked:
            checked.add(cycle.pk)
        if verified is not None:
            beds, home_beds = verified.submission.medical_beds, verified.submission.home_beds
    figures.counts["A2-C2"] += beds or 0
    figures.counts["A2-C3"] += home_beds or 0
    figures.counts["A2-C4"] += bool(checked)
    figures.counts["A2-C5"] += _was_visited(institution, moment)
    figures.missing_beds += beds is None
    standing: dict[tuple[str, str], list[str]] = {}
    for finding in Finding.objects.filter(case__unit=institution, case__year=2021).select_related("case"):
        state, facets = _finding_at(finding, moment)
        if state in GONE or (COLUMNS.get(finding.source) == "selfcheck" and finding.cycle_id not in checked):
            continue
        _add_finding(figures, finding, state, facets, standing)
    for (row, column), states in standing.items():
        figures.cells[f"{row}.{column}.problem"] += 1
        figures.cells[f"{row}.{column}.fixed"] += all(state == "closed" for state in states)
        figures.beside[f"{row}.{column}.self_reported_fixed"] += all(state in SAID_FIXED for state in states)


def _add_finding(
    figures: Slow, finding: Finding, state: str, facets: list[str], standing: dict[tuple[str, str], list[str]]
) -> None:
    rows = {row for row, items in ROWS.items() if set(items.get(finding.item_code, ())) & set(facets)}
    if not facets and finding.item_code in WHOLE:
        rows = {WHOLE[finding.item_code]}
    column = COLUMNS.get(finding.source)
    keys = []
    if state == "referred":
        keys.append("referred")
    if column is None:
        keys.append(finding.source)
    for key in keys:
        figures.beside[key] += 1
        for row in rows:
            figures.beside[f"{row}.{key}"] += 1
    if not finding.item_code.startswith("A1-"):
        figures.beside["outside_form"] += 1
    if column is not None:
        for row in rows:
            standing.setdefault((row, column), []).append(state)


def _cycle_at(cycle: Case, moment: dt.datetime) -> tuple[bool, Verification | None]:
    checked = sent_back = cancelled = False
    verified = None
    for event in cycle.events.order_by("seq"):
        if event.at > moment:
            break
        if event.verb == "submit":
            checked = True
        elif event.verb == "withdraw" and event.source == "submitted":
            checked = checked and sent_back
        elif event.verb == "approve":
            verified = Verification.objects.select_related("submission").get(pk=event.details["verification"])
        elif event.verb == "cancel":
            cancelled = True
        elif event.verb in ("return_", "reopen"):
            sent_back, cancelled = True, False
    return (False, None) if cancelled else (checked, verified)


def _finding_at(finding: Finding, moment: dt.datetime) -> tuple[str, list[str]]:
    state, facets = "cancelled", []
    for event in finding.case.events.order_by("seq"):
        if event.at <= moment:
            state = event.target
    for version in Finding.history.filter(case_id=finding.pk).order_by("history_date", "history_id"):
        if version.history_date <= moment:
            facets = version.facets
    return state, facets


def _was_visited(institution: OrgUnit, moment: dt.datetime) -> bool:
    for visit in Visit.objects.filter(entry__institution=institution).select_related("entry__spot_check__case__unit"):
        check = visit.entry.spot_check.case
        if check.unit.kind == "region" and check.year == 2021 and visit.concluded_at and visit.concluded_at <= moment:
            return True
    return False
