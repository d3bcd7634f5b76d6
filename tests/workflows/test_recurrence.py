"""The same problem again at the same institution is flagged, and is one level more severe (重复发生)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, CaseEvent, Finding, Sequence
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.workflows.test_finding import ledger
from tests.worlds import World
from workflows.finding.recurrence import years_before


def earlier(story: Story, state: str = "closed", facets: list[str] | None = None, **fields: Any) -> Finding:
    """A finding of last year on item 18 of the story's institution."""
    made = dt.datetime(2020, 6, 1, tzinfo=dt.UTC)
    row = {"item_code": "A1-18", "state": state, **fields}
    (finding,) = findings(story.unit, [row], year=2020)
    Finding.objects.filter(pk=finding.pk).update(facets=facets if facets is not None else ["order_rx_rate"])
    Case.objects.filter(pk=finding.pk).update(created=fields.get("created", made))
    return finding


def report(story: Story, facets: list[str] | None = None) -> Finding:
    story.on("2021-03-01").submit({"A1-18": problem(facets if facets is not None else ["order_rx_rate"])})
    return Finding.objects.select_related("case").get(cycle=story.case.pk)


def test_what_was_found_last_year_is_a_level_worse_this_year(story: Story) -> None:
    before = earlier(story)
    finding = report(story)
    assert (finding.recurrence_of, finding.severity) == (before, "major")
    assert list(before.recurrences.all()) == [finding]
    opened = CaseEvent.objects.get(case=finding.pk, verb="open")
    assert opened.details["recurrence_of"] == before.pk


def test_the_latest_of_several_earlier_findings_is_named_and_the_level_rises_once(story: Story) -> None:
    earlier(story, created=dt.datetime(2019, 6, 1, tzinfo=dt.UTC))
    latest = earlier(story)
    finding = report(story)
    assert (finding.recurrence_of, finding.severity) == (latest, "major")


@pytest.mark.parametrize("state", ["rejected", "cancelled"])
def test_what_was_not_upheld_or_was_cancelled_does_not_count(story: Story, state: str) -> None:
    earlier(story, state)
    finding = report(story)
    assert (finding.recurrence_of, finding.severity) == (None, "general")


@pytest.mark.parametrize("state", ["open", "referred", "closed"])
def test_what_is_still_open_or_was_referred_counts(story: Story, state: str) -> None:
    earlier(story, state)
    assert report(story).recurrence_of is not None


@pytest.mark.parametrize(
    ("before", "now", "repeated"),
    [
        (["order_rx_rate"], ["order_rx_rate"], True),
        (["record_rate"], ["order_rx_rate"], False),
        (["record_rate", "order_rx_rate"], ["order_rx_rate"], True),
        ([], ["order_rx_rate"], False),
    ],
)
def test_the_facet_has_to_be_the_same(story: Story, before: list[str], now: list[str], repeated: bool) -> None:
    earlier(story, facets=before)
    assert (report(story, now).recurrence_of is not None) == repeated


def test_an_item_without_facets_is_compared_as_a_whole(story: Story) -> None:
    before = earlier(story, item_code="A1-08", facets=[])
    story.on("2021-03-01").submit({"A1-08": problem()})
    assert Finding.objects.get(cycle=story.case.pk).recurrence_of == before


@pytest.mark.parametrize(("minute", "repeated"), [(59, False), (60, True)])
def test_two_years_back_is_the_limit_by_the_day_on_which_it_was_found(
    story: Story, minute: int, repeated: bool
) -> None:
    """1 March 2019 begins in Asia/Shanghai at 16:00 UTC of the day before."""
    earlier(story, created=dt.datetime(2019, 2, 28, 15, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=minute))
    assert (report(story).recurrence_of is not None) == repeated


def test_another_institution_and_another_item_do_not_count(story: Story, world: World) -> None:
    (elsewhere,) = findings(world.sibling, [{"item_code": "A1-18", "state": "closed"}], year=2020)
    Finding.objects.filter(pk=elsewhere.pk).update(facets=["order_rx_rate"])
    assert report(story).recurrence_of is None


def test_a_second_finding_beside_one_of_the_same_cycle_that_is_in_hand_is_no_repetition(story: Story) -> None:
    (first,) = ledger(story)
    added = {"item_code": "A1-08", "problem": "同一项的另一个问题。", "facets": []}
    story.perform("add_finding", story.officer, **added)
    assert Finding.objects.get(problem=added["problem"]).recurrence_of is None
    for finding in (first, Finding.objects.get(problem=added["problem"])):
        story.close(story.fix(story.again(finding)))
    story.on("2021-09-01").perform(
        "add_finding", story.officer, **{**added, "problem": "又一次。", "severity": "major"}
    )
    third = Finding.objects.get(problem="又一次。")
    assert (third.recurrence_of.problem if third.recurrence_of else "", third.severity) == (added["problem"], "serious")


def test_looking_for_repetitions_takes_one_query_however_many_findings(story: Story) -> None:
    for code in ("A1-08", "A1-09", "A1-10"):
        earlier(story, item_code=code, facets=[])
    story.on("2021-03-01").fill({code: problem() for code in ("A1-08", "A1-09", "A1-10", "A1-20", "A1-24")})
    story.perform("request_confirmation", story.filler)
    story.seal()
    with CaptureQueriesContext(connection) as counted:
        story.perform("submit", story.head)
    asked = [query["sql"] for query in counted.captured_queries if query["sql"].startswith("SELECT")]
    assert len([sql for sql in asked if "cases_finding" in sql and '"created" >=' in sql]) == 1
    assert Finding.objects.filter(cycle=story.case.pk, severity="major").count() == 3


@pytest.mark.parametrize(("day", "before"), [("2021-03-01", "2019-03-01"), ("2024-02-29", "2022-02-28")])
def test_so_many_years_back_is_the_same_day(day: str, before: str) -> None:
    assert years_before(dt.date.fromisoformat(day), 2) == dt.date.fromisoformat(before)


# ── numbers ──


def test_numbers_have_four_digits_and_sort_past_nine_hundred_and_ninety_nine(story: Story) -> None:
    Sequence.objects.create(key="finding:2021:650102", last=999)
    (finding,) = ledger(story)
    assert finding.case.number == "2021-650102-1000"


def test_a_year_that_began_with_three_digits_goes_on_with_three(story: Story) -> None:
    (old,) = findings(story.unit, [{"number": "2021-650102-001", "state": "closed"}])
    Sequence.objects.create(key="finding:2021:650102", last=1)
    assert old.case.number == "2021-650102-001"
    story.on("2021-03-01").submit({"A1-09": problem()})
    assert Finding.objects.get(cycle=story.case.pk).case.number == "2021-650102-002"


def test_the_first_number_of_a_county_and_year(story: Story) -> None:
    assert ledger(story)[0].case.number == "2021-650102-0001"
