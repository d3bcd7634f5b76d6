"""The work plan of a prefecture: written, confirmed, filed, returned, worked over and put on file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.clock import end_of_day
from cases.errors import Refusal
from cases.models import Case, WorkItem, WorkPlan
from tests.notifications.telling import deliver_all, forget_deliveries, told
from tests.workflows.programmes import write_plan
from tests.worlds import World, moment
from workflows.consistency import faults
from workflows.engine import perform
from workflows.programme.opening import open_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(world: World) -> Case:
    open_programme(world.region, 2021, by=world.actor("region_officer"), at=moment("2021-01-11"))
    return Case.objects.get(kind="work_plan", unit=world.prefecture)


def act(world: World, case: Case, verb: str, role: str, at: str = "2021-03-01", **details: Any) -> Case:
    return perform(case, verb, by=world.actor(role), at=moment(at), **details)


def filed(world: World, case: Case, at: str = "2021-03-01") -> Case:
    write_plan(case)
    act(world, case, "request_confirmation", "prefecture_officer", at)
    return act(world, case, "submit", "prefecture_head", at)


def open_item(case: Case) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def test_a_plan_goes_to_the_head_then_to_the_region_and_is_put_on_file(world: World, plan: Case) -> None:
    filed(world, plan)
    item = open_item(plan)
    assert (item.unit, item.role, item.due_at) == (world.region, "region_officer", end_of_day(dt.date(2021, 3, 15)))
    done = act(world, plan, "accept", "region_officer", "2021-03-05")
    assert (done.state, bool(done.finished)) == ("accepted", True)
    assert list(faults(Case.objects.all())) == []


def test_a_plan_with_an_empty_part_is_refused_with_the_part(world: World, plan: Case) -> None:
    write_plan(plan, arrangements="  ")
    with pytest.raises(Refusal) as refusal:
        act(world, plan, "request_confirmation", "prefecture_officer")
    assert (refusal.value.code, list(refusal.value.faults)) == ("plan_incomplete", ["arrangements"])


def test_what_comes_back_before_the_date_keeps_it_and_after_it_has_a_limit_of_its_own(world: World, plan: Case) -> None:
    filed(world, plan)
    back = act(world, plan, "return_", "region_officer", "2021-03-05", reason="目标未量化。")
    assert (back.state, open_item(plan).due_at) == ("returned", end_of_day(dt.date(2021, 3, 31)))
    filed(world, plan, "2021-03-30")
    act(world, plan, "return_", "region_officer", "2021-04-06", reason="目标仍未量化。")
    item = open_item(plan)
    assert (item.due_rule, item.due_at) == ("supplement", end_of_day(dt.date(2021, 4, 20)))
    again = act(world, plan, "request_confirmation", "prefecture_officer", "2021-04-12")
    assert (again.state, open_item(plan).due_rule) == ("confirming", "supplement")
    back = act(world, plan, "send_back", "prefecture_head", "2021-04-12", reason="再改。")
    assert back.state == "returned"
    assert list(faults(Case.objects.all())) == []


def test_the_head_sends_a_first_draft_back_to_the_officer(world: World, plan: Case) -> None:
    write_plan(plan)
    act(world, plan, "request_confirmation", "prefecture_officer")
    assert act(world, plan, "send_back", "prefecture_head", reason="请补充。").state == "drafting"


def test_whoever_handed_it_on_withdraws_it_while_nobody_has_acted(world: World, plan: Case) -> None:
    write_plan(plan)
    act(world, plan, "request_confirmation", "prefecture_officer")
    assert act(world, plan, "withdraw", "prefecture_officer").state == "drafting"
    filed(world, plan)
    with pytest.raises(Refusal) as refusal:
        act(world, plan, "withdraw", "prefecture_officer")
    assert refusal.value.code == "not_yours_to_withdraw"
    act(world, plan, "claim", "region_officer")
    with pytest.raises(Refusal) as refusal:
        act(world, plan, "withdraw", "prefecture_head")
    assert refusal.value.code == "already_acted_on"
    act(world, plan, "release", "region_officer")
    assert act(world, plan, "withdraw", "prefecture_head").state == "confirming"


def test_the_region_nudges_and_the_prefecture_hears_of_every_decision(world: World, plan: Case) -> None:
    forget_deliveries()
    act(world, plan, "nudge", "region_head")
    deliver_all(moment("2021-03-01"))
    assert told() == {"prefecture_officer": "nudge"}
    filed(world, plan)
    deliver_all(moment("2021-03-01"))
    assert told("request_confirmation") == {"prefecture_head": "task"}
    assert told("submit") == {"region_officer": "task"}
    act(world, plan, "return_", "region_officer", reason="目标未量化。")
    deliver_all(moment("2021-03-01"))
    assert told("return_") == {"prefecture_officer": "returned", "prefecture_head": "progress"}
    filed(world, plan)
    act(world, plan, "accept", "region_officer")
    deliver_all(moment("2021-03-01"))
    assert told("accept") == {"prefecture_officer": "progress", "prefecture_head": "progress"}


def test_a_plan_that_is_late_is_a_matter_of_the_ladder(world: World, plan: Case) -> None:
    item = open_item(plan)
    assert (item.ladder, item.next_alarm_at is not None) == ("standard", True)
    assert WorkPlan.objects.get(pk=plan.pk).programme_id == plan.parent_id
