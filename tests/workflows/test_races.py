"""Races on PostgreSQL, with real threads and barriers: whoever comes second is refused, and nothing happens twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from cases.access import SYSTEM, Actor, appoint
from cases.errors import Refusal
from cases.models import Case, CaseEvent, Finding, OrgUnit
from tests.story import Story, problem
from tests.worlds import BEGINNING, build_world, moment
from workflows.consistency import faults
from workflows.engine import perform
from workflows.quality_cycle.opening import open_year

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(*contestants: Callable[[], object]) -> list[str]:
    """Run the contestants at the same moment, each on its own connection: ``ok``, or the refusal's code, of each."""
    barrier = threading.Barrier(len(contestants))
    outcomes = [""] * len(contestants)

    def run(place: int, contestant: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            contestant()
            outcomes[place] = "ok"
        except Refusal as refusal:
            outcomes[place] = refusal.code
        except BaseException as error:
            outcomes[place] = repr(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, contestant)) for place, contestant in enumerate(contestants)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def does(story: Story, case: Case, verb: str, by: Actor, **details: Any) -> Callable[[], object]:
    """One contestant: the verb, as it would come from that person's page."""
    return lambda: perform(case, verb, by=by, at=story.at, **details)


@pytest.fixture
def stories(tries: Callable[[int, int], int]) -> Callable[[], Iterator[Story]]:
    """A fresh year of the same institution for every try; the world is made once."""

    def tell() -> Iterator[Story]:
        world = build_world()
        for number in range(tries(8, 200)):
            if number:
                Case.objects.filter(slot__isnull=False).update(slot=None, year=3000 + number)
                Case.objects.exclude(kind="finding").update(year=3000 + number)
            yield Story.open(world)

    return tell


def test_two_approvals_at_once_approve_once(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        story.on("2021-03-01").submit({"A1-08": problem()})
        case = story.on("2021-05-10").verify().perform("conclude", story.officer)
        approve = does(story, case, "approve", story.approver)
        assert sorted(race(approve, approve)) == ["ok", "wrong_state"]
        assert CaseEvent.objects.filter(case=case, verb="approve").count() == 1
        assert list(faults([Case.objects.get(pk=case.pk)])) == []


def test_the_two_last_findings_closed_at_once_settle_the_cycle_once(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
        story.on("2021-05-10").approve()
        first, second = (story.fix(finding) for finding in story.findings())

        def close(finding: Finding, story: Story = story) -> Callable[[], object]:
            return lambda: perform(finding.case, "close", by=story.officer, at=story.at)

        assert race(close(first), close(second)) == ["ok", "ok"]
        cycle = Case.objects.get(pk=story.case.pk)
        assert cycle.state == "verified"
        assert CaseEvent.objects.filter(case=cycle, verb="settle").count() == 1
        assert list(faults([cycle, first.case.__class__.objects.get(pk=first.pk)])) == []


def test_a_return_and_a_closing_at_once_leave_one_of_them(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        story.on("2021-03-01").submit({"A1-08": problem()})
        story.on("2021-05-10").approve()
        case = story.fix(story.findings()[0]).case
        outcomes = race(
            does(story, case, "close", story.officer),
            does(story, case, "return_", story.approver, reason="不合格。"),
        )
        assert sorted(outcomes) == ["ok", "wrong_state"]
        assert list(faults(Case.objects.filter(pk__in=[case.pk, story.case.pk]))) == []


def test_a_withdrawal_and_a_claim_at_once_leave_one_of_them(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        case = story.on("2021-03-01").submit()
        outcomes = race(
            does(story, case, "withdraw", story.head),
            does(story, case, "claim", story.officer),
        )
        assert outcomes in (["ok", "wrong_role"], ["already_acted_on", "ok"])
        assert list(faults([Case.objects.get(pk=case.pk)])) == []


def test_two_claims_at_once_claim_once(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        case = story.on("2021-03-01").submit()
        outcomes = race(
            does(story, case, "claim", story.officer),
            does(story, case, "claim", story.world.actor("colleague")),
        )
        assert sorted(outcomes) == ["already_claimed", "ok"]


def test_two_submissions_take_different_numbers_for_their_findings(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        world = story.world
        for role in ("institution_filler", "institution_head"):
            appoint(world.people[role], world.sibling, role, valid_from=BEGINNING)
        other = Story.open(world, unit=world.sibling)
        for each in (story, other):
            each.on("2021-03-01").fill({"A1-08": problem()}).perform("request_confirmation", each.filler)
            each.seal()

        def submit(story: Story) -> Callable[[], object]:
            return lambda: perform(story.case, "submit", by=story.head, at=story.at)

        assert race(submit(story), submit(other)) == ["ok", "ok"]
        numbers = {each.findings()[0].case.number for each in (story, other)}
        assert len(numbers) == 2


def test_two_openings_at_once_open_one_cycle_an_institution(stories: Callable[[], Iterator[Story]]) -> None:
    for story in stories():
        region = story.world.region

        def open_again(region: OrgUnit = region) -> object:
            return open_year(region, 2021, by=SYSTEM, at=moment("2021-01-05"))

        assert race(open_again, open_again, open_again) == ["ok"] * 3
        live = Case.objects.filter(kind="quality_cycle", year=2021)
        assert live.count() == live.values("unit").distinct().count() == 3
