"""Money of the alliances in the demonstration: the yearly subsidy of a lead hospital, and payments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cases.models import Case
from project.demo.alliance_city import CITY
from workflows.alliance.funds.opening import allocate
from workflows.engine import perform

if TYPE_CHECKING:
    from project.demo.alliances import Alliance


def subsidy_of(alliance: Alliance, year: int, at: dt.datetime, accounted: dt.datetime) -> Case:
    """The yearly subsidy of a lead hospital, given, spent and accounted for."""
    city, words = alliance.city, alliance.city.words
    said = {"kind": "subsidy", "holder": alliance.lead, "year": year, "purpose": words["subsidy"]["purpose"]}
    fund = allocate(city.units[CITY], {**said, "rate": Decimal(words["subsidy"]["rate"])}, by=city.officer, at=at)
    fund = pay(alliance, fund, words["subsidy_payments"][str(year)], accounted)
    return perform(fund, "account", by=alliance.office, at=accounted, report=words["subsidy_report"])


def pay(alliance: Alliance, fund: Case, payment: list[str], at: dt.datetime) -> Case:
    day, amount, purpose, voucher = payment
    paid: dict[str, Any] = {
        "paid_on": dt.date.fromisoformat(day),
        "amount": Decimal(amount),
        "purpose": purpose,
        "voucher": voucher,
    }
    return perform(fund, "enter_use", by=alliance.office, at=at, **paid)
