"""Institutions that move, open and close: where they were on a day, and what was known of it when (design, Figures)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access import Viewer
from cases.errors import Invalid
from cases.models import OrgUnit, Placement, User
from cases.orgtree import add_unit, add_units, close_unit, merge, move_unit, split
from cases.placements import follow
from tests.worlds import World, build_world, moment, person, unit

pytestmark = pytest.mark.django_db
MOVED, ENTERED = dt.date(2021, 6, 1), moment("2021-06-03")


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def admin(world: World) -> User:
    return world.system_admin


def county_on(institution: OrgUnit, day: str, known_at: dt.datetime | None = None) -> OrgUnit | None:
    found = Placement.objects.on(dt.date.fromisoformat(day), known_at=known_at).filter(institution=institution)
    row = found.select_related("county").first()
    return row.county if row else None


def agrees_with_itself(place: OrgUnit) -> bool:
    """Path, depth and superior tell the same, and the superior's count of children is right."""
    place.refresh_from_db()
    assert place.superior is not None
    children = place.superior.subordinates.count()
    return (
        place.path.startswith(place.superior.path)
        and place.depth == place.superior.depth + 1
        and place.superior.numchild == children
    )


def test_an_institution_stands_in_its_county_prefecture_and_region_from_its_opening_on(world: World) -> None:
    new = unit("institution", "新开办护理院", "N1", world.county, opened_on=dt.date(2021, 3, 1))
    row = Placement.objects.get(institution=new)
    assert (row.county, row.prefecture, row.region) == (world.county, world.prefecture, world.region)
    assert (row.valid_from, row.valid_until) == (dt.date(2021, 3, 1), None)
    assert county_on(new, "2021-02-28") is None
    assert county_on(new, "2021-03-01") == world.county


def test_what_is_not_an_institution_has_no_placement(world: World) -> None:
    unit("hospital", "区人民医院", "H1", world.county)
    assert set(Placement.objects.values_list("institution__kind", flat=True)) == {"institution"}


def test_many_units_are_placed_as_each_of_them_would_be_in_a_fixed_number_of_queries(world: World, admin: User) -> None:
    def many(count: int, prefix: str) -> int:
        new = [
            OrgUnit(kind="institution", name=f"{prefix}{n}", code=f"{prefix}{n}", opened_on=MOVED) for n in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            add_units(world.county, new, by=admin, at=ENTERED)
        return len(queries)

    assert many(2, "A") == many(40, "B")
    rows = Placement.objects.filter(institution__code__startswith="B")
    assert set(rows.values_list("county", "prefecture", "region", "valid_from", "known_from")) == {
        (world.county.pk, world.prefecture.pk, world.region.pk, MOVED, ENTERED)
    }
    assert rows.count() == 40


def test_an_institution_that_moves_counts_in_its_new_county_from_the_day_of_the_move_on(
    world: World, admin: User
) -> None:
    moved = move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    assert moved.superior == world.other_county
    assert agrees_with_itself(moved)
    assert county_on(moved, "2021-05-31") == world.county
    assert county_on(moved, "2021-06-01") == world.other_county


def test_what_was_known_before_the_move_was_entered_stays_known_as_it_was(world: World, admin: User) -> None:
    move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    assert county_on(world.institution, "2021-06-01", known_at=moment("2021-06-02")) == world.county
    assert county_on(world.institution, "2021-06-01", known_at=ENTERED) == world.other_county
    assert county_on(world.institution, "2021-05-01", known_at=moment("2021-06-02")) == world.county


def test_an_institution_that_moves_twice_was_in_three_counties(world: World, admin: User) -> None:
    third = unit("county", "新市区卫生健康委", "650104", world.prefecture)
    move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    move_unit(world.institution, third, on=dt.date(2021, 8, 1), by=admin, at=moment("2021-08-02"))
    seen = [county_on(world.institution, day) for day in ("2021-05-31", "2021-06-01", "2021-07-31", "2021-08-01")]
    assert seen == [world.county, world.other_county, world.other_county, third]


def test_a_move_entered_late_with_an_earlier_day_takes_the_place_of_a_later_one(world: World, admin: User) -> None:
    """Somebody finds out in September that the institution had gone elsewhere before its move of June."""
    third = unit("county", "新市区卫生健康委", "650104", world.prefecture)
    move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    late = moment("2021-09-01")
    move_unit(world.institution, third, on=dt.date(2021, 4, 1), by=admin, at=late)
    assert county_on(world.institution, "2021-03-31") == world.county
    assert county_on(world.institution, "2021-07-01") == third
    assert county_on(world.institution, "2021-07-01", known_at=moment("2021-08-31")) == world.other_county


def test_a_county_takes_its_institutions_to_another_prefecture(world: World, admin: User) -> None:
    moved = move_unit(world.county, world.other_prefecture, on=MOVED, by=admin, at=ENTERED)
    world.institution.refresh_from_db()
    assert agrees_with_itself(moved)
    assert world.institution.path.startswith(moved.path)
    before, after = (
        Placement.objects.on(day).get(institution=world.institution) for day in (dt.date(2021, 5, 31), MOVED)
    )
    assert (before.county, before.prefecture) == (world.county, world.prefecture)
    assert (after.county, after.prefecture) == (world.county, world.other_prefecture)
    assert after.region == world.region


def test_the_history_of_a_unit_names_who_moved_it_and_when(world: World, admin: User) -> None:
    move_unit(world.county, world.other_prefecture, on=MOVED, by=admin, at=ENTERED)
    own, below = (place.history.order_by("-history_id")[0] for place in (world.county, world.institution))
    assert (own.superior, own.history_user, own.history_date) == (world.other_prefecture, admin, ENTERED)
    assert (below.history_user, below.history_date) == (admin, ENTERED)
    assert below.path.startswith(own.path)


def test_moving_a_county_takes_as_many_queries_however_many_institutions_it_has(world: World, admin: User) -> None:
    def moving(count: int, code: str) -> int:
        county = unit("county", code, code, world.prefecture)
        new = [OrgUnit(kind="institution", name=f"{code}{n}", code=f"{code}{n}") for n in range(count)]
        add_units(county, new, by=admin, at=moment("2021-01-04"))
        with CaptureQueriesContext(connection) as queries:
            move_unit(county, world.other_prefecture, on=MOVED, by=admin, at=ENTERED)
        return len(queries)

    moving(1, "W")  # treebeard asks more where there is a neighbour at the new place
    assert moving(2, "X") == moving(40, "Y")


def test_a_closed_institution_has_no_placement_from_the_day_on(world: World, admin: User) -> None:
    close_unit(world.institution, on=MOVED, by=admin, at=ENTERED)
    assert county_on(world.institution, "2021-05-31") == world.county
    assert county_on(world.institution, "2021-06-01") is None
    assert county_on(world.institution, "2021-06-01", known_at=moment("2021-06-02")) == world.county


def test_a_closing_before_a_later_move_ends_everything_after_it(world: World, admin: User) -> None:
    move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    close_unit(world.institution, on=dt.date(2021, 5, 1), by=admin, at=moment("2021-07-01"))
    assert county_on(world.institution, "2021-04-30") == world.county
    assert county_on(world.institution, "2021-06-15") is None


def test_dates_that_are_corrected_are_followed_by_the_placements(world: World) -> None:
    """A roster import may correct the first day and the end of a unit, or take an end back."""
    place, at = world.institution, moment("2021-06-01")
    place.opened_on, place.closed_on = dt.date(2020, 1, 1), dt.date(2021, 5, 1)
    follow([place], at=at)
    assert [county_on(place, day) for day in ("2019-12-31", "2020-01-01", "2021-04-30", "2021-05-01")] == [
        None,
        world.county,
        world.county,
        None,
    ]
    place.opened_on, place.closed_on = dt.date(2018, 1, 1), None
    follow([place], at=moment("2021-06-02"))
    assert county_on(place, "2018-01-01") == county_on(place, "2025-01-01") == world.county


def test_dates_that_stay_the_same_leave_the_placements_alone(world: World) -> None:
    before = set(Placement.objects.values_list("pk", flat=True))
    follow([world.institution, world.sibling], at=ENTERED)
    assert set(Placement.objects.values_list("pk", flat=True)) == before


def test_a_unit_that_turns_out_to_be_a_hospital_is_an_institution_no_more_and_back(world: World) -> None:
    place = world.institution
    place.kind = "hospital"
    follow([place], at=ENTERED)
    assert county_on(place, "2021-06-01") is None
    place.kind = "institution"
    follow([place], at=moment("2021-06-04"))
    assert county_on(place, "2021-06-01") == world.county


def test_counties_that_merge_hand_over_their_institutions_and_close(world: World, admin: User) -> None:
    merge([world.county], world.other_county, on=MOVED, by=admin, at=ENTERED)
    world.county.refresh_from_db()
    assert world.county.closed_on == MOVED
    for place in (world.institution, world.sibling):
        assert county_on(place, "2021-05-31") == world.county
        assert county_on(place, "2021-06-01") == world.other_county


def test_a_county_that_is_split_keeps_the_institutions_that_do_not_leave(world: World, admin: User) -> None:
    new = add_unit(world.prefecture, by=admin, at=ENTERED, kind="county", name="新设区", code="650105", opened_on=MOVED)
    split(world.county, new, [world.sibling], on=MOVED, by=admin, at=ENTERED)
    assert county_on(world.sibling, "2021-06-01") == new
    assert county_on(world.institution, "2021-06-01") == world.county


def test_a_move_is_refused_where_it_makes_no_sense(world: World, admin: User) -> None:
    closed = unit("county", "已撤区", "650109", world.prefecture, closed_on=dt.date(2021, 1, 1))

    def refusal(place: OrgUnit, to: OrgUnit, on: dt.date = MOVED) -> str:
        with pytest.raises(Invalid) as refused:
            move_unit(place, to, on=on, by=admin, at=ENTERED)
        return refused.value.code

    assert refusal(world.institution, world.county) == "there_already"
    assert refusal(world.institution, world.other_prefecture) == "wrong_superior"
    assert refusal(world.institution, closed) == "superior_closed"
    assert refusal(world.institution, world.other_county, on=dt.date(2021, 6, 4)) == "move_to_come"
    close_unit(world.institution, on=dt.date(2021, 5, 1), by=admin, at=ENTERED)
    assert refusal(world.institution, world.other_county) == "closed_already"
    assert Placement.objects.filter(known_from=ENTERED).count() == 1  # that of the closing


def test_a_unit_with_open_units_below_it_does_not_close(world: World, admin: User) -> None:
    with pytest.raises(Invalid, match="2"):
        close_unit(world.county, on=MOVED, by=admin, at=ENTERED)
    with pytest.raises(Invalid):
        close_unit(world.institution, on=dt.date(2019, 1, 1), by=admin, at=ENTERED)
    close_unit(world.institution, on=MOVED, by=admin, at=ENTERED)
    with pytest.raises(Invalid):
        close_unit(world.institution, on=MOVED, by=admin, at=ENTERED)


def test_a_split_refuses_what_does_not_belong_to_the_unit(world: World, admin: User) -> None:
    with pytest.raises(Invalid):
        split(world.county, world.other_county, [world.other_institution], on=MOVED, by=admin, at=ENTERED)


def test_people_of_the_old_county_lose_sight_of_what_has_moved_and_those_of_the_new_one_see_it(
    world: World, admin: User
) -> None:
    reader = person("reader", "county_officer", world.other_county)
    move_unit(world.institution, world.other_county, on=MOVED, by=admin, at=ENTERED)
    for user, sees in ((world.county_officer, False), (reader, True)):
        assert OrgUnit.objects.visible_to(Viewer(user, ENTERED)).filter(pk=world.institution.pk).exists() is sees
