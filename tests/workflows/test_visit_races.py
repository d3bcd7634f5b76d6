"""Races of a visit on PostgreSQL: the institution answers while the team goes on, findings and cycles keep in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cases.access import Actor
from cases.models import Case, CaseEvent, Finding
from tests.story import Story
from tests.visiting import FOUND, Visiting, send_team
from tests.workflows.test_races import race
from tests.worlds import build_world
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visits(tries: Callable[[int, int], int]) -> Iterator[Visiting]:
    """A fresh visit to the same verified institution for every try."""

    def send() -> Iterator[Visiting]:
        story = Story.open(build_world())
        story.on("2021-03-01").submit()
        story.on("2021-05-10").approve()
        for _try in range(tries(6, 150)):
            yield send_team(story.on("2021-08-02"))

    return send()


def does(visiting: Visiting, verb: str, by: Actor, **details: Any) -> Callable[[], object]:
    return lambda: perform(visiting.case, verb, by=by, at=visiting.at, **details)


def sound(visiting: Visiting) -> bool:
    return list(faults(Case.objects.filter(pk__in=[visiting.case.pk, visiting.story.case.pk]))) == []


def test_a_reply_and_the_teams_going_on_without_one_are_one_of_the_two(visits: Iterator[Visiting]) -> None:
    for visiting in visits:
        visiting.deliver({"A1-19": FOUND})
        visiting.on("2021-08-20")
        reply = does(visiting, "reply", visiting.head, reply="已补齐。")
        proceed = does(visiting, "proceed", visiting.expert)
        assert sorted(race(reply, proceed)) == ["ok", "wrong_state"]
        replied = CaseEvent.objects.filter(case=visiting.case.pk, verb="reply").exists()
        assert bool(visiting.record.reply) == replied
        assert sound(visiting)


def test_a_reply_and_the_team_taking_its_assessment_back_are_one_of_the_two(visits: Iterator[Visiting]) -> None:
    for visiting in visits:
        visiting.deliver({"A1-19": FOUND})
        sign = does(visiting, "sign", visiting.head)
        withdraw = does(visiting, "withdraw", visiting.expert)
        outcomes = race(sign, withdraw)
        assert outcomes.count("ok") == 1, outcomes
        assert sound(visiting)


def test_two_conclusions_at_once_put_the_findings_on_the_ledger_once(visits: Iterator[Visiting]) -> None:
    for visiting in visits:
        before = Finding.objects.filter(source="region").count()
        visiting.deliver({"A1-19": FOUND})
        visiting.sign()
        conclude = does(visiting, "conclude", visiting.expert, conclusion="限期整改。")
        assert sorted(race(conclude, conclude)) == ["ok", "wrong_state"]
        assert Finding.objects.filter(source="region").count() == before + 1
        assert sound(visiting)


def test_the_last_finding_closed_while_a_team_concludes_leaves_the_year_rectifying(visits: Iterator[Visiting]) -> None:
    # Another item each time: a problem that is found again is a level worse, and needs a plan first.
    for number, visiting in zip(range(20), visits, strict=False):
        item = list(visiting.case.edition.parsed.items.values())[number]
        facets = [facet.code for facet in item.facets[:1]]
        visiting.deliver({item.code: {**FOUND, "facets": facets}})
        visiting.sign()
        story = visiting.story
        conclude = does(visiting, "conclude", visiting.expert, conclusion="限期整改。")
        present = next((each for each in story.findings() if each.case.state == "open"), None)
        if present is None:
            conclude()
            continue
        fixed = story.on("2021-08-03").fix(present)
        visiting.at = story.at
        assert race(conclude, closes(story, fixed)) == ["ok", "ok"]
        assert Case.objects.get(pk=story.case.pk).state == "rectifying"
        assert sound(visiting)


def closes(story: Story, fixed: Finding) -> Callable[[], object]:
    return lambda: perform(fixed.case, "close", by=story.officer, at=story.at)
