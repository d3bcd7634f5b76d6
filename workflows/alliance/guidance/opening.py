"""Opening the registers of a year: for every guidance centre of a city that has none yet (pilot plan, part 2 (1))."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant, Viewer
from cases.clock import local_date
from cases.errors import Conflict, WrongRole
from cases.models import Case, GuidanceYear, OrgUnit
from cases.signals import recorded
from cases.tree import within
from workflows.alliance.editions import edition_on
from workflows.alliance.guidance.kind import GUIDANCE_YEAR
from workflows.engine import open_case
from workflows.step import Batch


def opening_grant(viewer: Viewer, unit: OrgUnit) -> Grant | None:
    """The grant by which somebody opens registers below the unit: the centre's own or the commission's."""
    return viewer.grant_for("run_pilots", unit) or viewer.grant_for("keep_register", unit)


def centres_without(unit: OrgUnit, year: int, on: dt.date) -> list[OrgUnit]:
    """The guidance centres in the unit's subtree that exist on the day and have no register of the year."""
    centres = OrgUnit.objects.filter(within("path", [unit.path]), kind=OrgUnit.Kind.GUIDANCE_CENTRE).active(on)
    return list(centres.exclude(cases__kind=GUIDANCE_YEAR.code, cases__year=year))


def open_guidance_years(unit: OrgUnit, year: int, *, by: Actor, at: dt.datetime) -> list[Case]:
    """Open the registers of the year for every centre of the unit that has none; safe to repeat.

    Raises WrongRole (403), and Conflict (409) where there is nothing to open or the year lies ahead.
    """
    grant = opening_grant(by.viewer(at), unit)
    if grant is None and not by.is_system:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The commission opens the registers, or the centre its own."),
        )
    today = local_date(at)
    if year > today.year:
        raise Conflict("year_ahead", _("The year %(year)d has not begun yet.") % {"year": year})
    with transaction.atomic(durable=True):
        OrgUnit.objects.select_for_update().get(pk=unit.pk)  # two who open at once take their turns
        centres = centres_without(unit, year, today)
        if not centres:
            raise Conflict("nothing_to_open", _("Every guidance centre has its register of %(year)d.") % {"year": year})
        batch = Batch()
        cases = [
            open_case(
                GUIDANCE_YEAR.code,
                unit=centre,
                year=year,
                edition=edition_on(min(today, dt.date(year, 12, 31))),
                batch=batch,
                by=by,
                at=at,
                record=GuidanceYear(),
                number=f"{year}-{centre.code}-ZD",
                slot=f"{GUIDANCE_YEAR.code}:{centre.pk}:{year}",
                grant=grant,
            )
            for centre in centres
        ]
        batch.write()
    recorded.send(Case)
    return cases
