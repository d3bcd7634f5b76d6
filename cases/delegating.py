"""Cover for absence (委托代办): a person's post in the hands of a colleague for a time.

The delegate holds an appointment of their own at the same post that names the one it comes from. Both names are on
whatever is done under it, and it counts only while its source counts (``AppointmentQuerySet.valid``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Actor, Viewer
from cases.audit import noting
from cases.clock import start_of_day
from cases.duties import kept_apart
from cases.errors import Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Appointment, CaseEvent, OrgUnit, User
from cases.roles import RULES, SEPARATED
from cases.saving import sign
from cases.tree import covers

MOST_DAYS = 183  # who is away longer needs a successor
MOST_REASON = 200


@transaction.atomic
def delegate(
    appointment: Appointment,
    to: User,
    *,
    from_: dt.date,
    until: dt.date,
    by: User,
    at: dt.datetime,
    reason: str,
) -> Appointment:
    """Give a colleague of the same unit the post from a day until a day (half-open, Asia/Shanghai).

    By the holder, or by whoever manages people there. Raises OutOfScope (404), WrongRole (403) or Invalid (422, with
    the field: ``to``, ``from_``, ``until``, ``reason``).
    """
    viewer = Viewer(by, at)
    source = _locked(appointment)
    _check_may(source, viewer)
    _check_reason(reason)
    _check_dates(source, from_, until, viewer.on)
    _check_person(source, to, from_, until)
    new = Appointment(
        user=to,
        post_id=source.post_id,
        unit=source.unit,
        role=source.role,
        valid_from=from_,
        valid_until=until,
        delegated_by=source,
    )
    with noting("delegate", by=Actor(by), at=at, unit=source.unit, reason=reason) as told:
        _write(new, by, at, reason)
        told.subject = new
    return new


@transaction.atomic
def end_delegation(delegation: Appointment, *, by: User, at: dt.datetime, reason: str = "") -> Appointment | None:
    """End a delegation early: at once, or with this day where something was done under it today.

    By the delegator, the delegate, or whoever manages people there. One that never came into force is removed, and
    None returned; its history stays. Raises OutOfScope, WrongRole, or Invalid for one that has ended already.
    """
    viewer = Viewer(by, at)
    held = _locked(delegation)
    if held.delegated_by is None:
        raise Invalid("no_delegation", _("This appointment was not delegated."))
    if by.pk not in (held.user_id, held.delegated_by.user_id) and not viewer.can("manage_people", held.unit):
        raise _no_such()
    if held.valid_until is not None and held.valid_until <= viewer.on:
        raise Invalid("delegation_over", _("This delegation has ended already."))
    end = viewer.on + dt.timedelta(days=1) if _used_on(held, viewer.on) else viewer.on
    subject = f"cases.appointment:{held.pk}"
    with noting("end_delegation", by=Actor(by), at=at, unit=held.unit, reason=reason, subject=subject):
        if end <= held.valid_from:
            sign(held, by, at)
            held._change_reason = reason  # type: ignore[attr-defined]
            held.delete()
            return None
        held.valid_until = min(end, held.valid_until or end)
        _write(held, by, at, reason)
    return held


def candidates(appointment: Appointment, on: dt.date) -> QuerySet[User]:
    """The colleagues whom a post may be delegated to: those with an appointment of their own at the same unit."""
    there = Appointment.objects.own().dated(on).filter(unit=appointment.unit_id).exclude(user=appointment.user_id)
    apart = _kept_apart(appointment.role)
    return User.objects.filter(pk__in=there.values("user")).exclude(pk__in=there.filter(role__in=apart).values("user"))


def delegations(user: User) -> QuerySet[Appointment]:
    """What a person has delegated and what was delegated to them, the latest first."""
    mine = Appointment.objects.exclude(delegated_by=None).filter(Q(user=user.pk) | Q(delegated_by__user=user.pk))
    return mine.select_related("unit", "user", "delegated_by__user").order_by("-valid_from", "-pk")


def _locked(appointment: Appointment) -> Appointment:
    """The appointment as it now stands; two delegations of one post are judged one after the other."""
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("unit", "delegated_by__user", "user")
    found = rows.filter(pk=appointment.pk).first()
    if found is None:
        raise _no_such()
    return found


def _check_may(source: Appointment, viewer: Viewer) -> None:
    if source.user_id != viewer.user.pk and not viewer.can("manage_people", source.unit):
        raise _no_such()
    if source.delegated_by_id is not None:
        raise WrongRole(
            "delegated_already",
            _("What was delegated to you cannot be delegated again."),
            hint=_("Ask the person whom you stand in for to name somebody else."),
        )
    if source.role in _never_delegated():
        raise WrongRole("role_not_delegated", _("A post without tasks of its own is not delegated."))


def _never_delegated() -> frozenset[str]:
    """Roles that carry no grant: nothing would pass on."""
    return frozenset(role for role, rule in RULES.items() if not rule.grants)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise _invalid("reason", "reason_missing", _("Give the reason."))
    if len(reason) > MOST_REASON:
        message = _("Keep the reason under %(limit)d characters.") % {"limit": MOST_REASON}
        raise _invalid("reason", "reason_too_long", message)


def _check_dates(source: Appointment, from_: dt.date, until: dt.date, on: dt.date) -> None:
    if from_ < on:
        raise _invalid("from_", "begins_in_the_past", _("A delegation begins today or later."))
    if until <= from_:
        raise _invalid("until", "ends_before_it_begins", _("The end must come after the beginning."))
    if (until - from_).days > MOST_DAYS:
        message = _("A delegation lasts at most %(days)d days; a longer absence needs a successor.")
        raise _invalid("until", "too_long", message % {"days": MOST_DAYS})
    if source.valid_from > from_:
        raise _invalid("from_", "before_the_appointment", _("The appointment is not in force on that day yet."))
    if source.valid_until is not None and until > source.valid_until:
        message = _("The appointment itself ends on %(day)s; a delegation ends no later.")
        raise _invalid("until", "after_the_appointment", message % {"day": source.valid_until.isoformat()})


def _check_person(source: Appointment, to: User, from_: dt.date, until: dt.date) -> None:
    if to.pk == source.user_id:
        raise _invalid("to", "to_oneself", _("Nobody stands in for themselves. Choose a colleague."))
    held = list(Appointment.objects.filter(user=to.pk).select_related("unit"))
    at_home = [
        each
        for each in held
        if each.delegated_by_id is None
        and each.unit_id == source.unit_id
        and each.valid_from <= from_
        and (each.valid_until is None or each.valid_until >= until)
    ]
    if not to.is_active or not at_home:
        raise _invalid(
            "to", "not_a_colleague", _("Choose somebody who holds a post at the same unit for the whole time.")
        )
    during = [each for each in held if each.valid_from < until and (each.valid_until or dt.date.max) > from_]
    if any(each.delegated_by_id is not None and _same_post(each, source) for each in during):
        raise _invalid("to", "stands_in_already", _("This person stands in at that post in the same time already."))
    for each in during:
        apart = each.role in kept_apart(source.role)  # wherever it is held
        if apart or (each.role in _kept_apart(source.role) and _overlap(each.unit, source.unit)):
            message = _("%(name)s is %(role)s there: the two posts watch each other and stay in two hands.")
            words = {"name": to, "role": each.get_role_display()}
            raise _invalid("to", "separate_duties", message % words)


def _same_post(held: Appointment, source: Appointment) -> bool:
    return (held.unit_id, held.role) == (source.unit_id, source.role)


def _overlap(one: OrgUnit, other: OrgUnit) -> bool:
    return covers(one.path, other.path) or covers(other.path, one.path)


def _kept_apart(role: str) -> frozenset[str]:
    """The roles that nobody may hold beside this one through a delegation."""
    others = {grant for group in SEPARATED if not RULES[role].grants.isdisjoint(group) for grant in group} - RULES[
        role
    ].grants
    watching = frozenset(str(name) for name, rule in RULES.items() if not rule.grants.isdisjoint(others))
    return watching | kept_apart(role)


def _used_on(delegation: Appointment, day: dt.date) -> bool:
    return CaseEvent.objects.filter(appointment=delegation.pk, at__gte=start_of_day(day)).exists()


def _write(appointment: Any, by: User, at: dt.datetime, reason: str) -> None:
    sign(appointment, by, at)
    appointment._change_reason = reason.strip() or None
    appointment.save()


def _invalid(field: str, code: str, message: Any) -> Refusal:
    return Invalid(code, message, faults={field: [message]})


def _no_such() -> OutOfScope:
    return OutOfScope(
        "no_such_appointment",
        _("There is no such appointment, or it is not among those that you may see."),
        hint=gettext_lazy("Your own appointments stand on your page."),
    )
