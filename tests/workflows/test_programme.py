"""The year's programme: prepared from the edition, opened once for everybody below, told, and ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access import SYSTEM
from cases.clock import end_of_day
from cases.errors import Refusal
from cases.models import Appointment, Case, OrgUnit, Programme, Round, WorkItem, WorkPlan
from cases.roles import Role
from notifications.models import Message
from notifications.wording import render
from tests.notifications.telling import deliver_all, told
from tests.worlds import World, moment, person, unit
from workflows.consistency import faults
from workflows.engine import perform
from workflows.programme import opening
from workflows.programme.opening import open_programme, start_programme

pytestmark = pytest.mark.django_db
JANUARY = moment("2021-01-11")


def start(world: World, year: int = 2021, by: str = "region_officer", at: dt.datetime = JANUARY) -> Case:
    return start_programme(world.region, year, by=world.actor(by), at=at)


def opened(world: World, at: dt.datetime = JANUARY) -> Case:
    return open_programme(world.region, 2021, by=world.actor("region_officer"), at=at)


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def plans() -> list[Case]:
    return list(Case.objects.filter(kind="work_plan").order_by("unit__path"))


def test_the_draft_has_the_rounds_and_dates_of_the_edition(world: World) -> None:
    case = start(world)
    rounds = Round.objects.filter(programme=case.pk).values_list("code", "cycle_year", "cutoff_on", "due_on")
    assert list(rounds) == [
        ("first_report", 2020, dt.date(2021, 1, 31), dt.date(2021, 2, 28)),
        ("annual", 2021, dt.date(2021, 9, 30), dt.date(2021, 10, 20)),
    ]
    item = WorkItem.objects.get(process=case)
    assert (item.unit, item.role, item.due_at) == (world.region, Role.REGION_OFFICER, None)
    assert Round.objects.first().history.get().history_user == world.region_officer  # type: ignore[union-attr]
    assert not plans()


def test_the_one_off_round_belongs_to_its_year_alone(world: World) -> None:
    case = start(world, 2022, at=moment("2022-01-10"))
    assert [each.code for each in Round.objects.filter(programme=case.pk)] == ["annual"]


def test_a_year_has_one_programme_even_after_its_end(world: World) -> None:
    case = start(world)
    assert refused(start, world, by="region_head") == "already_started"
    perform(case, "open", by=world.actor("region_officer"), at=JANUARY)
    perform(case, "end", by=SYSTEM, at=moment("2022-01-04"))
    assert refused(start, world, at=moment("2022-01-05")) == "already_started"


@pytest.mark.parametrize("role", ["prefecture_head", "nation_officer", "inspector", "county_officer"])
def test_only_the_region_itself_prepares_its_year(world: World, role: str) -> None:
    assert refused(start, world, by=role) == "wrong_role"
    assert refused(start_programme, world.prefecture, 2021, by=world.actor("region_head"), at=JANUARY) == "wrong_role"


def test_a_year_far_ahead_or_without_an_edition_is_refused(world: World) -> None:
    assert refused(start, world, 2023) == "too_early"
    assert refused(start, world, 1999) == "no_edition"
    assert not Programme.objects.exists()


def test_opening_gives_every_active_prefecture_its_work_plan(world: World) -> None:
    unit("prefecture", "已撤销地区卫生健康委", "650900", world.region, closed_on=dt.date(2020, 1, 1))
    case = opened(world)
    assert [plan.unit for plan in plans()] == [world.prefecture, world.other_prefecture]
    assert {(plan.parent_id, plan.year, plan.state) for plan in plans()} == {(case.pk, 2021, "drafting")}
    item = WorkItem.objects.get(process=plans()[0])
    assert (item.unit, item.role, item.due_at) == (
        world.prefecture,
        Role.PREFECTURE_OFFICER,
        end_of_day(dt.date(2021, 3, 31)),
    )
    event = case.events.get(verb="open", source="drafting")
    assert event.details["rounds"]["annual"] == ["2021-09-30", "2021-10-20"]
    assert event.details["prefectures"] == [world.prefecture.pk, world.other_prefecture.pk]
    assert WorkPlan.objects.first().history.count() == 1  # type: ignore[union-attr]
    assert list(faults(Case.objects.all())) == []


def test_opening_twice_changes_nothing(world: World) -> None:
    case = opened(world)
    assert refused(perform, case, "open", by=world.actor("region_head"), at=JANUARY) == "wrong_state"
    before = Case.objects.count()
    assert opened(world).pk == case.pk
    assert Case.objects.count() == before


def test_a_region_without_prefectures_cannot_open_its_year(world: World) -> None:
    OrgUnit.objects.filter(kind="prefecture").update(closed_on=dt.date(2020, 6, 1))
    case = start(world)
    assert refused(perform, case, "open", by=world.actor("region_officer"), at=JANUARY) == "no_prefectures"
    assert Case.objects.get(pk=case.pk).state == "drafting"


def test_a_prefecture_that_is_created_later_is_taken_in_once(world: World) -> None:
    case = opened(world)
    actor = world.actor("region_officer")
    assert refused(perform, case, "include_prefecture", by=actor, at=JANUARY) == "none_missing"
    later = unit("prefecture", "吐鲁番市卫生健康委", "650400", world.region, opened_on=dt.date(2021, 6, 1))
    officer = person("吐鲁番经办", Role.PREFECTURE_OFFICER, later)
    deliver_all(JANUARY)
    perform(case, "include_prefecture", by=actor, at=moment("2021-06-10"))
    assert [plan.unit for plan in plans()] == [world.prefecture, world.other_prefecture, later]
    assert refused(perform, case, "include_prefecture", by=actor, at=moment("2021-06-10")) == "none_missing"
    deliver_all(moment("2021-06-10"))
    assert told("include_prefecture") == {officer.name: "year_opened"}
    assert list(faults(Case.objects.all())) == []


def test_the_openers_get_the_rounds_and_the_prefectures_of_the_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[list[str], list[int]]] = []

    def opener(step: Any, rounds: list[Round], prefectures: list[OrgUnit]) -> None:
        calls.append(([each.code for each in rounds], [each.pk for each in prefectures]))

    monkeypatch.setattr(opening, "OPENERS", [opener])
    opened(world)
    later = unit("prefecture", "吐鲁番市卫生健康委", "650400", world.region)
    opened(world)
    assert calls == [
        (["first_report", "annual"], [world.prefecture.pk, world.other_prefecture.pk]),
        (["first_report", "annual"], [later.pk]),
    ]


def test_opening_costs_the_same_queries_for_two_prefectures_and_for_twelve(world: World) -> None:
    case = start(world)
    with CaptureQueriesContext(connection) as few:
        perform(case, "open", by=world.actor("region_officer"), at=JANUARY)
    neighbour = unit("region", "另一自治区卫生健康委", "640000", OrgUnit.objects.get(kind="nation"))
    for number in range(1, 13):
        unit("prefecture", f"第{number}地区卫生健康委", f"64{number:02d}00", neighbour)
    officer = person("邻区经办", Role.REGION_OFFICER, neighbour)
    actor = world.actor("region_officer").__class__(officer)
    other = start_programme(neighbour, 2021, by=actor, at=JANUARY)
    with CaptureQueriesContext(connection) as many:
        perform(other, "open", by=actor, at=JANUARY)
    assert len(plans()) == 14
    # Set-wise: at most a second statement for the rows of a table that no longer fit into one.
    assert len(many) <= len(few) + 1 <= 41


def test_it_ends_when_its_year_is_over(world: World) -> None:
    case = opened(world)
    assert refused(perform, case, "end", by=world.actor("region_head"), at=moment("2021-12-31")) == "year_not_over"
    ended = perform(case, "end", by=world.actor("region_head"), at=moment("2022-01-04"))
    assert (ended.state, bool(ended.finished)) == ("ended", True)
    assert list(faults(Case.objects.all())) == []


def test_the_opening_is_told_to_prefectures_and_counties_and_not_to_institutions(world: World) -> None:
    case = opened(world)
    deliver_all(JANUARY)
    heard = {name for name, template in told("open").items() if template == "year_opened"}
    assert {"prefecture_officer", "county_officer", "colleague", "other officer"} <= heard
    assert not heard & {"institution_filler", "institution_head", "region_officer"}
    assert Message.objects.filter(event__case=case.pk).values("event").distinct().count() == 1
    task = Message.objects.get(recipient=world.prefecture_officer)
    assert (task.level, task.item and task.item.process.kind) == ("task", "work_plan")
    words = render(task, "en")
    assert "has opened the programme of 2021" in words.text
    assert "Write the work plan of 2021" in words.text
    notice = Message.objects.get(recipient=world.county_officer)
    assert notice.level == "info"
    assert "begins with" not in render(notice, "en").text


def test_where_a_county_has_no_officer_its_approver_hears_of_the_opening(world: World) -> None:
    Appointment.objects.filter(unit=world.county, role=Role.COUNTY_OFFICER).delete()
    opened(world)
    deliver_all(JANUARY)
    assert told("open")["county_approver"] == "year_opened"


def test_how_many_hear_of_it_costs_no_further_queries(world: World) -> None:
    opened(world)
    with CaptureQueriesContext(connection) as few:
        deliver_all(JANUARY)
    for number in range(8):
        county = unit("county", f"第{number}县卫生健康委", f"65011{number}", world.prefecture)
        person(f"县经办{number}", Role.COUNTY_OFFICER, county)
    open_programme(world.region, 2022, by=world.actor("region_officer"), at=moment("2022-01-10"))
    with CaptureQueriesContext(connection) as many:
        deliver_all(moment("2022-01-10"))
    assert len(many) <= len(few)
    heard = [Message.objects.filter(event__case__year=year).count() for year in (2021, 2022)]
    assert heard[1] == heard[0] + 8
