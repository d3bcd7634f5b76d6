"""Writing an import: everything in one transaction, as the administrator, or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from cases import placements
from cases.access import Actor, Viewer
from cases.accounts.rosters import propose_all
from cases.appointing import Seat, appoint_all
from cases.audit import noting
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import OrgUnit, RosterImport, User
from cases.orgtree import add_units
from cases.roster.plan import AppointmentStep, Plan
from cases.roster.rules import make_plan
from cases.roster.units import LEVEL
from cases.roster.workbook import Book, read
from cases.saving import sign

BATCH = 500


class RosterRefused(Invalid):
    """Rows are faulty, so nothing was written; ``plan`` names them all (422)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            "rows_faulty",
            _("Nothing was imported: the file has faults."),
            hint=_("Correct the rows named and upload the file again."),
        )
        self.plan = plan


def check_roster(content: bytes, viewer: Viewer) -> Plan:
    """The dry run: what importing the file would do now. Raises Invalid (422) for an unusable file, WrongRole (403)."""
    require_manager(viewer)
    return make_plan(read(content), viewer)


def import_roster(content: bytes, *, name: str, viewer: Viewer) -> RosterImport | None:
    """Check the file again and write all of it or nothing; None where there was nothing left to change.

    Raises RosterRefused or Invalid (422), Conflict (409) where somebody else wrote the same just now, WrongRole (403).
    """
    require_manager(viewer)
    book = read(content)
    try:
        with transaction.atomic():
            return _write(book, hashlib.sha256(content).hexdigest(), name, viewer)
    except IntegrityError as error:
        raise Conflict(
            "roster_changed",
            _("Somebody else has just changed the same units or people, so nothing was imported."),
            hint=_("Check the file again and import it then."),
        ) from error


def require_manager(viewer: Viewer) -> None:
    """Only somebody who manages people somewhere may import a roster."""
    if not viewer.paths("manage_people"):
        raise WrongRole(
            "not_a_manager",
            _("Only a system administrator imports rosters."),
            hint=_("Ask the system administrator of your region or prefecture."),
        )


def _write(book: Book, sha256: str, name: str, viewer: Viewer) -> RosterImport | None:
    roots = list(OrgUnit.objects.filter(depth=1).order_by("pk").select_for_update())  # one import at a time
    plan = make_plan(book, viewer)
    if plan.faults:
        raise RosterRefused(plan)
    if not plan.changes_anything or not roots:
        return None
    seat = min(
        (grant for grant in viewer.grants if grant.permission == "manage_people"), key=lambda grant: len(grant.path)
    )
    by: Any = viewer.user
    said = {"sha256": sha256, "counts": plan.written}
    with noting("import_roster", by=Actor(by), at=viewer.at, unit=seat.unit_id, details=said) as told:
        told.subject = done = _write_plan(plan, seat.unit_id, sha256, name, viewer)
    return done


def _write_plan(plan: Plan, unit_id: int, sha256: str, name: str, viewer: Viewer) -> RosterImport:
    by: Any = viewer.user
    units = _write_units(plan, by, viewer.at)
    people = _write_people(plan, by, viewer.at)
    seats = [
        Seat(people[step.login], units[step.unit], step.role, step.valid_from, step.valid_until)
        for step in plan.appointments
    ]
    waiting = [
        seat
        for seat, step in zip(seats, plan.appointments, strict=True)
        if settings.ROSTER_NEEDS_CONFIRMATION and grants_more(step)
    ]
    appoint_all([seat for seat in seats if seat not in waiting] if waiting else seats, by=by, at=viewer.at)
    done = RosterImport.objects.create(
        by=by, unit_id=unit_id, at=viewer.at, name=name, sha256=sha256, counts=plan.written
    )
    done.new_people.set([people[step.login] for step in plan.people if step.user is None])
    if waiting:
        propose_all(done, waiting)
    return done


def grants_more(step: AppointmentStep) -> bool:
    """Whether a step gives somebody a post or keeps them in it longer; ending one earlier needs no second person."""
    if step.appointment is None:
        return True
    until = step.appointment.valid_until
    return until is not None and (step.valid_until is None or step.valid_until > until)


def _write_units(plan: Plan, by: User, at: dt.datetime) -> dict[str, OrgUnit]:
    """The units of the plan, superiors first, and those that its appointments name, by code."""
    codes = {step.superior for step in plan.units} | {step.unit for step in plan.appointments}
    units = {unit.code: unit for unit in OrgUnit.objects.filter(code__in=codes)}
    changed = []
    for superior, steps in groupby(plan.units, key=lambda step: (LEVEL[step.values["kind"]], step.superior)):
        new = []
        for step in steps:
            if step.unit is None:
                new.append(OrgUnit(**step.values))
            else:
                _change(step.unit, step.values, by, at)
                step.unit.save(update_fields=list(step.values))
                units[step.unit.code] = step.unit
                changed.append(step.unit)
        if new:
            add_units(units[superior[1]], new, by=by, at=at)
            units.update((unit.code, unit) for unit in new)
    placements.follow(changed, at=at)
    return units


def _write_people(plan: Plan, by: User, at: dt.datetime) -> dict[str, User]:
    """The accounts of the plan and those that its appointments name, by login name; new ones have no password."""
    new = [
        User(username=step.login, password=make_password(None), date_joined=at, **step.values)
        for step in plan.people
        if step.user is None
    ]
    changed = []
    for step in plan.people:
        if step.user is not None:
            _change(step.user, step.values, by, at)
            changed.append(step.user)
    if new:
        bulk_create_with_history(new, User, batch_size=BATCH, default_user=by, default_date=at)
    if changed:
        bulk_update_with_history(changed, User, ["name", "phone"], batch_size=BATCH, default_user=by, default_date=at)
    logins = {step.login for step in plan.appointments}
    return {user.username: user for user in User.objects.filter(username__in=logins)}


def _change(record: Any, values: dict[str, Any], by: User, at: dt.datetime) -> None:
    for field, value in values.items():
        setattr(record, field, value)
    sign(record, by, at)
