"""Facts of what happened before facts were written are those that the engine would have written (migration 0009)."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, Q

from cases.models import Case, CycleFact, Evidence, FindingFact, Placement
from cases.orgtree import close_unit
from tests.story import Story, problem
from tests.worlds import World, build_world, moment
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = pytest.mark.django_db
migration: Any = importlib.import_module("cases.migrations.0009_dated_facts")
LASTING = Q(valid_until=None) | ~Q(valid_until=F("valid_from"))


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def told(world: World) -> None:
    """A year with everything that changes what counts."""
    story = Story.open(world)
    story.on("2021-02-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-02-02").perform("withdraw", story.head)
    problems = {
        "A1-05": problem(["core_systems", "internal_rules"]),
        "A1-19": problem(["hand"]),
        "A1-28": problem(["triage"], fixed_on_spot=True, planned_on=None),
        "A1-29": problem(["law_compliance"]),
    }
    story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-28")
    story.on("2021-02-03").fill(problems).seal()
    story.perform("submit", story.head)
    story.on("2021-02-10").perform("return_", story.officer, reason="请补充。")
    story.on("2021-02-12").submit({**problems, "A1-05": problem(["internal_rules"])})
    disagree = {"A1-29": {"conclusion": "disagree", "opinion": "不属实。"}}
    amended = {"A1-28": {"conclusion": "agree", "facets": ["epidemic_plan", "triage"]}}
    story.on("2021-03-10").approve({**disagree, **amended})
    first, second, *_others = story.findings()
    story.on("2021-04-01").fix(first)
    story.on("2021-04-02").close(story.again(first))
    story.on("2021-04-05").fix(second)
    perform(second.case, "return_", by=story.officer, at=moment("2021-04-08"), reason="照片不清。")
    perform(first.case, "reopen", by=world.actor("prefecture_officer"), at=moment("2021-05-01"), reason="仍有问题。")
    perform(
        second.case,
        "refer",
        by=story.officer,
        at=moment("2021-05-02"),
        reason="违法。",
        referred_to="监督所",
        reference="1",
    )
    other = Story.open(world, unit=world.sibling)
    other.on("2021-04-01").perform("cancel", world.actor("county_approver"), reason="机构已关闭。")


def everything(table: Any, *leaving_out: str) -> list[tuple[Any, ...]]:
    names = [field.attname for field in table._meta.concrete_fields if field.attname not in ("id", *leaving_out)]
    rows = table.objects.all() if table is Placement else table.objects.filter(LASTING)
    return sorted(rows.values_list(*names), key=repr)


def test_what_the_migration_fills_in_is_what_the_engine_wrote(world: World) -> None:
    told(world)
    close_unit(world.sibling, on=moment("2021-06-01").date(), by=None, at=moment("2021-06-01"))
    Placement.objects.exclude(known_until=None).delete()
    before = [everything(FindingFact), everything(CycleFact), everything(Placement, "known_from")]
    assert all(before)
    for table in (FindingFact, CycleFact, Placement):
        table.objects.all().delete()
    migration.take_over(apps, SimpleNamespace(connection=connection))
    assert [everything(FindingFact), everything(CycleFact), everything(Placement, "known_from")] == before


def test_what_has_facts_already_is_left_alone(world: World) -> None:
    told(world)
    count = [table.objects.count() for table in (FindingFact, CycleFact, Placement)]
    migration.take_over(apps, SimpleNamespace(connection=connection))
    assert [table.objects.count() for table in (FindingFact, CycleFact, Placement)] == count


def test_facts_taken_over_agree_with_the_records(world: World) -> None:
    told(world)
    assert list(faults(Case.objects.all())) == []
    for table in (FindingFact, CycleFact):
        table.objects.all().delete()
    migration.take_over(apps, SimpleNamespace(connection=connection))
    assert list(faults(Case.objects.all())) == []
