"""Spot-checks: planned and drawn by the unit itself, visited by teams that check nobody of their own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from cases.access import appoint
from cases.errors import Refusal
from cases.models import Case, CaseParty, DrawEntry, OrgUnit, SpotCheck, Visit, WorkItem
from cases.roles import Role
from cases.sampling.entries import reproduce
from cases.sampling.numbers import seed_from
from tests.workflows.spot_checks import AT, PLAN, act, drawn, expert, first_drawn, planned, visits
from tests.worlds import BEGINNING, World, moment, unit
from workflows.consistency import faults
from workflows.spot_check.opening import plan_spot_check
from workflows.spot_check.teams import experts_of

pytestmark = pytest.mark.django_db


def refused(world: World, case: Case, verb: str, role: str = "region_officer", **details: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(world, case, verb, role, **details)
    return refusal.value


# ── planning ──


def test_a_spot_check_is_planned_by_the_officer_of_the_region_with_the_rules_of_the_edition(world: World) -> None:
    case = planned(world)
    record, item = SpotCheck.objects.get(pk=case.pk), WorkItem.objects.open().get(process=case.pk)
    assert (case.number, case.unit, case.state, case.year) == ("2021-650000-CC01", world.region, "planning", 2021)
    assert (record.size, record.strata) == (2, ["prefecture", "size", "type"])
    assert record.factors == {
        "findings": "0.1",
        "disagreements": "0.3",
        "overdue": "0.3",
        "never_visited": "0.5",
        "beds_large": 100,
    }
    assert (item.unit, item.role) == (world.region, "region_officer")
    assert planned(world).number == "2021-650000-CC02"
    assert list(faults(Case.objects.all())) == []


@pytest.mark.parametrize("role", ["region_head", "nation_officer", "prefecture_officer", "region_expert", "inspector"])
def test_nobody_else_plans_for_the_region(world: World, role: str) -> None:
    with pytest.raises(Refusal) as refusal:
        plan_spot_check(world.region, PLAN, by=world.actor(role), at=AT)
    assert refusal.value.code == "wrong_role"
    assert not SpotCheck.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"size": 0}, "size"),
        ({"size": 2001}, "size"),
        ({"size": None}, "size"),
        ({"visits_until": dt.date(2021, 8, 31)}, "visits_until"),
        ({"visits_until": dt.date(2022, 9, 3)}, "visits_until"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_its_field(world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        planned(world, **change)
    assert list(refusal.value.faults) == [field]
    case = planned(world)
    assert list(refused(world, case, "revise", **{**PLAN, **change}).faults) == [field]


def test_the_plan_changes_until_the_draw_and_not_after_it(world: World) -> None:
    case = planned(world)
    act(world, case, "revise", title="改", size=1, visits_until=None)
    record = SpotCheck.objects.get(pk=case.pk)
    assert (record.title, record.size, record.visits_until) == ("改", 1, None)
    assert record.history.latest("history_id").history_user == world.region_officer
    act(world, case, "draw")
    assert refused(world, case, "revise", **PLAN).code == "wrong_state"


# ── the draw ──


def test_the_draw_records_seed_frame_and_everybodys_probability_and_opens_the_visits(world: World) -> None:
    case = drawn(world)
    record = SpotCheck.objects.get(pk=case.pk)
    event = case.events.get(verb="draw")
    assert record.seed == seed_from(event.details["system"], "双色球 03 09 17") == event.details["seed"]
    assert (event.details["public"], event.details["frame"]) == ("双色球 03 09 17", record.frame_digest)
    assert (event.details["institutions"], event.details["drawn"]) == (3, 2)
    assert (record.frame_on, record.drawn_at) == (dt.date(2021, 9, 1), AT)
    assert [str(entry.probability) for entry in record.entries.all()] == ["0.66666667"] * 3
    assert all(entry.history.count() == 1 for entry in record.entries.all())
    assert reproduce(record).same
    entries = list(record.entries.filter(drawn=True))
    assert sorted(visit.unit_id for visit in visits(case)) == sorted(entry.institution_id for entry in entries)
    assert sorted(Visit.objects.values_list("entry", flat=True)) == sorted(entry.pk for entry in entries)
    assert {visit.state for visit in visits(case)} == {"visiting"}
    assert WorkItem.objects.open().get(process=case.pk).role == "region_officer"
    assert list(faults(Case.objects.all())) == []


def test_two_draws_of_the_same_plan_have_seeds_of_their_own(world: World) -> None:
    seeds = {SpotCheck.objects.get(pk=drawn(world).pk).seed for _again in range(2)}
    assert len(seeds) == 2


def test_a_sample_larger_than_the_region_visits_everybody(world: World) -> None:
    case = drawn(world, size=50)
    assert DrawEntry.objects.filter(spot_check=case.pk, drawn=True, probability=1).count() == 3


def test_the_nation_draws_for_itself_and_not_for_the_region(world: World) -> None:
    assert drawn(world, "nation_officer").unit.kind == "nation"
    case = planned(world)
    assert refused(world, case, "draw", "nation_officer").code == "wrong_role"
    assert refused(world, case, "cancel", "nation_officer", reason="说明。").code == "wrong_role"
    assert refused(world, case, "draw", "region_head").code == "wrong_role"
    assert refused(world, case, "draw", "prefecture_officer").code == "no_such_case"


def test_nothing_is_drawn_from_nobody_after_the_last_day_or_with_too_long_a_text(world: World) -> None:
    case = planned(world)
    assert refused(world, case, "draw", at=moment("2021-10-16")).code == "plan_has_run_out"
    assert list(refused(world, case, "draw", public="9" * 101).faults) == ["public"]
    OrgUnit.objects.filter(kind="institution").update(closed_on=dt.date(2021, 8, 1))
    assert refused(world, case, "draw").code == "nobody_to_draw"
    assert SpotCheck.objects.get(pk=case.pk).seed == ""


def test_a_draw_is_made_once(world: World) -> None:
    assert refused(world, drawn(world), "draw").code == "wrong_state"


def test_the_command_does_the_draw_again_and_says_the_same(world: World, capsys: Any) -> None:
    case = drawn(world)
    call_command("reproduce_draw", case.number)
    said = capsys.readouterr().out
    assert "the same" in said
    assert SpotCheck.objects.get(pk=case.pk).seed in said
    DrawEntry.objects.filter(spot_check=case.pk, drawn=False).update(drawn=True)
    with pytest.raises(CommandError, match="not the same"):
        call_command("reproduce_draw", case.number)
    with pytest.raises(CommandError, match="no spot-check"):
        call_command("reproduce_draw", "2021-650000-CC99")
    with pytest.raises(CommandError, match="not been drawn"):
        call_command("reproduce_draw", planned(world).number)


# ── teams ──


def team(case: Case) -> list[int | None]:
    rows = CaseParty.objects.filter(case=case.pk, part="expert", valid_until=None).order_by("pk")
    return [party.user_id for party in rows]


def test_experts_become_parties_of_the_one_visit_and_see_nothing_else(world: World) -> None:
    case, second = drawn(world), expert(world)
    visit, other = visits(case)
    act(world, case, "assign_team", visit=visit.pk, experts=[second, world.region_expert])
    assert team(visit) == [second.pk, world.region_expert.pk]
    seen = Case.objects.visible_to(world.viewer("region_expert", AT))
    assert list(seen.values_list("pk", flat=True)) == [visit.pk]
    assert team(other) == []
    event = Case.objects.get(pk=visit.pk).events.get(verb="assign")
    assert event.details == {"experts": [second.pk, world.region_expert.pk]}
    assert list(faults(Case.objects.all())) == []


def test_who_leaves_the_team_is_no_party_any_more(world: World) -> None:
    case, second = drawn(world), expert(world)
    visit = visits(case)[0]
    act(world, case, "assign_team", visit=visit.pk, experts=[world.region_expert])
    later = moment("2021-09-08")
    act(world, case, "assign_team", at=later, visit=visit.pk, experts=[second])
    gone = CaseParty.objects.get(case=visit.pk, user=world.region_expert)
    assert gone.valid_until == dt.date(2021, 9, 8)
    assert not Case.objects.visible_to(world.viewer("region_expert", later)).exists()
    assert team(visit) == [second.pk]
    act(world, case, "assign_team", at=later, visit=visit.pk, experts=[second, world.region_expert])
    assert team(visit) == [second.pk, world.region_expert.pk]
    assert CaseParty.history.filter(user=second.pk, history_type="-").count() == 1


def test_only_the_units_own_experts_of_the_day_are_sent(world: World) -> None:
    case = drawn(world)
    visit = visits(case)[0]
    past = expert(world, "前专家")
    past.appointments.update(valid_until=dt.date(2021, 8, 1))
    assert list(experts_of(world.region, dt.date(2021, 9, 1))) == [world.region_expert]
    for people in ([world.national_expert], [world.county_officer], [past], [world.region_expert] * 2):
        assert refused(world, case, "assign_team", visit=visit.pk, experts=people).code == "not_an_expert"
    assert refused(world, case, "assign_team", visit=visit.pk, experts=[]).code == "no_experts"
    assert refused(world, case, "assign_team", visit=case.pk, experts=[world.region_expert]).code == "no_such_visit"
    assert not CaseParty.objects.exists()


@pytest.mark.parametrize("place", ["institution", "county", "prefecture"])
@pytest.mark.parametrize("until", [None, dt.date(2020, 1, 2)])
def test_nobody_checks_their_own(world: World, place: str, until: dt.date | None) -> None:
    case = drawn(world, size=3)
    visit = next(visit for visit in visits(case) if visit.unit_id == world.institution.pk)
    roles = {"institution": Role.INSTITUTION_HEAD, "county": Role.COUNTY_OFFICER, "prefecture": Role.PREFECTURE_HEAD}
    own = getattr(world, place)
    appoint(world.region_expert, own, roles[place], valid_from=BEGINNING, valid_until=until)
    refusal = refused(world, case, "assign_team", visit=visit.pk, experts=[expert(world), world.region_expert])
    assert refusal.code == "checks_their_own"
    assert own.name in str(refusal.message)
    assert not CaseParty.objects.exists()


def test_who_left_the_place_before_last_year_or_knows_another_may_go(world: World) -> None:
    case = drawn(world, size=3)
    visit = next(visit for visit in visits(case) if visit.unit_id == world.institution.pk)
    left = dt.date(2020, 1, 1)
    appoint(world.region_expert, world.county, Role.COUNTY_OFFICER, valid_from=BEGINNING, valid_until=left)
    appoint(world.region_expert, world.other_county, Role.COUNTY_OFFICER, valid_from=BEGINNING)
    act(world, case, "assign_team", visit=visit.pk, experts=[world.region_expert])
    assert team(visit) == [world.region_expert.pk]


# ── replacements ──


def test_the_next_in_line_comes_in_place_and_both_stay_visible(world: World) -> None:
    case = drawn(world)
    dropped = first_drawn(case)
    act(world, case, "replace", entry=dropped.pk, reason="机构已停业。")
    dropped.refresh_from_db()
    follower = DrawEntry.objects.get(replaces=dropped)
    assert (dropped.drawn, dropped.dropped_reason, dropped.dropped_at) == (True, "机构已停业。", AT)
    assert (follower.drawn, follower.position) == (True, 3)
    assert dropped.visit.case.state == "cancelled"
    assert follower.visit.case.state == "visiting"
    assert case.events.get(verb="replace").details == {
        "dropped": dropped.institution_id,
        "in_place": follower.institution_id,
    }
    assert reproduce(SpotCheck.objects.get(pk=case.pk)).same
    assert list(faults(Case.objects.all())) == []
    assert refused(world, case, "replace", entry=dropped.pk, reason="又一次。").code == "not_drawn"


def test_where_nobody_is_left_the_institution_falls_out_without_another(world: World) -> None:
    case = drawn(world, size=3)
    act(world, case, "replace", entry=first_drawn(case).pk, reason="机构已停业。")
    assert case.events.get(verb="replace").details["in_place"] is None
    assert len(visits(case)) == 3


def test_who_has_closed_meanwhile_does_not_come_in_place(world: World) -> None:
    case = drawn(world)
    spare = DrawEntry.objects.get(spot_check=case.pk, drawn=False)
    OrgUnit.objects.filter(pk=spare.institution_id).update(closed_on=dt.date(2021, 9, 1))
    act(world, case, "replace", entry=first_drawn(case).pk, reason="机构已停业。")
    spare.refresh_from_db()
    assert not spare.drawn


def test_a_replacement_needs_a_reason_and_a_visit_that_has_not_been_delivered(world: World) -> None:
    case = drawn(world)
    entry = first_drawn(case)
    assert refused(world, case, "replace", entry=entry.pk).code == "reason_missing"
    assert refused(world, case, "replace", entry=0, reason="说明。").code == "not_drawn"
    Case.objects.filter(pk=entry.visit.pk).update(state="delivered")
    assert refused(world, case, "replace", entry=entry.pk, reason="说明。").code == "visited_already"


# ── the end ──


def test_a_spot_check_is_concluded_once_its_visits_are_over(world: World) -> None:
    case = drawn(world)
    refusal = refused(world, case, "conclude")
    assert refusal.code == "visits_under_way"
    for visit in visits(case):
        act(world, visit, "cancel", reason="另行安排。")
    assert act(world, case, "conclude").state == "concluded"
    assert list(faults(Case.objects.all())) == []


def test_cancelling_ends_the_visits_that_are_not_over(world: World) -> None:
    case = drawn(world)
    gone = visits(case)[0]
    act(world, gone, "cancel", reason="另行安排。")
    assert act(world, case, "cancel", reason="计划调整。").state == "cancelled"
    assert {visit.state for visit in visits(case)} == {"cancelled"}
    assert [visit.events.filter(verb="cancel").count() for visit in visits(case)] == [1, 1]
    assert list(faults(Case.objects.all())) == []


def test_a_plan_can_be_cancelled_before_the_draw(world: World) -> None:
    case = planned(world)
    assert refused(world, case, "cancel").code == "reason_missing"
    assert act(world, case, "cancel", reason="计划调整。").state == "cancelled"


def test_the_draw_takes_the_same_queries_however_many_are_drawn(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        unit("institution", f"护理院{number}", f"650102-1{number:02d}", world.county)
    case = planned(world, size=30)
    with django_assert_max_num_queries(60):
        act(world, case, "draw")
    assert len(visits(case)) == 30
