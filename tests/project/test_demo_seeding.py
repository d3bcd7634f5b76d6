"""The demonstration is made in an empty database, the same every time, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError
from django.db import transaction
from django.test import override_settings

from cases.models import Case, OrgUnit
from tests.demonstration import TIANSHAN, chains_break, content, ledgers_break, seed
from tests.worlds import build_world
from workflows.quality_cycle.kind import State


@pytest.fixture
def var(settings: Any, tmp_path: Any) -> Any:
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.mark.sqlite
def test_the_same_is_made_every_time(db: None, var: Any) -> None:
    point = transaction.savepoint()
    seed("650203")
    first = content()
    transaction.savepoint_rollback(point)
    seed("650203")
    assert first["CaseEvent"]
    assert content() == first


def test_a_database_with_other_units_is_refused(db: None, var: Any) -> None:
    build_world()
    before = content()
    with pytest.raises(CommandError):
        seed(TIANSHAN)
    assert content() == before


def test_an_interrupted_demonstration_is_not_taken_for_a_whole_one(db: None, var: Any) -> None:
    seed("650205")
    (var / "demo-clock.json").unlink()
    with pytest.raises(CommandError):
        seed("650205")


def test_production_refuses_the_demonstration(db: None, var: Any) -> None:
    with override_settings(PRODUCTION=True), pytest.raises(CommandError):
        seed(TIANSHAN)
    assert not OrgUnit.objects.exists()


@pytest.mark.long
def test_the_whole_region_is_made_in_every_state(db: None, var: Any) -> None:
    seed()
    states = set(Case.objects.values_list("kind", "state"))
    assert {state for kind, state in states if kind == "quality_cycle"} == set(State)
    finals = {"closed", "referred", "rejected", "cancelled"}
    # No finding of these editions waits for an approval of its closing, and the one plan has been accepted.
    assert {state for kind, state in states if kind == "finding"} == {
        "open",
        "in_progress",
        "fixed",
        "continuing",
        *finals,
    }
    assert Case.objects.filter(kind="quality_cycle", year=2021).count() == 160
    assert chains_break() == []
    assert ledgers_break() == []
