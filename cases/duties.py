"""Separation of duties (三员分立): who holds one of these roles holds no other (issue “access”, 职责分离).

The system administrator keeps accounts and settings, the security administrator roles and grants, the auditor reads the
system's own trails, the inspector reads cases. Each watches the others, and none of them acts on cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import Conflict, Invalid
from cases.models.org import Appointment, User
from cases.roles import Role

ALONE = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.INSPECTOR})
BATCH = 500


class Span(NamedTuple):
    """A role that a person holds from a day until a day (half-open; None for no end)."""

    user_id: int
    role: str
    valid_from: dt.date
    valid_until: dt.date | None


def kept_apart(role: str) -> frozenset[str]:
    """The roles that nobody holds beside this one."""
    everything = frozenset(str(each) for each in Role)
    return (everything if role in ALONE else frozenset(str(each) for each in ALONE)) - {role}


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    return one.valid_from < (other.valid_until or dt.date.max) and other.valid_from < (one.valid_until or dt.date.max)


def require_apart(new: Iterable[Span]) -> None:
    """Refuse what would give a person two duties that are kept apart on the same day: Invalid (422).

    Delegations count like appointments. Inside the caller's transaction the people are locked, so that two grants
    made at once are judged one after the other.
    """
    wanted = list(new)
    people = sorted({span.user_id for span in wanted})
    held = [span for batch in _batches(people) for span in _held(batch)]
    by_person: dict[int, list[Span]] = {}
    for span in [*held, *wanted]:
        by_person.setdefault(span.user_id, []).append(span)
    for span in wanted:
        apart = kept_apart(span.role)
        for other in by_person[span.user_id]:
            if other.role in apart and overlap(span, other):
                raise separate_duties(other.role)


def require_active(user: User) -> None:
    """Nobody is given a post whose account is closed: Conflict (409)."""
    if not user.is_active:
        raise Conflict("account_closed", _("This account is disabled."), hint=_("Enable it first, or choose another."))


def separate_duties(held: str) -> Invalid:
    message = _("This person is %(role)s in the same time, and that duty is held alone.") % {"role": Role(held).label}
    hint = _("Administrators, auditors and inspectors watch each other and the others: name somebody else.")
    return Invalid("separate_duties", message, hint=hint, faults={"user": [f"{message} {hint}"]})


def violations(on: dt.date) -> list[tuple[User, list[str]]]:
    """The people who hold duties on the day that are kept apart, with their roles: for checks; none is right."""
    found: dict[int, set[str]] = {}
    for user_id, role in Appointment.objects.valid(on).values_list("user", "role"):
        found.setdefault(user_id, set()).add(role)
    bad = {pk: roles for pk, roles in found.items() if len(roles) > 1 and not roles.isdisjoint(ALONE)}
    return [(user, sorted(bad[user.pk])) for user in User.objects.filter(pk__in=bad).order_by("pk")]


def _held(people: list[int]) -> list[Span]:
    if transaction.get_connection().in_atomic_block:
        list(User.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))
    rows = Appointment.objects.filter(user__in=people)
    return [Span(*row) for row in rows.values_list("user", "role", "valid_from", "valid_until")]


def _batches(keys: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]
