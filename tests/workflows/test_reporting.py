"""Who has reported and who in time: what the table counts, who sees it, and what it costs."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from cases.access import SYSTEM
from cases.models import Case, OrgUnit, WorkItem
from tests.story import Story, problem
from tests.workflows.crowds import crowd
from tests.worlds import World, moment, unit
from workflows.quality_cycle.opening import open_year
from workflows.reporting.completeness import Table, table_of
from workflows.reporting.steps import rounds_of, steps_of

pytestmark = pytest.mark.django_db
TODAY = moment("2021-07-01 10:00")


@pytest.fixture(autouse=True)
def present() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def year(story: Story) -> Story:
    """One institution has submitted in time and is verified; its sibling and its neighbour have done nothing."""
    open_year(story.world.region, 2021, by=SYSTEM, at=moment("2021-01-05"))
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return story


def table_for(world: World, area: OrgUnit, role: str = "region_officer") -> Table:
    return table_of(world.viewer(role, TODAY), area, 2021, steps_of(area, rounds_of(area, 2021)))


def numbers(table: Table, step: str) -> dict[str, tuple[int, int, int]]:
    """Expected, reported and overdue by unit."""
    at = [each.code for each in table.steps].index(step)
    return {
        row.unit.name[:3]: (row.tallies[at].expected, row.tallies[at].reported, row.tallies[at].overdue)
        for row in table.rows
    }


def page(client: Client, world: World, role: str, query: str = "", name: str = "/reporting/") -> Any:
    client.force_login(world.people[role])
    return client.get(f"{name}?{query}")


def test_a_prefecture_sees_by_county_who_has_filed_the_self_check(year: Story) -> None:
    table = table_for(year.world, year.world.prefecture)
    assert numbers(table, "self_check") == {"天山区": (2, 1, 1), "沙依巴": (1, 0, 1)}
    assert numbers(table, "verification") == {"天山区": (2, 1, 1), "沙依巴": (1, 0, 1)}
    assert numbers(table, "rectification") == {"天山区": (1, 0, 1), "沙依巴": (0, 0, 0)}


def test_a_region_sees_prefectures_and_a_county_its_institutions(year: Story) -> None:
    assert numbers(table_for(year.world, year.world.region), "self_check") == {
        "乌鲁木": (3, 1, 2),
        "克拉玛": (0, 0, 0),
    }
    table = table_for(year.world, year.world.county)
    assert [(row.unit.name, row.tallies[0].reported) for row in table.rows] == [
        ("天山区康宁护理院", 1),
        ("天山区松鹤医养中心", 0),
    ]


def test_the_sum_of_the_rows_is_the_total(year: Story) -> None:
    table = table_for(year.world, year.world.region)
    for at, total in enumerate(table.totals):
        assert total.expected == sum(row.tallies[at].expected for row in table.rows)
        assert total.reported == sum(row.tallies[at].reported for row in table.rows)


def test_late_in_time_and_after_an_extension_are_told_apart(year: Story) -> None:
    items = WorkItem.objects.filter(process=year.case.pk, due_rule="confirm")
    tally = table_for(year.world, year.world.county).totals[0]
    assert (tally.on_time, tally.extended, tally.late) == (1, 0, 0)
    items.update(original_due_at=moment("2021-02-01"))
    tally = table_for(year.world, year.world.county).totals[0]
    assert (tally.on_time, tally.extended, tally.late) == (0, 1, 0)
    items.update(due_at=moment("2021-02-15"))
    tally = table_for(year.world, year.world.county).totals[0]
    assert (tally.on_time, tally.extended, tally.late) == (0, 0, 1)


def test_a_form_that_was_withdrawn_is_not_reported_and_its_date_is_that_of_the_second_time(story: Story) -> None:
    story.on("2021-03-01").submit()
    assert table_for(story.world, story.world.county).totals[0].reported == 1
    story.perform("withdraw", story.head)
    assert table_for(story.world, story.world.county).totals[0].reported == 0
    story.on("2021-05-20").perform("submit", story.head)
    tally = table_for(story.world, story.world.county).totals[0]
    assert (tally.on_time, tally.late) == (0, 1)


def test_a_returned_form_stays_reported_and_a_cancelled_cycle_is_not_expected(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-05-10").perform("return_", story.officer, reason="请补充材料。")
    tally = table_for(story.world, story.world.county).totals[0]
    assert (tally.expected, tally.on_time) == (1, 1)
    story.perform("cancel", story.approver, reason="机构已停业。")
    assert table_for(story.world, story.world.county).totals[0].expected == 0


def test_institutions_without_a_cycle_are_named_and_not_expected(year: Story, client: Client) -> None:
    world = year.world
    late = unit("institution", "天山区新开护理院", "650102-009", world.county)
    unit("institution", "天山区明年开的", "650102-010", world.county, opened_on=dt.date(2022, 1, 1))
    unit("institution", "天山区已停业的", "650102-011", world.county, closed_on=dt.date(2021, 6, 1))
    shown = page(client, world, "prefecture_officer", "year=2021")
    assert (shown.context["not_opened"], list(shown.context["not_opened_units"])) == (1, [late])
    assert late.name in shown.text
    assert shown.context["timeliness_total"]["cells"][0]["number"] == 3
    other = page(client, world, "prefecture_officer", f"year=2021&area={world.other_county.pk}")
    assert other.context["not_opened"] == 0
    response = page(client, world, "region_officer", "year=2021", "/reporting/export/")
    about = load_workbook(BytesIO(b"".join(response.streaming_content))).worksheets[1]
    assert [cell.value for cell in list(about.iter_rows())[-1]][-1] == "1"
    Case.objects.filter(unit=world.sibling).update(state="cancelled")
    assert page(client, world, "region_officer", "year=2021").context["not_opened"] == 1
    open_year(world.region, 2021, by=SYSTEM, at=TODAY)
    assert page(client, world, "region_officer", "year=2021").context["not_opened"] == 0


def test_every_number_opens_exactly_the_records_that_it_counts(year: Story, client: Client) -> None:
    shown = page(client, year.world, "region_officer", "year=2021")
    assert shown.status_code == 200
    checked = 0
    for line in [*shown.context["lines"], {"cells": shown.context["totals"]}]:
        for cell in line["cells"]:
            for group, number in (("all", "expected"), ("reported", "reported"), ("overdue", "overdue")):
                rows = client.get(cell[group]).context["page"].rows
                assert len(rows) == getattr(cell["tally"], number)
                checked += 1
    for line in [*shown.context["timeliness"], shown.context["timeliness_total"]]:
        for cell in line["cells"]:
            assert len(client.get(cell["href"]).context["page"].rows) == cell["number"]
            checked += 1
    assert checked > 30


def test_the_records_show_the_day_that_decided(year: Story, client: Client) -> None:
    shown = page(client, year.world, "county_officer", "year=2021&step=self_check", "/reporting/records/")
    lines = {line.case.unit.name: line for line in shown.context["page"].rows}
    done = lines["天山区康宁护理院"]
    assert (done.standing, done.item.outcome, done.light) == ("on_time", "submit", "ok")
    assert lines["天山区松鹤医养中心"].light == "late"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("county_officer", 200),
        ("county_approver", 200),
        ("prefecture_officer", 200),
        ("prefecture_head", 200),
        ("region_officer", 200),
        ("region_head", 200),
        ("nation_officer", 200),
        ("inspector", 200),
        ("institution_filler", 403),
        ("institution_head", 403),
        ("system_admin", 403),
        ("auditor", 403),
        ("nobody", 403),
        ("national_expert", 403),
    ],
)
def test_everybody_from_the_county_upward_reads_it_and_nobody_else(
    year: Story, client: Client, role: str, status: int
) -> None:
    for name in ("/reporting/", "/reporting/records/", "/reporting/export/"):
        assert page(client, year.world, role, "year=2021", name).status_code == status


def test_another_area_does_not_exist_for_whoever_may_not_see_it(year: Story, client: Client) -> None:
    other = f"area={year.world.other_county.pk}"
    assert page(client, year.world, "county_officer", other).status_code == 404
    assert page(client, year.world, "county_officer", f"area={year.world.prefecture.pk}").status_code == 404
    assert page(client, year.world, "prefecture_officer", other).status_code == 200
    assert page(client, year.world, "county_officer", "area=x&year=x&step=x&group=x").status_code == 200


def test_the_excel_file_has_the_numbers_of_the_table_with_texts_as_texts(year: Story, client: Client) -> None:
    OrgUnit.objects.filter(pk=year.world.other_county.pk).update(name="=1+1县")
    response = page(client, year.world, "prefecture_officer", "year=2021", "/reporting/export/")
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(min_row=2))
    assert {cell.data_type for row in rows for cell in row[:3]} <= {"s", "inlineStr"}
    found = {(row[0].value, row[2].value): [cell.value for cell in row[3:]] for row in rows}
    assert found["天山区卫生健康委", rows[0][2].value] == [2, 1, 1, 0, 0, 0, 1, 0]
    assert ("=1+1县", rows[0][2].value) in found


def test_the_page_costs_the_same_for_many_units(
    year: Story, client: Client, django_assert_max_num_queries: Any
) -> None:
    def ask() -> None:
        assert page(client, year.world, "region_officer", "year=2021").status_code == 200

    ask()
    with django_assert_max_num_queries(32) as few:  # with signing in
        ask()
    for no in range(4):
        prefecture = unit("prefecture", f"地区{no}", f"65{no + 30}00", year.world.region)
        county = unit("county", f"县{no}", f"65{no + 30}01", prefecture)
        for each in range(3):
            unit("institution", f"机构{no}{each}", f"65{no + 30}01-00{each}", county)
    open_year(year.world.region, 2021, by=SYSTEM, at=moment("2021-01-06"))
    for place in (year.world.prefecture, year.world.other_prefecture):
        crowd(year.world, place)
    with django_assert_max_num_queries(len(few.captured_queries)):
        ask()


def test_the_records_cost_the_same_for_a_full_page(
    year: Story, client: Client, django_assert_max_num_queries: Any
) -> None:
    def ask() -> Any:
        return page(client, year.world, "region_officer", "year=2021", "/reporting/records/")

    ask()
    with django_assert_max_num_queries(28) as few:  # with signing in
        assert ask().status_code == 200
    for no in range(40):
        unit("institution", f"机构{no}", f"650102-1{no:02d}", year.world.county)
    open_year(year.world.region, 2021, by=SYSTEM, at=moment("2021-01-06"))
    with django_assert_max_num_queries(len(few.captured_queries)):
        shown = ask()
    assert len(shown.context["page"].rows) == 30
    assert shown.context["page"].next


def test_a_moment_after_the_date_the_same_work_is_overdue(year: Story) -> None:
    viewer = year.world.viewer("region_officer", moment("2021-04-30 23:00"))
    area = year.world.county
    before = table_of(viewer, area, 2021, steps_of(area, [])).totals[0]
    later = year.world.viewer("region_officer", moment("2021-05-01 00:01"))
    after = table_of(later, area, 2021, steps_of(area, [])).totals[0]
    assert (before.overdue, after.overdue) == (0, 1)
    assert later.at - viewer.at < dt.timedelta(days=1)
