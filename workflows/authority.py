"""Which authorities stand above a case and its work, read off the tree (design, Scope).

A cycle belongs to the county of its institution, what a commission runs itself to that commission. Whoever oversees a
case is a superior of all who work on it but of the own unit: for that unit's work the level above is.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.access import Grant, Viewer
from cases.errors import WrongRole
from cases.models import Case, OrgUnit, WorkItem
from cases.roles import POSTS
from cases.tree import covers
from workflows.step import Step

AUTHORITIES = (OrgUnit.Kind.COUNTY, OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.REGION)


def in_charge(case: Case) -> OrgUnit:
    """The authority that a case belongs to: its unit, where that is one, or the nearest one above it."""
    return next(iter(_line(case.unit)), case.unit)


def deciders(case: Case, unit_id: int) -> list[OrgUnit]:
    """The authorities that decide about the work of a unit in the case, the nearest first; never that unit itself."""
    line = _line(case.unit)
    return [unit for unit in line if unit.pk != unit_id] or line or [case.unit]


def head_of(unit: OrgUnit) -> str:
    """The role of whoever answers for an authority."""
    return POSTS[unit.kind].head


def superior_grant(viewer: Viewer, case: Case, item: WorkItem | None) -> Grant | None:
    """The nearest grant by which somebody is a superior of the case; the work of one's own unit is that of a peer."""
    own = item.unit_id if item is not None and item.role else None
    path = case.unit.path
    found = [
        grant
        for grant in viewer.grants
        if grant.permission == "oversee" and grant.unit_id != own and covers(grant.path, path)
    ]
    return max(found, key=lambda grant: len(grant.path), default=None)


def require_superior(step: Step) -> Grant:
    """Have the step act by the grant of a superior; raises WrongRole (403) for whoever has the work themselves."""
    grant = superior_grant(step.actor.viewer(step.at), step.case, step.item)
    if grant is None:
        unit: Any = step.item.unit if step.item is not None else step.case.unit
        raise WrongRole(
            "own_work",
            _("It is the turn of %(unit)s itself.") % {"unit": unit},
            hint=_("The level above it can do this."),
        )
    step.grant = grant
    return grant


def _line(unit: OrgUnit | None) -> list[OrgUnit]:
    """The authorities from a unit upwards."""
    found = []
    while unit is not None:
        if unit.kind in AUTHORITIES:
            found.append(unit)
        unit = unit.superior
    return found
