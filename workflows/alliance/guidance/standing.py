"""What a city has not reached of the plan's targets that no register counts: shares, and a centre in each district.

The city's commission and the districts without a centre are reminded on the days of the edition, as centres are, for as
long as a programme of the city goes on (pilot plan, part 2 (1)).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.alliance import AllianceEdition, alliance_of
from cases.editions.pinned import edition_of
from cases.errors import Conflict
from cases.models import Case, OrgUnit
from cases.targets import ShareProgress, districts_without_centre, shares_of
from workflows.alliance.guidance.checks import VERB, already_told, last_check
from workflows.alliance.newcomers import GOING_ON
from workflows.alliance.opening import KIND
from workflows.engine import perform_many
from workflows.step import Step


@dataclass(frozen=True)
class Standing:
    """The shares that are not reached, and the districts that have no centre of their own."""

    shares: tuple[ShareProgress, ...]
    districts: tuple[OrgUnit, ...]

    def __bool__(self) -> bool:
        return bool(self.shares or self.districts)


def standing_of(edition: AllianceEdition, city: OrgUnit, on: dt.date) -> Standing:
    """Where a city is behind on a day; a share that nobody has entered counts as not reached."""
    shares = tuple(share for share in shares_of(edition, city, on) if not share.met)
    wanted = any(rule.scope == "district" for rule in edition.targets.values())
    return Standing(shares, tuple(districts_without_centre(city, on)) if wanted else ())


def note_standing(step: Step) -> None:
    """Write down who is behind with what, so that they hear of it; raises Conflict (409) the second time."""
    day: dt.date = step.details["check"]
    if already_told(step.case, day):
        raise Conflict("already_told", _("They have been reminded on this day."))
    found = standing_of(alliance_of(step.edition), step.case.unit, day)
    step.facts = {
        "check": day.isoformat(),
        "behind": [share.rule.code for share in found.shares],
        "shares": len(found.shares),
        "districts": len(found.districts),
        "units": [unit.pk for unit in found.districts],
    }


def remind_of_standing_targets(at: dt.datetime, limit: int = 100) -> int:
    """Remind cities and districts that are behind on the latest check day; safe to repeat."""
    today, done = local_date(at), 0
    cases = Case.objects.filter(kind=KIND, state__in=GOING_ON, held_at=None).select_related("edition", "unit")
    for case in cases.order_by("pk"):
        edition = alliance_of(edition_of(case))
        day = last_check(edition.guidance.checks, today.year, today)
        if day is None or done >= limit or already_told(case, day):
            continue
        if standing_of(edition, case.unit, day):
            told = perform_many([case], VERB, by=SYSTEM, at=at, check=day)
            done += sum(refusal is None for _case, refusal in told)
    return done
