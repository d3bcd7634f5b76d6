"""Who hears of a visit: the persons who are sent, the institution's head, the organiser's officer, the county."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.models import CaseParty, WorkItem
from notifications.recipients import Directory
from tests.notifications.telling import deliver_all, forget_deliveries, told
from tests.story import Story
from tests.visiting import FOUND, Visiting, send_team
from tests.worlds import person


@pytest.fixture
def visiting(story: Story) -> Visiting:
    story.on("2021-03-01").submit()
    story.on("2021-05-10").approve()
    visiting = send_team(story.on("2021-08-02"))
    forget_deliveries()
    return visiting


def meant(visiting: Visiting, target: str = "person") -> dict[str, str]:
    item = WorkItem.objects.open().get(process=visiting.case.pk)
    directory = Directory(visiting.at.date())
    directory.load([item])
    return {each.name: each.instead_of for each in directory.people(target, item)}


def test_the_work_of_a_team_is_that_of_its_experts_and_of_no_other_expert(visiting: Visiting) -> None:
    person("未派专家", "region_expert", visiting.world.region)
    second = person("专家二", "region_expert", visiting.world.region)
    CaseParty.objects.create(case=visiting.case, user=second, part="expert", valid_from=dt.date(2021, 8, 1))
    assert meant(visiting) == {"region_expert": "", "专家二": ""}
    assert meant(visiting, "officer") == {"region_officer": ""}


def test_of_claimed_work_the_one_who_claimed_it_is_told(visiting: Visiting) -> None:
    second = person("专家二", "region_expert", visiting.world.region)
    CaseParty.objects.create(case=visiting.case, user=second, part="expert", valid_from=dt.date(2021, 8, 1))
    visiting.perform("claim", visiting.expert)
    assert meant(visiting) == {"region_expert": ""}


def test_a_visit_without_a_team_is_its_organisers(visiting: Visiting) -> None:
    CaseParty.objects.filter(case=visiting.case.pk).delete()
    assert meant(visiting) == {"region_officer": "region_expert"}


def test_each_step_of_a_visit_is_told_to_whoever_acts_next(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    deliver_all(visiting.at)
    assert told("deliver") == {"institution_head": "task", "region_officer": "progress"}
    visiting.on("2021-08-03").perform("reply", visiting.head, reply="已补齐。")
    deliver_all(visiting.at)
    assert told("reply") == {"region_expert": "task"}


def test_the_conclusion_is_told_to_the_institution_its_county_and_the_organiser(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    visiting.conclude()
    deliver_all(visiting.at)
    assert told("conclude") == {
        "region_officer": "progress",
        "institution_filler": "progress",
        "institution_head": "progress",
    }
    heard: dict[str, Any] = told("take_spot_check")
    assert heard == {
        "institution_filler": "task",
        "institution_head": "progress",
        "county_officer": "progress",
        "colleague": "progress",
        "county_approver": "progress",
    }
