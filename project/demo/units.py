"""The tree of the demonstration: nation, region, 14 prefectures, their counties, and the invented institutions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cases.models import OrgUnit
from cases.orgtree import add_unit
from project.demo.days import moment
from project.demo.institutions import BEGINNING, Institution
from project.demo.source import Prefecture, read

ENTERED = moment("2019-01-02 10:30")
Units = dict[str, OrgUnit]


@transaction.atomic
def build_units(prefectures: Iterable[Prefecture], institutions: Iterable[Institution]) -> Units:
    """Every unit by its code."""
    divisions = read("divisions")
    units: Units = {}

    def add(kind: str, code: str, name: str, superior: str = "", division: str = "", **fields: Any) -> None:
        values: dict[str, Any] = {
            "kind": kind,
            "code": code,
            "name": name,
            "division": division,
            "opened_on": BEGINNING,
            **fields,
        }
        units[code] = add_unit(units.get(superior), at=ENTERED, **values)

    nation, region = divisions["nation"], divisions["region"]
    add("nation", nation["code"], nation["name"])
    add("region", region["code"], region["name"], nation["code"], region["division"])
    for prefecture in prefectures:
        add("prefecture", prefecture.code, commission(prefecture.name), region["code"], prefecture.name)
        for county in prefecture.counties:
            add("county", county.code, commission(county.name), prefecture.code, county.name)
    for each in institutions:
        add("institution", each.code, each.name, each.county, opened_on=each.opened_on)
    return units


def commission(division: str) -> str:
    """The health commission of a division."""
    return f"{division}卫生健康委"
