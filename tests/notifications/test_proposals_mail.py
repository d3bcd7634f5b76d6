"""Who has to confirm an appointment as the second person is told of it, once, and sees it in the navigation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from cases.access import Viewer
from cases.accounts import proposing
from cases.accounts.models import Proposal
from cases.accounts.waiting import waiting_for
from cases.models import RosterImport, SystemEvent, User
from cases.roles import Role
from notifications.proposals_mail import tell_proposals
from tests.worlds import World, build_world, moment, person

pytestmark = pytest.mark.django_db
AT = moment("2021-05-12 10:00")
TODAY = dt.date(2021, 5, 12)


@pytest.fixture
def world() -> World:
    return build_world()


def addressed(*people: User) -> None:
    for each in people:
        User.objects.filter(pk=each.pk).update(email=f"p{each.pk}@example.org")


def propose(world: World, who: str = "新来的") -> Proposal:
    given: dict[str, Any] = {"valid_from": TODAY, "valid_until": None, "at": AT, "reason": "岗位补员"}
    return proposing.propose(person(who), world.prefecture, Role.PREFECTURE_OFFICER, by=world.security_admin, **given)


def test_the_second_person_is_told_once_and_nobody_else(world: World) -> None:
    second = person("第二安全管理员", Role.SECURITY_ADMIN, world.region)
    addressed(second, world.security_admin, world.prefecture_head, world.auditor)
    made = propose(world)
    assert [tell_proposals(AT) for _time in range(2)] == [1, 0]
    (letter,) = mail.outbox
    assert letter.recipients() == [f"p{second.pk}@example.org"]
    assert reverse("proposal", args=[made.pk]) in letter.body
    assert "新来的" not in f"{letter.subject}{letter.body}"
    event = SystemEvent.objects.get(verb="proposal_told")
    assert (event.subject, event.details) == (f"accounts.proposal:{made.pk}", {"people": [second.pk]})


def test_without_a_second_security_administrator_the_head_of_the_unit_is_told(world: World) -> None:
    addressed(world.prefecture_head, world.auditor)
    propose(world)
    tell_proposals(AT)
    assert mail.outbox[0].recipients() == [f"p{world.prefecture_head.pk}@example.org"]


def test_what_was_decided_before_anybody_was_told_is_told_to_nobody(world: World) -> None:
    proposing.withdraw(propose(world), by=world.security_admin, at=AT)
    assert (tell_proposals(AT), mail.outbox) == (0, [])


def test_a_roster_is_told_as_one(world: World) -> None:
    addressed(world.security_admin, world.system_admin)
    done = RosterImport.objects.create(
        by=world.system_admin, unit=world.region, at=AT, name="名册.xlsx", sha256="0" * 64, counts={}
    )
    seat = {"unit": world.county, "role": Role.COUNTY_OFFICER, "valid_from": TODAY, "proposed_at": AT}
    for name in ("甲", "乙"):
        Proposal.objects.create(user=person(name), proposed_by=world.system_admin, roster=done, reason="名册", **seat)
    assert [tell_proposals(AT) for _time in range(2)] == [1, 0]
    assert [letter.recipients() for letter in mail.outbox] == [[f"p{world.security_admin.pk}@example.org"]]
    assert waiting_for(Viewer(world.security_admin, AT), 9) == 1


def test_it_stands_in_the_navigation_of_whoever_may_confirm_it(world: World) -> None:
    propose(world, "甲")
    propose(world, "乙")
    people = ("prefecture_head", "security_admin", "auditor", "region_head")
    assert [waiting_for(Viewer(world.people[name], AT), 9) for name in people] == [2, 0, 0, 0]
    client = Client()
    client.force_login(world.prefecture_head)
    with time_machine.travel(AT, tick=False):
        page = client.get(reverse("message_settings"))
    links = [link for group in page.context["shell"].groups for link in group.entries]
    assert [link.count for link in links if link.name == "appointments"] == ["2"]
