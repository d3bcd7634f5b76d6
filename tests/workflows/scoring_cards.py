"""A pilot that is being scored, and cards to score it with: what is given for a row so that it earns so many points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cases.editions.alliance import alliance_of
from cases.models import Case, Filing, Scoring
from cases.scoring.columns import rows_of, save_score
from cases.scoring.given import stored
from cases.scoring.rules import points_of
from tests.cases.test_scoring import BOUNDARIES, CARDS, counted
from tests.workflows.alliances import EVALUATION, City, act, again, in_practice
from tests.worlds import moment
from workflows.alliance.scoring.opening import columns_of

FILED, REPORTED, SCORED, FIXED = "2020-04-10", "2021-05-20", "2021-05-25", "2021-06-01"
WHO = {"self": "lead", "district": "district", "city": "commission", "finance": "finance"}
# The card of the wireframe: 91 + 3.5 = 94.5.
WIREFRAME = "5 5 3 5 5 6 10 5 2 2 2 4 2 5 4 5 6 5 4 6 3 0.5"
FULL = CARDS[0][0]
FURTHER: list[tuple[str, dict[str, Any], str]] = [("research", counted(1, 0, 1), "1.5")]


def in_scoring(city: City) -> Case:
    """A pilot whose filings were accepted and whose summary report opened the columns."""
    pilot = in_practice(city)
    for filing in Case.objects.filter(kind="filing", parent=pilot.pk):
        Filing.objects.filter(pk=filing.pk).update(text="责权利明确。")
        act(city, filing, "submit", "lead", FILED)
        act(city, filing, "accept", "commission", FILED)
    act(city, pilot, "begin_evaluation", "system", EVALUATION)
    return act(city, pilot, "report", "lead", REPORTED, summary="试点工作总结。")


def column(pilot: Case, name: str) -> Any:
    """The case of a column of the round that goes on."""
    return columns_of(again(pilot).pilot).get(scoring__column=name)


def card(rows: str = FULL) -> dict[str, Decimal]:
    """Points by row from the points in printed order."""
    codes = ["agreement", *_codes()[1:]]
    return dict(zip(codes, map(Decimal, rows.split()), strict=True))


def _codes() -> list[str]:
    from tests.cases.test_scoring import edition

    return list(edition().scorecard.by_code)


def given(code: str, points: Decimal) -> dict[str, Any]:
    """Something that earns a row so many points."""
    return next(
        values for row, values, earned in [*BOUNDARIES, *FURTHER] if row == code and Decimal(earned) == Decimal(points)
    )


def fill(city: City, case: Any, points: dict[str, Decimal], day: str = SCORED) -> None:
    """Score every row of a column, with a reason wherever one is asked for."""
    at, by = moment(day), city.people[WHO[case.scoring.column]]
    scoring = Scoring.objects.get(pk=case.pk)
    for row in rows_of(alliance_of(case.edition), scoring.column):
        values = given(row.code, points[row.code])
        less = points_of(row, values) < row.points or row.code == "standard_care"
        kept = {
            "given": stored(values),
            "reason": f"第{row.no}项未达标准。" if less else "",
            "override_reason": "以现场核实为准。" if row.register else "",
        }
        version = scoring.scores.filter(row=row.code).values_list("row_version", flat=True).first() or 0
        save_score(scoring, row, kept, based_on=version, by=by, at=at)


def submit(city: City, pilot: Case, name: str, rows: str = FULL, day: str = SCORED) -> Case:
    """Fill a column with the points of a card, and submit it."""
    case = column(pilot, name)
    fill(city, case, card(rows), day)
    return act(city, case, "submit", WHO[name], day)


def in_joint(city: City, rows: str = FULL, own: str | None = None) -> Case:
    """A pilot whose columns are all in; ``own`` is the card of the self-assessment where it differs."""
    pilot = in_scoring(city)
    submit(city, pilot, "self", own or rows)
    submit(city, pilot, "city", rows)
    submit(city, pilot, "finance", rows)
    return again(pilot)
