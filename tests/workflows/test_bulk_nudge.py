"""Nudging many at once from the ledger and the inbox: who may, how many were, which were not, nothing typed lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.access import SYSTEM
from cases.models import CaseEvent, Finding
from tests.story import Story
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment
from workflows import bulk
from workflows.finding import pages
from workflows.quality_cycle.opening import open_year

NOW = "2021-06-10 10:00"
LATE = dt.date(2021, 6, 1)


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment(NOW), tick=False), translation.override("en"):
        yield


def enter(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def press(user: Any, *picks: Finding, **data: Any) -> Any:
    """One press of the button below the ledger of 2021."""
    return enter(user).post(reverse("ledger_nudge"), {"year": "2021", "pick": [row.pk for row in picks], **data})


def notices(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def nudged() -> set[int]:
    return set(CaseEvent.objects.filter(verb="nudge").values_list("case", flat=True))


def test_ticked_findings_are_nudged_with_the_words_that_were_added(world: World) -> None:
    first, second, third = findings(world.institution, [{"due_on": LATE}, {}, {}])
    answer = press(world.county_officer, first, third, words="请于本周五前完成。", light="late", after="x")
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('ledger')}?year=2021&light=late&after=x")
    assert nudged() == {first.pk, third.pk}
    assert second.pk not in nudged()
    assert set(CaseEvent.objects.filter(verb="nudge").values_list("reason", flat=True)) == {"请于本周五前完成。"}
    assert notices(answer) == ["2 pieces of work nudged."]


def test_the_notice_says_which_were_not_nudged_and_why(world: World) -> None:
    rows: list[dict[str, Any]] = [
        {"number": "n-1"},
        {"number": "n-2"},
        {"number": "n-3", "state": "closed"},
        {"number": "n-4", "held_at": moment("2021-06-01")},
        {"number": "n-5", "state": "fixed", "review_due": moment("2021-07-01")},
    ]
    fresh, recent, closed, held, own = findings(world.institution, rows)
    (foreign,) = findings(world.other_institution, [{}])
    press(world.colleague, recent)
    answer = press(world.county_officer, fresh, recent, closed, held, own, foreign)
    done, *refused = notices(answer)
    assert done == "1 piece of work nudged."
    assert nudged() == {fresh.pk, recent.pk}
    assert len(refused) == 5
    for number, why in [
        ("n-2", "There was a nudge about this work"),
        ("n-3", "nobody’s turn"),
        ("n-4", "on hold"),
        ("n-5", "Only a level above"),
        (str(foreign.pk), "not among those that you may see"),
    ]:
        assert any(number in line and why in line and line.startswith("1 not nudged") for line in refused)


def test_all_that_is_filtered_is_nudged_beyond_the_page_and_nothing_else(world: World) -> None:
    late = findings(world.institution, [{"due_on": LATE}] * (pages.PAGE + 5))
    findings(world.institution, [{}])
    findings(world.other_institution, [{"due_on": LATE}])
    answer = press(world.county_officer, late[0], light="late", all="1")
    assert notices(answer) == [f"{pages.PAGE + 5} pieces of work nudged."]
    assert nudged() == {row.pk for row in late}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose the rows first"),
        ({"words": "长" * 201, "ticked": True}, "at most 200 characters"),
        ({"all": "1"}, "At most 2 can be nudged at once"),
        ({"light": "nonsense"}, "Select a valid choice"),
    ],
)
def test_a_refused_press_says_why_and_keeps_ticks_and_words(
    data: dict[str, Any], message: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_others = findings(world.institution, [{}, {}, {}])
    monkeypatch.setattr(bulk, "MOST", 2)
    monkeypatch.setattr(pages, "MOST", 2)
    ticked = [first] if data.pop("ticked", False) else []
    answer = press(world.county_officer, *ticked, **{"words": "请抓紧。", **data})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert message in text
    assert 'role="alert"' in text
    assert not nudged()
    if "light" not in data:
        assert data.get("words", "请抓紧。") in text
        assert (f'value="{first.pk}" checked' in text) is bool(ticked)


def test_where_nobody_could_be_nudged_the_list_comes_back_as_it_was_sent(world: World) -> None:
    first, second = findings(world.institution, [{}, {}])
    press(world.colleague, first)
    answer = press(world.county_officer, first, words="请抓紧。")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Nobody was nudged" in text
    assert "There was a nudge about this work" in text
    assert f'value="{first.pk}" checked' in text
    assert f'value="{second.pk}" checked' not in text
    assert "请抓紧。" in text


def test_many_that_were_nudged_at_different_times_make_one_sentence(world: World) -> None:
    rows = findings(world.institution, [{}] * 23)
    with time_machine.travel(moment("2021-06-10 08:00"), tick=False):
        press(world.colleague, *rows[:11])
    press(world.colleague, *rows[11:22])
    done, refused = notices(press(world.county_officer, *rows))
    assert done == "1 piece of work nudged."
    assert refused.startswith("22 not nudged: They have been nudged recently. (")
    assert refused.endswith("and others)")


@pytest.mark.parametrize("role", ["institution_filler", "inspector", "nobody"])
def test_who_stands_above_nobody_is_offered_no_nudge(role: str, world: World) -> None:
    (finding,) = findings(world.institution, [{}])
    assert reverse("ledger_nudge") not in enter(world.people[role]).get(reverse("ledger")).content.decode()
    assert press(world.people[role], finding).status_code in (403, 409)
    assert not nudged()


def test_a_get_nudges_nobody(world: World) -> None:
    assert enter(world.county_officer).get(reverse("ledger_nudge")).status_code == 405


# ── the inbox ──


def from_inbox(user: Any, view: str, *picks: int, **data: Any) -> Any:
    return enter(user).post(reverse("inbox_nudge"), {"view": view, "pick": picks, **data})


def test_the_county_nudges_the_institutions_that_it_waits_for(story: Story) -> None:
    open_year(story.world.other_institution, 2021, by=SYSTEM, at=story.at)
    assert reverse("inbox_nudge") in enter(story.world.county_officer).get("/?view=waiting").content.decode()
    answer = from_inbox(story.world.county_officer, "waiting", story.case.pk, words="自查已逾期。")
    assert (answer.status_code, answer["Location"]) == (302, "/?view=waiting")
    assert nudged() == {story.case.pk}
    assert notices(answer) == ["1 piece of work nudged."]
    again = from_inbox(story.world.county_officer, "waiting", all="1", words="自查已逾期。")
    assert again.status_code == 409
    assert "自查已逾期。" in again.content.decode()
    assert nudged() == {story.case.pk}


def test_those_who_oversee_nudge_about_what_is_overdue_below_them(story: Story) -> None:
    answer = from_inbox(story.world.prefecture_officer, "overdue", all="1")
    assert answer.status_code == 302
    assert nudged() == {story.case.pk}


@pytest.mark.parametrize(
    ("role", "view"),
    [
        ("county_officer", "todo"),
        ("county_officer", "overdue"),
        ("institution_filler", "overdue"),
        ("inspector", "overdue"),
    ],
)
def test_nobody_nudges_themselves_from_the_inbox(role: str, view: str, story: Story) -> None:
    person = story.world.people[role]
    assert reverse("inbox_nudge") not in enter(person).get("/", {"view": view}).content.decode()
    assert from_inbox(person, view, story.case.pk).status_code == 403
    assert not nudged()


def test_nothing_ticked_in_the_inbox_is_said_so(story: Story) -> None:
    answer = from_inbox(story.world.county_officer, "waiting", words="请抓紧。")
    assert answer.status_code == 422
    assert "Choose the rows first" in answer.content.decode()
    assert "请抓紧。" in answer.content.decode()
