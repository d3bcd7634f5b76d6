"""The invented people: whoever fills in, heads, verifies, approves and oversees, each with an account."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from cases.access import appoint
from cases.models import User
from cases.roles import Role
from project.demo.days import moment
from project.demo.institutions import BEGINNING, Institution
from project.demo.personas import PERSONAS, REGION
from project.demo.source import Prefecture, read
from project.demo.units import Units

PASSWORD = "yiyang-demo-2021"  # noqa: S105 - printed by demo_logins; production refuses the demonstration
JOINED = moment("2019-01-03 11:00")
FURTHER_EXPERTS = 2  # beside the one whom a visitor signs in as

Seat = tuple[str, str]
People = dict[Seat, User]


@dataclass(frozen=True)
class Account:
    """A person to be: user name, name, telephone number, and the (unit, role) pairs that the person holds."""

    login: str
    name: str
    phone: str
    seats: tuple[Seat, ...]


def accounts(prefectures: Sequence[Prefecture], institutions: Iterable[Institution]) -> list[Account]:
    """Everybody in the demonstration; a persona takes the place of an invented person at the same seat."""
    held = {(unit, role): persona.login for persona in PERSONAS for unit, role in persona.seats}
    phones = _phones()
    known: set[str] = set()
    found: list[Account] = []

    def seat(unit: str, role: str, login: str, place: Prefecture, rng: random.Random) -> None:
        if (unit, role) not in held:
            name = _new_name(place, rng, known)
            found.append(Account(login, name, f"{place.area_code}-{next(phones)}", ((unit, role),)))

    by_county: dict[str, list[Institution]] = {}
    for each in institutions:
        by_county.setdefault(each.county, []).append(each)
    for prefecture in prefectures:
        rng = random.Random(f"people of {prefecture.code}")
        seat(prefecture.code, Role.PREFECTURE_OFFICER, f"{prefecture.code}.officer", prefecture, rng)
        seat(prefecture.code, Role.PREFECTURE_HEAD, f"{prefecture.code}.head", prefecture, rng)
        for county in prefecture.counties:
            if county.code not in by_county:
                continue
            seat(county.code, Role.COUNTY_OFFICER, f"{county.code}.officer", prefecture, rng)
            seat(county.code, Role.COUNTY_APPROVER, f"{county.code}.approver", prefecture, rng)
            for each in by_county[county.code]:
                seat(each.code, Role.INSTITUTION_FILLER, f"{each.code}.filler", prefecture, rng)
                seat(each.code, Role.INSTITUTION_HEAD, f"{each.code}.head", prefecture, rng)
    found += [Account(each.login, each.name, f"0991-{next(phones)}", each.seats) for each in PERSONAS]
    rng = random.Random("further experts of the region")
    for number in range(1, FURTHER_EXPERTS + 1) if prefectures else ():
        name, phone = _new_name(prefectures[0], rng, known), f"0991-{next(phones)}"
        found.append(Account(f"{REGION}.expert{number}", name, phone, ((REGION, Role.REGION_EXPERT),)))
    return found


@transaction.atomic
def build_people(everybody: Iterable[Account], units: Units) -> People:
    """Make accounts and appointments; people by the seats that they hold. One password, hashed once, for all."""
    password = make_password(PASSWORD)
    placed = [account for account in everybody if all(unit in units for unit, _role in account.seats)]
    users = [
        User(username=each.login, name=each.name, phone=each.phone, password=password, date_joined=JOINED)
        for each in placed
    ]
    bulk_create_with_history(users, User, batch_size=500, default_date=JOINED)
    people: People = {}
    for account, user in zip(placed, users, strict=True):
        for code, role in account.seats:
            start = max(BEGINNING, units[code].opened_on)
            appoint(user, units[code], role, valid_from=start, at=JOINED)
            people.setdefault((code, role), user)
    return people


@transaction.atomic
def give_addresses(at: dt.datetime) -> None:
    """Whoever a visitor signs in as gets an e-mail address that leads nowhere, so that mail is written from now on."""
    for persona in PERSONAS:
        user: Any = User.objects.filter(username=persona.login).first()
        if user is not None:
            user.email = f"{persona.login}@yiyang.example"
            user._history_date = at
            user.save(update_fields=["email"])


def _phones() -> Iterator[str]:
    """Numbers that cannot be dialled: no local number begins with a nought."""
    return (f"0550{number:03d}" for number in range(1, 1000))


def _new_name(place: Prefecture, rng: random.Random, known: set[str]) -> str:
    """A name that nobody else in the demonstration bears."""
    for _attempt in range(200):
        name = invented_name(place, rng)
        if name not in known:
            known.add(name)
            return name
    raise ValueError(f"the lists of names are too short for {place.name}")


def invented_name(place: Prefecture, rng: random.Random) -> str:
    """A name as people there bear it."""
    people = rng.choices(list(place.peoples), list(place.peoples.values()))[0]
    lists = {key: value.split() for key, value in read("names")[people].items()}
    if "whole" in lists:
        return rng.choice(lists["whole"])
    given = rng.choice(lists[rng.choice(("female", "male"))])
    if "fathers" in lists:
        return f"{given}·{rng.choice(lists['fathers'])}"
    return rng.choice(lists["surnames"]) + given
