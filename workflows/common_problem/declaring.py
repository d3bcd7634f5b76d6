"""Declaring a problem common (认定普遍性问题): opens its case at the unit, once at a time for each item and facet."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, CommonProblem, OrgUnit, Sequence
from cases.signals import recorded
from workflows.common_problem.groups import Group, Key, groups_of, year_of
from workflows.common_problem.kind import COMMON_PROBLEM, GRANTS, OFFICERS, ROLES
from workflows.engine import open_case
from workflows.quality_cycle.opening import edition_for
from workflows.step import Batch

PERMISSIONS = dict(zip(ROLES, GRANTS, strict=True))


def declaring_grant(by: Actor, unit: OrgUnit, at: dt.datetime) -> Grant | None:
    """The grant by which somebody declares for the unit: that of its own officer or head, not of a level above."""
    role = OFFICERS.get(OrgUnit.Kind(unit.kind))
    grant = by.viewer(at).grant_for(PERMISSIONS[role], unit) if role is not None else None
    return grant if grant is not None and grant.unit_id == unit.pk else None


def declare(unit: OrgUnit, key: Key, *, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a problem that enough institutions of the unit share.

    Raises WrongRole (403), Conflict (409: declared already) or Invalid (422: not common).
    """
    grant = declaring_grant(by, unit, at)
    if grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Officers of the county or prefecture declare what is common among their institutions."),
        )
    year = year_of(at)
    edition = edition_for(year)
    with transaction.atomic(durable=True):
        # Two officers at once: the second one waits here, and sees what the first has declared.
        OrgUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        group = _group(unit, key, year, edition.parsed.settings.common_from)
        batch = Batch()
        case = open_case(
            COMMON_PROBLEM.code,
            unit=unit,
            year=year,
            edition=edition,
            batch=batch,
            by=by,
            at=at,
            record=CommonProblem(item_code=group.item_code, facet=group.facet),
            slot=slot_of(unit.pk, key),
            number=f"{year}-{unit.code}-P{Sequence.take(f'common_problem:{year}:{unit.code}'):03d}",
            grant=grant,
            facts={"item": group.item_code, "facet": group.facet, "institutions": len(group.units)},
        )
        batch.write()
    recorded.send(Case)
    return case


def _group(unit: OrgUnit, key: Key, year: int, common_from: int) -> Group:
    groups = {group.key: group for group in groups_of(unit, year, common_from=common_from)}
    group = groups.get(key)
    if group is None:
        message = _("Not enough institutions share this problem: %(needed)d are needed.") % {"needed": common_from}
        raise Invalid("not_common", message)
    if group.declared:
        raise Conflict(
            "already_declared",
            _("This problem has been declared common already."),
            hint=_("Its page shows who has it in hand."),
        )
    return group


def slot_of(unit_id: int, key: Key) -> str:
    """One common problem in hand for each unit, item and facet; the codes may be long."""
    digest = hashlib.sha256("/".join(key).encode()).hexdigest()[:20]
    return f"common:{unit_id}:{digest}"
