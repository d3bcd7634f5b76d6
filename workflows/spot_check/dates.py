"""By when a spot-check goes on: the draw, the teams, the end of the visits; nothing rests unseen.

One work item stands for all that the organiser has to follow; its date is that of what it waits for now.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef

from cases.clock import local_date
from cases.deadlines import Due, counted, named
from cases.models import Case, CaseParty
from workflows.step import Step
from workflows.visit.kind import State as VisitState
from workflows.visit.opening import PART

TEAMS, VISITS, VISIT = "spot_check_teams", "spot_check_visits", "visit"


def visits_until(step: Step) -> dt.date | None:
    """The last day of the visits, as planned: until then the draw is made."""
    case: Any = step.case
    until: dt.date | None = case.spot_check.visits_until
    return until


def follow_rule(step: Step) -> str:
    """Whether somebody is still to be sent, or the visits are to come to an end."""
    opened_now = step.verb == "draw" or step.facts.get("in_place") is not None
    return TEAMS if opened_now or _nobody_sent(step) else VISITS


def follow_by(step: Step) -> Due | None:
    """Teams are named in working days from now; the visits end some working days after their last day."""
    rules = step.edition.deadlines
    if follow_rule(step) == TEAMS or rules[VISITS].kind == "none":
        return None
    until, today = visits_until(step), local_date(step.at)
    last = named(until, "plan") if until is not None else counted(today, rules[VISIT].days, step.calendar)
    end = counted(last.on or today, rules[VISITS].days, step.calendar)
    return Due(end.on, [*last.trace, *end.trace])


def follow_on(step: Step) -> None:
    """Give the open work the date of what it waits for now, where that is something else than before."""
    item = step.item
    if item is not None and item.pk is not None and item.due_rule != (code := follow_rule(step)):
        step.move_due(item, step.due(item.flow_task), code)


def _nobody_sent(step: Step) -> bool:
    """Whether a visit that is still to be made has no team; what this very step has ended does not count."""
    over = [case.pk for case in step.batch.changed.values() if case.finished is not None]
    if step.verb == "note_cancelled":
        over.append(step.details["visit"])
    sent = CaseParty.objects.valid(local_date(step.at)).filter(case=OuterRef("pk"), part=PART)
    visits = Case.objects.filter(parent=step.case.pk, kind="visit", state=VisitState.VISITING).exclude(pk__in=over)
    return visits.filter(~Exists(sent)).exists()
