"""What the registers say about rows of the scorecard, with the records behind it (pilot plan, annex).

The period evaluated is the practice phase of the edition, to the end of an extension, and nothing after the day asked
for. Struck entries do not count. Where the registers say nothing, the row is answered by hand.
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
from cases.models import Activity, Pilot, Referral, Survey
from cases.referral_figures import closed_between, priorities_kept
from cases.scoring.given import stored
from cases.scoring.rules import points_of
from cases.scoring.stays import longest_stay
from cases.scoring.survey import satisfaction

PRACTICE = "practice"
Found = tuple[dict[str, Any], list[tuple[str, int]]]


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
        found = reader(self) if reader is not None else None
        if found is None:
            return None
        given, records = found
        return Computed(given, points_of(row, given), tuple(records))

    def proposed(self, row: ScoreRow) -> Found | None:
        """What the registers hold for the bonus of research (row 22), which stays somebody’s judgement."""
        if row.code != "research":
            return None
        projects, papers = self.entries("project"), self.entries("paper")
        if not projects and not papers:
            return None
        given = {"project": Decimal(_number(projects)), "paper": Decimal(_number(papers))}
        return given, _keys([*projects, *papers])

    @cached_property
    def survey(self) -> Survey | None:
        """The survey of the round, where there is one."""
        return Survey.objects.filter(pilot=self.pilot, round=self.round).first()

    @property
    def survey_is_open(self) -> bool:
        return self.survey is not None and self.survey.closed_at is None

    @cached_property
    def period(self) -> tuple[dt.date, dt.date]:
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

    def entries(self, register: str) -> list[Activity]:
        """The entries of a register that count, by their first day."""
        return self._activities.get(register, [])

    def years(self) -> list[tuple[dt.date, dt.date]]:
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


def _dispatch(answers: Answers) -> Found:
    """Person-times sent out: each entry is a person who went so many times."""
    return _count(answers, "dispatch", "dispatch_person_times")


def _disciplines(answers: Answers) -> Found:
    return _count(answers, "discipline", "supported_disciplines")


def _techniques(answers: Answers) -> Found:
    return _count(answers, "technique", "new_technologies")


def _rules(answers: Answers) -> Found:
    return _count(answers, "rule", "rules_updated")


def _trainees(answers: Answers) -> Found:
    """How many people came, and the longest stay of one of them without a break, in calendar months."""
    entries = answers.entries("trainee")
    last = answers.period[1]
    named = {entry.person_id for entry in entries if entry.person_id is not None}
    people = len(named) + _number([entry for entry in entries if entry.person_id is None])
    longest = longest_stay((entry.from_on, min(entry.until_on, last)) for entry in entries)
    return {"trainees": Decimal(people), "longest_continuous_months": longest}, _keys(entries)


def _lectures(answers: Answers) -> Found:
    """The lectures of the year in which there were fewest (次/年)."""
    entries = answers.entries("lecture")
    held = [sum(entry.count for entry in entries if first <= entry.from_on <= last) for first, last in answers.years()]
    return {"lectures_per_year": Decimal(min(held))}, _keys(entries)


def _referrals(answers: Answers) -> Found:
    """Closed referrals down, and whether the three priorities (三优先) were kept in every closed one up."""
    closed = closed_between(answers.pilot, *answers.period)
    down = sum(referral.direction == Referral.Direction.DOWN for referral in closed)
    given = {"priority": bool(priorities_kept(closed)), "down_referrals": Decimal(down)}
    return given, [("referral", referral.pk) for referral in closed]


def _satisfaction(answers: Answers) -> Found | None:
    """The share of “satisfied” of the round’s survey; nothing while there are too few answers."""
    survey = answers.survey
    share = satisfaction(survey).share if survey is not None else None
    if survey is None or share is None:
        return None
    return {"satisfied_share": share}, [("survey", survey.pk)]


def _count(answers: Answers, register: str, name: str) -> Found:
    entries = answers.entries(register)
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
READERS: dict[str, Callable[[Answers], Found | None]] = {
    "referral_practice": _referrals,
    "staff_dispatch": _dispatch,
    "discipline_count": _disciplines,
    "training_received": _trainees,
    "lectures": _lectures,
    "new_technology": _techniques,
    "rules_building": _rules,
    "satisfaction": _satisfaction,
}
