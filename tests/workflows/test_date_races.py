"""Races about dates on PostgreSQL: a grant against the work itself, a hold against a step, two requests at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from cases.clock import local_date
from cases.models import Case, CaseEvent, Finding, Hold, WorkItem
from tests.story import Story, problem
from tests.workflows.test_races import does, race, stories
from workflows.consistency import faults

__all__ = ["stories"]  # the fixture

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Stories = Callable[[], Iterator[Story]]
ASKED = dt.date(2021, 7, 15)


def rectifying(story: Story) -> Finding:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    finding: Finding = story.on("2021-06-01").findings()[0]
    return finding


def ask(story: Story, finding: Finding) -> Callable[[], object]:
    return does(story, finding.case, "request_extension", story.filler, reason="等待设备。", due_asked=ASKED)


def everything(finding: Finding) -> list[Case]:
    return list(Case.objects.filter(pk__in=[finding.pk, finding.cycle_id]) | Case.objects.filter(parent=finding.pk))


def test_a_grant_and_the_result_at_once_agree_on_what_became_of_the_request(stories: Stories) -> None:
    for story in stories():
        finding = rectifying(story)
        ask(story, finding)()
        request = Case.objects.get(parent=finding.pk, kind="extension")
        story.evidence(finding.case, "after", story.filler)
        outcomes = race(
            does(story, request, "grant", story.approver),
            does(story, finding.case, "fix", story.filler, result="已整改。"),
        )
        request = Case.objects.get(pk=request.pk)
        finding.refresh_from_db()
        if outcomes == ["ok", "ok"]:
            assert (request.state, finding.due_on) == ("granted", ASKED)
        else:
            assert outcomes == ["wrong_state", "ok"]
            assert (request.state, finding.due_on) == ("withdrawn", dt.date(2021, 6, 30))
        assert list(faults(everything(finding))) == []


def test_a_hold_and_a_step_at_once_leave_a_case_that_agrees_with_itself(stories: Stories) -> None:
    for story in stories():
        finding = rectifying(story)
        superior = story.world.actor("prefecture_head")
        outcomes = race(
            does(story, story.case, "hold", superior, reason="汛情。"),
            does(story, finding.case, "start", story.filler),
        )
        assert outcomes in (["ok", "ok"], ["ok", "on_hold"])
        held = Case.objects.get(pk=finding.pk)
        assert held.held_at == story.at
        assert held.state == ("in_progress" if outcomes[1] == "ok" else "open")
        assert WorkItem.objects.open().get(process=finding.pk).next_alarm_at is None
        assert Hold.objects.filter(case__in=[finding.pk, story.case.pk], until=None).count() == 2
        assert list(faults(everything(finding))) == []


def test_two_requests_at_once_ask_once(stories: Stories) -> None:
    for story in stories():
        finding = rectifying(story)
        assert sorted(race(ask(story, finding), ask(story, finding))) == ["already_asked", "ok"]
        assert Case.objects.filter(parent=finding.pk, kind="extension").count() == 1
        assert CaseEvent.objects.filter(case=finding.pk, verb="request_extension").count() == 1


def test_a_release_and_a_grant_at_once_move_the_date_by_both(stories: Stories) -> None:
    for story in stories():
        finding = rectifying(story)
        ask(story, finding)()
        request = Case.objects.get(parent=finding.pk, kind="extension")
        superior = story.world.actor("prefecture_head")
        does(story, finding.case, "hold", superior, reason="汛情。")()
        story.on("2021-06-03")
        outcomes = race(
            does(story, finding.case, "release_hold", superior),
            does(story, request, "grant", story.approver),
        )
        assert outcomes == ["ok", "ok"]
        item = WorkItem.objects.open().get(process=finding.pk)
        assert item.due_at is not None
        finding.refresh_from_db()
        assert local_date(item.due_at) == finding.due_on
        assert finding.due_on in (ASKED, dt.date(2021, 7, 19))
        assert list(faults(everything(finding))) == []
