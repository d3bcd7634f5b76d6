"""What a referral must be before it is asked for: between which units, which way, with consent (part 2 (2) 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Conflict, Invalid
from cases.models import Membership, OrgUnit, Pilot, Referral
from workflows.alliance.filing_state import require_filed
from workflows.alliance.membership import membership_of
from workflows.alliance.period import in_practice
from workflows.alliance.referral.states import DOWN, UP
from workflows.alliance.states import State as PilotState

NEEDED = ("name", "grounds", "condition")  # of the patient; the rest is said where it is known
Direction = Referral.Direction


def require_open(pilot: Pilot, today: dt.date) -> None:
    """Refuse referrals outside the practice, or before plan and agreement are on file; both name their clause."""
    in_practice(pilot, today)
    if pilot.case.state != PilotState.PRACTICE:
        raise Conflict(
            "pilot_not_in_practice",
            _("The pilot is not in its practice; patients are referred while it is."),
            hint=_("The page of the pilot shows where it stands."),
        )
    require_filed(pilot)


def direction_between(pilot: Pilot, sender: OrgUnit, receiver: OrgUnit | None, today: dt.date) -> str:
    """Which way a patient goes; raises Invalid (422) with the clause where the two may not refer to each other."""
    if receiver is None:
        raise _refused("receiver_missing", _("Choose where the patient goes."))
    tiers = []
    for unit, field in ((sender, "sender"), (receiver, "receiver")):
        membership = membership_of(pilot, unit, today)
        if membership is None:
            message = _(
                "%(unit)s is no member of the alliance on this day; referrals go between its members (%(clause)s)."
            )
            raise _refused("not_a_member", message % {"unit": unit, "clause": UP}, field)
        tiers.append(membership.tier)
    return direction_of(*tiers)


def direction_of(sender: str, receiver: str) -> str:
    """Up from a member to the lead hospital, down from it to a member, and nothing else."""
    lead = Membership.Tier.LEAD
    if sender != lead and receiver == lead:
        return Direction.UP
    if sender == lead and receiver != lead:
        return Direction.DOWN
    message = _("Patients go up to the lead hospital (%(up)s) or down from it (%(down)s), not between members.")
    raise _refused("not_between_members", message % {"up": UP, "down": DOWN})


def request_faults(values: Mapping[str, Any], today: dt.date) -> dict[str, list[Any]]:
    """What is missing of consent and of what the receiver must know, by field."""
    faults: dict[str, list[Any]] = {}
    for name in NEEDED:
        if not str(values.get(name) or "").strip():
            faults[name] = [_("Fill this in.")]
    given_on = values.get("consent_on")
    if not isinstance(given_on, dt.date):
        faults["consent_on"] = [_("Without consent nobody is referred: say when it was given.")]
    elif given_on > today:
        faults["consent_on"] = [_("Consent comes before the request; this day has not come yet.")]
    if values.get("consent_how") not in Referral.Consent.values:
        faults["consent_how"] = [_("Say how consent was given.")]
    return faults


def _refused(code: str, message: Any, field: str = "receiver") -> Invalid:
    return Invalid(
        code,
        message,
        hint=_("The page of the pilot lists who belongs to the alliance today."),
        faults={field: [message]},
    )
