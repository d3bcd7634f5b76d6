"""The auditor (审计员) reads the system's own chains: by unit, month, kind and person, and that is recorded."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.access import SYSTEM, Actor, appoint
from cases.audit import note
from cases.audit.verbs import WORDS
from cases.models.audit import SystemEvent
from cases.roles import Role
from tests.worlds import World, build_world, moment, person

ROOT = Path(__file__).parents[2]
AT = moment("2021-03-02")


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def page(world: World, who: str = "auditor", **asked: str) -> Any:
    client = Client()
    client.force_login(world.people[who])
    return client.get(reverse("system_events"), asked)


def verbs(answer: Any) -> list[str]:
    return [row.event.verb for row in answer.context["found"].rows]


def test_the_latest_event_stands_first_in_words_with_who_and_from_where(world: World) -> None:
    officer = world.county_officer
    note("export", by=Actor(officer, address="10.1.2.3"), at=AT, unit=world.county, details={"what": "ledger"})
    note("disable_account", by=SYSTEM, at=AT, unit=world.county, subject=officer, reason="离职。")
    answer = page(world)
    said = answer.content.decode()
    assert verbs(answer)[2:4] == ["disable_account", "export"]  # after signing in and this very search
    first = answer.context["found"].rows[2]
    assert first.about == f"{officer.name} · {officer.username}"
    for word in (str(WORDS["export"]), officer.name, "10.1.2.3", "ledger", "离职。", "2021-03"):
        assert word in said


def test_each_filter_narrows(world: World) -> None:
    by = Actor(world.county_officer)
    note("sign_in", by=by, at=AT, unit=world.county)
    note("sign_in", by=SYSTEM, at=moment("2021-04-02"), unit=world.prefecture)
    note("export", by=by, at=moment("2021-04-02"), unit=world.county)
    note("seal_rows", by=SYSTEM, at=AT)
    assert verbs(page(world, month="2021-04")) == ["export", "sign_in"]
    assert verbs(page(world, unit=world.county.name, kind="signing_in")) == ["sign_in"]
    assert verbs(page(world, person=world.county_officer.username)) == ["export", "sign_in"]
    assert verbs(page(world, kind="=export")) == ["export"]
    assert "seal_rows" not in verbs(page(world))
    assert "seal_rows" in verbs(page(world, kind="*", month="2021-03"))
    assert verbs(page(world, unit="没有这个单位")) == []
    refused = page(world, month="去年", person="李")
    assert refused.status_code == 422
    assert "去年" in refused.content.decode()


def test_a_person_is_also_found_by_what_others_did_about_them(world: World) -> None:
    note("lend_password", by=Actor(world.system_admin), at=AT, subject=world.county_officer)
    assert verbs(page(world, person=world.county_officer.username)) == ["lend_password"]


def test_looking_is_recorded_once_and_without_the_name_that_was_looked_for(world: World) -> None:
    for _time in range(2):
        page(world, person=world.county_officer.name, kind="posts")
    (event,) = SystemEvent.objects.filter(verb="search_system")
    assert (event.actor, event.details["kind"]) == (world.auditor, "posts")
    assert world.county_officer.name not in str(event.details)
    assert event.appointment is not None
    assert event.chain.unit == event.appointment.unit


@pytest.mark.parametrize("who", ["inspector", "system_admin", "security_admin", "county_officer"])
def test_nobody_but_an_auditor_reads_it(who: str, world: World) -> None:
    assert page(world, who).status_code == 403


def test_an_auditor_of_a_prefecture_sees_its_units_alone(world: World) -> None:
    theirs = world.people["prefecture_auditor"] = person("市审计")
    appoint(theirs, world.prefecture, Role.AUDITOR, valid_from=dt.date(2020, 1, 1))
    for unit in (world.county, world.other_prefecture, None):
        note("export", by=SYSTEM, at=AT, unit=unit)
    found = page(world, "prefecture_auditor", kind="=export").context["found"].rows
    assert [row.event.chain.unit for row in found] == [world.county]
    assert page(world, "prefecture_auditor", unit=world.other_prefecture.name).context["found"].rows == []
    assert len(page(world, kind="=export").context["found"].rows) == 3


def test_every_verb_that_is_noted_anywhere_has_its_words() -> None:
    noted: set[str] = set()
    for folder in ("cases", "workflows", "notifications", "project"):
        for path in (ROOT / folder).rglob("*.py"):
            noted |= verbs_noted_in(ast.parse(path.read_text()))
    assert noted <= set(WORDS)
    assert {"sign_in", "appoint", "export", "verified", "read", "anchor"} <= noted


def verbs_noted_in(module: ast.Module) -> set[str]:
    """The verbs handed to ``note`` and ``noting``: as texts, by a choice of two, or by a constant of the module."""
    constants: dict[str, str] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                constants |= dict(constants_in(target, statement.value))
    found: set[str] = set()
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and node.args and called(node) in NOTERS):
            continue
        for part in ast.walk(node.args[1] if called(node) in SECOND else node.args[0]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
            elif isinstance(part, ast.Name) and part.id in constants:
                found.add(constants[part.id])
    return found


NOTERS = {"note", "noting", "_note_person", "note_looking", "_note"}
SECOND = {"note_looking", "_note"}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def constants_in(target: ast.expr, value: ast.expr) -> list[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return [pair for one, other in pairs for pair in constants_in(one, other)]
    if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [(target.id, value.value)]
    return []
