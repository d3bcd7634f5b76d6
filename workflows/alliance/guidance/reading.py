"""Entering a share that the city reads off for a target of the plan (pilot plan, part 2 (1) 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor
from cases.audit.chains import note
from cases.clock import local_date
from cases.errors import Invalid, WrongRole
from cases.models import OrgUnit, TargetReading
from cases.saving import sign


def enter_reading(city: OrgUnit, values: dict[str, Any], *, by: Actor, at: dt.datetime) -> TargetReading:
    """Keep a reading beside the earlier ones; the latest by a day counts. ``at`` in UTC.

    Raises WrongRole (403) for anybody but the commission, and Invalid (422) for a day in the future.
    """
    grant = by.viewer(at).grant_for("run_pilots", city)
    if grant is None or grant.unit_id != city.pk:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The city’s commission enters these shares."),
        )
    if values["as_of"] > local_date(at):
        message = _("The day lies in the future.")
        raise Invalid("day_ahead", message, faults={"as_of": [message]})
    with transaction.atomic():
        reading = TargetReading(unit=city, entered_by=by.user, entered_at=at, **values)
        sign(reading, by.user, at)
        reading.save()
        said = {name: str(values[name]) for name in ("target", "as_of", "numerator", "denominator")}
        note(
            "enter_reading",
            by=by,
            at=at,
            unit=city,
            subject=reading,
            details=said,
            appointment_id=grant.appointment_id,
        )
    return reading
