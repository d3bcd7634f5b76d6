"""Opening visits: one for each institution that was drawn, with the experts who may read and write it (实地抽查)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from cases.clock import local_date
from cases.models import Case, CaseParty, DrawEntry, User, Visit
from cases.models import Sequence as Numbers
from workflows.engine import open_case
from workflows.step import Step

PART = "expert"


def open_visit(step: Step, entry: DrawEntry, experts: Sequence[User], *, planned_on: dt.date | None = None) -> Case:
    """Open the visit to one drawn institution below the spot-check of the step; the batch writes it."""
    return open_visits(step, [(entry, experts)], planned_on=planned_on)[0]


def open_visits(
    step: Step, drawn: Iterable[tuple[DrawEntry, Sequence[User]]], *, planned_on: dt.date | None = None
) -> list[Case]:
    """Open the visits to drawn institutions, each with its team, in the same few queries however many there are.

    A visit looks at the institution's year of the spot-check, or at its latest one before; its checklist is that
    year's edition.
    """
    pairs = list(drawn)
    if not pairs:
        return []
    cycles = latest_cycles([entry.institution_id for entry, _experts in pairs], step.case.year)
    unit, year, today = step.case.unit, step.case.year, local_date(step.at)
    first = Numbers.take(f"visit:{year}:{unit.code}", len(pairs))
    opened = []
    for number, (entry, experts) in enumerate(pairs, start=first):
        cycle = cycles.get(entry.institution_id)
        case = open_case(
            "visit",
            unit=entry.institution,
            year=year,
            edition=cycle.edition if cycle is not None else step.case.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Visit(entry=entry, cycle=cycle, planned_on=planned_on),
            parent=step.case,
            number=f"{year}-{unit.code}-C{number:03d}",
            grant=step.grant,
            facts={"entry": entry.pk, "cycle": cycle.pk if cycle else None, "experts": [each.pk for each in experts]},
        )
        step.batch.records += [CaseParty(case=case, user=expert, part=PART, valid_from=today) for expert in experts]
        opened.append(case)
    return opened


def latest_cycles(institutions: Iterable[int], year: int) -> dict[int, Case]:
    """The annual cycle of each institution for the year, or the latest before it; cancelled ones do not count."""
    rows = Case.objects.filter(kind="quality_cycle", unit__in=set(institutions), year__lte=year)
    rows = rows.exclude(state="cancelled").select_related("edition").order_by("year", "pk")
    return {cycle.unit_id: cycle for cycle in rows}
