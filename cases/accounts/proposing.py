"""An appointment needs two people: one proposes, another confirms (三员分立; docs/adr on separate duties).

A security administrator proposes. Who confirms is the first of these that anybody is: another security administrator of
the area; the head of the unit; the auditor of the area. Never who proposed, nor who is appointed. Taking a post away
needs one person only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.access import Viewer, appoint
from cases.accounts.models import Proposal
from cases.accounts.recording import acting, note
from cases.clock import start_of_day
from cases.duties import ALONE, Span, require_active, require_apart
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import Appointment, CaseEvent, OrgUnit, User
from cases.roles import POSTS, RULES, Role
from cases.saving import sign
from cases.tree import covers

MOST_REASON = 200


@acting("propose")
def propose(
    user: User,
    unit: OrgUnit,
    role: str,
    *,
    valid_from: dt.date,
    valid_until: dt.date | None,
    by: User,
    at: dt.datetime,
    reason: str,
    ends: Appointment | None = None,
) -> Proposal:
    """Propose a person for a post, from a day until a day (half-open); ``ends`` is the appointment that they succeed.

    Raises OutOfScope (404), WrongRole (403), Conflict (409) or Invalid (422, by field).
    """
    viewer = Viewer(by, at)
    _require_granter(viewer, unit)
    if user.pk == by.pk:
        raise _invalid("user", "for_oneself", _("Nobody proposes themselves. Ask another security administrator."))
    require_active(user)
    reason = _reason(reason)
    if role not in RULES or unit.kind not in RULES[role].kinds:
        raise _invalid("role", "role_at_wrong_unit", _("This role cannot be held at this kind of unit."))
    if not unit.is_active(valid_from):
        raise _invalid("unit", "unit_closed", _("The unit does not exist on that day."))
    if valid_from < viewer.on:
        raise _invalid("valid_from", "begins_in_the_past", _("An appointment begins today or later."))
    if valid_until is not None and valid_until <= valid_from:
        raise _invalid("valid_until", "ends_before_it_begins", _("The end must come after the beginning."))
    if ends is not None:
        _check_succession(ends, user, unit, role, valid_from)
    require_apart([Span(user.pk, role, valid_from, valid_until)])
    _require_new(user, unit, role, valid_from, valid_until)
    proposal = Proposal(
        user=user,
        unit=unit,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
        ends=ends,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            _write(proposal, by, at, reason)
    except IntegrityError as error:
        raise Conflict(
            "proposed_already",
            _("This person has been proposed for this post already."),
            hint=_("Confirm, decline or withdraw that proposal first."),
        ) from error
    note("propose", unit=unit, by=by, at=at, subject=proposal, reason=reason)
    return proposal


@acting("confirm")
def confirm(proposal: Proposal, *, by: User, at: dt.datetime) -> Appointment:
    """Confirm as the second person: from now on (or its later day) the appointment counts, and its predecessor's ends.

    Raises WrongRole (403) for whoever may not be the second person, Conflict (409) where it has been decided already.
    """
    found = _locked(proposal)
    viewer = Viewer(by, at)
    if not may_confirm(found, viewer):
        raise _not_the_second(found, viewer)
    _require_waiting(found)
    begins = found.valid_from if found.roster_id else max(found.valid_from, viewer.on)
    if found.valid_until is not None and found.valid_until <= begins:
        raise Conflict(
            "proposal_over",
            _("The time for which this was proposed has passed."),
            hint=_("Decline it and propose anew."),
        )
    require_active(found.user)
    if found.ends is not None:
        _end(found.ends, begins, by, at, found.reason)
    held = appoint(found.user, found.unit, found.role, valid_from=begins, valid_until=found.valid_until, by=by, at=at)
    found.appointment = held
    _decide(found, Proposal.State.CONFIRMED, by, at)
    note("confirm", unit=found.unit, by=by, at=at, subject=found, reason=found.reason)
    return held


@acting("decline")
def decline(proposal: Proposal, *, by: User, at: dt.datetime, reason: str) -> Proposal:
    """Decline with a reason: by whoever might confirm."""
    found = _locked(proposal)
    viewer = Viewer(by, at)
    if not may_confirm(found, viewer):
        raise _not_the_second(found, viewer)
    _require_waiting(found)
    found.decision = _reason(reason)
    _decide(found, Proposal.State.DECLINED, by, at)
    note("decline", unit=found.unit, by=by, at=at, subject=found, reason=found.decision)
    return found


@acting("withdraw")
def withdraw(proposal: Proposal, *, by: User, at: dt.datetime) -> Proposal:
    """Take one's own proposal back."""
    found = _locked(proposal)
    if found.proposed_by_id != by.pk:
        raise WrongRole("not_the_proposer", _("Only who proposed it takes a proposal back."))
    _require_waiting(found)
    _decide(found, Proposal.State.WITHDRAWN, by, at)
    note("withdraw", unit=found.unit, by=by, at=at, subject=found)
    return found


@acting("end_appointment")
def end_appointment(appointment: Appointment, *, last_day: dt.date, by: User, at: dt.datetime, reason: str) -> None:
    """End a post after its last day; one person is enough. What was delegated from it ends with it.

    Raises Invalid for the last holder of an administrator's or auditor's duty: a successor is named instead.
    """
    viewer = Viewer(by, at)
    held = Appointment.objects.own().select_for_update(of=("self",)).select_related("unit").get(pk=appointment.pk)
    _require_granter(viewer, held.unit)
    reason = _reason(reason)
    if last_day < viewer.on - dt.timedelta(days=1):
        raise _invalid("last", "ends_in_the_past", _("An appointment ends today or later."))
    _require_another(held, viewer.on)
    _end(held, last_day + dt.timedelta(days=1), by, at, reason)
    note("end_appointment", unit=held.unit, by=by, at=at, subject=held, reason=reason)


def confirmers(proposal: Proposal, on: dt.date) -> tuple[str, QuerySet[User]]:
    """Who may be the second person: the duty from which they act, and the people; none is possible."""
    apart = {proposal.proposed_by_id, proposal.user_id}
    path = proposal.unit.path
    valid = Appointment.objects.own().valid(on).exclude(user__in=apart)

    def people(role: str, places: Iterable[int]) -> QuerySet[User]:
        return User.objects.filter(pk__in=valid.filter(role=role, unit__in=list(places)).values("user"))

    above = [
        pk
        for pk, root in OrgUnit.objects.filter(depth__lte=len(path) // OrgUnit.steplen).values_list("pk", "path")
        if covers(root, path)
    ]
    ladder: list[tuple[str, Iterable[int]]] = [
        (Role.SECURITY_ADMIN, above),
        (POSTS[proposal.unit.kind].head, [proposal.unit_id]),
        (Role.AUDITOR, above),
    ]
    for role, places in ladder:
        found = people(role, places)
        if found.exists():
            return role, found
    return "", User.objects.none()


def may_confirm(proposal: Proposal, viewer: Viewer) -> bool:
    """Whether the viewer may be the second person of this proposal."""
    _role, people = confirmers(proposal, viewer.on)
    return people.filter(pk=viewer.user.pk or 0).exists()


def _check_succession(ends: Appointment, user: User, unit: OrgUnit, role: str, valid_from: dt.date) -> None:
    if (ends.unit_id, ends.role) != (unit.pk, role) or ends.delegated_by_id is not None:
        raise _invalid("ends", "other_post", _("A successor takes over the same post at the same unit."))
    if ends.user_id == user.pk:
        raise _invalid("user", "succeeds_oneself", _("Nobody succeeds themselves."))
    if valid_from <= ends.valid_from or (ends.valid_until is not None and ends.valid_until < valid_from):
        raise _invalid("valid_from", "not_in_force", _("The predecessor does not hold the post until that day."))


def _require_new(user: User, unit: OrgUnit, role: str, valid_from: dt.date, valid_until: dt.date | None) -> None:
    span = Appointment.objects.own().filter(user=user, unit=unit, role=role).exclude(valid_until__lte=valid_from)
    if valid_until is not None:
        span = span.filter(valid_from__lt=valid_until)
    if span.exists():
        raise _invalid("user", "held_already", _("This person holds the post in that time already."))


def _end(held: Appointment, until: dt.date, by: User, at: dt.datetime, reason: str) -> None:
    """The appointment ends before a day; later than its last use, never before its beginning."""
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=held.pk)
    if row.valid_until is not None and row.valid_until <= until:
        return
    today = Viewer(by, at).on
    if until <= today and CaseEvent.objects.filter(appointment=row.pk, at__gte=start_of_day(today)).exists():
        until = today + dt.timedelta(days=1)
    row.valid_until = max(until, row.valid_from + dt.timedelta(days=1))
    sign(row, by, at, reason)
    row.save(update_fields=["valid_until"])


def _require_another(held: Appointment, on: dt.date) -> None:
    if held.role not in ALONE or held.role == Role.INSPECTOR:
        return
    others = Appointment.objects.own().valid(on).filter(role=held.role).exclude(user=held.user_id)
    if not others.filter(valid_until=None).exists():
        raise Invalid(
            "last_of_its_duty",
            _("Nobody else holds this duty, so it does not end without a successor."),
            hint=_("Name the next holder in the same step."),
        )


def _require_granter(viewer: Viewer, unit: OrgUnit) -> None:
    if viewer.can("manage_roles", unit):
        return
    if viewer.paths("manage_roles"):
        raise OutOfScope("no_such_unit", _("There is no such unit, or it is outside your area."))
    raise WrongRole(
        "not_a_granter",
        _("Only a security administrator grants roles."),
        hint=_("Ask the security administrator of your region or prefecture."),
    )


def _not_the_second(proposal: Proposal, viewer: Viewer) -> WrongRole:
    role, _people = confirmers(proposal, viewer.on)
    if viewer.user.pk in (proposal.proposed_by_id, proposal.user_id):
        message = _("Nobody confirms what they have proposed, nor their own appointment.")
    else:
        message = _("You are not the second person of this proposal.")
    hint = _("It is confirmed by: %(role)s.") % {"role": Role(role).label} if role else _("Nobody can confirm it yet.")
    return WrongRole("not_the_second_person", message, hint=hint)


def _require_waiting(proposal: Proposal) -> None:
    if proposal.state != Proposal.State.WAITING:
        message = _("This proposal has been decided already: %(state)s.")
        raise Conflict("decided_already", message % {"state": proposal.get_state_display()})


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("unit", "user", "ends")
    return rows.get(pk=proposal.pk)


def _decide(proposal: Proposal, state: str, by: User, at: dt.datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, at
    _write(proposal, by, at, proposal.decision or proposal.reason)


def _write(proposal: Proposal, by: User, at: dt.datetime, reason: str) -> None:
    sign(proposal, by, at, reason)
    proposal.save()


def _reason(text: str) -> str:
    if not text.strip():
        raise _invalid("reason", "reason_missing", _("Give the reason."))
    if len(text) > MOST_REASON:
        message = _("Keep the reason under %(limit)d characters.") % {"limit": MOST_REASON}
        raise _invalid("reason", "reason_too_long", message)
    return text.strip()


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, faults={field: [message]})
