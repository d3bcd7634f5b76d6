"""The conclusion of a visit: its problems come onto the ledger of the institution's year, with their source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Conflict, Invalid
from cases.models import AnswerStatus, Case, Visit, VisitItem
from workflows.common import on_hold
from workflows.engine import cascade, lock
from workflows.quality_cycle.kind import LIVE_STATES, State
from workflows.step import Step, edition_of
from workflows.visit.record import assessed, source_of

LEDGER_FIELDS = ("item_code", "facets", "problem", "measure", "rectification", "severity", "due_on")
TAKES_BACK = (State.RECTIFYING, State.VERIFIED)


def problems_of(rows: Iterable[VisitItem]) -> list[dict[str, Any]]:
    """The problems among what was assessed, as the ledger takes them."""
    return [{name: getattr(row, name) for name in LEDGER_FIELDS} for row in rows if row.status == AnswerStatus.PROBLEM]


def ledger_of(case: Case, record: Visit) -> Case | None:
    """The year whose ledger takes the findings: the one that was looked at, else the newest one that is not over."""
    cycles = Case.objects.filter(kind="quality_cycle", unit=case.unit_id, state__in=LIVE_STATES)
    live = list(cycles.select_related("edition").order_by("-year", "-pk"))
    return next((cycle for cycle in live if cycle.pk == record.cycle_id), live[0] if live else None)


def put_on_ledger(step: Step, record: Visit) -> None:
    """Open the findings on the institution's year, which goes back to rectification where it was verified.

    Raises Conflict (409) where no year is open to take them, or where it is on hold.
    """
    problems = problems_of(assessed(record))
    if not problems:
        step.facts = {"findings": 0}
        return
    found = ledger_of(step.case, record)
    if found is None:
        raise no_ledger()
    cycle = lock(found)
    if cycle.held_at is not None:
        raise on_hold(cycle)
    check_items(cycle, problems)
    verb = "take_spot_check" if cycle.state in TAKES_BACK else "note_spot_check"
    cascade(step, cycle, verb, visit=step.case.pk, source=source_of(step.case), problems=problems)
    step.facts = {"findings": len(problems), "cycle": cycle.pk}


def check_items(cycle: Case, problems: Iterable[dict[str, Any]]) -> None:
    """Refuse where the year that would take a problem has an edition without the item."""
    unknown = sorted({each["item_code"] for each in problems} - set(edition_of(cycle).items))
    if unknown:
        raise Invalid(
            "item_unknown_to_the_year",
            _("The edition of the year %(year)d has no item %(items)s.")
            % {"year": cycle.year, "items": ", ".join(unknown)},
            hint=_("A superior of the institution can reopen the year that was looked at."),
        )


def no_ledger() -> Conflict:
    """The refusal where every year of the institution is over."""
    return Conflict(
        "no_year_is_open",
        _("No year of this institution is open that could take the findings."),
        hint=_("Ask a superior of the institution to reopen the year that was looked at; what you wrote is kept."),
    )
