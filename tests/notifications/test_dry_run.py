"""The dry run (演练): it tells beforehand exactly what the sweep of that day tells, and changes nothing."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.access import SYSTEM
from cases.models import Appointment, Case, CaseEvent, EventDelivery, WorkItem
from notifications.alarms import fire_alarms
from notifications.dry_run import lines, plan
from notifications.models import Alarm
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db
TODAY = "2021-04-20"


@pytest.fixture
def region(world: World) -> World:
    """A year open in all three institutions."""
    open_year(world.region, 2021, by=SYSTEM, at=moment("2021-01-04"))
    return world


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(moment(TODAY), tick=False):
        yield


def planned(day: str, at: str = TODAY, **options: Any) -> list[tuple[int, tuple[str, ...], list[str]]]:
    found = plan(dt.date.fromisoformat(day), at=moment(at), **options)
    return [(one.alert.item.pk, tuple(rung.code for rung in one.alert.rungs), one.alert.to) for one in found]


def sweep(at: dt.datetime) -> None:
    while fire_alarms(at):
        pass


@pytest.mark.parametrize("first", ["2021-03-30", "2021-05-08"])
def test_what_it_says_of_a_day_is_what_the_sweep_of_that_day_tells(story: Story, first: str) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem(planned_on=dt.date(2021, 5, 16))})
    Story.open(story.world, unit=story.world.sibling)
    start = dt.date.fromisoformat(first)
    sweep(moment(first))
    for number in range(1, 20):
        day = start + dt.timedelta(days=number)
        last = CaseEvent.objects.latest("pk").pk
        expected = sorted(planned(day.isoformat(), at=first))
        sweep(moment(day.isoformat()))
        events = CaseEvent.objects.filter(pk__gt=last).order_by("pk")
        told = [(event.item_id, tuple(event.details["rungs"]), event.details["to"]) for event in events]
        assert sorted(told) == expected, day
        assert [one.told for one in plan(day, at=moment(day.isoformat()))] == [True] * len(told)


def test_it_writes_nothing_and_sends_nothing(region: World) -> None:
    before = list(WorkItem.objects.order_by("pk").values())
    found = plan(dt.date(2021, 4, 27), at=moment(TODAY))
    assert len(lines(found, dt.date(2021, 4, 27))) == 3
    assert list(WorkItem.objects.order_by("pk").values()) == before
    assert not Alarm.objects.exists()
    assert not EventDelivery.objects.filter(event__verb__in=("remind", "escalate")).exists()


def test_today_includes_what_earlier_sweeps_have_missed(story: Story) -> None:
    (one,) = plan(dt.date(2021, 4, 20), at=moment(TODAY))
    assert [rung.code for rung in one.alert.rungs] == ["-30", "-14"]
    sweep(moment(TODAY))
    assert plan(dt.date(2021, 4, 20), at=moment(TODAY)) == []


def test_a_past_day_says_what_has_been_told(story: Story) -> None:
    sweep(moment("2021-03-31"))
    assert [one.told for one in plan(dt.date(2021, 3, 31), at=moment(TODAY))] == [True]
    assert [one.told for one in plan(dt.date(2021, 4, 16), at=moment(TODAY))] == [False]


def test_a_case_on_hold_is_left_out_as_the_sweep_leaves_it_out(story: Story) -> None:
    Case.objects.filter(pk=story.case.pk).update(held_at=moment("2021-04-01"))
    assert planned("2021-04-27") == []


def test_a_line_says_who_hears_of_it_and_on_what_it_rests(story: Story) -> None:
    with translation.override("en"):
        (line,) = lines(plan(dt.date(2021, 5, 7), at=moment(TODAY)), dt.date(2021, 5, 7))
    world = story.world
    told = [world.institution_filler, world.institution_head, world.county_officer]
    assert {person.user_id for person in line.people} >= {user.pk for user in told}
    assert (line.unit, line.address) == (world.institution, reverse("case", args=[story.case.pk]))
    assert "2021" in line.title
    assert "7 and 15 days after" in line.ladder_basis
    assert line.rule_basis


def test_a_vacant_post_is_answered_for_on_the_day_itself(story: Story) -> None:
    filler = story.world.institution_filler
    Appointment.objects.filter(user=filler).update(valid_until=dt.date(2021, 4, 25))
    (before,) = lines(plan(dt.date(2021, 4, 23), at=moment(TODAY)), dt.date(2021, 4, 23))
    (after,) = lines(plan(dt.date(2021, 4, 27), at=moment(TODAY)), dt.date(2021, 4, 27))
    assert [person.user_id for person in before.people] == [filler.pk]
    assert [(person.user_id, person.instead_of) for person in after.people] == [
        (story.world.institution_head.pk, "institution_filler")
    ]


def test_the_command_prints_the_day_and_counts_all_of_it(region: World) -> None:
    out = StringIO()
    with translation.override("en"):
        call_command("dry_run_alarms", "--on", "2021-04-27", "--limit", "1", stdout=out)
    text = out.getvalue()
    assert text.count("3 days before") == 1
    assert "3 notices on this day; nothing was sent." in text
    assert "told: institution_filler" in text
    out = StringIO()
    with translation.override("en"):
        call_command("dry_run_alarms", "--on", "2021-04-27", "--unit", region.other_county.code, stdout=out)
    assert "1 notice on this day" in out.getvalue()
    assert "told: other filler" in out.getvalue()


def test_the_command_names_a_unit_that_does_not_exist(world: World) -> None:
    with translation.override("en"), pytest.raises(CommandError, match="no unit with the code 999"):
        call_command("dry_run_alarms", "--unit", "999")


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def page(user: Any, query: str = "") -> Any:
    return client_of(user).get(reverse("dry_run") + query)


@pytest.mark.parametrize(("role", "count"), [("county_approver", 2), ("prefecture_officer", 3), ("region_head", 3)])
def test_each_level_reads_its_own_subtree(region: World, role: str, count: int) -> None:
    answer = page(region.people[role], "?on=2021-04-27")
    assert answer.status_code == 200
    assert answer.context["total"] == len(answer.context["lines"]) == count
    assert ("沙依巴克区暖阳护理院" in answer.content.decode()) == (count == 3)


def test_a_unit_narrows_the_list_and_one_outside_of_it_does_not(region: World) -> None:
    own = page(region.prefecture_head, f"?on=2021-04-27&unit={region.other_county.pk}")
    assert own.context["total"] == 1
    other = page(region.county_approver, f"?on=2021-04-27&unit={region.other_county.pk}")
    assert other.context["total"] == 2


def test_the_administrator_sees_numbers_and_no_case(region: World) -> None:
    answer = page(region.system_admin, "?on=2021-04-27")
    assert (answer.context["total"], answer.context["lines"]) == (3, [])
    text = answer.content.decode()
    assert "天山区康宁护理院" not in text
    assert "3 days before" in text


@pytest.mark.parametrize("role", ["institution_head", "county_officer", "inspector", "auditor", "nobody"])
def test_it_is_not_for_anybody_else(region: World, role: str) -> None:
    assert page(region.people[role]).status_code == 403


@pytest.mark.parametrize("day", ["2021-02-30", "soon", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused_beside_its_field_with_what_was_typed(region: World, day: str) -> None:
    answer = page(region.county_approver, f"?on={day}")
    assert answer.status_code == 422
    assert f'value="{day}"' in answer.content.decode()


def test_the_page_asks_the_same_few_questions_however_much_is_told(
    region: World, django_assert_max_num_queries: Any
) -> None:
    client = client_of(region.region_head)
    client.get(reverse("dry_run") + "?on=2021-04-26")
    with django_assert_max_num_queries(17):
        assert client.get(reverse("dry_run") + "?on=2021-04-27").context["total"] == 3


def test_long_lists_are_paged(region: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.dry_run_pages.PAGE", 2)
    first, second = (page(region.region_head, f"?on=2021-04-27&page={number}") for number in (1, 2))
    assert (len(first.context["lines"]), len(second.context["lines"])) == (2, 1)
    assert "page=2" in first.content.decode()
    assert page(region.region_head, "?on=2021-04-27&page=9").status_code == 200
