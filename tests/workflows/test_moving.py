"""A unit moves, and the open work of its institutions goes to whoever is in charge from then on."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, OrgUnit, WorkItem
from cases.orgtree import move_unit
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.consistency import faults
from workflows.engine import perform
from workflows.moving import count_readdressed, merge_units, move_units

pytestmark = pytest.mark.django_db
ON, AT = dt.date(2021, 4, 20), moment("2021-04-21")


@pytest.fixture
def under_way(story: Story) -> Story:
    """A cycle in rectification: one finding with the institution, one before the county."""
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-19": problem(["hand"])})
    story.on("2021-03-10").approve()
    story.on("2021-04-01").fix(story.findings()[0])
    return story


def seats(story: Story) -> set[tuple[OrgUnit, str]]:
    return {(item.unit, item.role) for item in WorkItem.objects.open().human().select_related("unit")}


def test_what_waited_at_the_old_county_waits_at_the_new_one(under_way: Story) -> None:
    world = under_way.world
    reviewed = under_way.findings()[0].case
    perform(reviewed, "claim", by=under_way.officer, at=AT)
    followed = move_units([world.institution], world.other_county, on=ON, by=world.system_admin, at=AT)
    assert followed == 1
    assert seats(under_way) == {
        (world.other_county, "county_officer"),
        (world.institution, "institution_filler"),
    }
    item = WorkItem.objects.open().get(process=reviewed)
    assert (item.owner, item.status) == (None, "NEW")
    event = reviewed.events.get(verb="readdress")
    assert event.details == {"item": item.pk, "from": world.county.pk, "to": world.other_county.pk}
    assert list(faults(Case.objects.all())) == []


def test_the_new_county_closes_what_the_old_one_had_under_review(under_way: Story) -> None:
    world = under_way.world
    finding = under_way.findings()[0]
    move_units([world.institution], world.other_county, on=ON, by=world.system_admin, at=AT)
    closed = perform(finding.case, "close", by=world.actor("other_officer"), at=AT)
    assert closed.state == "closed"


def test_moving_again_what_was_interrupted_finds_the_rest(under_way: Story) -> None:
    world = under_way.world
    move_unit(world.institution, world.other_county, on=ON, by=world.system_admin, at=AT)
    said = io.StringIO()
    call_command("move_unit", to="650103", on=ON, by=world.system_admin.username, stdout=said)
    assert "1" in said.getvalue()
    assert count_readdressed(world.other_county, at=AT) == 0


def test_merged_counties_hand_over_the_open_work_of_all_their_institutions(under_way: Story) -> None:
    world = under_way.world
    assert merge_units([world.county], world.other_county, on=ON, by=world.system_admin, at=AT) == 1
    assert (world.county, "county_officer") not in seats(under_way)


def test_work_that_is_not_the_countys_stays_where_it_is(story: Story) -> None:
    world = story.world
    assert move_units([world.institution], world.other_county, on=ON, by=world.system_admin, at=AT) == 0
    assert seats(story) == {(world.institution, "institution_filler")}


def test_the_commands_move_and_close_and_say_what_went_along(world: World) -> None:
    admin, said = world.system_admin.username, io.StringIO()
    call_command("move_unit", "650102-001", to="650103", on=ON, by=admin, stdout=said)
    assert OrgUnit.objects.get(code="650102-001").superior == world.other_county
    call_command("close_unit", "650102-002", on=dt.date(2021, 5, 1), by=admin, stdout=said)
    assert OrgUnit.objects.get(code="650102-002").closed_on == dt.date(2021, 5, 1)
    call_command("close_unit", "650102", into="650103", on=dt.date(2021, 5, 2), by=admin, stdout=said)
    assert OrgUnit.objects.get(code="650102").closed_on == dt.date(2021, 5, 2)
    assert said.getvalue().count("\n") == 3


@pytest.mark.parametrize(
    ("units", "options"),
    [
        (["nowhere"], {"to": "650103"}),
        (["650102-001"], {"to": "650200"}),
        (["650102-001"], {"to": "650103", "by": "nobody-at-all"}),
        (["650102-001"], {"to": "650103", "on": dt.date(2031, 1, 1)}),
        (["650103-001", "650102-001"], {"to": "650103"}),
    ],
)
def test_a_command_that_cannot_be_carried_out_changes_nothing(
    world: World, units: list[str], options: dict[str, Any]
) -> None:
    before = list(OrgUnit.objects.values_list("pk", "path"))
    with pytest.raises(CommandError):
        call_command("move_unit", *units, **{"on": ON, "by": world.system_admin.username, **options})
    assert list(OrgUnit.objects.values_list("pk", "path")) == before
