"""Beginning a typical case or good practice: any time, by an institution or a county, for itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant, Viewer
from cases.clock import local_date
from cases.errors import WrongRole
from cases.models import Case, OrgUnit, Practice, Sequence
from cases.signals import recorded
from workflows.engine import open_case
from workflows.practice.kind import FILING, PRACTICE
from workflows.quality_cycle.opening import edition_for
from workflows.step import Batch


def filing_grant(viewer: Viewer) -> Grant | None:
    """The grant by which the viewer files, for the unit that it is held at; institutions and counties hold one."""
    return next((grant for grant in viewer.grants if grant.permission in FILING), None)


def begin_practice(values: dict[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Open the case with what has been written so far, at the unit of whoever writes.

    Raises WrongRole (403) for everybody else.
    """
    grant = filing_grant(by.viewer(at))
    if grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Institutions and counties file good practices; counties nominate typical cases."),
        )
    year = local_date(at).year
    with transaction.atomic(durable=True):
        unit = OrgUnit.objects.get(pk=grant.unit_id)
        batch = Batch()
        case = open_case(
            PRACTICE.code,
            unit=unit,
            year=year,
            edition=edition_for(year),
            batch=batch,
            by=by,
            at=at,
            record=Practice(**values),
            number=f"{year}-{unit.code}-J{Sequence.take(f'practice:{year}:{unit.code}'):03d}",
            grant=grant,
            facts={"sort": values["sort"]},
        )
        batch.write()
    recorded.send(Case)
    return case
