"""The traffic light of work by the edition's threshold: one rule, the same on a page and in every list's SQL."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.db import connection

from cases.access import SYSTEM
from cases.clock import end_of_day, start_of_day
from cases.lights import SIGNS, light_is, light_of
from cases.models import Case, WorkItem
from tests.story import Story
from tests.worlds import World, moment, unit
from workflows.desk import inbox
from workflows.desk.cycles import cycle_lines, cycles_of, shows
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db

NOW = moment("2021-06-10 10:00")
MICROSECOND = dt.timedelta(microseconds=1)
DUE = [None, NOW - MICROSECOND, NOW, end_of_day(dt.date(2021, 6, 9)), end_of_day(dt.date(2021, 6, 10))]
AMBER = [None, NOW - MICROSECOND, NOW, NOW + MICROSECOND, start_of_day(dt.date(2021, 6, 10))]
HELD = [None, moment("2021-06-01")]


@pytest.fixture
def items(world: World) -> list[WorkItem]:
    """An open item for every way in which date, amber and hold can lie to the present, one institution each."""
    ways = list(itertools.product(DUE, AMBER, HELD))
    for number in range(len(ways)):
        unit("institution", f"第{number}护理院", f"650102-8{number:02d}", world.county)
    open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    found = list(WorkItem.objects.open().select_related("process").order_by("pk"))[: len(ways)]
    for item, (due_at, amber_at, held_at) in zip(found, ways, strict=True):
        item.due_at, item.amber_at, item.process.held_at = due_at, amber_at, held_at
        item.save(update_fields=["due_at", "amber_at"])
        Case.objects.filter(pk=item.process_id).update(held_at=held_at)
    WorkItem.objects.exclude(pk__in=[item.pk for item in found]).delete()
    return found


def test_python_and_sql_give_each_open_item_the_same_one_sign(items: list[WorkItem]) -> None:
    by_sql = {code: set(WorkItem.objects.filter(light_is(code, NOW)).values_list("pk", flat=True)) for code in SIGNS}
    assert sum(len(found) for found in by_sql.values()) == len(items)
    for code in SIGNS:
        assert by_sql[code] == {item.pk for item in items if light_of(item, NOW) == code}
        assert by_sql[code]


def test_the_list_of_cycles_filters_by_the_light_that_it_shows(items: list[WorkItem], world: World) -> None:
    cycles = cycles_of(world.viewer("county_officer", NOW), 2021).filter(pk__in=[item.process_id for item in items])
    shown = {line.case.pk: line.light for line in cycle_lines(list(cycles), NOW)}
    for code in SIGNS:
        found = set(shows(cycles, code, NOW).values_list("pk", flat=True))
        assert found == {pk for pk, light in shown.items() if light == code}


def test_the_light_turns_amber_as_many_days_before_as_the_edition_says(story: Story) -> None:
    item = WorkItem.objects.select_related("process").get(process=story.case.pk, finished=None)
    assert item.due_at is not None
    settings = story.case.edition.parsed.settings
    first = start_of_day(dt.date(2021, 4, 30) - dt.timedelta(days=settings.light_amber_days))
    assert (light_of(item, first - MICROSECOND), light_of(item, first)) == ("ok", "soon")
    assert (light_of(item, item.due_at), light_of(item, item.due_at + MICROSECOND)) == ("soon", "late")


def test_what_is_on_hold_stands_apart_from_the_lights_of_the_inbox(items: list[WorkItem], world: World) -> None:
    WorkItem.objects.filter(pk__in=[item.pk for item in items]).update(unit=world.county, role="county_officer")
    counts = inbox.inbox_counts(world.viewer("county_officer", NOW), inbox.Filters())
    assert counts["held"] == len(DUE) * len(AMBER)
    assert counts["all"] == sum(counts[code] for code in SIGNS) == len(items)


@pytest.mark.sqlite
@pytest.mark.parametrize("code", SIGNS)
def test_a_count_by_light_is_still_a_range_of_the_inbox_index(code: str, world: World) -> None:
    mine = inbox.to_do(world.viewer("county_officer", NOW)).filter(light_is(code, NOW))
    statement, parameters = mine.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan: list[Any] = [row[3] for row in cursor.fetchall()]
    assert "USING INDEX inbox (unit_id=? AND role=?" in plan[0] or "USING COVERING INDEX inbox" in plan[0]
