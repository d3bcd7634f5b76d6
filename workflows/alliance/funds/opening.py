"""Allocating money: the commission names recipient, purpose and amount (pilot plan, 2 (2) 3 and 4 (3))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.access import Actor
from cases.clock import local_date
from cases.errors import Invalid, WrongRole
from cases.models import Case, Fund, OrgUnit, Pilot, Sequence
from cases.signals import recorded
from workflows.alliance.editions import edition_on
from workflows.alliance.funds.kind import FUND
from workflows.alliance.funds.subsidy import basis_of, institutions_joined, subsidy_faults
from workflows.alliance.opening import finance_bureaus
from workflows.alliance.parties import give_part
from workflows.alliance.states import NEVER_SELECTED, State
from workflows.engine import open_case
from workflows.step import Batch, Step

LONGEST_BASIS = 200


def allocate(city: OrgUnit, values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a fund: ``kind``, ``holder``, ``year``, ``purpose``, ``amount`` (yuan) and maybe ``pilot``.

    A yearly subsidy has a ``rate`` for one institution instead of the amount, which follows from those joined. Raises
    WrongRole (403) for anybody but the city's commission, and Invalid (422) with what is wrong.
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
    amount: Any = values.get("amount")
    basis, facts = "", {}
    with transaction.atomic(durable=True):
        OrgUnit.objects.select_for_update(no_key=True).get(pk=city.pk)  # two who allocate at once take their turns
        faults = _faults(city, values["kind"], holder, pilot, year, today)
        if values["kind"] == Fund.Kind.SUBSIDY:
            rate, institutions = values.get("rate"), institutions_joined([holder.pk], year).get(holder.pk, [])
            faults |= subsidy_faults(holder, year, rate, institutions) if "holder" not in faults else {}
            amount = (rate or Decimal(0)) * len(institutions)
            with override("zh-hans"):  # it is kept with the fund, whoever reads it in which language
                basis = basis_of(institutions, rate or Decimal(0))
            facts = {"rate": str(rate), "institutions": [unit.pk for unit in institutions]}
        elif amount is None or amount <= 0:
            faults["amount"] = [_("Enter the amount in yuan.")]
        if bureau is None:
            faults["holder"] = [_("The city has no finance bureau that could check: enter it with the roster first.")]
        if faults or bureau is None:
            raise Invalid("fund_refused", _("The fund cannot be allocated like this."), faults=faults)
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
                amount=amount,
                basis=basis[:LONGEST_BASIS],
            ),
            number=f"{year}-{city.code}-ZJ{Sequence.take(f'{FUND.code}:{year}:{city.code}'):03d}",
            grant=grant,
            facts={"kind": values["kind"], "amount": str(amount), "holder": holder.pk, **facts},
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
    elif kind == Fund.Kind.EARMARKED and pilot is not None and pilot.case.state in (*NEVER_SELECTED, State.STOPPED):
        faults["pilot"] = [_("Earmarked funds are for pilots: this one was not selected, or has been stopped.")]
    if not today.year - 1 <= year <= today.year + 1:
        faults["year"] = [_("Enter last year, this year or next year.")]
    elif kind == Fund.Kind.SUBSIDY and year > today.year:
        faults["year"] = [_("A subsidy counts the institutions of a year that has begun.")]
    return faults
