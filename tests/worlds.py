"""A small world for tests: one line of the tree with a neighbour on each level, and a person for every role."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from cases.access import Actor, Viewer, appoint
from cases.editions.load import available
from cases.editions.store import store_editions
from cases.models import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.orgtree import add_unit
from cases.roles import RULES, Role
from tests.remembered import remembered

BEGINNING = dt.date(2019, 1, 1)
_numbers = itertools.count(1)


def moment(text: str) -> dt.datetime:
    """A moment in Asia/Shanghai written as ``2021-05-12 10:42`` or ``2021-05-12`` (nine o'clock)."""
    return timezone.make_aware(dt.datetime.fromisoformat(text if " " in text else f"{text} 09:00"))


def unit(kind: str, name: str, code: str, superior: OrgUnit | None = None, **fields: Any) -> OrgUnit:
    return add_unit(superior, **{"kind": kind, "name": name, "code": code, "opened_on": BEGINNING, **fields})


def person(name: str, role: str | None = None, at: OrgUnit | None = None, **dates: Any) -> User:
    number = next(_numbers)
    user = User.objects.create_user(username=f"user{number}", password="correct horse", name=name)
    if role and at:
        appoint(user, at, role, valid_from=dates.get("valid_from", BEGINNING), valid_until=dates.get("valid_until"))
    return user


@dataclass
class World:
    """Two counties of one prefecture, a second prefecture, and institutions in each."""

    region: OrgUnit
    prefecture: OrgUnit
    county: OrgUnit
    institution: OrgUnit
    sibling: OrgUnit
    other_county: OrgUnit
    other_institution: OrgUnit
    other_prefecture: OrgUnit
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        """People by role, e.g. ``world.county_officer``."""
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def actor(self, role: str) -> Actor:
        return Actor(self.people[role], address="127.0.0.1", request_id="test")

    def viewer(self, role: str, at: dt.datetime) -> Viewer:
        return Viewer(self.people[role], at)


@remembered
def build_world() -> World:
    """Make the world; the editions of the project come with it."""
    store_editions(available())
    nation = unit("nation", "国家卫生健康委", "000000")
    region = unit("region", "自治区卫生健康委", "650000", nation, division="新疆维吾尔自治区")
    prefecture = unit("prefecture", "乌鲁木齐市卫生健康委", "650100", region, division="乌鲁木齐市")
    county = unit("county", "天山区卫生健康委", "650102", prefecture, division="天山区")
    institution = unit("institution", "天山区康宁护理院", "650102-001", county)
    sibling = unit("institution", "天山区松鹤医养中心", "650102-002", county)
    other_county = unit("county", "沙依巴克区卫生健康委", "650103", prefecture, division="沙依巴克区")
    other_institution = unit("institution", "沙依巴克区暖阳护理院", "650103-001", other_county)
    other_prefecture = unit("prefecture", "克拉玛依市卫生健康委", "650200", region, division="克拉玛依市")
    world = World(region, prefecture, county, institution, sibling, other_county, other_institution, other_prefecture)
    seats = {
        Role.INSTITUTION_FILLER: institution,
        Role.INSTITUTION_HEAD: institution,
        Role.COUNTY_OFFICER: county,
        Role.COUNTY_APPROVER: county,
        Role.PREFECTURE_OFFICER: prefecture,
        Role.PREFECTURE_HEAD: prefecture,
        Role.REGION_OFFICER: region,
        Role.REGION_HEAD: region,
        Role.REGION_EXPERT: region,
        Role.NATION_OFFICER: nation,
        Role.NATIONAL_EXPERT: nation,
        Role.INSPECTOR: region,
        Role.SYSTEM_ADMIN: region,
        Role.SECURITY_ADMIN: region,
        Role.AUDITOR: region,
    }
    others: dict[str, Seat | None] = {
        "other_filler": (Role.INSTITUTION_FILLER, other_institution, None),
        "other_officer": (Role.COUNTY_OFFICER, other_county, None),
        "colleague": (Role.COUNTY_OFFICER, county, None),
        "nobody": None,
        "expired": (Role.COUNTY_OFFICER, county, dt.date(2020, 1, 1)),
    }
    people: dict[str, Seat | None] = {str(role): (role, seat, None) for role, seat in seats.items()}
    world.people.update(_people(people | others))
    return world


Seat = tuple[str, OrgUnit, dt.date | None]


def _people(seats: dict[str, Seat | None]) -> dict[str, User]:
    """People with their appointments and the posts they stand in, as ``appoint`` would make them, in few queries."""
    password = make_password("correct horse")
    users = {
        name: User(
            username=f"user{next(_numbers)}",
            password=password,
            name=name.replace("_", " ") if name.startswith("other") else name,
        )
        for name in seats
    }
    User.objects.bulk_create(users.values())
    held = {name: seat for name, seat in seats.items() if seat is not None}
    posts = {(role, place.pk): place for role, place, _until in held.values()}
    groups = {key: Group(name=f"{key[0]}@{place.code}") for key, place in posts.items()}
    Group.objects.bulk_create(groups.values())
    Post.objects.bulk_create(Post(group=groups[key], unit=place, role=key[0]) for key, place in posts.items())
    permissions = {row.codename: row for row in ContentType.objects.get_for_model(OrgUnit).permission_set.all()}
    OrgUnitGroupObjectPermission.objects.bulk_create(
        OrgUnitGroupObjectPermission(group=groups[key], permission=permissions[grant], content_object=place)
        for key, place in posts.items()
        for grant in RULES[key[0]].grants
    )
    Appointment.objects.bulk_create(
        Appointment(
            user=users[name],
            unit=place,
            role=role,
            post_id=groups[role, place.pk].pk,
            valid_from=BEGINNING,
            valid_until=until,
        )
        for name, (role, place, until) in held.items()
    )
    return users
