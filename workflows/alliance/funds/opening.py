"""Allocating money: the commission names recipient, purpose and amount (pilot plan, 2 (2) 3 and 4 (3))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.access import Actor
from cases.clock import local_date
from cases.errors import Invalid, WrongRole
from cases.models import Case, Fund, Membership, OrgUnit, Pilot, Sequence
from cases.signals import recorded
from workflows.alliance.editions import edition_on
from workflows.alliance.funds.kind import FUND
from workflows.alliance.opening import finance_bureaus
from workflows.alliance.parties import give_part
from workflows.engine import open_case
from workflows.step import Batch, Step


def subsidy_basis(lead: OrgUnit, year: int) -> str:
    """The institutions that a lead hospital has joined in a year, by which its subsidy is counted (每联合1家).

    Those with an own hospital or nursing home, once each, in whatever pilot (pilot plan, 2 (2) 3).
    """
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    rows = Membership.objects.filter(
        pilot__lead=lead, tier=Membership.Tier.INSTITUTION, has_hospital=True, valid_from__lt=after
    ).exclude(valid_until__lte=first)
    units = sorted({row.unit.name for row in rows.select_related("unit")})
    said = ngettext("%(n)d institution joined: %(names)s", "%(n)d institutions joined: %(names)s", len(units))
    return said % {"n": len(units), "names": pgettext("list separator", ", ").join(units) or "—"}


def allocate(city: OrgUnit, values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a fund: ``kind``, ``holder``, ``year``, ``purpose``, ``amount`` (yuan) and maybe ``pilot``.

    Raises WrongRole (403) for anybody but the city's commission, and Invalid (422) with what is wrong.
    """
    grant = by.viewer(at).grant_for("run_pilots", city)
    if grant is None or grant.unit_id != city.pk:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The city’s commission allocates the funds of the pilots."),
        )
    today, year = local_date(at), int(values["year"])
    bureau = next(iter(finance_bureaus(city, today)), None)
    holder, pilot = values["holder"], values.get("pilot")
    faults = _faults(city, values["kind"], holder, pilot, year, today)
    if bureau is None:
        faults["holder"] = [_("The city has no finance bureau that could check: enter it with the roster first.")]
    if faults or bureau is None:
        raise Invalid("fund_refused", _("The fund cannot be allocated like this."), faults=faults)
    with transaction.atomic(durable=True):
        batch = Batch()
        case = open_case(
            FUND.code,
            unit=city,
            year=year,
            edition=edition_on(today),
            batch=batch,
            by=by,
            at=at,
            record=Fund(
                kind=values["kind"],
                holder=holder,
                pilot=pilot,
                purpose=values["purpose"],
                amount=values["amount"],
                basis=subsidy_basis(holder, year)[:200] if values["kind"] == Fund.Kind.SUBSIDY else "",
            ),
            number=f"{year}-{city.code}-ZJ{Sequence.take(f'{FUND.code}:{year}:{city.code}'):03d}",
            grant=grant,
            facts={"kind": values["kind"], "amount": str(values["amount"]), "holder": holder.pk},
        )
        step: Step = case.step
        give_part(step, case, holder, "holder", today)
        give_part(step, case, bureau, "finance", today)
        batch.write()
    recorded.send(Case)
    return case


def _faults(
    city: OrgUnit, kind: str, holder: OrgUnit, pilot: Pilot | None, year: int, today: dt.date
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if kind == Fund.Kind.CENTRE:
        if holder.kind != OrgUnit.Kind.GUIDANCE_CENTRE:
            faults["holder"] = [_("A subsidy of this kind goes to a guidance centre (方案 二（一）).")]
    elif holder.kind != OrgUnit.Kind.HOSPITAL or holder.superior_id != city.pk:
        faults["holder"] = [_("Funds of the pilots go to a city hospital that leads one (方案 二（二）3、四（三）).")]
    if kind == Fund.Kind.EARMARKED and (pilot is None or pilot.lead_id != holder.pk):
        faults["pilot"] = [_("Choose a pilot that this hospital leads: earmarked funds belong to a pilot.")]
    if not today.year - 1 <= year <= today.year + 1:
        faults["year"] = [_("Enter last year, this year or next year.")]
    return faults
