"""Who is asking: a person's valid appointments, the grants that come with them, and the actor of a verb.

Grants are looked up at the moment of asking (design, Scope): the guardian tables say what a post may do at a unit,
and only appointments in force on the day count.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from cases.audit.chains import noting
from cases.clock import local_date
from cases.clock import now as clock_now
from cases.duties import Span, require_apart
from cases.errors import Invalid
from cases.models.case import CaseParty, WorkItem
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.roles import ANSWERED_FOR, PART_ROLES, PARTY, PARTY_ROLES, RULES, SOME_HAVE
from cases.saving import sign
from cases.tree import covers

if TYPE_CHECKING:
    from cases.models.case import Case


class Grant(NamedTuple):
    """One permission that an appointment carries on a subtree.

    ``stands_in_for`` is the person whose appointment was delegated (委托), ``absent`` that person's name. ``parties``
    says whether there are parties of cases at all, which saves asking for those of the person.
    """

    appointment_id: int
    user_id: int
    unit_id: int
    role: str
    path: str
    permission: str
    stands_in_for: int | None = None
    absent: str = ""
    parties: bool = False


# Written by hand because every step and every page asks it: the ORM takes six times as long to word the same question.
# What is delegated counts while its source counts, which nobody delegated, and while the delegate belongs to the unit.
GRANTS = """
    SELECT a.id, a.user_id, a.unit_id, a.role, u.path, g.permission_id, a.delegated_by_id,
           EXISTS (SELECT 1 FROM cases_caseparty)
    FROM cases_appointment a
    JOIN cases_orgunitgroupobjectpermission g ON g.group_id = a.post_id
    JOIN cases_orgunit u ON u.id = g.content_object_id
    WHERE a.user_id = %s AND a.valid_from <= %s AND (a.valid_until IS NULL OR a.valid_until > %s)
    ORDER BY a.delegated_by_id IS NOT NULL, a.id
"""

# Only who stands in for somebody is asked this: which of their delegated appointments count, and for whom.
DELEGATED = """
    SELECT a.id, s.user_id, p.name
    FROM cases_appointment a
    JOIN cases_appointment s ON s.id = a.delegated_by_id
    JOIN cases_user p ON p.id = s.user_id
    WHERE a.user_id = %s AND p.is_active AND s.delegated_by_id IS NULL
      AND s.valid_from <= %s AND (s.valid_until IS NULL OR s.valid_until > %s)
      AND EXISTS (SELECT 1 FROM cases_appointment o
                  WHERE o.user_id = a.user_id AND o.unit_id = a.unit_id AND o.delegated_by_id IS NULL
                    AND o.valid_from <= %s AND (o.valid_until IS NULL OR o.valid_until > %s))
"""


def grants_of(user: User | AnonymousUser, on: dt.date) -> tuple[Grant, ...]:
    """The grants of a person's appointments that count on the day, own ones before delegated ones.

    One query, and one more for who stands in for somebody. None for a disabled account.
    """
    if not user.is_authenticated or not user.is_active:
        return ()
    absent: dict[int, tuple[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(GRANTS, [user.pk, on, on])
        rows = cursor.fetchall()
        if any(row[6] is not None for row in rows):
            cursor.execute(DELEGATED, [user.pk, *[on] * 4])
            absent = {appointment: (person, name) for appointment, person, name in cursor.fetchall()}
    names = permission_names({row[5] for row in rows})
    return tuple(
        Grant._make((*row[:5], names[row[5]], *absent.get(row[0], (None, "")), bool(row[7])))
        for row in rows
        if row[6] is None or row[0] in absent
    )


_names: dict[int, str] = {}


def permission_names(keys: set[int]) -> dict[int, str]:
    """The code names of permissions, which never change: asked for once a process."""
    if not keys <= _names.keys():
        _names.update(Permission.objects.filter(pk__in=keys).values_list("pk", "codename"))
    return _names


@dataclass(frozen=True)
class Viewer:
    """A person at a moment, with the grants that hold then; what every list is scoped by."""

    user: User | AnonymousUser
    at: dt.datetime

    @property
    def on(self) -> dt.date:
        return local_date(self.at)

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        return grants_of(self.user, self.on)

    @cached_property
    def seats(self) -> frozenset[tuple[int, str]]:
        """The (unit, role) pairs of the person's appointments: where work items for them are addressed."""
        return frozenset((grant.unit_id, grant.role) for grant in self.grants)

    @cached_property
    def is_party(self) -> bool:
        """Whether any case names the person, or a unit of theirs, as a party; one query where there are parties."""
        there_are_none = bool(self.grants) and not self.grants[0].parties
        return not there_are_none and CaseParty.objects.of(self).exists()

    @cached_property
    def vacant_seats(self) -> frozenset[tuple[int, str]]:
        """The posts of the units that the person heads which nobody holds today: their work comes to the head.

        An office that not every unit has counts only where it has open work. One query, and none for those who head no
        unit.
        """
        empty = {
            (unit_id, post) for unit_id, role in self.seats for post in ANSWERED_FOR.get(role, ()) if post != role
        } - self.seats
        if not empty:
            return frozenset()
        units, offices = {unit_id for unit_id, _role in empty}, {role for _unit, role in empty if role in SOME_HAVE}
        held = Appointment.objects.valid(self.on).filter(unit__in=units, role__in={role for _unit, role in empty})
        found = held.order_by().values_list("unit_id", "role", Value(1))
        if offices:
            work = WorkItem.objects.open().filter(unit__in=units, role__in=offices).order_by()
            found = found.union(work.values_list("unit_id", "role", Value(0)))
        rows = set(found)
        return frozenset(
            seat for seat in empty if (*seat, 1) not in rows and (seat[1] not in SOME_HAVE or (*seat, 0) in rows)
        )

    @cached_property
    def stands_in(self) -> dict[tuple[int, str], dict[int, str]]:
        """Whom the person stands in for (委托), by unit and role: their ids and names."""
        absent: dict[tuple[int, str], dict[int, str]] = {}
        for grant in self.grants:
            if grant.stands_in_for is not None:
                absent.setdefault((grant.unit_id, grant.role), {})[grant.stands_in_for] = grant.absent
        return absent

    def sits_at(self, item: WorkItem) -> bool:
        """Whether the work item is the person's to do: by a post of theirs, or for a vacant one where they may."""
        seat = (item.unit_id, item.role)
        if seat in self.seats:
            return True
        if item.role in PARTY_ROLES:  # an expert's work is where they are a party
            return self.may(item.flow_task.permission_for(item.role), item.process)
        if seat not in self.vacant_seats:
            return False
        needed: str = item.flow_task.permission_for(item.role)
        return bool(needed) and self.may(needed, item.process)

    def stands_in_for_owner(self, item: WorkItem) -> bool:
        """Whether whoever has claimed the work item is away and the person stands in for them."""
        return item.owner_id in self.stands_in.get((item.unit_id, item.role), {})

    @cached_property
    def own_seats(self) -> frozenset[tuple[int, str]]:
        """The seats that are the person's own, and not only held for somebody else."""
        return frozenset((grant.unit_id, grant.role) for grant in self.grants if grant.stands_in_for is None)

    def paths(self, permission: str) -> list[str]:
        return [grant.path for grant in self.grants if grant.permission == permission]

    def unit_ids(self, permission: str) -> list[int]:
        return [grant.unit_id for grant in self.grants if grant.permission == permission]

    def grant_for(self, permission: str, unit: OrgUnit, *, owner: int | None = None) -> Grant | None:
        """The nearest grant of the permission that covers the unit, if there is one; the person's own before others'.

        What somebody absent has claimed (``owner``) is done in that person's name, where the person stands in for them.
        """
        found = [grant for grant in self.grants if grant.permission == permission and covers(grant.path, unit.path)]
        if owner is not None and (theirs := [grant for grant in found if grant.stands_in_for == owner]):
            found = theirs
        return max(found, key=lambda grant: len(grant.path), default=None)

    def grant_on(self, permission: str, case: Case, *, owner: int | None = None) -> Grant | None:
        """What lets the person act on the case: a grant on its unit, or their part in it (``party:<part>``)."""
        if not permission.startswith(PARTY):
            return self.grant_for(permission, case.unit, owner=owner)
        part = permission.removeprefix(PARTY)
        if part in PART_ROLES:
            return self._grant_of_party(part, case, owner)
        if not CaseParty.objects.valid(self.on).filter(case=case.pk, user=self.user.pk, part=part).exists():
            return None
        held = Appointment.objects.own().valid(self.on).filter(user=self.user.pk).select_related("unit")
        seat = held.filter(role__in=PARTY_ROLES).order_by("pk").first()
        if seat is None:
            return None
        return Grant(seat.pk, seat.user_id, seat.unit_id, seat.role, seat.unit.path, permission)

    def _grant_of_party(self, part: str, case: Case, owner: int | None) -> Grant | None:
        """The appointment by which the person acts for a unit that has this part in the case today."""
        held = [grant for grant in self.grants if grant.permission == "view" and grant.role in PART_ROLES[part]]
        if not held:
            return None
        parties = CaseParty.objects.valid(self.on).filter(case=case.pk, part=part)
        units = set(parties.filter(unit__in={grant.unit_id for grant in held}).values_list("unit", flat=True))
        found = [grant for grant in held if grant.unit_id in units]
        if owner is not None and (theirs := [grant for grant in found if grant.stands_in_for == owner]):
            found = theirs
        return found[0]._replace(permission=f"{PARTY}{part}") if found else None

    def may(self, permission: str, case: Case) -> bool:
        return self.grant_on(permission, case) is not None

    def can(self, permission: str, unit: OrgUnit) -> bool:
        return self.grant_for(permission, unit) is not None


@dataclass(frozen=True)
class Actor:
    """Who performs a verb, from where: a person, or the system itself (``user`` is None)."""

    user: User | None
    address: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def is_system(self) -> bool:
        return self.user is None

    def viewer(self, at: dt.datetime) -> Viewer:
        return Viewer(self.user or AnonymousUser(), at)


SYSTEM = Actor(None, request_id="system")


def appointments_of(user: User | AnonymousUser, at: dt.datetime) -> list[Appointment]:
    """A person's appointments in force, with their units."""
    if not user.is_authenticated:
        return []
    return list(
        Appointment.objects.valid(local_date(at)).filter(user=user.pk).select_related("unit", "delegated_by__user")
    )


@transaction.atomic
def appoint(
    user: User,
    unit: OrgUnit,
    role: str,
    *,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    by: User | None = None,
    at: dt.datetime | None = None,
) -> Appointment:
    """Give a person a role at a unit; makes the post and its grants the first time. Safe to repeat.

    ``by`` and ``at`` (UTC, else this moment) go into its history. Raises Invalid when the role may not be held at this
    kind of unit, or not beside another that the person holds (``cases.duties``).
    """
    if unit.kind not in RULES[role].kinds:
        raise Invalid("role_at_wrong_unit", _("This role cannot be held at this kind of unit."))
    require_apart([Span(user.pk, role, valid_from, valid_until)])
    post = post_for(unit, role)
    appointment = Appointment.objects.own().filter(user=user, unit=unit, role=role, valid_from=valid_from).first()
    with noting("appoint", by=Actor(by) if by else SYSTEM, at=at or clock_now(), unit=unit) as told:
        if appointment is None:
            appointment = Appointment(user=user, unit=unit, role=role, valid_from=valid_from, post=post)
            appointment.valid_until = valid_until
            sign(appointment, by, at)
            appointment.save()
        elif appointment.valid_until != valid_until:
            appointment.valid_until = valid_until
            sign(appointment, by, at)
            appointment.save(update_fields=["valid_until"])
        told.subject = appointment
    return appointment


def post_for(unit: OrgUnit, role: str) -> Post:
    """The post of a role at a unit, made with its group and guardian grants where it does not exist yet."""
    post = Post.objects.filter(unit=unit, role=role).first()
    if post is not None:
        return post
    group = Group.objects.create(name=f"{role}@{unit.code}")
    post = Post.objects.create(group=group, unit=unit, role=role)
    permissions = ContentType.objects.get_for_model(OrgUnit).permission_set.filter(codename__in=RULES[role].grants)
    OrgUnitGroupObjectPermission.objects.bulk_create(
        OrgUnitGroupObjectPermission(group=group, permission=permission, content_object=unit)
        for permission in permissions
    )
    return post


def complete_grants() -> None:
    """Give every post the grants that its role has by now: a release may add some, and posts are made only once."""
    permissions = {
        permission.codename: permission
        for permission in ContentType.objects.get_for_model(OrgUnit).permission_set.all()
    }
    had: dict[int, set[str]] = {}
    rows = OrgUnitGroupObjectPermission.objects.values_list("group_id", "permission__codename")
    for group_id, codename in rows:
        had.setdefault(group_id, set()).add(codename)
    OrgUnitGroupObjectPermission.objects.bulk_create(
        OrgUnitGroupObjectPermission(group_id=post.pk, permission=permissions[codename], content_object_id=post.unit_id)
        for post in Post.objects.all()
        for codename in sorted(RULES[post.role].grants - had.get(post.pk, set()))
        if codename in permissions
    )


class AppointmentBackend(ModelBackend):
    """Django's permission question answered from appointments: ``user.has_perm("cases.verify", unit)``."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(obj, OrgUnit) or not user_obj.is_active:
            return False
        return Viewer(user_obj, clock_now()).can(perm.removeprefix("cases."), obj)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not isinstance(obj, OrgUnit) or not user_obj.is_active:
            return set()
        viewer = Viewer(user_obj, clock_now())
        return {f"cases.{grant.permission}" for grant in viewer.grants if covers(grant.path, obj.path)}
