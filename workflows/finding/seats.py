"""Who rectifies a finding and who reviews it, each with the grant for it.

In a cycle these are the institution and its county. What a finance bureau found in the use of a fund is rectified by
the unit that holds the fund and reviewed by the bureau: neither is below or above the other, so both are parties.
"""

from __future__ import annotations

from cases.models import Case, CaseParty, Finding, OrgUnit
from cases.roles import Role

HOLDER, BUREAU = "party:holder", "party:finance"
RECTIFIERS = (Role.INSTITUTION_FILLER, Role.ALLIANCE_OFFICER, Role.CENTRE_OFFICER)
OF_RECTIFIERS = ("fill", HOLDER, HOLDER)
REVIEWERS = (Role.COUNTY_OFFICER, Role.FINANCE_OFFICER)
OF_REVIEWERS = ("verify", BUREAU)


def rectifier(case: Case) -> tuple[int, str]:
    """The seat that puts the finding right."""
    if case.finding.source != Finding.Source.FINANCE:
        return case.unit_id, Role.INSTITUTION_FILLER
    unit = _party(case, "holder")
    centre = unit.kind == OrgUnit.Kind.GUIDANCE_CENTRE
    return unit.pk, Role.CENTRE_OFFICER if centre else Role.ALLIANCE_OFFICER


def reviewer(case: Case) -> tuple[int, str]:
    """The seat that closes it or sends it back."""
    if case.finding.source != Finding.Source.FINANCE:
        return case.unit.superior_id or case.unit_id, Role.COUNTY_OFFICER
    return _party(case, "finance").pk, Role.FINANCE_OFFICER


def _party(case: Case, part: str) -> OrgUnit:
    """The unit with this part in the case that the finding hangs on: the finding's own are not written yet at first."""
    party = CaseParty.objects.select_related("unit").filter(case=case.finding.cycle_id, part=part).latest("pk")
    unit: OrgUnit | None = party.unit
    if unit is None:
        raise ValueError(f"{part} of {case.finding.cycle_id} is no unit")
    return unit
