"""Joining and leaving an alliance, and who a member's contact is (自愿原则; pilot plan, part 2 (2))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.clock import local_date
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Appointment, Case, Membership, OrgUnit, Pilot
from cases.roles import PART_ROLES
from cases.saving import sign
from workflows.alliance.agreements import LONGEST_AGREEMENT, keep_parts
from workflows.alliance.membership import AGREEMENT, hold_units, member_faults, require_sound
from workflows.alliance.states import State
from workflows.step import Step

NAMES = ("unit", "tier", "has_hospital", "agreement", "valid_from", "valid_until", "contact")
REFERRALS = ("sender", "receiver")


def membership_from(pilot: Pilot, given: Mapping[str, Any]) -> Membership:
    """A membership that is not stored yet; raises Invalid (422) with a fault for each field that is missing."""
    faults: dict[str, list[Any]] = {}
    if not isinstance(given.get("unit"), OrgUnit):
        faults["unit"] = [_("Choose the unit that joins.")]
    if given.get("tier") not in Membership.Tier.values:
        faults["tier"] = [_("Choose the tier.")]
    if not isinstance(given.get("valid_from"), dt.date):
        faults["valid_from"] = [_("Give the day from which the agreement holds.")]
    if not isinstance(given.get("valid_until"), dt.date | None):
        faults["valid_until"] = [_("Give a day, or leave it open.")]
    if len(str(given.get("agreement") or "")) > LONGEST_AGREEMENT:
        faults["agreement"] = [_("Keep the name of the agreement short.")]
    if faults:
        raise Invalid("member_incomplete", _("What is said of the member is not complete."), faults=faults)
    row = Membership(pilot=pilot, **{name: given[name] for name in NAMES if given.get(name) is not None})
    row.agreement = row.agreement.strip()
    if row.tier == Membership.Tier.INSTITUTION and row.unit.kind == OrgUnit.Kind.HOSPITAL:
        row.has_hospital = True  # it is one, whatever was ticked
    return row


def admit_member(step: Step, pilot: Pilot) -> None:
    """Let a unit join by its agreement; it reads the pilot from today, and cases below as far as they are shared."""
    row = membership_from(pilot, step.details)
    hold_units([row.unit_id])
    if row.tier == Membership.Tier.LEAD and pilot.memberships.filter(tier=row.tier, valid_until=None).exists():
        raise Invalid("one_lead", _("An alliance has exactly one lead hospital."))
    require_sound(list(member_faults(pilot.structure, row, city=step.case.unit, pilot=pilot.pk)))
    overlapping = pilot.memberships.filter(unit=row.unit_id).exclude(valid_until__lte=row.valid_from)
    if row.valid_until is not None:
        overlapping = overlapping.filter(valid_from__lt=row.valid_until)
    if overlapping.exists():
        raise Conflict("member_already", _("%(unit)s is a member at that time already.") % {"unit": row.unit})
    if row.contact is not None:
        _require_contact(row, row.contact, local_date(step.at))
    _save(step, row)
    if row.tier != Membership.Tier.LEAD:
        keep_parts(step, pilot, row.unit)
    step.facts = {
        "membership": row.pk,
        "unit": row.unit_id,
        "tier": row.tier,
        "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat() if row.valid_until else None,
    }
    if step.case.state == State.APPLIED:  # the application tells of its members, not each of them
        step.facts["applied"] = True


def end_membership(step: Step, pilot: Pilot) -> None:
    """End an agreement on a day, today or later, and what was to follow on it.

    The unit reads nothing of the alliance from that day on; its own referrals stay its own.
    """
    row = _membership_of_step(step, pilot)
    today, on = local_date(step.at), step.details.get("on") or local_date(step.at)
    if row.tier == Membership.Tier.LEAD:
        raise Conflict(
            "lead_stays",
            _("The lead hospital does not leave its alliance."),
            hint=_("The commission can stop the pilot; before the selection the applicant withdraws it."),
        )
    if not isinstance(on, dt.date) or on < today:
        message = _("Choose today or a later day.")
        raise Invalid("past_day", message, faults={"on": [message]})
    if on <= row.valid_from <= today:
        message = _("The agreement would end before it begins (%(clause)s).") % {"clause": AGREEMENT}
        raise Invalid("ends_before_it_begins", message, faults={"on": [message]})
    if row.valid_until is not None and on >= row.valid_until:
        raise Conflict("ends_already", _("The agreement ends before that day already."))
    under_way = open_referrals(step.case, row.unit_id)
    if under_way:
        words = ngettext(
            "%(n)d referral with this unit is still under way.",
            "%(n)d referrals with this unit are still under way.",
            under_way,
        )
        raise Conflict("referrals_under_way", words % {"n": under_way}, hint=_("Close or cancel them first."))
    if row.valid_from < on:
        row.valid_until, row.end_reason = on, step.reason
        _save(step, row)
    # What was to follow does not begin any more; nobody was a member by it, so that the row goes (its history stays).
    for never in pilot.memberships.filter(unit=row.unit_id, valid_from__gte=on):
        sign(never, step.person, step.at, step.verb)
        never.delete()
    keep_parts(step, pilot, row.unit)
    step.facts = {"membership": row.pk, "unit": row.unit_id, "on": on.isoformat()}


def name_contact(step: Step, pilot: Pilot) -> None:
    """Name the person of a member who answers for referrals (双向转诊联络人); somebody of that unit."""
    row = _membership_of_step(step, pilot)
    person = step.details.get("contact")
    _require_contact(row, person, local_date(step.at))
    row.contact = person
    _save(step, row)
    step.facts = {"membership": row.pk, "unit": row.unit_id, "contact": row.contact_id}


def contacts_at(unit_id: int, on: dt.date) -> Any:
    """Who may be named as contact of a unit: whoever holds a post that acts in referrals there."""
    seats = Appointment.objects.own().valid(on).filter(unit=unit_id, role__in=PART_ROLES["sender"])
    return seats.select_related("user").order_by("user__name", "pk")


def open_referrals(pilot: Case, unit_id: int) -> int:
    """How many referrals of a pilot that are not over have the unit on one of their sides."""
    rows = Case.objects.filter(parent=pilot.pk, kind="referral", finished=None)
    return rows.filter(parties__unit=unit_id, parties__part__in=REFERRALS).distinct().count()


def _membership_of_step(step: Step, pilot: Pilot) -> Membership:
    """The membership that the step is about; the lead may touch any, a member its own."""
    today = local_date(step.at)
    given = step.details.get("membership")
    key = given.pk if isinstance(given, Membership) else int(given or 0)
    row = pilot.memberships.filter(pk=key).exclude(valid_until__lte=today).select_related("unit").first()
    if row is None:
        raise Conflict("no_such_membership", _("This unit is no member of the alliance any more."))
    grant = step.grant
    if grant is not None and grant.unit_id not in (row.unit_id, pilot.lead_id):
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The lead hospital does this, or the member itself."),
        )
    return row


def _require_contact(row: Membership, person: Any, on: dt.date) -> None:
    if person is None or not contacts_at(row.unit_id, on).filter(user=person).exists():
        message = _("Choose somebody who is referral contact or head at %(unit)s.") % {"unit": row.unit}
        raise Invalid("not_of_the_unit", message, faults={"contact": [message]})


def _save(step: Step, row: Membership) -> None:
    sign(row, step.person, step.at, step.verb)
    row.save()
