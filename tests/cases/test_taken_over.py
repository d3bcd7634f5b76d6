"""What the migration from 0.1.0 fills in is what the engine itself would have written, as far as it can be known."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from cases.clock import local_date
from cases.deadlines import replayed
from cases.explaining import explain
from cases.models import Case, EventDelivery, Finding, WorkItem
from tests.story import Story, problem
from tests.worlds import build_world, moment
from workflows.consistency import faults

AT = moment("2021-05-12 10:42")
migration: Any = importlib.import_module("cases.migrations.0005_taken_over")


def facts(item: WorkItem) -> tuple[Any, ...]:
    return item.due_at, item.due_trace, item.due_provisional, item.amber_at, item.ladder


@pytest.fixture
def items(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Any, ...]]:
    """By rule, what the engine wrote of work that the migration then finds as 0.1.0 left it."""
    world = build_world()
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
    story.on("2021-03-10").approve()
    story.on("2021-05-10").fix(story.findings()[0])
    Story.open(world, unit=world.sibling)
    written = {item.due_rule: facts(item) for item in WorkItem.objects.all()}
    empty: dict[str, Any] = {"due_since": None, "due_trace": [], "amber_at": None, "ladder": "", "next_alarm_at": None}
    WorkItem.objects.update(due_provisional=False, **empty)
    Finding.objects.update(due_trace=[])
    monkeypatch.setattr(migration, "now", lambda: AT)
    migration.take_over(apps, SimpleNamespace(connection=connection))
    return written


def test_work_whose_rule_leads_to_the_same_date_again_is_as_if_opened_by_this_release(
    items: dict[str, tuple[Any, ...]],
) -> None:
    for rule in ("self_check", "review"):
        item = WorkItem.objects.open().get(due_rule=rule)
        assert facts(item) == items[rule]
        assert (item.due_since, item.due_revision) == (AT, 0)


def test_a_date_that_somebody_set_is_taken_over_as_it_is(items: dict[str, tuple[Any, ...]]) -> None:
    item = WorkItem.objects.open().get(due_rule="rectify")
    due_at, _trace, *others = items["rectify"]
    day = local_date(due_at).isoformat()
    assert facts(item) == (due_at, [{"step": "inherited", "on": day}], *others)
    finding = Finding.objects.get(case__state="open")
    assert finding.due_trace == item.due_trace
    assert finding.history.latest().due_trace == item.due_trace
    assert finding.history.latest().history_change_reason == "0.2.0"


def test_a_date_that_was_taken_over_says_so_and_stays_when_the_calendar_changes(
    items: dict[str, tuple[Any, ...]],
) -> None:
    item = WorkItem.objects.open().select_related("process__edition").get(due_rule="rectify")
    edition = item.process.edition.parsed
    rule, day = edition.deadlines["rectify"], local_date(item.due_at) if item.due_at else None
    with translation.override("en"):
        (line,) = explain(item.due_trace, on=day, rule=rule, edition=edition).lines
    assert line.text == "Taken over from the version before, which did not keep how the day was found."
    assert line.on == day
    assert replayed(rule, item.due_trace).on == day


def test_work_that_is_done_gets_its_trace_and_no_alarm(items: dict[str, tuple[Any, ...]]) -> None:
    done = WorkItem.objects.exclude(finished=None)
    assert done.filter(due_rule="verify").exists()
    for item in done:
        assert item.due_trace
        assert (item.due_since, item.amber_at, item.next_alarm_at, item.ladder) == (None, None, None, "")


def test_every_open_case_agrees_with_itself_and_no_old_news_is_waiting(items: dict[str, tuple[Any, ...]]) -> None:
    assert list(faults(Case.objects.all())) == []
    assert EventDelivery.objects.exists()
    assert not EventDelivery.objects.exclude(done_at=AT).exists()


def test_a_database_without_rows_is_taken_over_too(db: None) -> None:
    migration.take_over(apps, SimpleNamespace(connection=connection))
    assert not WorkItem.objects.exists()
