"""The frame of a draw: who could be drawn, in which stratum, and what weighs; and the draw as it is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from cases.editions.pinned import forget_editions
from cases.editions.rounds import DrawRules
from cases.models import Case, DrawEntry, OrgUnit, SpotCheck, Visit
from cases.sampling.drawing import Candidate
from cases.sampling.entries import entries_of, next_in_line, reproduce
from cases.sampling.frame import Member, candidate_of, members, weight_of
from tests.story import BASIC, Story, problem
from tests.worlds import BEGINNING, World, build_world, moment, unit
from workflows.quality_cycle.kind import QualityCycleFlow
from workflows.quality_cycle.opening import edition_for

pytestmark = pytest.mark.django_db
RULES = DrawRules(
    strata=("prefecture", "size", "type"),
    findings=Decimal("0.1"),
    disagreements=Decimal("0.3"),
    overdue=Decimal("0.3"),
    never_visited=Decimal("0.5"),
    beds_large=100,
    basis_zh="测试",
)
AT = "2022-03-01"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    yield build_world()
    forget_editions()


@pytest.fixture
def story(world: World) -> Story:
    return Story.open(world)


def frame(world: World, rules: DrawRules = RULES, year: int = 2022, at: str = AT, place: Any = None) -> dict[str, Any]:
    """The members by code."""
    found = members(place or world.region, rules, year=year, at=moment(at))
    return {member.values["code"]: member for member in found}


def test_the_weight_is_one_and_each_share_times_its_value() -> None:
    values = {"findings": 3, "disagreements": 2, "overdue": 1, "never_visited": 1}
    assert weight_of(RULES, values) == Decimal(1) + Decimal("0.3") + Decimal("0.6") + Decimal("0.3") + Decimal("0.5")
    assert weight_of(RULES, dict.fromkeys(values, 0)) == Decimal("1.0000")


def test_the_frame_holds_the_active_institutions_of_the_unit_and_no_others(world: World) -> None:
    closed = world.sibling
    closed.closed_on = dt.date(2022, 3, 1)
    closed.save()
    unit("institution", "天山区未来医养院", "650102-009", world.county, opened_on=dt.date(2022, 3, 2))
    unit("hospital", "天山区医院", "650102-900", world.county)
    assert set(frame(world)) == {"650102-001", "650103-001"}
    assert frame(world, place=world.other_prefecture) == {}


def test_who_has_filed_nothing_is_of_unknown_size_and_type_and_belongs_to_its_prefecture(world: World) -> None:
    member: Member = frame(world)["650103-001"]
    assert candidate_of(member.values, member.weight) == Candidate(
        "650103-001", "650100", ("unknown", "unknown"), Decimal("1.5000")
    )


@pytest.mark.parametrize(("beds", "size"), [(99, "small"), (100, "large")])
def test_size_and_type_come_from_the_latest_form(story: Story, monkeypatch: Any, beds: int, size: str) -> None:
    monkeypatch.setitem(BASIC, "medical_beds", beds)
    story.on("2021-03-01").submit()
    values = frame(story.world)["650102-001"].values
    assert (values["size"], values["type"]) == (size, "nursing_hospital")


def test_what_is_submitted_after_the_draw_is_not_in_its_frame(story: Story) -> None:
    story.on("2021-03-01").submit()
    assert frame(story.world, year=2021, at="2021-02-28")["650102-001"].values["size"] == "unknown"


def test_last_years_findings_weigh_and_so_does_what_the_self_check_did_not_report(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-13": problem()})
    added = {
        "A1-20": {
            "conclusion": "disagree",
            "opinion": "药品过期。",
            "problem": "药品过期。",
            "measure": "清理。",
            "severity": "general",
            "rectification": "time_limited",
            "due_on": dt.date(2021, 6, 30),
        }
    }
    story.on("2021-05-10").approve(added)
    sources = sorted(finding.source for finding in story.findings())
    values = frame(story.world)["650102-001"].values
    assert sources == ["county", "self_check", "self_check"]
    assert (values["findings"], values["disagreements"]) == (3, 1)
    assert frame(story.world, year=2023)["650102-001"].values["findings"] == 0


def test_open_work_past_its_date_and_forms_filed_late_weigh(story: Story) -> None:
    assert frame(story.world, year=2021, at="2021-03-01")["650102-001"].values["overdue"] == 0
    assert frame(story.world, year=2021, at="2021-12-01")["650102-001"].values["overdue"] == 1
    story.on("2021-12-02").submit()
    assert frame(story.world, year=2021, at="2021-12-03")["650102-001"].values["overdue"] == 1
    assert frame(story.world, year=2022)["650102-001"].values["overdue"] == 1
    assert frame(story.world, year=2023)["650102-001"].values["overdue"] == 0


def case_of(world: World, kind: str, year: int, place: OrgUnit) -> Case:
    flow_class = QualityCycleFlow  # any will do: nothing is performed on it
    return Case.objects.create(kind=kind, unit=place, year=year, edition=edition_for(2021), flow_class=flow_class)


def spot_check(world: World, size: int = 2, year: int = 2022) -> SpotCheck:
    case = case_of(world, "spot_check", year, world.region)
    return SpotCheck.objects.create(case=case, title="抽查", size=size, seed="2022-10-20")


def stored(world: World, size: int = 2, year: int = 2022) -> SpotCheck:
    """A draw from the frame of the region, saved as a step would."""
    record = spot_check(world, size, year)
    DrawEntry.objects.bulk_create(entries_of(record, frame(world).values()))
    record.save()
    return record


def test_only_a_visit_concluded_in_an_earlier_year_counts_as_visited(world: World) -> None:
    entry = stored(world, year=2021).entries.get(institution=world.institution)
    visit = Visit.objects.create(case=case_of(world, "visit", 2021, world.institution), entry=entry)
    assert frame(world)["650102-001"].values["never_visited"] == 1
    visit.concluded_at = moment("2021-10-20")
    visit.save()
    assert frame(world)["650102-001"].values["never_visited"] == 0
    assert frame(world, year=2021)["650102-001"].values["never_visited"] == 1
    assert frame(world)["650103-001"].values["never_visited"] == 1


def test_an_edition_may_leave_prefectures_and_types_out_of_the_strata(world: World) -> None:
    rules = DrawRules(**{**RULES.__dict__, "strata": ("size",)})
    member: Member = frame(world, rules)["650102-001"]
    assert (member.candidate.stratum, member.candidate.cell) == ("", ("unknown",))


def test_the_whole_frame_is_stored_and_the_draw_comes_out_the_same_again(world: World) -> None:
    record = stored(world)
    assert record.entries.count() == 3
    assert sorted(record.entries.filter(drawn=True).values_list("position", flat=True)) == [1, 2]
    again = reproduce(record)
    assert (again.same, again.institutions, again.differing) == (True, 3, ())


@pytest.mark.parametrize(
    "change",
    [{"weight": Decimal("9.0000")}, {"position": 9}, {"probability": Decimal("0.1")}],
    ids=["weight", "place", "probability"],
)
def test_an_entry_that_somebody_touched_is_found_out(world: World, change: dict[str, Any]) -> None:
    record = stored(world)
    record.entries.filter(institution=world.institution).update(**change)
    assert not reproduce(record).same


def test_another_seed_or_a_lost_entry_is_found_out(world: World) -> None:
    record = stored(world)
    record.frame_digest = "0" * 64
    assert not reproduce(record).same
    other = stored(world, size=1)
    for seed in ("a", "b", "c", "d", "e", "f"):
        other.seed = seed
        if reproduce(other).differing:
            break
    assert reproduce(other).frame_holds
    assert reproduce(other).differing
    other.entries.filter(drawn=False)[0].delete()
    assert not reproduce(other).frame_holds


def entry(
    code: str, position: int, cell: tuple[str, str], *, drawn: bool = False, stratum: str = "650100"
) -> DrawEntry:
    values = {"code": code, "prefecture": "650100", "size": cell[0], "type": cell[1], "strata": list(RULES.strata)}
    return DrawEntry(stratum=stratum, values=values, weight=Decimal(1), position=position, drawn=drawn)


def test_who_falls_out_is_replaced_by_the_next_of_the_same_size_and_type_first() -> None:
    small, large = ("small", "other"), ("large", "other")
    dropped = entry("1", 1, small, drawn=True)
    line = [dropped, entry("2", 2, large, drawn=True), entry("3", 3, large), entry("4", 4, small), entry("5", 5, small)]
    following = next_in_line(line, dropped)
    assert following is line[3]
    line[3].drawn = line[4].drawn = True
    assert next_in_line(line, dropped) is line[2]
    line[2].drawn = True
    assert next_in_line([*line, entry("6", 1, small, stratum="650200")], dropped) is None


def test_the_frame_takes_the_same_queries_however_many_institutions(
    world: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(7):
        frame(world)
    for number in range(20):
        unit("institution", f"护理院{number}", f"650102-1{number:02d}", world.county, opened_on=BEGINNING)
    with django_assert_num_queries(7):
        assert len(frame(world)) == 23
