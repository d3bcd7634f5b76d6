"""Someone without a successor: the unit's head gets the work, may do what the own grants allow, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.access import Actor, Viewer
from cases.delegating import delegate
from cases.errors import WrongRole
from cases.models import Appointment, User, WorkItem
from cases.roles import Role
from tests.story import Story
from tests.worlds import World, moment, person
from workflows.engine import perform

pytestmark = pytest.mark.django_db
AT = moment("2021-03-02")


@pytest.fixture
def today() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


def leave(*people: User) -> None:
    Appointment.objects.filter(user__in=people).update(valid_until=dt.date(2021, 3, 1))


def inbox_of(user: User) -> set[WorkItem]:
    return set(WorkItem.objects.open().addressed_to(Viewer(user, AT)))


def page(user: User, address: str = "/") -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client.get(address).content.decode()


def test_the_work_of_a_vacant_post_comes_to_the_units_head(story: Story) -> None:
    world = story.world
    item = WorkItem.objects.get(process=story.case.pk)
    assert item not in inbox_of(world.institution_head)
    leave(world.institution_filler)
    assert inbox_of(world.institution_head) == {item}
    assert inbox_of(world.county_approver) == set()


def test_a_successor_takes_it_from_the_head_again(story: Story) -> None:
    world = story.world
    leave(world.institution_filler)
    successor = person("继任者", Role.INSTITUTION_FILLER, world.institution)
    assert inbox_of(world.institution_head) == set()
    assert len(inbox_of(successor)) == 1


def test_a_post_is_not_vacant_while_a_colleague_or_a_delegate_holds_it(story: Story) -> None:
    world = story.world
    story.on("2021-02-25").submit()
    leave(world.county_officer)
    assert inbox_of(world.county_approver) == set()
    leave(world.colleague)
    assert len(inbox_of(world.county_approver)) == 1


def test_the_head_does_what_the_own_grants_allow(story: Story) -> None:
    world = story.world
    leave(world.institution_filler)
    story.on("2021-03-02").fill().perform("request_confirmation", story.head)
    assert WorkItem.objects.open().get(process=story.case.pk).node == "confirm"


def test_the_head_does_not_do_what_they_do_not_allow(story: Story) -> None:
    world = story.world
    story.on("2021-02-25").submit()
    leave(world.county_officer, world.colleague)
    with pytest.raises(WrongRole):
        perform(story.case, "conclude", by=story.approver, at=AT)


def test_a_head_who_stands_in_for_another_head_gets_the_vacant_posts_too(story: Story) -> None:
    world = story.world
    deputy = person("副院长", Role.INSTITUTION_HEAD, world.institution)
    leave(world.institution_filler)
    source = Appointment.objects.get(user=world.institution_head)
    dates = {"from_": dt.date(2021, 3, 2), "until": dt.date(2021, 3, 9)}
    delegate(source, deputy, **dates, by=world.institution_head, at=AT, reason="出差")
    assert len(inbox_of(deputy)) == 1
    assert Actor(deputy).viewer(AT).vacant_seats == {(world.institution.pk, Role.INSTITUTION_FILLER)}


def test_looking_for_vacant_posts_costs_heads_one_query_and_others_none(
    world: World, django_assert_num_queries: Any
) -> None:
    for role, queries in (("institution_head", 1), ("county_approver", 1), ("county_officer", 0), ("inspector", 0)):
        viewer = world.viewer(role, AT)
        assert viewer.seats
        with django_assert_num_queries(queries):
            assert viewer.vacant_seats == frozenset()
            assert viewer.vacant_seats == frozenset()


def test_the_inbox_says_that_the_post_is_vacant(story: Story, today: Any) -> None:
    world = story.world
    leave(world.institution_filler)
    html = page(world.institution_head)
    assert "Vacant post: Institution filler" in html
    assert "Fill in the self-check of 2021" in html


def test_where_the_head_may_not_do_it_the_inbox_offers_to_look(story: Story, today: Any) -> None:
    world = story.world
    story.on("2021-02-25").submit()
    leave(world.county_officer, world.colleague)
    html = page(world.county_approver)
    assert "Vacant post: County officer" in html
    assert ">View<" in html
    case = page(world.county_approver, f"/cases/{story.case.pk}/")
    assert "(vacant; the work goes to county_approver)" in case


def test_the_inbox_says_in_whose_stead_an_item_came(story: Story, today: Any) -> None:
    world = story.world
    source = Appointment.objects.get(user=world.institution_head)
    dates = {"from_": dt.date(2021, 3, 2), "until": dt.date(2021, 3, 9)}
    delegate(source, world.institution_filler, **dates, by=world.institution_head, at=AT, reason="出差")
    story.on("2021-03-02").fill().perform("request_confirmation", story.filler)
    assert "In the stead of institution_head" in page(world.institution_filler)
    assert "In the stead of" not in page(world.institution_head)
    case = page(world.county_officer, f"/cases/{story.case.pk}/")
    assert "institution_filler (for institution_head)" in case


def test_the_inbox_says_whose_claimed_item_a_colleague_goes_on_with(story: Story, today: Any) -> None:
    world = story.world
    story.on("2021-02-25").submit()
    story.perform("claim", story.officer)
    source = Appointment.objects.get(user=world.county_officer)
    dates = {"from_": dt.date(2021, 3, 2), "until": dt.date(2021, 3, 9)}
    assert "Claimed by county_officer" in page(world.colleague)
    delegate(source, world.colleague, **dates, by=world.county_officer, at=AT, reason="出差")
    html = page(world.colleague)
    assert "In the stead of county_officer" in html
    assert "Claimed by county_officer" not in html
    assert "Release" in page(world.colleague, f"/cases/{story.case.pk}/")
