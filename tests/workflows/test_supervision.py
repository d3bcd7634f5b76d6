"""Supervision (督办): a superior's own case about a case, with their own date, until they say what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.access import appoint
from cases.clock import end_of_day
from cases.errors import Refusal
from cases.models import Case, Supervision, WorkItem
from cases.roles import Role
from notifications.alarms import fire_alarms
from notifications.recipients import Directory
from tests.story import Story, problem
from tests.worlds import BEGINNING, moment
from workflows.consistency import faults
from workflows.engine import perform
from workflows.supervision.kind import SupervisionFlow
from workflows.supervision.shown import supervised

pytestmark = pytest.mark.django_db
BY = dt.date(2021, 6, 10)


def supervise(story: Story, role: str = "prefecture_officer", **details: Any) -> Case:
    """The supervision that the superior opens on the story's case."""
    details = {"reason": "自查进度滞后，限期完成。", "due_on": BY, **details}
    story.on("2021-05-20").perform("supervise", story.world.actor(role), **details)
    return Case.objects.filter(kind="supervision").latest("pk")


def refused(story: Story, case: Case, verb: str, role: str, **details: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        perform(case, verb, by=story.world.actor(role), at=story.at, **details)
    return refusal.value.code


def test_a_supervision_is_a_child_whose_work_sits_at_the_superiors_own_desk(story: Story) -> None:
    before = story.case
    case = supervise(story)
    record, item = Supervision.objects.get(pk=case.pk), WorkItem.objects.open().get(process=case.pk)
    assert (case.parent_id, case.unit, case.state) == (story.case.pk, story.case.unit, "active")
    assert case.number == "2021-650100-DB001"
    assert (record.unit, record.role, record.due_on) == (story.world.prefecture, "prefecture_officer", BY)
    assert (item.unit, item.role, item.due_at) == (story.world.prefecture, "prefecture_officer", end_of_day(BY))
    assert (item.ladder, item.next_alarm_at) == ("decision", moment("2021-06-09"))
    assert case.events.get().reason == "自查进度滞后，限期完成。"
    event = story.case.events.get(verb="supervise")
    assert event.details == {"number": case.number, "unit": story.world.prefecture.pk, "due": "2021-06-10"}
    assert (story.case.state, story.case.version) == (before.state, before.version)
    assert list(faults(Case.objects.all())) == []


def test_without_a_date_the_edition_sets_one(story: Story) -> None:
    assert Supervision.objects.get(pk=supervise(story, due_on=None).pk).due_on == dt.date(2021, 6, 3)


def test_a_date_before_today_or_beyond_a_year_is_refused(story: Story) -> None:
    for day in (dt.date(2021, 5, 19), dt.date(2022, 5, 22)):
        with pytest.raises(Refusal) as refusal:
            supervise(story, due_on=day)
        assert "due_on" in refusal.value.faults
    assert not Supervision.objects.exists()


def test_a_unit_supervises_a_case_once_at_a_time_and_another_unit_may_join(story: Story) -> None:
    case = supervise(story)
    assert refused(story, story.case, "supervise", "prefecture_head", reason="再次督办。") == "already_supervised"
    assert supervise(story, "region_head").number == "2021-650000-DB001"
    perform(case, "end", by=story.world.actor("prefecture_officer"), at=story.at, outcome="已完成。")
    assert supervise(story).number == "2021-650100-DB002"
    assert list(faults(Case.objects.all())) == []


def test_it_ends_with_what_came_of_it_by_the_supervising_unit_or_one_above(story: Story) -> None:
    case = supervise(story, "region_officer")
    assert refused(story, case, "end", "prefecture_head", outcome="已完成。") == "wrong_role"
    assert refused(story, case, "end", "county_officer", outcome="已完成。") == "wrong_role"
    assert refused(story, case, "end", "region_head", outcome=" ") == "outcome_missing"
    ended = perform(case, "end", by=story.world.actor("region_head"), at=story.at, outcome="已督促完成。")
    assert (ended.state, ended.slot, bool(ended.finished)) == ("ended", None, True)
    record = Supervision.objects.get(pk=case.pk)
    assert record.outcome == "已督促完成。"
    assert record.history.latest("history_id").history_user == story.world.region_head
    assert not WorkItem.objects.open().filter(process=case.pk).exists()
    assert list(faults(Case.objects.all())) == []


def test_a_finding_is_supervised_and_what_is_settled_waits_for_the_superiors_word(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    finding = story.findings()[0]
    perform(finding.case, "supervise", by=story.world.actor("prefecture_head"), at=story.at, reason="重大问题。")
    case = Case.objects.get(kind="supervision")
    assert supervised([finding.pk, story.case.pk]) == {finding.pk}
    story.close(story.fix(finding))
    assert Case.objects.get(pk=case.pk).state == "active"
    done = perform(case, "end", by=story.world.actor("prefecture_head"), at=story.at, outcome="已销号。")
    assert done.state == "ended"
    assert supervised([finding.pk]) == set()
    assert refused(story, finding.case, "supervise", "prefecture_head", reason="再督办。") == "wrong_state"


def test_while_it_is_active_its_post_hears_of_every_step(story: Story) -> None:
    case = supervise(story)
    directory = Directory(BY)
    directory.load_watchers([story.case.pk])
    assert [person.user_id for person in directory.watchers(story.case.pk)] == [story.world.prefecture_officer.pk]
    perform(case, "end", by=story.world.actor("prefecture_officer"), at=story.at, outcome="已完成。")
    directory = Directory(BY)
    directory.load_watchers([story.case.pk])
    assert directory.watchers(story.case.pk) == []


def test_a_supervision_that_is_late_goes_up_its_own_line(story: Story) -> None:
    case = supervise(story)
    for day in ("2021-06-09", "2021-06-11", "2021-06-13"):
        while fire_alarms(moment(day)):
            pass
    told = case.events.filter(verb__in=("remind", "escalate")).order_by("seq")
    assert [event.details["to"] for event in told] == [["person"], ["person"], ["person", "officer+1"]]
    item = WorkItem.objects.open().get(process=case.pk)
    directory = Directory(BY)
    directory.load([item])
    assert [person.user_id for person in directory.people("officer+1", item)] == [story.world.region_officer.pk]


def test_a_seat_outside_the_roles_of_the_node_is_a_fault_of_ours(story: Story) -> None:
    case = supervise(story)
    Supervision.objects.filter(pk=case.pk).update(role="inspector")
    node = SupervisionFlow.instance.node("supervise")
    with pytest.raises(ValueError, match="not for 'inspector'"):
        node.seat_of(Case.objects.get(pk=case.pk))


@pytest.fixture
def today() -> Any:
    with time_machine.travel(moment("2021-05-20"), tick=False):
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


@pytest.mark.usefixtures("today")
def test_a_superior_takes_a_case_under_supervision_and_ends_it_on_its_page(story: Story) -> None:
    client = client_of(story.world.prefecture_officer)
    page, form = reverse("case", args=[story.case.pk]), reverse("supervise", args=[story.case.pk])
    assert form in client.get(page).content.decode()
    assert client.get(form).status_code == 200
    empty = client.post(form, {"version": story.case.version, "reason": "", "due_on": "2021-06-10"})
    assert empty.status_code == 422
    assert 'value="2021-06-10"' in empty.content.decode()
    past = client.post(form, {"version": story.case.version, "reason": "进度滞后。", "due_on": "2021-05-01"})
    assert past.status_code == 422
    assert "进度滞后。" in past.content.decode()
    done = client.post(form, {"version": story.case.version, "reason": "进度滞后。", "due_on": "2021-06-10"})
    assert (done.status_code, done["Location"]) == (302, page)
    case = Case.objects.get(kind="supervision")
    own = reverse("supervision", args=[case.pk])
    assert own in client.get(page).content.decode()
    assert form not in client.get(page).content.decode()
    assert form in client_of(story.world.region_head).get(page).content.decode()
    assert own in client.get(reverse("inbox")).content.decode()
    again = client.post(form, {"version": story.case.version, "reason": "再次。", "due_on": ""})
    assert again.status_code == 409
    assert "再次。" in again.content.decode()
    shown = client.get(own).content.decode()
    assert "进度滞后。" in shown
    ending = reverse("supervision_end", args=[case.pk])
    assert client.post(ending, {"version": case.version, "outcome": ""}).status_code == 422
    assert client.post(ending, {"version": case.version, "outcome": "已完成自查。"})["Location"] == own
    assert "已完成自查。" in client.get(own).content.decode()
    assert own not in client.get(page).content.decode()


@pytest.mark.usefixtures("today")
def test_the_supervised_read_it_and_do_not_end_it_and_nobody_else_sees_it(story: Story) -> None:
    case = supervise(story)
    own, ending = reverse("supervision", args=[case.pk]), reverse("supervision_end", args=[case.pk])
    for role in ("institution_head", "county_officer", "inspector"):
        client = client_of(story.world.people[role])
        shown = client.get(own)
        assert shown.status_code == 200
        assert ending not in shown.content.decode()
        typed = client.post(ending, {"version": case.version, "outcome": "自行办结。"})
        assert typed.status_code == 403
        assert "自行办结。" in typed.content.decode()
    for role in ("other_officer", "nobody", "system_admin"):
        assert client_of(story.world.people[role]).get(own).status_code == 404
    form = reverse("supervise", args=[story.case.pk])
    assert client_of(story.world.county_officer).get(form).status_code == 403
    assert client_of(story.world.prefecture_officer).get(reverse("supervise", args=[case.pk])).status_code == 400


@pytest.mark.usefixtures("today")
def test_the_page_of_a_finding_shows_the_tag_and_the_way_to_supervise(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    finding = story.findings()[0]
    client, page = client_of(story.world.prefecture_head), reverse("finding", args=[finding.pk])
    assert reverse("supervise", args=[finding.pk]) in client.get(page).content.decode()
    perform(finding.case, "supervise", by=story.world.actor("prefecture_head"), at=story.at, reason="重大问题。")
    case = Case.objects.get(kind="supervision")
    shown = client_of(story.world.institution_filler).get(page).content.decode()
    assert reverse("supervision", args=[case.pk]) in shown
    assert reverse("supervise", args=[finding.pk]) not in shown


@pytest.mark.usefixtures("today")
def test_the_supervision_page_asks_the_same_few_questions_however_long_the_course(
    story: Story, django_assert_max_num_queries: Any
) -> None:
    case = supervise(story)
    client = client_of(story.world.prefecture_officer)
    client.get(reverse("supervision", args=[case.pk]))
    for day in range(1, 9):
        perform(story.case, "nudge", by=story.officer, at=moment(f"2021-05-{day:02d}"))
    with django_assert_max_num_queries(24):
        client.get(reverse("supervision", args=[case.pk]))


def test_an_officer_of_two_levels_supervises_from_the_nearer_one(story: Story) -> None:
    officer = story.world.region_officer
    appoint(officer, story.world.prefecture, Role.PREFECTURE_HEAD, valid_from=BEGINNING)
    case = supervise(story, "region_officer")
    assert Supervision.objects.get(pk=case.pk).role == "prefecture_head"
