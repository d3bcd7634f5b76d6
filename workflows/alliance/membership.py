"""Who belongs to an alliance on a day, and what an alliance must be made of (pilot plan, part 2 (2) 1).

Three-tier: a city hospital leads, a community health centre stands between, institutions without an own hospital or
nursing home join. Direct: one city hospital leads institutions that have one. Joining is voluntary, by an agreement
with dates; ``valid_until`` is the first day that no longer counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.models import Membership, OrgUnit, Pilot
from workflows.alliance.states import State

COMPOSITION = "试点方案 二（二）1"
THREE_TIER = f"{COMPOSITION}（1）"
DIRECT = f"{COMPOSITION}（2）"
AGREEMENT = "试点方案 二（二）2"
OVER = (State.DECLINED, State.WITHDRAWN, State.STOPPED)
KINDS: dict[str, tuple[str, ...]] = {
    Membership.Tier.LEAD: (OrgUnit.Kind.HOSPITAL,),
    Membership.Tier.COMMUNITY: (OrgUnit.Kind.COMMUNITY_CENTRE,),
    Membership.Tier.INSTITUTION: (OrgUnit.Kind.INSTITUTION, OrgUnit.Kind.HOSPITAL),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with an alliance: a stable code, words, the clause that they rest on, and the unit if it is one."""

    code: str
    message: str
    clause: str
    unit: int | None = None

    def __str__(self) -> str:
        return _("%(message)s (%(clause)s)") % {"message": self.message, "clause": self.clause}


def members_of(pilot: Pilot, on: dt.date) -> list[Membership]:
    """The memberships that count on the day, the lead hospital first, then by tier and entry."""
    order = list(Membership.Tier.values)
    rows = pilot.memberships.valid(on).select_related("unit__superior", "contact")
    return sorted(rows, key=lambda row: (order.index(row.tier), row.valid_from, row.pk))


def membership_of(pilot: Pilot, unit: OrgUnit | int, on: dt.date) -> Membership | None:
    """The membership of a unit in a pilot on the day; None for whoever is no member then."""
    unit_id = unit if isinstance(unit, int) else unit.pk
    row: Membership | None = pilot.memberships.valid(on).filter(unit=unit_id).first()
    return row


def composition_faults(pilot: Pilot, on: dt.date) -> list[Fault]:
    """What an alliance lacks of what its structure asks for on the day, members to come included."""
    rows = pilot.memberships.filter(Q(valid_until=None) | Q(valid_until__gt=on)).select_related("unit")
    return faults_of(pilot.structure, list(rows), city=pilot.case.unit, pilot=pilot.pk)


def faults_of(structure: str, members: Sequence[Membership], *, city: OrgUnit, pilot: int | None = None) -> list[Fault]:
    """The same of members that may not be stored yet."""
    faults = [fault for member in members for fault in member_faults(structure, member, city=city, pilot=pilot)]
    tiers = [member.tier for member in members]
    if tiers.count(Membership.Tier.LEAD) != 1:
        clause = DIRECT if structure == Pilot.Structure.DIRECT else COMPOSITION
        faults.append(Fault("one_lead", _("An alliance has exactly one lead hospital."), clause))
    if Membership.Tier.INSTITUTION not in tiers:
        message = _("At least one institution of integrated care takes part.")
        faults.append(Fault("no_institution", message, COMPOSITION))
    if structure == Pilot.Structure.THREE_TIER and Membership.Tier.COMMUNITY not in tiers:
        message = _("A three-tier alliance has at least one community health centre between hospital and institutions.")
        faults.append(Fault("no_community_centre", message, THREE_TIER))
    units = [member.unit_id for member in members]
    doubles = sorted({unit for unit in units if units.count(unit) > 1})
    return [*faults, *(Fault("named_twice", _("A unit is named twice."), AGREEMENT, double) for double in doubles)]


def member_faults(structure: str, member: Membership, *, city: OrgUnit, pilot: int | None = None) -> Iterable[Fault]:
    """What speaks against one unit as a member: its kind and place, its own hospital, its dates, other alliances."""
    unit, names = member.unit, {"unit": member.unit}
    if member.valid_until is not None and member.valid_until <= member.valid_from:
        message = _("The agreement of %(unit)s ends before it begins.") % names
        yield Fault("ends_before_it_begins", message, AGREEMENT, unit.pk)
    if member.tier == Membership.Tier.LEAD:
        if unit.kind != OrgUnit.Kind.HOSPITAL or unit.superior_id != city.pk:
            message = _("%(unit)s is no city hospital: a hospital directly below the city leads an alliance.") % names
            yield Fault("lead_not_of_the_city", message, COMPOSITION, unit.pk)
        return
    if unit.kind not in KINDS[member.tier] or not unit.path.startswith(city.path):
        message = _("%(unit)s cannot be a member of this tier.") % names
        yield Fault("wrong_tier", message, COMPOSITION, unit.pk)
    if structure == Pilot.Structure.THREE_TIER:
        if member.tier == Membership.Tier.INSTITUTION and member.has_hospital:
            message = _("%(unit)s has an own hospital or nursing home: it joins a direct alliance.") % names
            yield Fault("has_hospital", message, DIRECT, unit.pk)
        return
    if member.tier == Membership.Tier.COMMUNITY:
        message = _("%(unit)s is a community health centre: it belongs in a three-tier alliance.") % names
        yield Fault("community_centre_in_direct", message, DIRECT, unit.pk)
    elif not member.has_hospital:
        message = _("%(unit)s has no own hospital or nursing home: it joins a three-tier alliance first.") % names
        yield Fault("no_hospital", message, THREE_TIER, unit.pk)
    elif (other := other_direct(member, pilot)) is not None:
        message = _("%(unit)s is in another direct alliance at that time: %(other)s.") % {**names, "other": other.name}
        yield Fault("two_direct_alliances", message, DIRECT, unit.pk)


def other_direct(member: Membership, pilot: int | None) -> Pilot | None:
    """A direct alliance, selected already, that the institution is in at a time of this membership."""
    rows = Membership.objects.filter(unit=member.unit_id, pilot__structure=Pilot.Structure.DIRECT)
    rows = rows.exclude(pilot=pilot).exclude(pilot__case__state__in=(State.APPLIED, *OVER))
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=member.valid_from))
    if member.valid_until is not None:
        rows = rows.filter(valid_from__lt=member.valid_until)
    row = rows.select_related("pilot").first()
    return row.pilot if row is not None else None


def hold_units(units: Iterable[int]) -> None:
    """Lock units in the order of their keys, so that two alliances do not take the same institution at once."""
    list(OrgUnit.objects.select_for_update(no_key=True).filter(pk__in=set(units)).order_by("pk").values_list("pk"))


def require_sound(faults: Sequence[Fault]) -> None:
    """Refuse an alliance that is not made as the plan says; raises Invalid (422) naming each clause."""
    if not faults:
        return
    words: list[Any] = [str(fault) for fault in faults]
    raise Invalid(
        faults[0].code,
        words[0] if len(words) == 1 else _("The alliance is not made up as the pilot plan says."),
        hint=_("Change the structure or the members, and try again."),
        faults={"members": words},
    )
