"""Telling a spot-check's story: planning, drawing, visits concluded as far as a test needs them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import Case, DrawEntry, OrgUnit, User
from cases.roles import Role
from tests.worlds import World, moment, person
from workflows.engine import perform
from workflows.spot_check.opening import plan_spot_check

AT = moment("2021-09-01")
PLAN: dict[str, Any] = {"title": "2021年自治区实地抽查", "size": 2, "visits_until": dt.date(2021, 10, 15)}


def planned(world: World, role: str = "region_officer", **plan: Any) -> Case:
    """A spot-check of the region, or of the nation by its officer."""
    unit = world.region if role.startswith("region") else OrgUnit.objects.get(kind="nation")
    return plan_spot_check(unit, {**PLAN, **plan}, by=world.actor(role), at=AT)


def act(
    world: World, case: Case, verb: str, role: str = "region_officer", at: dt.datetime = AT, **details: Any
) -> Case:
    return perform(Case.objects.get(pk=case.pk), verb, by=world.actor(role), at=at, **details)


def drawn(world: World, role: str = "region_officer", **plan: Any) -> Case:
    return act(world, planned(world, role, **plan), "draw", role, public="双色球 03 09 17")


def first_drawn(case: Case) -> DrawEntry:
    return DrawEntry.objects.filter(spot_check=case.pk, drawn=True).order_by("pk")[0]


def expert(world: World, name: str = "李专家") -> User:
    """A further expert of the region."""
    return person(name, Role.REGION_EXPERT, world.region)


def visits(case: Case) -> list[Case]:
    return list(Case.objects.filter(parent=case.pk, kind="visit").order_by("pk"))
