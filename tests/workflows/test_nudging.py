"""Nudging by hand (催办): from above, at most once a day for each piece of work, and on record."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.access import appoint
from cases.errors import Refusal
from cases.models import Case, EventDelivery, WorkItem
from cases.roles import Role
from tests.story import Story, problem
from tests.worlds import BEGINNING, moment
from workflows.consistency import faults
from workflows.engine import perform, perform_many

pytestmark = pytest.mark.django_db


def refused(story: Story, role: str, **details: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        story.perform("nudge", story.world.actor(role), **details)
    return refusal.value.code


def test_a_nudge_is_recorded_and_told_to_whoever_has_the_work(story: Story) -> None:
    before = story.case
    story.on("2021-05-04").perform("nudge", story.officer, reason="请抓紧填报。")
    event = story.case.events.get(verb="nudge")
    item = WorkItem.objects.open().get(process=story.case.pk)
    assert (event.item, event.reason, event.actor) == (item, "请抓紧填报。", story.officer.user)
    assert event.details == {"item": item.pk, "to": ["person"], "due": "2021-04-30", "days": 4}
    assert EventDelivery.objects.filter(event=event, done_at=None).exists()
    assert (story.case.state, story.case.version) == (before.state, before.version)
    assert list(faults([Case.objects.get(pk=story.case.pk)])) == []


def test_a_second_nudge_waits_for_a_day_whoever_gives_it(story: Story) -> None:
    story.on("2021-05-04 10:00").perform("nudge", story.officer)
    story.on("2021-05-05 09:59")
    assert refused(story, "prefecture_officer") == "nudged_recently"
    story.on("2021-05-05 10:00").perform("nudge", story.world.actor("prefecture_officer"))
    assert story.case.events.filter(verb="nudge").count() == 2


def test_the_refusal_says_when_the_next_one_is_possible(story: Story) -> None:
    story.on("2021-05-04 10:00").perform("nudge", story.officer)
    with translation.override("en"), pytest.raises(Refusal) as refusal:
        story.perform("nudge", story.officer)
    assert refusal.value.status == 409
    assert "4 May 2021, 10:00" in refusal.value.message
    assert "5 May 2021, 10:00" in refusal.value.hint


def test_new_work_of_the_same_case_may_be_nudged_at_once(story: Story) -> None:
    story.on("2021-03-01 08:00").perform("nudge", story.officer)
    story.submit()
    story.perform("nudge", story.world.actor("prefecture_officer"))
    assert story.case.events.filter(verb="nudge").count() == 2


def test_nobody_nudges_their_own_level(story: Story) -> None:
    story.on("2021-03-01").submit()
    assert refused(story, "county_officer") == "not_above"
    assert refused(story, "county_approver") == "not_above"
    story.perform("nudge", story.world.actor("prefecture_head"))


def test_whoever_sits_at_two_levels_nudges_from_the_higher_one(story: Story) -> None:
    officer: Any = story.officer.user
    higher = appoint(officer, story.world.prefecture, Role.PREFECTURE_OFFICER, valid_from=BEGINNING)
    story.on("2021-03-01").submit()
    story.perform("nudge", story.officer)
    assert story.case.events.get(verb="nudge").appointment == higher


def test_nobody_is_nudged_where_nobody_has_to_act_or_the_case_is_on_hold(story: Story) -> None:
    Case.objects.filter(pk=story.case.pk).update(held_at=moment("2021-02-01"))
    assert refused(story, "county_officer") == "on_hold"
    Case.objects.filter(pk=story.case.pk).update(held_at=None)
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    assert refused(story, "county_officer") == "wrong_state"


def test_many_are_nudged_at_once_and_each_refusal_stands_for_itself(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
    story.on("2021-05-10").approve()
    first, second = (finding.case for finding in story.findings())
    perform(first, "nudge", by=story.officer, at=story.at)
    outcomes = dict(perform_many([first, second], "nudge", by=story.officer, at=story.at, reason="请抓紧。"))
    codes = {case.pk: refusal.code if refusal else "ok" for case, refusal in outcomes.items()}
    assert codes == {first.pk: "nudged_recently", second.pk: "ok"}


@pytest.fixture
def at_work() -> Any:
    with time_machine.travel(moment("2021-05-04"), tick=False):
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


@pytest.mark.usefixtures("at_work")
def test_the_case_page_offers_a_nudge_to_those_above_until_it_was_given(story: Story) -> None:
    page, form = reverse("case", args=[story.case.pk]), reverse("case_verb", args=[story.case.pk, "nudge"])
    client = client_of(story.world.county_officer)
    assert form in client.get(page).content.decode()
    assert client.get(form).status_code == 200
    done = client.post(form, {"reason": "请抓紧填报。", "version": story.case.version})
    assert (done.status_code, done["Location"]) == (302, page)
    shown = client.get(page).content.decode()
    assert form not in shown
    assert "请抓紧填报。" in shown
    again = client.post(form, {"reason": "再催。", "version": story.case.version})
    assert again.status_code == 409
    assert "再催。" in again.content.decode()
    assert form not in client_of(story.world.institution_filler).get(page).content.decode()


@pytest.mark.usefixtures("at_work")
def test_the_page_of_a_finding_offers_it_too(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-02").approve()
    case = story.findings()[0].case
    page, form = reverse("finding", args=[case.pk]), reverse("case_verb", args=[case.pk, "nudge"])
    client = client_of(story.world.county_officer)
    assert form in client.get(page).content.decode()
    assert client.post(form, {"version": case.version})["Location"] == page
    assert form not in client_of(story.world.institution_head).get(page).content.decode()
    assert client_of(story.world.institution_head).post(form, {"version": case.version}).status_code == 403
    assert client_of(story.world.other_officer).post(form).status_code == 404
