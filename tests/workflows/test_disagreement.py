"""Where self-checks said “compliant” and whoever looked found a problem (严禁弄虚作假), counted and ranked."""

from __future__ import annotations

from typing import Any

import pytest

from cases.disagreement import Place, Tally, belied, by_institution, lower_bound, ranked, tallies
from tests.story import Story, problem
from tests.worlds import World, moment

WRONG: dict[str, Any] = {
    "conclusion": "disagree",
    "opinion": "现场不符。",
    "facets": ["hand"],
    "problem": "手卫生设施缺失。",
}


def looked_at(story: Story) -> Story:
    """A verified self-check: one problem reported, one concealed, one reported and worded in addition."""
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
    story.on("2021-05-10").approve({"A1-19": WRONG, "A1-09": {"conclusion": "new_finding", "problem": "另有一处。"}})
    return story


def whole(world: World) -> Place:
    return Place(paths=(world.region.path,))


def test_what_the_county_found_where_the_self_check_saw_nothing_is_a_disagreement(story: Story) -> None:
    looked_at(story)
    world = story.world
    assert by_institution([world.institution.pk, world.sibling.pk], 2021) == {world.institution.pk: 1}
    (found,) = belied(whole(world), 2021)
    assert (found.item_code, found.by_county, found.by_team) == ("A1-19", True, False)
    assert found.county == world.county.pk


def test_a_problem_that_was_reported_is_none_even_where_the_county_adds_another(story: Story) -> None:
    looked_at(story)
    rows = {tally.key: tally for tally in tallies(whole(story.world), 2021, "item")}
    assert rows["A1-09"] == Tally("A1-09", 1, 0, 1, 0, 0, 0)
    assert rows["A1-19"] == Tally("A1-19", 1, 1, 1, 1, 0, 0)


def test_what_the_institution_called_not_applicable_was_not_called_compliant(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": {"status": "not_applicable", "reason": "未开展。", "values": {}}})
    story.on("2021-05-10").approve({"A1-19": WRONG})
    (tally,) = tallies(whole(story.world), 2021, "institution")
    assert (tally.looked, tally.belied) == (29, 0)


def test_a_finding_of_the_county_after_its_verification_counts_too(story: Story) -> None:
    looked_at(story)
    story.on("2021-06-01").perform(
        "add_finding", story.officer, item_code="A1-01", facets=["qualification"], problem="资质证书过期。"
    )
    assert by_institution([story.world.institution.pk], 2021) == {story.world.institution.pk: 2}


def test_a_finding_that_was_dropped_belies_nobody_any_more(story: Story) -> None:
    looked_at(story)
    story.perform("cancel", story.approver, reason="机构已停业。")
    assert by_institution([story.world.institution.pk], 2021) == {}


def test_each_version_answers_for_what_was_found_in_it(story: Story) -> None:
    looked_at(story)
    superior = story.world.actor("prefecture_officer")
    story.on("2021-06-01").perform("reopen", superior, reason="补充材料。")
    story.submit({"A1-08": problem(), "A1-09": problem(), "A1-19": problem(["hand"])})
    assert by_institution([story.world.institution.pk], 2021) == {story.world.institution.pk: 1}
    story.on("2021-06-10").approve()
    rows = {tally.key: tally for tally in tallies(whole(story.world), 2021, "item")}
    assert (rows["A1-19"].looked, rows["A1-19"].belied) == (1, 1)


def test_what_nobody_has_looked_at_is_in_no_tally(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    assert tallies(whole(story.world), 2021, "institution") == []


def test_the_tallies_follow_what_the_viewer_may_read(story: Story) -> None:
    looked_at(story)
    at = moment("2021-06-01")
    seen = {
        name: len(tallies(Place.seen_by(story.world.viewer(name, at)), 2021, "institution"))
        for name in ("county_officer", "region_head", "nation_officer", "other_officer", "national_expert", "nobody")
    }
    assert seen == {
        "county_officer": 1,
        "region_head": 1,
        "nation_officer": 1,
        "other_officer": 0,
        "national_expert": 0,
        "nobody": 0,
    }


def test_other_years_are_other_tallies(story: Story) -> None:
    looked_at(story)
    assert tallies(whole(story.world), 2022, "county") == []


def test_each_table_is_one_query(story: Story, django_assert_num_queries: Any) -> None:
    looked_at(story)
    for by in ("institution", "county", "item"):
        with django_assert_num_queries(1):
            tallies(whole(story.world), 2021, by)
    with django_assert_num_queries(1):
        belied(whole(story.world), 2021)
    with django_assert_num_queries(1):
        by_institution(range(1, 5000), 2021)


# ── ranking ──


@pytest.mark.parametrize(
    ("hits", "looks", "bound"),
    [(0, 0, 0.0), (0, 30, 0.0), (1, 1, 0.2065), (20, 30, 0.4878), (30, 30, 0.8865), (5, 10, 0.2366)],
)
def test_the_lower_end_of_the_interval_is_that_of_the_literature(hits: int, looks: int, bound: float) -> None:
    assert lower_bound(hits, looks) == pytest.approx(bound, abs=0.0001)


def test_one_of_one_ranks_behind_twenty_of_thirty() -> None:
    one, many = Tally(1, 1, 1, 1, 1, 0, 0), Tally(2, 30, 20, 30, 20, 0, 0)
    assert ranked([one, many]) == [many, one]
