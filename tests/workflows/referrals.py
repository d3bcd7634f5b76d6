"""A pilot whose filings are on file, and referrals in it in whichever state a test asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import Case, OrgUnit
from tests.workflows.alliances import City, again, in_practice
from tests.workflows.filings import filed
from tests.worlds import moment
from workflows.alliance.referral.opening import request_referral
from workflows.engine import perform

ASKED = moment("2020-06-01 10:00")
SECRETS = {
    "name": "欧阳翠兰",
    "sex": "female",
    "birth_year": "1937",
    "phone": "13805719472",
    "contact": "欧阳志远",
    "contact_phone": "13957160823",
    "grounds": "疑似股骨颈骨折需手术评估",
    "condition": "跌倒后右髋疼痛三日不能行走",
    "diagnosis": "右股骨颈骨折待排",
}
DISCHARGE = {"discharge": "行人工股骨头置换术恢复良好", "follow_up": "术后六周康复训练每两周随访一次"}
PLAIN = [text for text in (*SECRETS.values(), *DISCHARGE.values()) if text not in ("female", "1937")]
CONSENT = {"consent_on": dt.date(2020, 6, 1), "consent_how": "written"}
PRIORITIES = {"appointment": "kept", "examination": "kept", "admission": "kept"}
CLOSING = {"outcome": "inpatient", **PRIORITIES}
HOUR = dt.timedelta(hours=1)


def open_pilot(city: City) -> Case:
    """A pilot in practice with plan and agreement on file: its members may refer patients."""
    return filed(city, in_practice(city))


def ask(
    city: City,
    pilot: Case,
    *,
    by: str = "member_contact",
    to: OrgUnit | None = None,
    at: dt.datetime = ASKED,
    **values: Any,
) -> Case:
    """A referral as asked for: up from the institution, unless somebody else asks."""
    receiver = to or (city.institution if by.startswith("lead") else city.hospital)
    return request_referral(pilot, receiver, {**SECRETS, **CONSENT, **values}, by=city.actor(by), at=at)


def down(city: City, pilot: Case, **values: Any) -> Case:
    """A referral down from the hospital to the institution."""
    return ask(city, pilot, by="lead_contact", **values)


def step(city: City, case: Case, verb: str, by: str, *, hours: float = 1, **details: Any) -> Case:
    """A step so many hours after the request."""
    at = case.created + dt.timedelta(hours=hours)
    return perform(again(case), verb, by=city.actor(by), at=at, **details)


def sides(case: Case) -> tuple[str, str]:
    """The contacts who sent and who receive."""
    up = case.referral.direction == "up"
    return ("member_contact", "lead_contact") if up else ("lead_contact", "member_contact")


def accept(city: City, case: Case) -> Case:
    expected = case.created + 6 * HOUR
    return step(city, case, "accept", sides(case)[1], hours=2, department="骨科", bed="12床", expected_at=expected)


def brought_to(city: City, case: Case, state: str) -> Case:
    """The referral in a state, each step taken by the contact whose turn it was."""
    sender, receiver = sides(case)
    if state == "requested":
        return case
    if state == "declined":
        return step(city, case, "decline", receiver, hours=2, reason="床位已满。")
    if state == "cancelled":
        return step(city, case, "cancel", sender, hours=2, reason="病情好转。")
    case = accept(city, case)
    if state == "accepted":
        return case
    case = step(city, case, "arrive", receiver, hours=7)
    if state == "arrived":
        return case
    if case.referral.direction == "down":
        case = step(city, case, "inform", sender, hours=9, **DISCHARGE)
        return case if state == "informed" else step(city, case, "close", receiver, hours=30, outcome="continued")
    return step(city, case, "close", sender, hours=30, **CLOSING)
