"""Who gets in where: every address of the project × method × persona, against tables to be read (``urls*.txt``)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.delegating import delegate
from cases.roles import Role
from tests.everything import TOKEN, a_year, an_alliance
from tests.project.url_walk import Table, names_of_the_project, read, walk
from tests.workflows.alliances import City, build_city
from tests.worlds import World, build_world, moment, person, unit

HERE = Path(__file__).parent
TABLES = sorted(HERE.glob("urls*.txt"))
NOW, NOW_SCORING = "2021-09-20 10:00", "2021-05-24 10:00"
# Arguments of addresses that are words; the others are keys.
WORDS = {"act", "code", "digest", "ending", "part", "token", "verb", "year"}
SAID = "If this is right, the line in the table is:\n"


def people_of(world: World) -> dict[str, Any]:
    """One person a column of ``urls.txt``."""
    far_region = unit("region", "外区卫生健康委", "540000", world.region.superior)
    stand_in = person("代办", Role.INSTITUTION_FILLER, world.institution)
    head = world.institution_head
    delegate(
        head.appointments.get(),
        stand_in,
        from_=dt.date(2021, 9, 1),
        until=dt.date(2021, 10, 1),
        by=head,
        at=moment("2021-09-01"),
        reason="出差",
    )
    return {
        "anonymous": None,
        "nobody": world.nobody,
        "expired": world.expired,
        "filler": world.institution_filler,
        "delegate": stand_in,
        "sibling": person("邻居", Role.INSTITUTION_FILLER, world.sibling),
        "officer": world.county_officer,
        "approver": world.county_approver,
        "next_county": world.other_officer,
        "prefecture": world.prefecture_officer,
        "region": world.region_officer,
        "far_region": person("远区", Role.REGION_OFFICER, far_region),
        "party": world.region_expert,
        "inspector": world.inspector,
        "sysadmin": world.system_admin,
        "secadmin": world.security_admin,
        "auditor": world.auditor,
    }


def people_of_the_city(city: City) -> dict[str, Any]:
    """One person a column of ``urls_alliance.txt``."""
    far_region = unit("region", "外省卫生健康委", "540000", city.nation)
    stand_in = person("代办", Role.MEMBER_OFFICER, city.hospital)
    lead = city.people["lead"]
    absence: dict[str, Any] = {"from_": dt.date(2021, 5, 1), "until": dt.date(2021, 6, 1), "reason": "出差"}
    delegate(lead.appointments.get(), stand_in, by=lead, at=moment("2021-05-01"), **absence)
    return {
        **city.people,
        "anonymous": None,
        "delegate": stand_in,
        "contact": city.people["lead_contact"],
        "far_region": person("远区", Role.REGION_OFFICER, far_region),
        "sysadmin": person("系统", Role.SYSTEM_ADMIN, city.region),
    }


def wrong(table: Table, people: dict[str, Any], objects: dict[str, Any]) -> str:
    """The lines of the table as they would have to be, where the project answers differently."""
    found = walk(table, people, objects)
    return "\n".join(f"{here}" for there, here in zip(table.lines, found, strict=True) if there != here)


@pytest.mark.slow(40)
@pytest.mark.sqlite
@pytest.mark.django_db
def test_every_address_answers_every_person_as_the_table_says() -> None:
    with time_machine.travel(moment(NOW), tick=False):
        world = build_world()
        people = people_of(world)
        found = wrong(read(HERE / "urls.txt"), people, a_year(world))
    assert not found, SAID + found


@pytest.mark.slow(40)
@pytest.mark.sqlite
@pytest.mark.django_db
def test_every_address_of_an_alliance_answers_every_person_as_the_table_says() -> None:
    with time_machine.travel(moment(NOW_SCORING), tick=False):
        city = build_city()
        people = people_of_the_city(city)
        found = wrong(read(HERE / "urls_alliance.txt"), people, {**an_alliance(city), "token": TOKEN})
    assert not found, SAID + found


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_no_address_knows_another_method(method: str) -> None:
    client = Client()
    for table in map(read, TABLES):
        for line in table.lines:
            path = reverse(line.name, kwargs={key: value if key in WORDS else 1 for key, value in line.arguments})
            assert client.generic(method, path).status_code == 405, path


def unlisted(tables: list[Table]) -> list[str]:
    """The addresses of the project that no table speaks of."""
    return sorted(set(names_of_the_project()) - {line.name for table in tables for line in table.lines})


def test_every_address_of_the_project_stands_in_a_table() -> None:
    tables = [read(path) for path in TABLES]
    missing = unlisted(tables)
    assert not missing, f"Add a line for each of these to one of the tables in tests/project: {missing}"
    assert not {line.name for table in tables for line in table.lines} - set(names_of_the_project())


def test_an_address_that_is_taken_out_of_the_tables_is_missed() -> None:
    tables = [read(path) for path in TABLES]
    for name in ("case_verb", "referral_unmask", "inspection_case"):
        fewer = [Table(each.personas, tuple(line for line in each.lines if line.name != name)) for each in tables]
        assert unlisted(fewer) == [name]


def test_a_table_says_something_of_every_persona() -> None:
    for path in TABLES:
        table = read(path)
        assert all(len(word) == len(table.personas) for line in table.lines for word in (line.get, line.post)), path
        assert len({(line.name, line.arguments) for line in table.lines}) == len(table.lines), path
