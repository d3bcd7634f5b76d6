"""What waits for whom as the second person: counted for who looks, and named for who is told."""

from __future__ import annotations

import datetime as dt

from cases.access import Viewer
from cases.accounts.models import Proposal
from cases.accounts.proposing import confirmers, may_confirm
from cases.models import Appointment, OrgUnit, RosterImport, User
from cases.roles import Role
from cases.tree import covers


def waiting_for(viewer: Viewer, most: int) -> int:
    """How many proposals and imports the viewer may confirm, counted no further than ``most``.

    One query where nothing waits in the area, which is nearly always; a further one for security administrators.
    """
    me = viewer.user.pk
    rows = Proposal.objects.visible_to(viewer).waiting().exclude(proposed_by=me).exclude(user=me)
    found = sum(may_confirm(each, viewer) for each in rows.filter(roster=None).select_related("unit")[:most])
    if viewer.paths("manage_roles"):
        found += rows.exclude(roster=None).values("roster").distinct().count()
    return found


def seconds_of(subject: Proposal | RosterImport, on: dt.date) -> list[User]:
    """Who may confirm it on the day; for an import the security administrators above its unit."""
    if isinstance(subject, Proposal):
        return list(confirmers(subject, on)[1].order_by("pk"))
    held = Appointment.objects.own().valid(on).filter(role=Role.SECURITY_ADMIN).exclude(user=subject.by_id)
    units = dict(OrgUnit.objects.filter(pk__in=held.values("unit")).values_list("pk", "path"))
    above = [pk for pk, path in units.items() if covers(path, subject.unit.path)]
    return list(User.objects.filter(pk__in=held.filter(unit__in=above).values("user")).order_by("pk"))
