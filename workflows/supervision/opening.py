"""Taking a case under supervision (督办; action plan, part 4 (2): 督促整改).

The supervision is a case of its own, a child of the one that it watches. While it is active, whoever holds the
supervising post hears of every step of that case.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.clock import local_date
from cases.errors import Conflict, Invalid
from cases.models import Case, CaseParty, OrgUnit, Sequence, Supervision, WorkItem
from workflows.authority import require_superior, superior_grant
from workflows.engine import open_case
from workflows.rules import verb
from workflows.step import Step

FURTHEST = 366  # calendar days; a mistyped year is found out


class SuperviseVerbs:
    """The verb of the cases that can be supervised; they stay where they are."""

    @verb(label=gettext_lazy("Supervise"), source="*", permission="oversee", reason=True)
    def supervise(self, step: Step) -> None:
        """By a superior, with reason and a date of their own; one active supervision a case and unit."""
        case: Any = step.case
        if case.finished is not None:
            raise Conflict("wrong_state", _("The case is over."))
        grant = require_superior(step)
        slot = slot_of(case.pk, grant.unit_id)
        if _is_taken(slot):
            raise Conflict(
                "already_supervised",
                _("Your unit has this case under supervision already."),
                hint=_("End that supervision first."),
            )
        due_on = _date_set(step)
        unit = OrgUnit.objects.get(pk=grant.unit_id)
        number = f"{case.year}-{unit.code}-DB{Sequence.take(f'supervision:{case.year}:{unit.code}'):03d}"
        opened = open_case(
            "supervision",
            unit=case.unit,
            year=case.year,
            edition=case.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Supervision(unit=unit, role=grant.role, due_on=due_on),
            parent=case,
            number=number,
            slot=slot,
            grant=grant,
            facts={"due": due_on.isoformat()},
            reason=step.reason,
        )
        _let_parties_read(step, opened)
        step.facts = {"number": number, "unit": unit.pk, "due": due_on.isoformat()}


def _let_parties_read(step: Step, opened: Case) -> None:
    """Units that take part in the case read its supervision, too: whoever is below reads it by the tree."""
    today = local_date(step.at)
    for row in CaseParty.objects.valid(today).filter(case=step.case.pk, unit__isnull=False).order_by("pk"):
        copy = CaseParty(case=opened, unit_id=row.unit_id, part=row.part, valid_from=today, valid_until=row.valid_until)
        step.batch.records.append(copy)


def supervises(viewer: Viewer, case: Case, item: WorkItem | None) -> bool:
    """Whether the unit for which the viewer would supervise the case does so already."""
    grant = superior_grant(viewer, case, item)
    return grant is not None and _is_taken(slot_of(case.pk, grant.unit_id))


def _is_taken(slot: str) -> bool:
    return Case.objects.filter(slot=slot).exists()


def slot_of(case_id: int, unit_id: int) -> str:
    """The slot of a unit's supervision of a case."""
    return f"supervision:{case_id}:{unit_id}"


def _date_set(step: Step) -> dt.date:
    """The superior's own date, or the edition's limit where none is named."""
    given: Any = step.details.get("due_on")
    today = local_date(step.at)
    if given is None:
        return step.calendar.add(today, step.edition.deadlines["supervision"].days)
    if not isinstance(given, dt.date) or not 0 <= (given - today).days <= FURTHEST:
        message = _("Choose a day from today on, at most a year ahead.")
        raise Invalid("date_not_possible", message, faults={"due_on": [message]})
    return given
