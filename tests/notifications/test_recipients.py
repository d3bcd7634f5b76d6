"""Who is meant by a target of a ladder, whoever is away and whichever chair is empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases import delegating
from cases.access import appoint
from cases.models import Appointment, OrgUnit, User, WorkItem
from cases.orgtree import add_units
from cases.roles import Role
from notifications.recipients import ITEM_TARGETS, Directory, Recipient
from tests.story import Story
from tests.worlds import BEGINNING, World, moment, person, unit
from workflows.engine import perform

AT = moment("2021-05-12")
ON = AT.date()


def item_at(place: OrgUnit, role: str, **fields: Any) -> WorkItem:
    return WorkItem(unit=place, role=role, **fields)


def meant(target: str, item: WorkItem) -> list[Recipient]:
    directory = Directory(ON)
    directory.load([item])
    return directory.people(target, item)


def names(people: list[Recipient]) -> set[str]:
    return {person.name for person in people}


def vacate(world: World, role: str) -> None:
    """Whoever held the post has left it."""
    Appointment.objects.filter(user=world.people[role]).update(valid_until=ON)


@pytest.mark.parametrize(
    ("unit_name", "role", "expected"),
    [
        (
            "institution",
            Role.INSTITUTION_FILLER,
            {
                "person": {"institution_filler"},
                "head": {"institution_head"},
                "officer+1": {"county_officer", "colleague"},
                "head+1": {"county_approver"},
                "officer+2": {"prefecture_officer"},
                "head+2": {"prefecture_head"},
            },
        ),
        (
            "county",
            Role.COUNTY_OFFICER,
            {
                "person": {"county_officer", "colleague"},
                "head": {"county_approver"},
                "officer+1": {"prefecture_officer"},
                "head+1": {"prefecture_head"},
                "officer+2": {"region_officer"},
                "head+2": {"region_head"},
            },
        ),
        (
            "prefecture",
            Role.PREFECTURE_OFFICER,
            {
                "person": {"prefecture_officer"},
                "head": {"prefecture_head"},
                "officer+1": {"region_officer"},
                "head+1": {"region_head"},
                "officer+2": {"nation_officer"},
                "head+2": {"nation_officer"},
            },
        ),
        (
            "region",
            Role.REGION_OFFICER,
            {
                "person": {"region_officer"},
                "head": {"region_head"},
                "officer+1": {"nation_officer"},
                "head+1": {"nation_officer"},
                "officer+2": {"nation_officer"},
                "head+2": {"nation_officer"},
            },
        ),
    ],
)
def test_every_target_means_the_right_people_at_every_level(
    world: World, unit_name: str, role: str, expected: dict[str, set[str]]
) -> None:
    item = item_at(getattr(world, unit_name), role)
    assert {target: names(meant(target, item)) for target in ITEM_TARGETS} == expected
    assert not any(found.instead_of for target in ITEM_TARGETS for found in meant(target, item))


def test_a_vacant_post_is_answered_for_by_the_head_of_the_unit_and_says_so(world: World) -> None:
    vacate(world, "institution_filler")
    (found,) = meant("person", item_at(world.institution, Role.INSTITUTION_FILLER))
    assert (found.name, found.role) == ("institution_head", Role.INSTITUTION_HEAD)
    assert (found.instead_of, found.vacant_unit_id) == (Role.INSTITUTION_FILLER, world.institution.pk)


def test_a_unit_without_anybody_is_answered_for_by_the_officers_of_the_next_level(world: World) -> None:
    vacate(world, "institution_filler")
    vacate(world, "institution_head")
    item = item_at(world.institution, Role.INSTITUTION_FILLER)
    for target in ("person", "head"):
        found = meant(target, item)
        assert names(found) == {"county_officer", "colleague"}
        assert {each.vacant_unit_id for each in found} == {world.institution.pk}
    assert {each.instead_of for each in meant("head", item)} == {Role.INSTITUTION_HEAD}


def test_a_county_without_anybody_is_passed_over_upwards(world: World) -> None:
    for role in ("county_officer", "colleague", "county_approver"):
        vacate(world, role)
    item = item_at(world.institution, Role.INSTITUTION_FILLER)
    assert names(meant("officer+1", item)) == {"prefecture_officer"}
    assert names(meant("officer+2", item)) == {"prefecture_officer"}
    assert [each.instead_of for each in meant("officer+2", item)] == [""]


def test_where_nobody_at_all_holds_a_post_nobody_is_named(world: World) -> None:
    Appointment.objects.all().delete()
    item = item_at(world.institution, Role.INSTITUTION_FILLER)
    assert all(meant(target, item) == [] for target in ITEM_TARGETS)


def test_an_appointment_counts_only_while_it_is_in_force(world: World) -> None:
    appoint(person("后任"), world.county, Role.COUNTY_OFFICER, valid_from=ON.replace(day=13))
    assert "后任" not in names(meant("person", item_at(world.county, Role.COUNTY_OFFICER)))
    assert "expired" not in names(meant("person", item_at(world.county, Role.COUNTY_OFFICER)))
    User.objects.filter(pk=world.colleague.pk).update(is_active=False)
    assert names(meant("person", item_at(world.county, Role.COUNTY_OFFICER))) == {"county_officer"}


def test_whoever_has_claimed_the_work_hears_of_it_alone(story: Story) -> None:
    story.on("2021-03-01").submit()
    perform(story.case, "claim", by=story.world.actor("colleague"), at=story.at)
    item = WorkItem.objects.get(process=story.case.pk, finished=None)
    assert names(meant("person", item)) == {"colleague"}
    vacate(story.world, "colleague")
    assert names(meant("person", item)) == {"county_officer"}


def test_a_claim_by_a_person_with_the_right_but_another_post_counts(story: Story) -> None:
    perform(story.case, "claim", by=story.head, at=story.at)
    item = WorkItem.objects.get(process=story.case.pk, finished=None)
    assert names(meant("person", item)) == {"institution_head"}


def stand_in(world: World) -> None:
    """Somebody of the county's commission who stands in for its officer."""
    delegate = person("代办", Role.COUNTY_OFFICER, world.county)
    away = Appointment.objects.get(user=world.county_officer)
    dates = {"from_": ON, "until": ON + dt.timedelta(days=9)}
    delegating.delegate(away, delegate, **dates, by=world.county_officer, at=AT, reason="外出培训")


def test_a_delegate_hears_of_the_work_beside_the_person_who_is_away(world: World) -> None:
    stand_in(world)
    free = item_at(world.county, Role.COUNTY_OFFICER)
    assert names(meant("person", free)) == {"county_officer", "colleague", "代办"}


def test_a_delegate_hears_of_what_the_absent_person_had_claimed(story: Story) -> None:
    world = story.world
    story.on("2021-03-01").submit()
    perform(story.case, "claim", by=story.officer, at=story.at)
    stand_in(world)
    item = WorkItem.objects.get(process=story.case.pk, finished=None)
    assert names(meant("person", item)) == {"county_officer", "代办"}


def test_a_thousand_items_cost_the_questions_of_one(world: World, django_assert_max_num_queries: Any) -> None:
    add_units(
        world.county,
        [
            OrgUnit(kind="institution", name=f"机构{number}", code=f"X{number}", opened_on=BEGINNING)
            for number in range(1000)
        ],
        by=world.system_admin,
        at=AT,
    )
    places = OrgUnit.objects.filter(code__startswith="X")
    items = [item_at(place, Role.INSTITUTION_FILLER, owner=world.institution_filler) for place in places]
    directory = Directory(ON)
    with django_assert_max_num_queries(4):
        directory.load(items)
    with django_assert_max_num_queries(0):
        directory.load(items)
        found = [directory.people(target, item) for item in items for target in ITEM_TARGETS]
    assert len(found) == 6000
    assert all(found)


def test_a_hospital_of_a_county_is_a_unit_like_any_other(world: World) -> None:
    hospital = unit("hospital", "区人民医院", "650102-900", world.county)
    appoint(person("医院填报人"), hospital, Role.INSTITUTION_FILLER, valid_from=BEGINNING)
    item = item_at(hospital, Role.INSTITUTION_FILLER)
    assert names(meant("person", item)) == {"医院填报人"}
    assert names(meant("head", item)) == {"county_officer", "colleague"}
