"""A prefecture's Annex 2 from dated facts: the readings of the design, one by one (附件2; design, Readings)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.editions.pinned import edition_by
from cases.editions.quality import quality_of
from cases.figures.annex2 import Entry, Figures, MissingCounty, compute_many, entries, missing
from cases.models import DrawEntry, Edition, OrgUnit, SpotCheck, Visit
from cases.orgtree import close_unit, move_unit
from tests.cases.figure_rows import CUTOFF, case_of, cycle_of, edition, fact, figures_of, finding_of, institution
from tests.worlds import World, build_world, moment, unit

pytestmark = pytest.mark.django_db
HAND, CORE = ("A1-19", ["hand"]), ("A1-05", ["core_systems"])


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def without_zeros(figures: Figures) -> dict[str, int]:
    """The cells of the table and the numbers beside it that are not zero."""
    return {key: number for key, number in {**figures.cells, **figures.beside}.items() if number}


def visit_to(place: OrgUnit, by: OrgUnit, concluded: str | None, year: int = 2021) -> None:
    check = case_of(by, "spot_check", year=year)
    record = SpotCheck.objects.create(case=check, title="抽查", size=1)
    entry = DrawEntry.objects.create(
        spot_check=record, institution=place, stratum="", weight=1, probability=1, position=1
    )
    case = case_of(place, "visit", parent=check, year=year)
    Visit.objects.create(case=case, entry=entry, concluded_at=moment(concluded) if concluded else None)


def test_a_prefecture_without_institutions_has_every_number_and_each_is_zero(world: World) -> None:
    found = figures_of(world.other_prefecture)
    assert list(found.counts) == ["A2-C1", "A2-C2", "A2-C3", "A2-C4", "A2-C5"]
    assert len(found.cells) == 10 * 4
    assert {*found.counts.values(), *found.cells.values(), *found.beside.values(), found.missing_beds} == {0}


def test_the_first_count_is_of_institutions_that_exist_and_not_of_reports(world: World) -> None:
    institution(world.county, opened_on=CUTOFF + dt.timedelta(days=1))
    last = institution(world.county, opened_on=CUTOFF)
    assert figures_of(world.prefecture).counts["A2-C1"] == 4
    close_unit(world.sibling, on=CUTOFF, by=None, at=moment("2021-09-29"))
    close_unit(last, on=CUTOFF + dt.timedelta(days=1), by=None, at=moment("2021-09-29"))
    assert figures_of(world.prefecture).counts["A2-C1"] == 3


def test_beds_are_those_that_the_county_has_verified_by_the_day_and_the_others_are_named_as_missing(
    world: World,
) -> None:
    first = cycle_of(world.institution, beds=80, home_beds=12, since="2021-03-10", until="2021-09-30")
    cycle_of(world.institution, beds=90, home_beds=0, since="2021-09-30", case=first)
    cycle_of(world.sibling, beds=7, since="2021-10-01")
    found = figures_of(world.prefecture)
    assert (found.counts["A2-C2"], found.counts["A2-C3"], found.missing_beds) == (90, 0, 2)
    before = figures_of(world.prefecture, dt.date(2021, 9, 29))
    assert (before.counts["A2-C2"], before.counts["A2-C3"], before.missing_beds) == (80, 12, 2)


def test_a_form_counts_as_self_checked_from_its_submission_until_it_is_withdrawn(world: World) -> None:
    cycle_of(world.institution, since="2021-03-01", until="2021-04-01")
    assert [figures_of(world.prefecture, day).counts["A2-C4"] for day in _days("02-28", "03-01", "03-31", "04-01")] == [
        0,
        1,
        1,
        0,
    ]


def test_cycles_of_another_year_do_not_count(world: World) -> None:
    past = case_of(world.institution, year=2020)
    cycle_of(world.institution, beds=80, case=past)
    finding_of(past, *HAND, open="2021-03-01")
    found = figures_of(world.prefecture)
    assert (found.counts["A2-C2"], found.counts["A2-C4"], without_zeros(found)) == (0, 0, {})


def test_the_spot_checked_are_those_with_a_concluded_visit_of_the_region_in_the_year(world: World) -> None:
    visit_to(world.institution, world.region, "2021-09-30")
    visit_to(world.institution, world.region, "2021-09-01")  # once, however often the region came
    visit_to(world.sibling, world.region, "2021-10-01")
    visit_to(world.other_institution, world.region, None)
    assert world.region.superior is not None
    visit_to(world.other_institution, world.region.superior, "2021-09-01")
    visit_to(world.other_institution, world.region, "2021-02-01", year=2020)
    assert figures_of(world.prefecture).counts["A2-C5"] == 1


def test_an_institution_counts_once_for_a_row_however_many_problems_it_has_there(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, "A1-28", ["epidemic_plan", "triage"], open="2021-03-01")
    finding_of(cycle, "A1-30", ["reporting"], source="county", open="2021-03-10")
    assert without_zeros(figures_of(world.prefecture)) == {"A2-10.selfcheck.problem": 1}


def test_rectified_means_that_all_findings_of_the_row_and_column_are_closed(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, "A1-28", ["triage"], open="2021-03-01", closed="2021-05-01")
    finding_of(cycle, "A1-30", ["reporting"], open="2021-03-01", fixed="2021-06-01", closed="2021-07-01")
    seen = [without_zeros(figures_of(world.prefecture, day)) for day in _days("05-31", "06-30", "07-01")]
    problem, said = {"A2-10.selfcheck.problem": 1}, {"A2-10.selfcheck.self_reported_fixed": 1}
    assert seen == [problem, problem | said, problem | said | {"A2-10.selfcheck.fixed": 1}]


def test_what_the_county_finds_is_in_the_self_checks_columns_and_what_the_region_finds_in_its_own(
    world: World,
) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, *HAND, source="county", open="2021-03-10")
    finding_of(cycle, *HAND, source="region", open="2021-06-01", closed="2021-07-01")
    assert without_zeros(figures_of(world.prefecture)) == {
        "A2-06.selfcheck.problem": 1,
        "A2-06.spotcheck.problem": 1,
        "A2-06.spotcheck.fixed": 1,
        "A2-06.spotcheck.self_reported_fixed": 1,
    }


def test_findings_of_nation_complaint_and_inspector_stand_beside_the_table(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, "A1-28", ["epidemic_plan", "triage"], source="nation", open="2021-03-01")
    finding_of(cycle, "A1-09", [], source="nation", open="2021-03-01", closed="2021-04-01")
    finding_of(cycle, *HAND, source="complaint", open="2021-03-01")
    finding_of(cycle, *HAND, source="inspector", open="2021-03-01", gone="2021-04-01")
    assert without_zeros(figures_of(world.prefecture)) == {
        "nation": 2,
        "A2-10.nation": 1,
        "complaint": 1,
        "A2-06.complaint": 1,
    }


def test_what_was_referred_is_a_problem_that_is_not_rectified_and_is_shown_beside_the_table(world: World) -> None:
    finding_of(cycle_of(world.institution), *HAND, open="2021-03-01", referred="2021-05-01")
    found = figures_of(world.prefecture)
    assert without_zeros(found) == {"A2-06.selfcheck.problem": 1, "referred": 1, "A2-06.referred": 1}


def test_an_edition_may_leave_what_was_referred_out_of_the_table(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, *HAND, open="2021-03-01", referred="2021-05-01")
    finding_of(cycle, *CORE, open="2021-03-01", referred="2021-05-01")
    finding_of(cycle, *CORE, source="county", open="2021-03-01", closed="2021-05-01")
    other = dataclasses.replace(edition(), annex2=dataclasses.replace(edition().annex2, referred="beside"))
    assert without_zeros(figures_of(world.prefecture, edition=other)) == {
        "A2-03.selfcheck.problem": 1,
        "A2-03.selfcheck.fixed": 1,
        "A2-03.selfcheck.self_reported_fixed": 1,
        "referred": 2,
        "A2-06.referred": 1,
        "A2-03.referred": 1,
    }


def test_an_edition_may_count_other_sources(world: World) -> None:
    finding_of(cycle_of(world.institution), *HAND, source="nation", open="2021-03-01")
    table = dataclasses.replace(edition().annex2, spotcheck_sources=("region", "nation"))
    found = figures_of(world.prefecture, edition=dataclasses.replace(edition(), annex2=table))
    assert without_zeros(found) == {"A2-06.spotcheck.problem": 1}
    assert "nation" not in found.beside


@pytest.mark.parametrize(
    ("counted", "rectified", "problem", "fixed"),
    [
        ("institutions", "closed", 2, 0),
        ("institutions", "reported", 2, 1),
        ("findings", "closed", 4, 1),
        ("findings", "reported", 4, 3),
    ],
)
def test_an_edition_may_count_findings_and_take_the_institutions_word(
    world: World, counted: Any, rectified: Any, problem: int, fixed: int
) -> None:
    """Unit and “rectified” are readings of the edition, and what stands behind the number follows them."""
    cycle, other = cycle_of(world.institution), cycle_of(world.sibling)
    finding_of(cycle, "A1-28", ["epidemic_plan", "triage"], open="2021-03-01", fixed="2021-06-01")
    finding_of(cycle, "A1-30", ["reporting"], open="2021-03-01", closed="2021-05-01")
    finding_of(other, "A1-29", ["law_compliance"], open="2021-03-01")
    finding_of(other, "A1-30", ["reporting"], open="2021-03-01", fixed="2021-06-01")
    table = dataclasses.replace(edition().annex2, counted=counted, rectified=rectified)
    read = dataclasses.replace(edition(), annex2=table)
    found = figures_of(world.prefecture, edition=read)
    cell = "A2-10.selfcheck"
    assert (found.cells[f"{cell}.problem"], found.cells[f"{cell}.fixed"]) == (problem, fixed)
    assert found.counts["A2-C4"] == 2
    for column, number in (("problem", problem), ("fixed", fixed)):
        code = f"{cell}.{column}"
        behind = entries(read, unit=world.prefecture, cycle_year=2021, cutoff_on=CUTOFF, cell=code)
        key = "institution_id" if counted == "institutions" else "finding_id"
        assert len({getattr(entry, key) for entry in behind}) == number


def test_a_problem_of_staffing_alone_does_not_count_for_the_row_of_its_item(world: World) -> None:
    finding_of(cycle_of(world.institution), "A1-03", ["staffing"], open="2021-03-01")
    assert without_zeros(figures_of(world.prefecture)) == {}


def test_a_finding_without_a_facet_counts_only_where_all_facets_of_its_item_feed_one_row(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, "A1-28", [], open="2021-03-01")
    finding_of(cycle, "A1-05", [], open="2021-03-01")
    assert without_zeros(figures_of(world.prefecture)) == {"A2-10.selfcheck.problem": 1}


def test_facets_of_the_same_name_under_another_item_are_another_thing(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding_of(cycle, "A1-09", ["hand"], open="2021-03-01")
    finding_of(cycle, "A1-05", ["hand"], open="2021-03-01")
    assert without_zeros(figures_of(world.prefecture)) == {"outside_form": 1}  # of an item that feeds the table


def test_a_finding_that_is_rejected_counts_until_that_moment(world: World) -> None:
    finding_of(cycle_of(world.institution), *HAND, open="2021-03-01", gone="2021-05-01")
    assert [figures_of(world.prefecture, day).cells["A2-06.selfcheck.problem"] for day in _days("04-30", "05-01")] == [
        1,
        0,
    ]


def test_an_amended_facet_counts_from_its_own_moment(world: World) -> None:
    cycle = cycle_of(world.institution)
    finding = finding_of(cycle, "A1-05", ["internal_rules"], open="2021-03-01", gone="2021-05-01")
    finding.facets = ["core_systems"]
    fact(finding, "open", moment("2021-05-01"), None)
    assert [figures_of(world.prefecture, day).cells["A2-03.selfcheck.problem"] for day in _days("04-30", "05-01")] == [
        0,
        1,
    ]


def test_what_a_withdrawn_form_reported_does_not_count_among_the_self_checked(world: World) -> None:
    cycle = cycle_of(world.institution, until="2021-04-01")
    finding_of(cycle, *HAND, open="2021-03-01")
    assert [without_zeros(figures_of(world.prefecture, day)) for day in _days("03-31", "04-01")] == [
        {"A2-06.selfcheck.problem": 1},
        {},
    ]


def test_findings_of_a_cancelled_cycle_do_not_count_beside_those_of_the_one_that_took_its_place(world: World) -> None:
    finding_of(cycle_of(world.institution, until="2021-04-01"), *HAND, open="2021-03-01", closed="2021-03-20")
    finding_of(cycle_of(world.institution, since="2021-05-01"), *CORE, open="2021-05-01")
    assert without_zeros(figures_of(world.prefecture)) == {"A2-03.selfcheck.problem": 1}


def test_an_institution_that_moved_counts_with_its_findings_where_it_was_on_the_day(world: World) -> None:
    elsewhere = unit("county", "独山子区卫生健康委", "650202", world.other_prefecture)
    finding_of(cycle_of(world.institution, beds=80), *HAND, open="2021-03-01")
    move_unit(world.institution, elsewhere, on=dt.date(2021, 7, 1), by=None, at=moment("2021-07-05"))
    for day, here, there in (("06-30", 1, 0), ("07-01", 0, 1)):
        on = _days(day)[0]
        for place, number in ((world.prefecture, here), (world.other_prefecture, there), (world.region, 1)):
            found = figures_of(place, on)
            assert (found.cells["A2-06.selfcheck.problem"], found.counts["A2-C2"]) == (number, 80 * number)


def test_what_was_filed_before_a_move_was_entered_is_computed_again_as_it_was_known(world: World) -> None:
    elsewhere = unit("county", "独山子区卫生健康委", "650202", world.other_prefecture)
    move_unit(world.institution, elsewhere, on=dt.date(2021, 7, 1), by=None, at=moment("2021-10-20"))
    assert figures_of(world.prefecture).counts["A2-C1"] == 2
    assert figures_of(world.prefecture, known_at=moment("2021-10-08")).counts["A2-C1"] == 3


def test_a_closed_institution_does_not_count_although_its_cycle_is_still_open(world: World) -> None:
    finding_of(cycle_of(world.institution, beds=80), *HAND, open="2021-03-01")
    close_unit(world.institution, on=dt.date(2021, 7, 1), by=None, at=moment("2021-07-05"))
    found = figures_of(world.prefecture)
    assert (found.counts["A2-C2"], found.counts["A2-C4"], without_zeros(found)) == (0, 0, {})
    assert figures_of(world.prefecture, dt.date(2021, 6, 30)).counts["A2-C2"] == 80


def test_an_item_of_one_edition_only_is_told_apart_and_feeds_no_row_of_the_other(world: World) -> None:
    newer = quality_of(edition_by(Edition.objects.get(version="2022").pk))
    [only_there, *_others] = [
        (item.code, facet.code)
        for item in newer.form.items.values()
        for facet in item.facets
        if facet.annex2 and edition().form.items.get(item.code) is None
    ] or [("A1-31", "new")]
    finding_of(cycle_of(world.institution), only_there[0], [only_there[1]], open="2021-03-01")
    assert without_zeros(figures_of(world.prefecture)) == {"outside_form": 1}


def test_the_county_has_figures_too_and_an_institution_none(world: World) -> None:
    cycle_of(world.institution, beds=80)
    assert figures_of(world.county).counts["A2-C2"] == 80
    assert figures_of(world.other_county).counts["A2-C2"] == 0
    with pytest.raises(ValueError, match="institution"):
        figures_of(world.institution)


def test_behind_every_number_stand_its_records(world: World) -> None:
    cycle = cycle_of(world.institution, beds=80)
    open_one = finding_of(cycle, "A1-28", ["epidemic_plan", "triage"], open="2021-03-01")
    closed = finding_of(cycle_of(world.sibling), "A1-30", ["reporting"], closed="2021-03-01")
    referred = finding_of(cycle, *HAND, source="nation", referred="2021-03-01")

    def behind(cell: str) -> list[Entry]:
        return entries(edition(), unit=world.prefecture, cycle_year=2021, cutoff_on=CUTOFF, cell=cell)

    own, other = world.institution.pk, world.sibling.pk
    key = "A2-10.selfcheck"
    both = [Entry(key, own, open_one.pk, "open", 1), Entry(key, other, closed.pk, "closed", 1)]
    assert behind(key) == behind(f"{key}.problem") == both
    assert behind(f"{key}.fixed") == both[1:]
    assert behind("referred") == [Entry("referred", own, referred.pk, "referred", 1)]
    assert behind("A2-C2") == [Entry("A2-C2", own, None, "", 80)]
    assert [entry.institution_id for entry in behind("missing_beds")] == [other, world.other_institution.pk]
    assert behind("A2-01.selfcheck.problem") == []


def test_the_counties_whose_institutions_have_not_self_checked_are_named(world: World) -> None:
    cycle_of(world.institution)
    scope: dict[str, Any] = {"unit": world.prefecture, "cycle_year": 2021, "cutoff_on": CUTOFF}
    assert missing(edition(), **scope) == [
        MissingCounty(world.county.pk, (world.sibling.pk,), 2),
        MissingCounty(world.other_county.pk, (world.other_institution.pk,), 1),
    ]
    for place in (world.sibling, world.other_institution):
        cycle_of(place)
    assert missing(edition(), **scope) == []


def test_figures_are_kept_and_read_again_as_they_were(world: World) -> None:
    finding_of(cycle_of(world.institution, beds=80), *HAND, open="2021-03-01")
    found = figures_of(world.prefecture)
    assert Figures.from_dict(found.as_dict()) == found


def test_one_query_a_table_for_however_many_institutions_and_prefectures(world: World) -> None:
    def queries(units: list[OrgUnit]) -> int:
        with CaptureQueriesContext(connection) as seen:
            compute_many(rules, units, cycle_year=2021, cutoff_on=CUTOFF)
        return len(seen)

    rules = edition()
    finding_of(cycle_of(world.institution), *HAND, open="2021-03-01")
    assert queries([world.prefecture]) == 2
    for _number in range(20):
        finding_of(cycle_of(institution(world.county)), *HAND, open="2021-03-01")
    assert queries([world.prefecture, world.other_prefecture]) == 2
    assert queries([world.region]) == 2
    with CaptureQueriesContext(connection) as seen:
        entries(rules, unit=world.region, cycle_year=2021, cutoff_on=CUTOFF)
    assert len(seen) == 2
    assert queries([]) == 0


def _days(*names: str) -> list[dt.date]:
    return [dt.date.fromisoformat(f"2021-{name}") for name in names]
