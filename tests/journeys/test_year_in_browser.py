"""A whole year in real browsers: the institution, the county and those who read, paper included."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, CaseEvent
from tests.browsers import NewPage
from tests.journeys.county import (
    the_approver_approves,
    the_officer_closes_the_last,
    the_officer_concludes,
    the_officer_returns_an_item,
    the_officer_reviews,
)
from tests.journeys.institution import (
    the_filler_fills_in,
    the_filler_rectifies,
    the_filler_rectifies_again,
    the_filler_supplements,
    the_head_seals_again,
    the_head_seals_and_submits,
)
from tests.journeys.personas import give_names, sign_in
from tests.story import Story
from tests.worlds import build_world, moment

pytestmark = [pytest.mark.slow(70), pytest.mark.browser, pytest.mark.font, pytest.mark.django_db(transaction=True)]

VERBS = [
    "open",
    "request_confirmation",
    "submit",
    "return_",
    "request_confirmation",
    "submit",
    "conclude",
    "approve",
    "settle",
    "archive",
]

AtWork = Callable[..., Page]


@pytest.fixture
def story(live_server: Any) -> Story:
    """A year that the region has just opened."""
    return Story.open(give_names(build_world()))


@pytest.fixture
def at_work(story: Story, new_page: NewPage, time_machine: Any) -> AtWork:
    """On a day of the year somebody signs in and sees the inbox."""

    def begin(role: str, day: str, **look: Any) -> Page:
        time_machine.move_to(moment(day))
        page = new_page(**look)
        return sign_in(page, story.world.people[role])

    return begin


def test_a_year_from_the_first_answer_to_the_archive(story: Story, at_work: AtWork, browser_faults: list[str]) -> None:
    the_filler_fills_in(at_work("institution_filler", "2021-03-08"))
    the_head_seals_and_submits(at_work("institution_head", "2021-03-09", phone=True))
    the_officer_returns_an_item(at_work("county_officer", "2021-05-12"))
    the_filler_supplements(at_work("institution_filler", "2021-05-13"))
    the_head_seals_again(at_work("institution_head", "2021-05-14", phone=True))
    the_officer_concludes(at_work("county_officer", "2021-05-20"))
    the_approver_approves(at_work("county_approver", "2021-05-24"))
    the_filler_rectifies(at_work("institution_filler", "2021-06-01"))
    the_officer_reviews(at_work("county_officer", "2021-06-04"))
    the_filler_rectifies_again(at_work("institution_filler", "2021-06-08"))
    the_officer_closes_the_last(at_work("county_officer", "2021-06-10"))
    the_prefecture_reads(at_work("prefecture_officer", "2021-07-01"))
    the_inspector_reads(at_work("inspector", "2021-07-01"))
    a_stranger_sees_nothing(at_work("other_filler", "2021-07-01"), story.case)
    the_region_archives(at_work("region_officer", "2022-01-05"))
    verbs = list(CaseEvent.objects.filter(case=story.case).values_list("verb", flat=True))
    assert verbs == VERBS
    assert Case.objects.get(pk=story.case.pk).state == "archived"
    forgive(browser_faults, "422", "404")


def the_prefecture_reads(page: Page) -> None:
    """Everything of the ledger, and nothing to press."""
    page.get_by_role("link", name="整改台账").first.click()
    page.get_by_role("link", name="查看已销号和移交的").click()
    page.get_by_role("row").filter(has_text="二楼走廊扶手缺失两处。").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="问题与整改")).to_contain_text("扶手已补装，后勤科验收合格。")
    expect(page.get_by_role("button", name=re.compile("销号|复核|^退回"))).to_have_count(0)


def the_inspector_reads(page: Page) -> None:
    """Who did what, when and why."""
    page.get_by_role("link", name="年度办理").first.click()
    page.get_by_role("link", name="天山区康宁护理院").first.click()
    course = page.get_by_role("region", name="办理经过")
    for happened in ("问题全部办结", "陈立新（天山区卫生健康委 · 县级经办人） 退回机构", "请补充处方抽查情况"):
        expect(course).to_contain_text(happened)
    expect(course.get_by_role("listitem")).to_have_count(len(VERBS) - 1)


def a_stranger_sees_nothing(page: Page, case: Case) -> None:
    """Another institution does not even learn that there is such a case."""
    for place in (f"/cases/{case.pk}/", f"/cases/{case.pk}/selfcheck/", f"/cases/{case.pk}/paper/annex1.pdf"):
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("没有找到这个页面")


def the_region_archives(page: Page) -> None:
    """When the year is over."""
    page.get_by_role("link", name="年度办理").first.click()
    page.get_by_role("link", name="天山区康宁护理院").first.click()
    page.get_by_role("link", name="归档…").click()
    page.get_by_role("button", name="归档").click()
    expect(page.get_by_text("已办理：归档。")).to_be_visible()


def forgive(faults: list[str], *words: str) -> None:
    """The refusals of this story are meant; Chromium reports them in its console."""
    faults[:] = [fault for fault in faults if not any(f"status of {word}" in fault for word in words)]
