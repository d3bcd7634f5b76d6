"""The city whose alliances the demonstration follows: a second region of the tree, its units and its people."""

from __future__ import annotations

from django.db import transaction

from cases.orgtree import add_unit
from project.demo.institutions import BEGINNING
from project.demo.people import Account
from project.demo.source import read
from project.demo.units import ENTERED, Units

CITY, FINANCE, CENTRE, DISTRICT_CENTRE = "330100", "330100-901", "330100-801", "330105-801"


@transaction.atomic
def build_city(units: Units) -> None:
    """Add the city's units below the nation."""
    for kind, code, name, superior, division in read("alliance")["units"]:
        values = {"kind": kind, "code": code, "name": name, "division": division, "opened_on": BEGINNING}
        units[code] = add_unit(units[superior], at=ENTERED, **values)


def city_accounts() -> list[Account]:
    """The people of the city whom no visitor signs in as; their telephone numbers cannot be dialled."""
    return [
        Account(login, name, f"0571-0551{number:03d}", tuple((unit, role) for unit, role in seats))
        for number, (login, name, seats) in enumerate(read("alliance")["people"], 1)
    ]
