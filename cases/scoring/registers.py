"""What the registers say about rows of the scorecard, with the records behind it (pilot plan, annex).

The period evaluated is the practice phase of the edition, to the end of an extension, and nothing after the day asked
for. Struck entries do not count, nor what took place at units of another tier than the row names (``counts_at``).
Where the registers say nothing, the row is answered by hand, with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from cases.editions.alliance import alliance_of
from cases.editions.scorecard import ScoreRow
from cases.models import Activity, Membership, Pilot, Referral, Survey
from cases.referral_figures import closed_between, priorities_kept
from cases.scoring.given import stored
from cases.scoring.rules import points_of
from cases.scoring.stays import longest_stay
from cases.scoring.survey import satisfaction

PRACTICE = "practice"
Found = tuple[dict[str, Any], list[tuple[str, int]]]
Days = tuple[dt.date, dt.date]
# Registers that are shown beside rows which stay somebody’s judgement.
HELD = {"media": ("publicity",), "research": ("project", "paper")}


@dataclass(frozen=True)
class Computed:
    """The input of a row’s rule as the registers have it, its points, and the records behind it as (kind, key)."""

    given: Mapping[str, Any]
    points: Decimal
    records: tuple[tuple[str, int], ...]

    def kept(self) -> dict[str, Any]:
        """What a score keeps of it: JSON, with the keys of the records as of now."""
        return {"given": stored(self.given), "records": [list(record) for record in self.records]}


class Answers:
    """The registers of one pilot as of the end of a day (Asia/Shanghai); each is read once, when a row asks for it."""

    def __init__(self, pilot: Pilot, on: dt.date, *, round_: int = 1) -> None:
        self.pilot, self.on, self.round = pilot, on, round_
        self.edition = alliance_of(pilot.case.edition)

    def computed(self, row: ScoreRow) -> Computed | None:
        """What the registers say about a row; None where they do not answer it, or not yet."""
        reader = READERS.get(row.code) if row.register else None
        found = reader(self, row) if reader is not None else None
        if found is None:
            return None
        given, records = found
        return Computed(given, points_of(row, given), tuple(records))

    def held(self, row: ScoreRow) -> dict[str, list[Activity]]:
        """What the registers hold, by register, for a row that stays somebody’s judgement (the bonus)."""
        found = {register: self.entries(register, row) for register in HELD.get(row.code, ())}
        return {register: entries for register, entries in found.items() if entries}

    @cached_property
    def survey(self) -> Survey | None:
        """The survey of the round, where there is one."""
        return Survey.objects.filter(pilot=self.pilot, round=self.round).first()

    @property
    def survey_is_open(self) -> bool:
        return self.survey is not None and self.survey.closed_at is None

    @cached_property
    def period(self) -> Days:
        """The first and the last day that count: of the practice, or of its extension, and not after the day asked."""
        first, last = self.edition.phase(PRACTICE).window(self.pilot.case.year)
        return first, min(self.pilot.extended_until or last, self.on)

    @cached_property
    def _activities(self) -> dict[str, list[Activity]]:
        first, last = self.period
        found: dict[str, list[Activity]] = {}
        rows = Activity.objects.current().filter(pilot=self.pilot, from_on__gte=first, from_on__lte=last)
        for row in rows.order_by("from_on", "pk"):
            found.setdefault(row.register, []).append(row)
        return found

    @cached_property
    def _tiers(self) -> dict[int, str]:
        """The tier of each unit that is or was in the alliance."""
        return dict(Membership.objects.filter(pilot=self.pilot).values_list("unit", "tier"))

    def counts(self, row: ScoreRow, unit: int) -> bool:
        """Whether what took place at a unit counts for a row."""
        return not row.counts_at or self._tiers.get(unit) in row.counts_at

    def entries(self, register: str, row: ScoreRow) -> list[Activity]:
        """The entries of a register that count for a row, by their first day."""
        return [entry for entry in self._activities.get(register, []) if self.counts(row, entry.unit_id)]

    def years(self) -> list[Days]:
        """The whole years of the period from its first day; the rest at its end belongs to the last of them."""
        first, last = self.period
        starts = [first]
        while _a_year_after(following := _a_year_after(starts[-1])) <= last + dt.timedelta(1):
            starts.append(following)
        ends = [start - dt.timedelta(1) for start in starts[1:]] + [max(last, first)]
        return list(zip(starts, ends, strict=True))


def computed(pilot: Pilot, row: ScoreRow, on: dt.date) -> Computed | None:
    """What the registers of a pilot say about one row at the end of a day; for many rows use ``Answers``."""
    return Answers(pilot, on).computed(row)


def _dispatch(answers: Answers, row: ScoreRow) -> Found:
    """Person-times sent out by the lead hospital: each entry is a person who went so many times."""
    lead = answers.pilot.lead_id
    sent = [entry for entry in answers.entries("dispatch", row) if entry.sender_id in (lead, None)]
    return {"dispatch_person_times": Decimal(_number(sent))}, _keys(sent)


def _disciplines(answers: Answers, row: ScoreRow) -> Found:
    return _count(answers, row, "discipline", "supported_disciplines")


def _techniques(answers: Answers, row: ScoreRow) -> Found:
    return _count(answers, row, "technique", "new_technologies")


def _rules(answers: Answers, row: ScoreRow) -> Found:
    return _count(answers, row, "rule", "rules_updated")


def _trainees(answers: Answers, row: ScoreRow) -> Found:
    """How many people came in a year, and the longest unbroken stay of one of them; of the poorest year (每年)."""
    entries, last = answers.entries("trainee", row), answers.period[1]

    def of(year: Days) -> tuple[Decimal, int]:
        begun = [entry for entry in entries if year[0] <= entry.from_on <= year[1]]
        named = {entry.person_id for entry in begun if entry.person_id is not None}
        people = len(named) + _number([entry for entry in begun if entry.person_id is None])
        return longest_stay((entry.from_on, min(entry.until_on, last)) for entry in begun), people

    longest, people = min(map(of, answers.years()))
    return {"trainees": Decimal(people), "longest_continuous_months": longest}, _keys(entries)


def _lectures(answers: Answers, row: ScoreRow) -> Found:
    """The lectures of the year in which there were fewest (次/年)."""
    entries = answers.entries("lecture", row)
    held = [sum(entry.count for entry in entries if first <= entry.from_on <= last) for first, last in answers.years()]
    return {"lectures_per_year": Decimal(min(held))}, _keys(entries)


def _referrals(answers: Answers, row: ScoreRow) -> Found:
    """Closed referrals down, and whether the three priorities (三优先) were kept in every closed one up."""
    up, down = Referral.Direction.UP, Referral.Direction.DOWN
    closed = [
        each
        for each in closed_between(answers.pilot, *answers.period)
        if each.direction == up or answers.counts(row, each.receiver_id)
    ]
    went_down = sum(each.direction == down for each in closed)
    given = {"priority": bool(priorities_kept(closed)), "down_referrals": Decimal(went_down)}
    return given, [("referral", each.pk) for each in closed]


def _satisfaction(answers: Answers, row: ScoreRow) -> Found | None:
    """The share of “satisfied” of the round’s survey; nothing while there are too few answers."""
    survey = answers.survey
    share = satisfaction(survey).share if survey is not None else None
    if survey is None or share is None:
        return None
    return {"satisfied_share": share}, [("survey", survey.pk)]


def _count(answers: Answers, row: ScoreRow, register: str, name: str) -> Found:
    entries = answers.entries(register, row)
    return {name: Decimal(_number(entries))}, _keys(entries)


def _number(entries: list[Activity]) -> int:
    return sum(entry.count for entry in entries)


def _keys(entries: list[Activity]) -> list[tuple[str, int]]:
    return [("activity", entry.pk) for entry in entries]


def _a_year_after(day: dt.date) -> dt.date:
    """The same day a year later; after 29 February the first of March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


# By the code of the row. What is not here, or says nothing, is answered by hand.
READERS: dict[str, Callable[[Answers, ScoreRow], Found | None]] = {
    "referral_practice": _referrals,
    "staff_dispatch": _dispatch,
    "discipline_count": _disciplines,
    "training_received": _trainees,
    "lectures": _lectures,
    "new_technology": _techniques,
    "rules_building": _rules,
    "satisfaction": _satisfaction,
}
