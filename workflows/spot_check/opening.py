"""Planning a spot-check: opens its case at the region or the nation (part 3 (3): 组织专家开展抽查评估)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant, Viewer
from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.errors import WrongRole
from cases.models import Case, OrgUnit, Sequence, SpotCheck
from cases.signals import recorded
from workflows.engine import open_case
from workflows.quality_cycle.opening import edition_for
from workflows.spot_check.planning import check_plan, rules_used
from workflows.step import Batch

KIND = "spot_check"


def drawing_grant(viewer: Viewer, unit: OrgUnit) -> Grant | None:
    """The grant by which somebody plans and draws for the unit: one at exactly that unit, not above it."""
    grant = viewer.grant_for("draw", unit)
    return grant if grant is not None and grant.unit_id == unit.pk else None


def plan_spot_check(unit: OrgUnit, plan: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Open a spot-check of this year; ``plan`` has ``title``, ``size`` and ``visits_until`` (a local day or None).

    Raises WrongRole (403) for anybody but an officer of the unit itself, and Invalid (422).
    """
    grant = drawing_grant(by.viewer(at), unit)
    if grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Officers of the region draw for the region, those of the nation for the nation."),
        )
    today = local_date(at)
    values, edition = check_plan(plan, today), edition_for(today.year)
    with transaction.atomic(durable=True):
        batch = Batch()
        case = open_case(
            KIND,
            unit=unit,
            year=today.year,
            edition=edition,
            batch=batch,
            by=by,
            at=at,
            record=SpotCheck(**values, **rules_used(quality_of(edition).draw)),
            number=f"{today.year}-{unit.code}-CC{Sequence.take(f'{KIND}:{today.year}:{unit.code}'):02d}",
            grant=grant,
            facts={"size": values["size"], "visits_until": str(values["visits_until"] or "")},
        )
        batch.write()
    recorded.send(Case)
    return case
