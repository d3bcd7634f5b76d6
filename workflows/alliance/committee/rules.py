"""Who may sit on the management committee, and what a meeting must say, over plain values (pilot plan, 2 (2) 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import CommitteeMember

DIRECTOR = "试点方案 二（二）2“管委会主任由牵头单位的院长担任”"
OFFICE = "试点方案 二（二）2“管委会下设办公室，挂靠在管委会主任所在单位”"
COMPOSITION = (
    "试点方案 二（二）2“管委会由牵头单位、区级卫生健康行政部门、社区卫生服务中心和/或医养结合机构共同协商组成”"
)
PLAN = "试点方案 附件 第2项“双方协商制定年度工作计划，目标任务明确具体”"
LONGEST = 20_000
Seat = CommitteeMember.Seat
Faults = dict[str, list[str]]


def seat_faults(seat: str, unit: int, *, lead: int, units: Collection[int], belongs: bool, presides: bool) -> Faults:
    """What speaks against a person in a seat, by field.

    ``units`` are those of the alliance and its districts on the day, ``belongs`` whether the person is of the unit
    then, ``presides`` whether they are the head of it (院长).
    """
    if seat not in Seat.values:
        return {"seat": [_("Choose the seat.")]}
    if unit not in units:
        message = _("The committee is made up of the lead hospital, the districts and the members (%(clause)s).")
        return {"unit": [message % {"clause": COMPOSITION}]}
    faults: Faults = {}
    if seat == Seat.DIRECTOR and (unit != lead or not presides):
        message = _("The president of the lead hospital is the director (%(clause)s).")
        faults["user"] = [message % {"clause": DIRECTOR}]
    elif seat == Seat.OFFICE and unit != lead:
        faults["unit"] = [_("The office is at the lead hospital (%(clause)s).") % {"clause": OFFICE}]
    if not belongs and "user" not in faults:
        faults["user"] = [_("This person does not belong to the unit on that day.")]
    return faults


def committee_faults(
    seats: Collection[tuple[str, int]],
    *,
    lead: int,
    districts: Collection[int],
    members: Collection[int],
    presides: bool,
) -> list[str]:
    """What a committee lacks of what the plan says of it, each with its clause.

    ``seats`` are those of the day with their units, ``districts`` and ``members`` the units of the alliance then,
    ``presides`` whether the director is still the president of the lead hospital.
    """
    kinds, units = {seat for seat, _unit in seats}, {unit for _seat, unit in seats}
    said = []
    if Seat.DIRECTOR not in kinds:
        said.append(_("The committee has no director (%(clause)s).") % {"clause": DIRECTOR})
    elif not presides:
        said.append(
            _("The director is not the president of the lead hospital any more (%(clause)s).") % {"clause": DIRECTOR}
        )
    if (Seat.OFFICE, lead) not in set(seats):
        said.append(_("Nobody heads the office at the lead hospital (%(clause)s).") % {"clause": OFFICE})
    missing = [
        word
        for word, wanted in ((_("a district"), districts), (_("a member"), members))
        if wanted and not units & set(wanted)
    ]
    if missing:
        what = pgettext("list separator", ", ").join(missing)
        said.append(_("Nobody from %(what)s sits on it yet (%(clause)s).") % {"what": what, "clause": COMPOSITION})
    return said


def meeting_faults(held_on: dt.date, today: dt.date, *, agenda: str, decisions: str, minutes: str) -> Faults:
    """What a meeting lacks, by field."""
    faults = {name: [_("This is needed.")] for name, text in (("agenda", agenda), ("decisions", decisions)) if not text}
    for name, text in (("agenda", agenda), ("decisions", decisions), ("minutes", minutes)):
        if len(text) > LONGEST:
            faults[name] = [_("Keep this under %(limit)d characters.") % {"limit": LONGEST}]
    if held_on > today:
        faults["held_on"] = [_("This day lies in the future; enter a meeting once it has been held.")]
    return faults
