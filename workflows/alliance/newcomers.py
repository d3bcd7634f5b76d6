"""Units that the roster gains after a programme was opened: they take part from then on (pilot plan, part 3 (1)).

Districts, hospitals and the finance bureau are parties of a programme by what the roster says. Whoever is new is
invited by the clock, or by the commission where the clock stands. Members join by their agreement and are not invited.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from cases.access import SYSTEM
from cases.clock import local_date
from cases.errors import Conflict
from cases.models import Case, CaseParty, OrgUnit
from workflows.alliance.opening import KIND, taking_part
from workflows.alliance.parties import give_part
from workflows.alliance.states import ProgrammeState
from workflows.engine import perform_many
from workflows.step import Step

GOING_ON = (ProgrammeState.SELECTING, ProgrammeState.RUNNING)


def newcomers(programme: Case, on: dt.date) -> list[tuple[str, OrgUnit]]:
    """Those of them that are no party of the programme yet."""
    held = set(CaseParty.objects.valid(on).filter(case=programme.pk).values_list("part", "unit"))
    return [(part, unit) for part, unit in taking_part(programme.unit, on) if (part, unit.pk) not in held]


def invite_newcomers(step: Step) -> None:
    """Let the new units read the programme, and apply or nominate; raises Conflict (409) where there is none."""
    today = local_date(step.at)
    found = newcomers(step.case, today)
    if not found:
        raise Conflict("nobody_new", _("Every unit of the city takes part in the programme already."))
    for part, unit in found:
        give_part(step, step.case, unit, part, today)
    step.facts = {"units": sorted({unit.pk for _part, unit in found})}


def invite(at: dt.datetime, limit: int = 100) -> int:
    """Invite whoever is new to a programme that goes on, and say in how many; safe to repeat."""
    today = local_date(at)
    going_on: Any = Case.objects.filter(kind=KIND, state__in=GOING_ON).select_related("unit").order_by("pk")
    wanting = [case for case in going_on if newcomers(case, today)][:limit]
    return sum(refusal is None for _case, refusal in perform_many(wanting, "invite", by=SYSTEM, at=at))
