"""Work without an owner: which vacant posts an administrator sees, and what of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.access import SYSTEM
from cases.editions.pinned import forget_editions
from cases.models import Appointment, User
from cases.roles import Role
from cases.vacancies import vacancies, vacant_seats
from tests.story import Story
from tests.worlds import World, build_world, moment, person, unit
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db
AT = moment("2021-03-02")


@pytest.fixture
def world(db: None) -> Any:
    yield build_world()
    forget_editions()


@pytest.fixture
def today() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


def leave(*people: User) -> None:
    Appointment.objects.filter(user__in=people).update(valid_until=dt.date(2021, 3, 1))


def seen_by(world: World, role: str = "system_admin") -> list[tuple[str, str, int]]:
    return [(each.unit.name, each.role, each.items) for each in vacancies(world.viewer(role, AT))]


def page(user: User, address: str = "/vacancies/") -> Any:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client.get(address)


def test_a_vacant_post_with_open_work_is_listed_with_what_waits_and_who_has_it_meanwhile(world: World) -> None:
    Story.open(world)
    assert seen_by(world) == []
    leave(world.institution_filler)
    [found] = vacancies(world.viewer("system_admin", AT))
    assert (found.unit, found.role, found.items) == (world.institution, Role.INSTITUTION_FILLER, 1)
    assert found.oldest == moment("2021-01-04")
    assert found.due_at is not None
    assert found.heads == ("institution_head",)


def test_a_vacant_post_without_work_is_not(world: World) -> None:
    leave(world.institution_filler)
    assert seen_by(world) == []


def test_a_post_that_was_never_filled_is_listed_too_and_has_no_head(world: World) -> None:
    open_year(world.sibling, 2021, by=SYSTEM, at=moment("2021-01-04"))
    [found] = vacancies(world.viewer("system_admin", AT))
    assert (found.unit, found.heads) == (world.sibling, ())


def test_a_county_whose_officers_have_left_is_listed(world: World) -> None:
    story = Story.open(world)
    story.on("2021-02-25").submit()
    leave(world.county_officer, world.colleague)
    assert seen_by(world) == [(world.county.name, Role.COUNTY_OFFICER, 1)]


def test_the_most_urgent_comes_first(world: World) -> None:
    story = Story.open(world)
    story.on("2021-02-25").submit()
    open_year(world.sibling, 2021, by=SYSTEM, at=moment("2021-01-04"))
    leave(world.county_officer, world.colleague)
    dues = [each.due_at for each in vacancies(world.viewer("system_admin", AT))]
    assert len(dues) == 2
    assert dues == sorted(dues, key=lambda due: due or AT)


def test_an_administrator_sees_the_own_area_and_nobody_else_sees_any(world: World) -> None:
    open_year(world.sibling, 2021, by=SYSTEM, at=moment("2021-01-04"))
    far = unit("county", "白碱滩区卫生健康委", "650204", world.other_prefecture)
    home = unit("institution", "白碱滩区安宁护理院", "650204-001", far)
    open_year(home, 2021, by=SYSTEM, at=moment("2021-01-04"))
    world.people["local"] = person("地区管理员", Role.SYSTEM_ADMIN, world.other_prefecture)
    assert [name for name, _role, _items in seen_by(world, "local")] == [home.name]
    assert len(seen_by(world)) == 2
    for role in ("security_admin", "auditor", "region_head", "county_officer"):
        assert seen_by(world, role) == []
        assert page(world.people[role]).status_code == 403


def test_the_page_names_posts_and_no_case(world: World, today: Any) -> None:
    story = Story.open(world)
    leave(world.institution_filler)
    answer = page(world.system_admin)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert world.institution.name in html
    assert "Institution filler" in html
    assert f"/cases/{story.case.pk}/" not in html


def test_the_navigation_counts_them_for_the_administrator(world: World, today: Any) -> None:
    Story.open(world)
    leave(world.institution_filler)
    html = page(world.system_admin, "/roster/").content.decode()
    entry = html[html.index('href="/vacancies/"') :]
    assert '<span class="count">1<' in entry[: entry.index("</a>")]
    assert "/vacancies/" not in page(world.county_officer, "/").content.decode()


def test_the_list_costs_the_same_for_few_and_for_many(world: World, django_assert_num_queries: Any) -> None:
    for number in range(12):
        unit("institution", f"机构{number}", f"650102-1{number:02d}", world.county)
    open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    viewer = world.viewer("system_admin", AT)
    assert viewer.grants
    with django_assert_num_queries(4):
        assert len(vacancies(viewer)) == 13
    with django_assert_num_queries(1):
        assert vacant_seats(viewer).count() == 13


def test_the_administrator_finds_the_posts_of_somebody_who_has_fallen_ill(world: World, today: Any) -> None:
    held = Appointment.objects.get(user=world.county_officer)
    for asked in (world.county_officer.name, world.county_officer.username):
        html = page(world.system_admin, f"/vacancies/?person={asked}").content.decode()
        assert f"/me/appointments/{held.pk}/delegate/" in html
    local = person("地区管理员", Role.SYSTEM_ADMIN, world.other_prefecture)
    html = page(local, f"/vacancies/?person={world.county_officer.name}").content.decode()
    assert "/delegate/" not in html
    assert "Nobody of that name" in html
