"""The yearly subsidy of a lead hospital, by the institutions joined (每年每联合1家; pilot plan, 2 (2) 3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.clock import end_of_day
from cases.models import Fund, Membership, OrgUnit
from workflows.alliance.states import NEVER_SELECTED, State

CLAUSE = "试点方案 二（二）3“作为试点牵头单位的市级医院每年每联合1家医养结合机构（设置护理院或医院）……予以补助”"


@dataclass(frozen=True)
class Entitlement:
    """What a lead hospital's subsidy of a year is counted by, and the fund that it was given as, if it was."""

    lead: OrgUnit
    year: int
    institutions: tuple[OrgUnit, ...]
    fund: Fund | None = None

    @property
    def names(self) -> str:
        return pgettext("list separator", ", ").join(unit.name for unit in self.institutions)


def institutions_joined(leads: Iterable[int], year: int) -> dict[int, list[OrgUnit]]:
    """The institutions with an own hospital or nursing home whose agreement held in the year, by their lead hospital.

    Each counts once a year, in whatever pilot of the hospital; pilots that were not selected do not count, and one that
    was stopped counts until then.
    """
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    before = Q(pilot__case__state=State.STOPPED, pilot__case__finished__lte=end_of_day(first - dt.timedelta(days=1)))
    rows = Membership.objects.filter(
        pilot__lead__in=leads, tier=Membership.Tier.INSTITUTION, has_hospital=True, valid_from__lt=after
    )
    rows = rows.exclude(valid_until__lte=first).exclude(pilot__case__state__in=NEVER_SELECTED).exclude(before)
    found: dict[int, dict[int, OrgUnit]] = defaultdict(dict)
    for row in rows.select_related("unit", "pilot").order_by("unit__path"):
        found[row.pilot.lead_id][row.unit_id] = row.unit
    return {lead: list(units.values()) for lead, units in found.items()}


def entitlements(city: OrgUnit, year: int) -> list[Entitlement]:
    """The hospitals of a city that have joined institutions in the year, with their subsidy where it was given."""
    leads = OrgUnit.objects.filter(superior=city.pk, kind=OrgUnit.Kind.HOSPITAL).order_by("path")
    joined = institutions_joined([lead.pk for lead in leads], year)
    given = Fund.objects.filter(kind=Fund.Kind.SUBSIDY, holder__in=leads, case__year=year).select_related("case")
    funds = {fund.holder_id: fund for fund in given}
    return [Entitlement(lead, year, tuple(joined[lead.pk]), funds.get(lead.pk)) for lead in leads if lead.pk in joined]


def basis_of(institutions: Iterable[OrgUnit], rate: Decimal) -> str:
    """What the amount rests on, in words: how many institutions, which, and how much for each."""
    names = [unit.name for unit in institutions]
    said = ngettext(
        "%(n)d institution joined, %(rate)s yuan each: %(names)s",
        "%(n)d institutions joined, %(rate)s yuan each: %(names)s",
        len(names),
    )
    return said % {"n": len(names), "rate": rate, "names": pgettext("list separator", ", ").join(names)}


def subsidy_faults(lead: OrgUnit, year: int, rate: Decimal | None, institutions: list[OrgUnit]) -> dict[str, list[str]]:
    """Why a subsidy cannot be given like this, by field."""
    faults: dict[str, list[str]] = {}
    if not institutions:
        faults["holder"] = [
            _("This hospital joined no institution with an own hospital or nursing home in %(year)d (%(clause)s).")
            % {"year": year, "clause": CLAUSE}
        ]
    known = Fund.objects.filter(kind=Fund.Kind.SUBSIDY, holder=lead, case__year=year).select_related("case").first()
    if known is not None:
        faults["holder"] = [
            _("The subsidy of %(year)d has been given already: %(number)s (%(clause)s).")
            % {"year": year, "number": known.case.number, "clause": CLAUSE}
        ]
    if rate is None or rate <= 0:
        faults["rate"] = [_("Enter the amount for one institution in yuan.")]
    return faults
