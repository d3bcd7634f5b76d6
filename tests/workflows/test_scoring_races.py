"""Races of a scorecard on PostgreSQL: two last columns at once, and the same link of a survey twice at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cases.models import Case, CaseEvent, SurveyAnswer
from tests.workflows.alliances import act, again, build_city, in_practice
from tests.workflows.scoring_cards import SCORED, WHO, card, column, fill, in_scoring
from tests.workflows.test_races import race
from tests.worlds import moment
from workflows.alliance.survey.answering import answer, digest_of, new_tokens
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NAMES = ("self", "city", "finance")


def test_two_last_columns_at_once_wake_the_pilot_once(tries: Callable[[int, int], int]) -> None:
    city = build_city()
    pilot = in_scoring(city)
    for name in NAMES:
        fill(city, column(pilot, name), card())
    act(city, column(pilot, "self"), "submit", "lead", SCORED)

    def submits(name: str) -> Callable[[], object]:
        case = column(pilot, name)
        return lambda: perform(case, "submit", by=city.actor(WHO[name]), at=moment(SCORED))

    for turn in range(1, tries(5, 100) + 1):
        assert race(submits("city"), submits("finance")) == ["ok", "ok"]
        assert again(pilot).state == "joint"
        assert CaseEvent.objects.filter(case=pilot.pk, verb="columns_done").count() == turn
        for name in ("city", "finance"):
            act(city, column(pilot, name), "return_column", "commission", SCORED)
        assert again(pilot).state == "scoring"
    assert list(faults(Case.objects.filter(kind__in=("pilot", "scoring")))) == []


def test_the_same_link_twice_at_once_counts_once(tries: Callable[[int, int], int]) -> None:
    city = build_city()
    pilot = act(city, in_practice(city), "open_survey", "commission", "2021-04-12")
    for turn in range(1, tries(8, 200) + 1):
        [token] = new_tokens(1)
        act(city, pilot, "make_links", "lead", "2021-04-12", group="patient", digests=[digest_of(token)])

        def answers(token: str = token) -> None:
            answer(token, "satisfied", at=moment("2021-04-13"))

        assert sorted(race(answers, answers)) == ["link_used", "ok"]
        assert SurveyAnswer.objects.count() == turn
