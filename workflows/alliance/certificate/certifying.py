"""The certificate of a person, and its number: whoever holds the paper can have it computed anew from the registers.

The number names pilot, person and moment, and ends with a digest over the entries as they stood then. No row is kept
for it: the history of the registers gives the same entries at any later time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from cases.editions.alliance import alliance_of
from cases.events import canonical
from cases.models import Activity, Case, User
from workflows.alliance.certificate.counting import Days, Stay, UnitDays, by_unit, count_of

CLAUSE = (
    "试点方案 四（一）“市级医院医生在紧密医养联合体内社区卫生服务中心、医养结合机构的工作经历，"
    "计入职称晋升前服务基层工作时间”"
)
NUMBER = re.compile(r"JL-(\d{1,12})-(\d{1,12})-([0-9A-F]{1,10})-([0-9A-F]{12})")


@dataclass(frozen=True)
class Certificate:
    """What the registers of a pilot say of a person at a moment (UTC, whole seconds)."""

    case: Any
    person: User
    at: dt.datetime
    stays: tuple[Stay, ...] = field(default=())

    @property
    def lines(self) -> list[UnitDays]:
        return by_unit(self.stays)

    @property
    def total(self) -> int:
        """Days at members, each once however many entries name it."""
        return count_of(stay.days for stay in self.stays)

    @property
    def number(self) -> str:
        entries = [
            [stay.entry, stay.unit, stay.register, stay.days.first.isoformat(), stay.days.last.isoformat()]
            for stay in self.stays
        ]
        moment = int(self.at.timestamp())
        body = {"pilot": str(self.case.uid), "person": self.person.pk, "at": moment, "entries": entries}
        digest = hashlib.sha256(canonical(body)).hexdigest()[:12].upper()
        return f"JL-{self.case.pk}-{self.person.pk}-{moment:X}-{digest}"


def certify(case: Any, person: User, at: dt.datetime) -> Certificate:
    """The certificate of a person as the registers stood at the moment.

    Counted are visits and dispatches that the lead hospital sent the person on, to other units of the alliance.
    """
    moment = at.astimezone(dt.UTC).replace(microsecond=0)
    visits = {code for code, rule in alliance_of(case.edition).registers.items() if rule.visit}
    lead = case.pilot.lead_id
    # The history as it was: later corrections and strikings do not change what was certified.
    rows = Activity.history.as_of(moment).filter(pilot=case.pk, person=person.pk)
    stays = tuple(
        Stay(row.pk, row.unit_id, row.register, Days(row.from_on, row.until_on))
        for row in sorted(rows, key=lambda row: (row.from_on, row.pk))
        if row.struck_at is None and row.register in visits and row.sender_id == lead != row.unit_id
    )
    return Certificate(case, person, moment, stays)


def check(number: str) -> Certificate | None:
    """The certificate that has this number; None for one that the registers do not give."""
    found = NUMBER.fullmatch(number.strip().upper())
    if found is None:
        return None
    case = Case.objects.filter(pk=int(found[1]), kind="pilot").select_related("edition", "pilot__lead").first()
    person = User.objects.filter(pk=int(found[2])).first()
    if case is None or person is None:
        return None
    certificate = certify(case, person, dt.datetime.fromtimestamp(int(found[3], 16), dt.UTC))
    return certificate if certificate.number == found[0] and certificate.stays else None


def certified_people(case: Any) -> list[User]:
    """Whoever the registers of a pilot name on a visit today, by name."""
    visits = [code for code, rule in alliance_of(case.edition).registers.items() if rule.visit]
    entries = Activity.objects.current().filter(pilot=case.pk, register__in=visits, sender=case.pilot.lead_id)
    named = entries.exclude(unit=case.pilot.lead_id).exclude(person=None).values("person")
    return list(User.objects.filter(pk__in=named).order_by("name", "pk"))
