"""Phases turn on their dates: a sweep of the clock (pilot plan, part 3; design, idea 5)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.pinned import edition_by
from cases.models import Case
from workflows.alliance.opening import PILOT
from workflows.alliance.states import State
from workflows.engine import perform_many


def turn_phases(at: dt.datetime, limit: int = 500) -> int:
    """Begin the practice and the evaluation of pilots whose day has come, and say how many; safe to repeat.

    A sweep: one batch of at most ``limit`` pilots. A pilot that was extended stays in practice until its own day, and
    one on hold where it is: its phase turns once it is released.
    """
    today = local_date(at)
    moves = (("begin_practice", _beginning(today)), ("begin_evaluation", _over(today)))
    done = 0
    for verb, due in moves:
        cases = list(due.order_by("pk")[: limit - done])
        done += sum(refusal is None for _case, refusal in perform_many(cases, verb, by=SYSTEM, at=at))
    return done


def _beginning(today: dt.date) -> QuerySet[Case]:
    """Selected pilots whose practice has begun."""
    return _in(State.SELECTED, [pair for pair in _editions(State.SELECTED) if _window(pair)[0] <= today])


def _over(today: dt.date) -> QuerySet[Case]:
    """Pilots whose practice has ended, by the phase and by their extension."""
    pairs = [pair for pair in _editions(State.PRACTICE) if _window(pair)[1] < today]
    extended = Q(pilot__extended_until=None) | Q(pilot__extended_until__lt=today)
    return _in(State.PRACTICE, pairs).filter(extended)


def _editions(state: str) -> list[tuple[int, int]]:
    """The editions and years of the pilots in a state: a handful, however many pilots there are."""
    rows = Case.objects.filter(kind=PILOT, state=state).order_by()
    return list(rows.values_list("edition", "year").distinct())


def _window(pair: tuple[int, int]) -> tuple[dt.date, dt.date]:
    edition, year = pair
    return edition_by(edition).phase("practice").window(year)


def _in(state: str, pairs: list[tuple[int, int]]) -> QuerySet[Case]:
    wanted = Q(pk__in=[])
    for edition, year in pairs:
        wanted |= Q(edition=edition, year=year)
    return Case.objects.filter(wanted, kind=PILOT, state=state, held_at=None)
