"""What an application for a pilot must say, and the pilot that comes of it (pilot plan, parts 2 (2) 1 and 3 (1))."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.clock import local_date
from cases.errors import Conflict, Invalid
from cases.models import Case, Membership, OrgUnit, Pilot
from workflows.alliance.joining import membership_from
from workflows.alliance.membership import faults_of, require_sound
from workflows.alliance.opening import LONGEST, LONGEST_TITLE, open_pilot
from workflows.alliance.states import FINALS
from workflows.engine import cascade, lock
from workflows.step import Step


def take_application(step: Step, programme: Any) -> None:
    """Open a pilot that is applied for, with its members; each joins by a step of its own in the pilot's trail."""
    record = _record(step)
    members = [membership_from(record, given) for given in step.details.get("members", ())]
    lead = Membership(
        pilot=record,
        unit=record.lead,
        tier=Membership.Tier.LEAD,
        valid_from=min((member.valid_from for member in members), default=local_date(step.at)),
        agreement=members[0].agreement if members else "",
    )
    require_sound(faults_of(record.structure, [lead, *members], city=programme.unit))
    if Case.objects.filter(parent=programme.pk, kind="pilot", pilot__name=record.name).exclude(state__in=FINALS):
        message = _("There is an application for an alliance of this name already.")
        raise Conflict("applied_already", message, hint=_("Give it another name, or go on with the one that is there."))
    pilot = lock(open_pilot(programme, record, _districts(step, members)))
    for each in (lead, *members):
        cascade(step, pilot, "admit", **_as_details(each))
    step.facts = {"pilot": pilot.pk, "members": len(members)}


def _record(step: Step) -> Pilot:
    """The pilot's record as applied for; raises Invalid (422) with a fault for each field."""
    given, grant = step.details, step.grant
    name, why, lead = (
        str(given.get("name") or "").strip(),
        str(given.get("application") or "").strip(),
        given.get("lead"),
    )
    faults: dict[str, list[Any]] = {}
    if not name or len(name) > LONGEST_TITLE:
        faults["name"] = [_("Name the alliance, in at most %(limit)d characters.") % {"limit": LONGEST_TITLE}]
    if given.get("structure") not in Pilot.Structure.values:
        faults["structure"] = [_("Choose how the alliance is made up.")]
    if not why or len(why) > LONGEST:
        faults["application"] = [_("Say in at most %(limit)d characters why this pilot.") % {"limit": LONGEST}]
    if not isinstance(lead, OrgUnit):
        faults["lead"] = [_("Choose the lead hospital.")]
    nominated = grant is not None and grant.role.startswith("county")
    if isinstance(lead, OrgUnit) and not nominated and grant is not None and grant.unit_id != lead.pk:
        faults["lead"] = [_("A hospital applies for itself; districts nominate others.")]
    if faults or grant is None or not isinstance(lead, OrgUnit):
        raise Invalid("application_incomplete", _("The application is not complete."), faults=faults)
    return Pilot(
        name=name,
        structure=given["structure"],
        lead=lead,
        applicant_id=grant.unit_id,
        nominated=nominated,
        application=why,
    )


def _districts(step: Step, members: list[Membership]) -> list[OrgUnit]:
    """The district that nominates takes part from the start; those of the members come with them."""
    if step.grant is None or not step.grant.role.startswith("county"):
        return []
    return [OrgUnit.objects.get(pk=step.grant.unit_id)]


def _as_details(row: Membership) -> dict[str, Any]:
    names = ("unit", "tier", "has_hospital", "agreement", "valid_from", "valid_until", "contact")
    return {name: getattr(row, name) for name in names}
