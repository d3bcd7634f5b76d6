"""What an entry of a register must be, as rules over plain values: days, members, people (pilot plan, 2 (2) 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from cases.editions.alliance import RegisterRule

LONGEST_TITLE = 200
LONGEST_NOTE = 4_000
MOST = 100_000  # people of one entry, and times
FIELDS = ("register", "title", "from_on", "until_on", "unit_id", "sender_id", "person_id", "count", "people", "note")
Faults = dict[str, list[str]]


class Span(NamedTuple):
    """A half-open time: ``until`` is the first day that no longer counts, None for no end."""

    start: dt.date
    until: dt.date | None


@dataclass(frozen=True)
class Entry:
    """An entry as somebody wants it written; ``from_on`` and ``until_on`` are both counted."""

    register: str
    title: str
    from_on: dt.date
    until_on: dt.date
    unit_id: int
    sender_id: int | None = None
    person_id: int | None = None
    count: int = 1
    people: int = 0
    note: str = ""

    def sent_from(self, rule: RegisterRule) -> int | None:
        """The unit that a person of the entry belongs to: the sender of a visit, else the unit that it is about."""
        return self.sender_id if rule.visit else self.unit_id


def covered(spans: Iterable[Span], first: dt.date, last: dt.date) -> bool:
    """Whether the spans together cover every day from the first to the last, both counted."""
    missing_from = first
    for span in sorted(spans, key=lambda each: each.start):
        if span.start > missing_from:
            break
        if span.until is None:
            return True
        missing_from = max(missing_from, span.until)
        if missing_from > last:
            return True
    return missing_from > last


def fitted(entry: Entry, rule: RegisterRule) -> Entry:
    """The entry without what its register does not ask for, so that a form of another one leaves nothing behind."""
    return Entry(
        register=entry.register,
        title=entry.title,
        from_on=entry.from_on,
        until_on=entry.until_on,
        unit_id=entry.unit_id,
        sender_id=entry.sender_id if rule.visit else None,
        person_id=entry.person_id if rule.person or rule.visit else None,
        count=entry.count,
        people=entry.people if rule.people else 0,
        note=entry.note,
    )


def faults_of(
    entry: Entry,
    rule: RegisterRule,
    *,
    members: Mapping[int, Iterable[Span]],
    person: Mapping[int, Iterable[Span]],
    today: dt.date,
) -> Faults:
    """What is wrong with an entry, by field; empty for a good one.

    ``members`` are the memberships of the alliance by unit, ``person`` the appointments of the entry's person by unit.
    """
    faults: Faults = {}
    if not entry.title.strip():
        faults["title"] = [_("Say in a few words what it was.")]
    if entry.until_on < entry.from_on:
        faults["until_on"] = [_("It ends before it begins.")]
    elif entry.until_on > today:
        name = "until_on" if entry.from_on <= today else "from_on"
        faults[name] = [_("Enter what has taken place: this day lies in the future.")]
    if not 1 <= entry.count <= MOST:
        faults["count"] = [_("Give a number from 1 to %(most)d.") % {"most": MOST}]
    if rule.people and not 1 <= entry.people <= MOST:
        faults["people"] = [_("Say how many people took part.")]
    days_stand = not {"from_on", "until_on"} & faults.keys()
    if days_stand:
        faults |= _member_faults(entry, rule, members)
    if rule.person and entry.person_id is None:
        faults["person"] = [_("Say who it was.")]
    home = entry.sent_from(rule)
    somebody = entry.person_id is not None and home is not None
    if days_stand and somebody and not covered(person.get(home or 0, ()), entry.from_on, entry.until_on):
        faults["person"] = [_("This person does not belong to the unit on all of these days.")]
    return faults


def _member_faults(entry: Entry, rule: RegisterRule, members: Mapping[int, Iterable[Span]]) -> Faults:
    """The units of an entry belong to the alliance on every day of it, and whoever sends sends elsewhere."""
    faults: Faults = {}
    message = _("The unit is no member of the alliance on all of these days (%(clause)s).") % {"clause": rule.clause}
    if not covered(members.get(entry.unit_id, ()), entry.from_on, entry.until_on):
        faults["unit"] = [message]
    if not rule.visit:
        return faults
    if entry.sender_id is None:
        faults["sender"] = [_("Say which unit sent them.")]
    elif entry.sender_id == entry.unit_id:
        faults["sender"] = [_("Whoever is sent goes to another unit.")]
    elif not covered(members.get(entry.sender_id, ()), entry.from_on, entry.until_on):
        faults["sender"] = [message]
    return faults
