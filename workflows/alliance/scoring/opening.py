"""Opening the columns of a round, asking whether all are in, and dropping them with their pilot."""

from __future__ import annotations

from typing import Any

from cases.editions.alliance import alliance_of
from cases.models import Case, Pilot, Scoring
from cases.scoring.joint import round_of
from workflows.alliance.hooks import ENDING, follows
from workflows.alliance.parties import copy_parts
from workflows.alliance.scoring.kind import KIND, LIVE, State
from workflows.alliance.scoring.seats import SEATS, unit_of
from workflows.engine import cascade, lock_many, open_case
from workflows.step import Step

NUMBERS = {"self": "ZP", "district": "QJ", "city": "SJ", "finance": "CZ"}  # 自评 区级 市级 财政


@follows("report")
def open_columns(step: Step) -> None:
    """A case for each column that the edition names, with the step by which a pilot enters its evaluation."""
    pilot: Any = step.case
    round_ = round_of(pilot.pilot) + 1
    for column in alliance_of(pilot.edition).evaluation.columns:
        unit_of(pilot, column)
        case = open_case(
            KIND,
            unit=pilot.unit,
            year=pilot.year,
            edition=pilot.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Scoring(pilot=pilot.pilot, column=column, round=round_),
            parent=pilot,
            number=f"{pilot.number}-{NUMBERS[column]}{round_}" if pilot.number else "",
            grant=step.grant,
            facts={"column": column, "round": round_},
        )
        if SEATS[column].part:
            copy_parts(step, pilot, case, (SEATS[column].part,))


def columns_done(pilot: Pilot) -> bool:
    """Whether every column of the round that is going on has been submitted; not before there are any."""
    states = set(columns_of(pilot).values_list("state", flat=True))
    return bool(states) and State.OPEN not in states


def columns_of(pilot: Pilot, round_: int | None = None) -> Any:
    """The cases of a round’s columns, by default of the one that is going on or was the last."""
    asked = round_of(pilot) if round_ is None else round_
    return Case.objects.filter(kind=KIND, parent=pilot.pk, scoring__round=asked)


@follows(ENDING)
def drop_columns(step: Step) -> None:
    """What nobody has joined yet ends with the pilot, whose lock is held."""
    for case in lock_many(list(Case.objects.filter(kind=KIND, parent=step.case.pk, state__in=LIVE))):
        cascade(step, case, "drop")
