"""Appointing many people at once: the same rows as ``cases.access.appoint`` for each, written set-wise.

For imports: what ``appoint`` asks and writes for one person costs minutes for twenty thousand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from cases.duties import Span, require_apart
from cases.errors import Invalid
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.roles import RULES

BATCH = 500
T = TypeVar("T")


class Seat(NamedTuple):
    """A role that a person holds at a unit from a day until a day (half-open)."""

    user: User
    unit: OrgUnit
    role: str
    valid_from: dt.date
    valid_until: dt.date | None


@transaction.atomic
def appoint_all(seats: Sequence[Seat], *, by: User, at: dt.datetime) -> None:
    """Give every person their role, or change its end; safe to repeat. ``by`` and ``at`` (UTC) go into the history.

    Raises Invalid when a role may not be held at that kind of unit, or not beside another (``cases.duties``).
    """
    if any(seat.unit.kind not in RULES[seat.role].kinds for seat in seats):
        raise Invalid("role_at_wrong_unit", _("This role cannot be held at this kind of unit."))
    require_apart(Span(seat.user.pk, seat.role, seat.valid_from, seat.valid_until) for seat in seats)
    posts = _posts(seats)
    known = {
        (held.user_id, held.unit_id, held.role, held.valid_from): held
        for batch in _batches(sorted({seat.user.pk for seat in seats}))
        for held in Appointment.objects.own().filter(user__in=batch)
    }
    new: list[Appointment] = []
    changed: list[Appointment] = []
    for seat in seats:
        held = known.get((seat.user.pk, seat.unit.pk, seat.role, seat.valid_from))
        if held is None:
            post = posts[seat.unit.pk, seat.role]
            new.append(Appointment(post=post, **seat._asdict()))
        elif held.valid_until != seat.valid_until:
            held.valid_until = seat.valid_until
            changed.append(held)
    if new:
        bulk_create_with_history(new, Appointment, batch_size=BATCH, default_user=by, default_date=at)
    if changed:
        bulk_update_with_history(
            changed, Appointment, ["valid_until"], batch_size=BATCH, default_user=by, default_date=at
        )


def _posts(seats: Sequence[Seat]) -> dict[tuple[int, str], Post]:
    """The posts of the seats by unit and role; missing ones are made with their group and guardian grants."""
    units = {seat.unit.pk: seat.unit for seat in seats}
    posts = {
        (post.unit_id, post.role): post
        for batch in _batches(sorted(units))
        for post in Post.objects.filter(unit__in=batch)
    }
    missing = sorted({(seat.unit.pk, seat.role) for seat in seats} - posts.keys())
    groups = Group.objects.bulk_create(
        (Group(name=f"{role}@{units[unit].code}") for unit, role in missing), batch_size=BATCH
    )
    new = [Post(group=group, unit=units[unit], role=role) for group, (unit, role) in zip(groups, missing, strict=True)]
    Post.objects.bulk_create(new, batch_size=BATCH)
    permissions = _permissions()
    OrgUnitGroupObjectPermission.objects.bulk_create(
        (
            OrgUnitGroupObjectPermission(group=post.group, permission=permissions[name], content_object=post.unit)
            for post in new
            for name in sorted(RULES[post.role].grants)
        ),
        batch_size=BATCH,
    )
    return posts | {(post.unit_id, post.role): post for post in new}


def _permissions() -> dict[str, Permission]:
    content_type = ContentType.objects.get_for_model(OrgUnit)
    return {permission.codename: permission for permission in Permission.objects.filter(content_type=content_type)}


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """SQLite takes a limited number of values in one statement."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
