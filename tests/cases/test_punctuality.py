"""On time, on time after extension, late, open: the same in Python and in SQL (design, Deadlines)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import WorkItem
from cases.punctuality import OUTCOMES, as_expression, counts, outcome_of, outcome_word, punctuality
from tests.story import Story
from tests.worlds import build_world, moment

DUE, LATER = moment("2021-06-30 23:59"), moment("2021-07-15 23:59")
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("due_at", "original", "finished", "outcome"),
    [
        (DUE, None, None, "open"),
        (DUE, None, DUE, "on_time"),
        (DUE, None, DUE + HOUR, "late"),
        (LATER, DUE, DUE, "on_time"),
        (LATER, DUE, DUE + HOUR, "extended"),
        (LATER, DUE, LATER + HOUR, "late"),
        (LATER, DUE, None, "open"),
    ],
)
def test_an_extension_is_told_apart_from_being_on_time(
    due_at: dt.datetime, original: dt.datetime | None, finished: dt.datetime | None, outcome: str
) -> None:
    assert punctuality(due_at, original, finished) == outcome
    assert outcome_word(outcome)


MOMENTS = st.integers(0, 24 * 60).map(lambda hours: moment("2021-06-01") + hours * HOUR)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS), min_size=1, max_size=6))
def test_sql_says_what_python_says(
    rows: list[tuple[dt.datetime, dt.datetime | None, dt.datetime | None]], one_item: WorkItem
) -> None:
    for due_at, original, finished in rows:
        WorkItem.objects.filter(pk=one_item.pk).update(due_at=due_at, original_due_at=original, finished=finished)
        found = WorkItem.objects.annotate(punctual=as_expression()).get(pk=one_item.pk)
        assert found.punctual == outcome_of(found)


@pytest.fixture
def one_item(db: None) -> WorkItem:
    return WorkItem.objects.get(process=Story.open(build_world()).case)


def test_counts_leave_out_what_was_taken_back_and_what_has_no_date(db: None) -> None:
    story = Story.open(build_world())
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    story.on("2021-03-02").perform("withdraw", story.filler)
    story.on("2021-05-02").perform("request_confirmation", story.filler)
    items = WorkItem.objects.filter(process=story.case.pk)
    assert items.count() == 4
    assert counts(items) == {None: {"on_time": 1, "extended": 0, "late": 1, "open": 1}}
    assert counts(items, "process__year") == {2021: {"on_time": 1, "extended": 0, "late": 1, "open": 1}}
    assert set(OUTCOMES) == {"on_time", "extended", "late", "open"}
