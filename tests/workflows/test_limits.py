"""Limits of work that comes back: what was left of them, and a supplement with its own date (design, Deadlines)."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.clock import local_date
from cases.models import WorkItem
from tests.story import Story


def due_on(story: Story) -> dt.date:
    item = WorkItem.objects.open().get(process=story.case)
    assert item.due_at is not None
    return local_date(item.due_at)


@pytest.fixture
def returned(story: Story) -> Story:
    """Returned on a Monday, with ten working days to supplement."""
    story.on("2021-07-01").submit()
    story.on("2021-07-05").perform("return_", story.officer, reason="请补充。")
    assert due_on(story) == dt.date(2021, 7, 19)
    return story


@pytest.mark.parametrize("verb", ["withdraw", "send_back"])
def test_handing_on_and_taking_back_does_not_begin_the_limit_anew(returned: Story, verb: str) -> None:
    returned.on("2021-07-08").perform("request_confirmation", returned.filler)
    actor = returned.filler if verb == "withdraw" else returned.head
    returned.on("2021-07-12").perform(verb, actor, reason="请核对床位数。")
    assert returned.case.state == "returned"
    assert due_on(returned) == dt.date(2021, 7, 21)  # the two working days that it lay with the head


def test_work_that_comes_back_late_has_the_least_that_the_edition_gives(returned: Story) -> None:
    returned.on("2021-07-20").perform("request_confirmation", returned.filler)
    returned.on("2021-07-22").perform("withdraw", returned.filler)
    assert due_on(returned) == dt.date(2021, 7, 27)


def test_a_second_return_has_a_limit_of_its_own(returned: Story) -> None:
    returned.on("2021-07-08").perform("request_confirmation", returned.filler)
    returned.perform("submit", returned.seal().head)
    returned.on("2021-07-12").perform("return_", returned.officer, reason="仍需补充。")
    assert due_on(returned) == dt.date(2021, 7, 26)


def test_a_reopened_cycle_stays_a_supplement_when_the_head_sends_it_back(story: Story) -> None:
    story.on("2021-03-01").perform("cancel", story.approver, reason="机构已关闭。")
    story.on("2021-04-01").perform("reopen", story.world.actor("prefecture_officer"), reason="机构恢复执业。")
    story.fill().perform("request_confirmation", story.filler)
    assert story.perform("send_back", story.head, reason="请核对。").state == "returned"
