"""Local closures: days on which the offices of a place are closed, recorded and withdrawn (design, Deadlines).

A county's approver records them for the county, superiors for what is below them. Dates that were counted over such
days are recomputed by whoever records one, once it is committed (``workflows.redating``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.access import Actor, Viewer
from cases.audit import noting
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import LocalClosure, OrgUnit
from cases.saving import sign
from cases.tree import STEP

RECORDERS = ("approve", "oversee")
LONGEST = 92  # calendar days; what lasts longer is no closure but a mistyped year
CLOSABLE = (OrgUnit.Kind.COUNTY, OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.REGION)


def known_to(viewer: Viewer) -> QuerySet[LocalClosure]:
    """The closures that hold in the viewer's units or below them: their own, those above, and those further down."""
    paths = viewer.paths("view")
    above = [path[:length] for path in paths for length in range(STEP, len(path), STEP)]
    below = LocalClosure.objects.visible_to(viewer).values("pk")
    return LocalClosure.objects.filter(Q(pk__in=below) | Q(unit__path__in=above))


def may_record(viewer: Viewer, unit: OrgUnit) -> bool:
    return any(viewer.can(permission, unit) for permission in RECORDERS)


def units_to_close(viewer: Viewer) -> QuerySet[OrgUnit]:
    """The offices for which the viewer may record a closure."""
    scope = Q(pk__in=[])
    for permission in RECORDERS:
        for path in viewer.paths(permission):
            scope |= Q(path__startswith=path)
    return OrgUnit.objects.filter(scope, kind__in=CLOSABLE).active(viewer.on)


def add_closure(
    unit: OrgUnit, *, first_on: dt.date, last_on: dt.date, reason: str, by: Actor, at: dt.datetime
) -> LocalClosure:
    """Record that the offices of a unit are closed on these days, both counted.

    Raises WrongRole (403) for whoever may not, Invalid (422) naming the fields.
    """
    if not by.is_system and not may_record(by.viewer(at), unit):
        raise WrongRole("wrong_role", _("Your role does not record closures for this unit."))
    reason = reason.strip()
    faults: dict[str, list[Any]] = {}
    if last_on < first_on:
        faults["last_on"] = [_("The last day lies before the first.")]
    elif (last_on - first_on).days >= LONGEST:
        faults["last_on"] = [_("A closure lasts at most %(n)d days.") % {"n": LONGEST}]
    if not reason:
        faults["reason"] = [_("Give the reason.")]
    if faults:
        raise Invalid("closure_not_possible", _("The closure is not complete."), faults=faults)
    with transaction.atomic():
        OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        present = LocalClosure.objects.filter(
            unit=unit, withdrawn_at=None, first_on__lte=last_on, last_on__gte=first_on
        )
        if present.exists():
            message = _("Some of these days are recorded as closed already.")
            raise Invalid("closure_overlaps", message, faults={"first_on": [message]})
        closure = LocalClosure(
            unit=unit, first_on=first_on, last_on=last_on, reason=reason, created_by=by.user, created_at=at
        )
        with noting("record_closure", by=by, at=at, unit=unit, reason=reason) as told:
            told.subject = _save(closure, by, at, "")
        return closure


def withdraw_closure(closure: LocalClosure, *, reason: str, by: Actor, at: dt.datetime) -> LocalClosure:
    """Take a mistaken closure back, with the reason; it stays on record and counts no more."""
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", _("Give the reason."), faults={"reason": [_("Give the reason.")]})
    with transaction.atomic():
        found = LocalClosure.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=closure.pk)
        row = found.first()
        if row is None:
            raise OutOfScope("no_such_closure", _("There is no such closure."))
        if not by.is_system and not may_record(by.viewer(at), row.unit):
            raise WrongRole("wrong_role", _("Your role does not record closures for this unit."))
        if row.withdrawn_at is not None:
            raise Conflict("withdrawn_already", _("The closure has been withdrawn already."))
        row.withdrawn_at = at
        with noting("withdraw_closure", by=by, at=at, unit=row.unit, subject=row, reason=reason):
            return _save(row, by, at, reason)


def _save(closure: Any, by: Actor, at: dt.datetime, reason: str) -> LocalClosure:
    sign(closure, by.user, at, reason or None)
    closure.save()
    saved: LocalClosure = closure
    return saved
