"""When work is due by an edition, and who hears of it before and after: windows, limits and ladders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from cases.editions.terms import day_of, in_language


@dataclass(frozen=True)
class Phase:
    """A window of the year (action plan, part 3): first and last day, both counted."""

    code: str
    label_zh: str
    label_en: str
    start: str
    end: str
    clause: str

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    def window(self, year: int) -> tuple[dt.date, dt.date]:
        return day_of(year, self.start), day_of(year, self.end)


@dataclass(frozen=True)
class DeadlineRule:
    """When a piece of work is due, with the clause that the rule rests on.

    ``fixed``: the month-day ``on`` of the case's year, not before ``opens``, where the work has a first day, too.
    ``window``: the last day of the phase ``phase``. ``working_days``: ``days`` working days after the work began.
    ``record``: the date stands in the record itself (a finding's own limit); ``days`` is used where it has none.
    ``hours``: ``hours`` hours after the work began, day and night, to the minute.
    ``none``: the work waits for other cases or for the year's end and has no date of its own.

    ``ladder`` names who hears of it before and after, ``serious_ladder`` the one for a serious case; ``amber_days`` is
    the number of calendar days at which the light turns amber (0: the edition's setting), ``amber_hours`` that of hours
    for a limit in hours. ``extendable`` work may be given a later date on request.
    """

    code: str
    kind: Literal["fixed", "window", "working_days", "record", "hours", "none"]
    clause: str
    on: str = ""
    opens: str = ""
    phase: str = ""
    days: int = 0
    minimum_days: int = 0
    clause_en: str = ""
    ladder: str = "standard"
    serious_ladder: str = ""
    amber_days: int = 0
    hours: int = 0
    amber_hours: int = 0
    extendable: bool = False

    @property
    def basis(self) -> str:
        """The clause for the reader; English says "proposed" where the plan sets no date."""
        return in_language(self.clause, self.clause_en)


Target = Literal["person", "head", "officer+1", "head+1", "officer+2", "head+2", "other_side", "commission"]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: so many calendar days, or hours, before or after the date, these people hear of it.

    ``person``: whoever has the work; ``head``: the head of their unit; ``officer+1`` and ``head+1``: the officer and
    the head one level up; ``+2``: two levels up. Of a referral, ``other_side``: the contact of the unit that it comes
    from or goes to; ``commission``: the officer of the case's own unit.
    """

    to: tuple[Target, ...]
    days: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Ladder:
    """Who hears of work before its date, and up the line after it (design, Ladder); ``hour`` is that of the day, local.

    ``unit`` says what the rungs count: days, or hours from the minute of the date (``hour`` is not asked then). The
    last rung is repeated every ``repeat_days`` days, ``repeat_times`` times; then the ladder has ended.
    """

    code: str
    title_zh: str
    title_en: str
    clause: str
    before: tuple[Rung, ...]
    after: tuple[Rung, ...]
    repeat_days: int = 0
    repeat_times: int = 0
    hour: int = 9
    clause_en: str = ""
    unit: Literal["days", "hours"] = "days"

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)
