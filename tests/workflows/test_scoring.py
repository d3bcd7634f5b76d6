"""Scoring a pilot: columns in parallel, what a submission refuses, the joint score and its confirmation by both."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cases.access import Viewer
from cases.editions.pinned import forget_editions
from cases.errors import Conflict, Invalid, OutOfScope, Refusal
from cases.models import Activity, Case, CaseEvent, Edition, FinalScore, Score
from cases.saving import StaleRow
from cases.scoring.columns import lines_of, save_score
from cases.scoring.joint import OWN, digest_of, joint_lines, save_final
from tests.cases.test_scoring import CARDS, edition
from tests.workflows.alliances import City, act, again, build_city
from tests.workflows.scoring_cards import (
    FIXED,
    FULL,
    REPORTED,
    SCORED,
    WHO,
    WIREFRAME,
    card,
    column,
    fill,
    in_joint,
    in_scoring,
    submit,
)
from tests.worlds import moment
from workflows.alliance.scoring.opening import columns_done
from workflows.consistency import faults
from workflows.engine import perform


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def scored(city: City, pilot: Case, name: str, code: str, **values: Any) -> Score:
    """Save one row of a column as its scorer."""
    case = column(pilot, name)
    [line] = [each for each in lines_of(case.scoring, moment(SCORED).date()) if each.row.code == code]
    person = city.people[WHO[name]]
    return save_score(case.scoring, line.row, values, based_on=line.row_version, by=person, at=moment(SCORED))


def final(city: City, pilot: Case, code: str, source: str, points: str | None = None, reason: str = "") -> FinalScore:
    """Decide one row of the joint score as the commission."""
    record: Any = again(pilot).pilot
    [line] = [each for each in joint_lines(record, 1) if each.row.code == code]
    return save_final(
        record,
        line,
        round_=1,
        source=source,
        points=Decimal(points) if points is not None else None,
        reason=reason,
        based_on=line.row_version,
        by=city.people["commission"],
        at=moment(FIXED),
    )


def refusals(city: City, pilot: Case, name: str) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        act(city, column(pilot, name), "submit", WHO[name], SCORED)
    return {code: [str(each) for each in said] for code, said in refused.value.faults.items()}


# ── columns ──────────────────────────────────────────────────────────────────


def test_the_summary_report_opens_a_column_for_each_of_those_who_score(city: City) -> None:
    pilot = in_scoring(city)
    waits = {
        name: (item.unit_id, item.role, item.due_rule)
        for name in ("self", "city", "finance")
        for item in [column(pilot, name).work_items.get(finished=None)]
    }
    assert waits == {
        "self": (city.hospital.pk, "alliance_officer", "scoring_self"),
        "city": (city.city.pk, "prefecture_officer", "scoring_city"),
        "finance": (city.finance.pk, "finance_officer", "scoring_finance"),
    }
    assert Case.objects.filter(kind="scoring", parent=pilot.pk).count() == 3


def test_a_district_scores_a_column_where_the_edition_asks_for_it(city: City) -> None:
    edition = Edition.objects.get(code="alliance-pilot")
    columns = {"columns": ["self", "district", "city", "finance"]}
    edition.data = {**edition.data, "evaluation": {**edition.data["evaluation"], **columns}}
    edition.digest = "5c" * 32  # what is read of an edition is remembered by its digest
    edition.save()
    forget_editions()
    pilot = in_scoring(city)
    item = column(pilot, "district").work_items.get(finished=None)
    assert (item.unit, item.role, item.due_rule) == (city.district, "county_officer", "scoring_district")
    for name in ("self", "city", "finance"):
        submit(city, pilot, name)
    assert again(pilot).state == "scoring"
    submit(city, pilot, "district")
    assert again(pilot).state == "joint"


def test_the_last_column_wakes_the_pilot_and_not_one_before_it(city: City) -> None:
    pilot = in_scoring(city)
    for name in ("finance", "self"):
        submit(city, pilot, name)
        assert again(pilot).state == "scoring"
        assert not columns_done(again(pilot).pilot)
    submit(city, pilot, "city")
    assert again(pilot).state == "joint"
    assert columns_done(again(pilot).pilot)
    assert list(faults([again(pilot), *Case.objects.filter(parent=pilot.pk)])) == []


def test_the_finance_bureau_scores_the_use_of_funds_and_leaves_the_rest(city: City) -> None:
    pilot = in_scoring(city)
    on = moment(SCORED).date()
    assert [line.row.no for line in lines_of(column(pilot, "finance").scoring, on)] == [19]
    assert 19 not in [line.row.no for line in lines_of(column(pilot, "city").scoring, on)]


def test_an_incomplete_column_is_refused_row_by_row_with_the_rule(city: City) -> None:
    pilot = in_scoring(city)
    missing = refusals(city, pilot, "self")
    # Seven rows are answered by the registers, which are empty; satisfaction had no survey; row 19 is the bureau's.
    assert len(missing) == 14
    assert "agreement" in missing
    assert "staff_dispatch" not in missing
    assert "satisfaction" in missing


@pytest.mark.parametrize(
    ("code", "values", "row", "rule"),
    [
        ("incentive", {"given": {"option": "issued_not_effective"}}, "4", "扣分理由"),
        ("standard_care", {"given": {"option": "substandard", "score": "6"}, "reason": "酌情"}, "", "2 5"),
        ("staff_dispatch", {"given": {"dispatch_person_times": "5"}}, "9", ""),
        # No survey has been held: a share of one's own says where it comes from.
        ("satisfaction", {"given": {"satisfied_share": "96"}}, "20", "1"),
    ],
)
def test_what_a_submission_refuses_names_row_and_rule(
    city: City, code: str, values: dict[str, Any], row: str, rule: str
) -> None:
    """A deduction without its reason, more points than the row has, a number of one's own without a reason."""
    pilot = in_scoring(city)
    fill(city, column(pilot, "self"), card())
    blank = {"given": None, "reason": "", "override_reason": ""}
    scored(city, pilot, "self", code, **{**blank, **values})
    found = refusals(city, pilot, "self")
    assert list(found) == [code]
    [said] = found[code]
    item = edition().scorecard.by_code[code].item_zh if said.startswith(("第", "无")) else ""
    assert item in said
    assert all(each in said for each in (row, *rule.split()))
    assert again(column(pilot, "self")).state == "open"


def test_a_share_of_ones_own_with_its_source_is_taken_while_the_survey_has_too_few_answers(city: City) -> None:
    pilot = in_scoring(city)
    fill(city, column(pilot, "self"), card())
    act(city, column(pilot, "self"), "submit", "lead", SCORED)
    row = Score.objects.get(scoring=column(pilot, "self").pk, row="satisfaction")
    assert (row.computed, row.points, row.override_reason) == (None, Decimal(10), "以现场核实为准。")
    act(city, column(pilot, "self"), "return_column", "commission", SCORED)
    row.refresh_from_db()
    assert (row.given, row.override_reason) == ({"satisfied_share": "100"}, "以现场核实为准。")


def test_a_computed_deduction_needs_no_reason_of_its_own_and_keeps_the_records_behind_it(city: City) -> None:
    pilot = in_scoring(city)
    entry = Activity.objects.create(
        pilot_id=pilot.pk,
        register="dispatch",
        title="派驻医师",
        from_on=dt.date(2020, 6, 1),
        until_on=dt.date(2020, 6, 1),
        unit=city.institution,
        entered_by=city.people["lead"],
        entered_at=moment(SCORED),
    )
    fill(city, column(pilot, "self"), card())
    scored(city, pilot, "self", "staff_dispatch", given=None, reason="", override_reason="")
    act(city, column(pilot, "self"), "submit", "lead", SCORED)
    row = Score.objects.get(scoring=column(pilot, "self").pk, row="staff_dispatch")
    assert (row.points, (row.computed or {})["records"]) == (Decimal(2), [["activity", entry.pk]])
    assert row.reason == "派出人次1人次，按计分标准得2分。"


def test_a_column_that_is_returned_follows_the_registers_again_and_keeps_what_was_typed(city: City) -> None:
    pilot = in_scoring(city)
    fill(city, column(pilot, "self"), card())
    scored(city, pilot, "self", "staff_dispatch", given=None, reason="", override_reason="")
    act(city, column(pilot, "self"), "submit", "lead", SCORED)
    act(city, column(pilot, "self"), "return_column", "commission", SCORED)
    rows = {score.row: score for score in Score.objects.filter(scoring=column(pilot, "self").pk)}
    assert (rows["staff_dispatch"].given, rows["staff_dispatch"].reason) == (None, "")
    assert rows["agreement"].given == {"option": "clear"}
    assert rows["lectures"].override_reason
    act(city, column(pilot, "self"), "submit", "lead", SCORED)


def test_a_colleague_who_was_faster_is_not_overwritten(city: City) -> None:
    pilot = in_scoring(city)
    scored(city, pilot, "self", "agreement", given={"option": "clear"}, reason="", override_reason="")
    case = column(pilot, "self")
    row = next(each.row for each in lines_of(case.scoring, moment(SCORED).date()) if each.row.code == "agreement")
    values = {"given": {"option": "unclear"}, "reason": "", "override_reason": ""}
    with pytest.raises(StaleRow):
        save_score(case.scoring, row, values, based_on=0, by=city.people["lead_head"], at=moment(SCORED))


def test_a_column_returned_from_the_joint_score_takes_the_pilot_back_and_its_submission_brings_it_on(
    city: City,
) -> None:
    pilot = in_joint(city)
    act(city, column(pilot, "self"), "return_column", "commission", FIXED)
    assert (again(pilot).state, column(pilot, "self").state) == ("scoring", "open")
    act(city, column(pilot, "self"), "submit", "lead", FIXED)
    assert again(pilot).state == "joint"
    act(city, pilot, "return_column", "commission", FIXED, column="finance")
    assert (again(pilot).state, column(pilot, "finance").state) == ("scoring", "open")
    assert list(faults([again(pilot), *Case.objects.filter(parent=pilot.pk)])) == []


def test_the_pilot_sends_back_a_column_that_is_named_and_nothing_else(city: City) -> None:
    pilot = in_joint(city)
    with pytest.raises(Invalid):
        act(city, pilot, "return_column", "commission", FIXED)
    assert again(pilot).state == "joint"


def test_columns_end_with_a_pilot_that_is_stopped(city: City) -> None:
    pilot = in_scoring(city)
    submit(city, pilot, "self")
    act(city, pilot, "stop", "commission_head", FIXED)
    assert {column(pilot, name).state for name in ("self", "city", "finance")} == {"dropped"}


# ── who sees a column ────────────────────────────────────────────────────────


def test_members_see_no_column_before_the_score_is_final_and_all_of_them_then(city: City) -> None:
    def seen(who: str) -> set[str]:
        rows = Case.objects.visible_to(Viewer(city.people[who], moment(FIXED))).filter(kind="scoring", parent=pilot.pk)
        return set(rows.values_list("scoring__column", flat=True))

    pilot = in_joint(city)
    assert [seen(who) for who in ("member", "district", "lead", "finance")] == [set(), set(), {"self"}, {"finance"}]
    act(city, pilot, "fix_score", "commission", FIXED)
    assert [seen(who) for who in ("member", "lead", "finance")] == [set(), {"self"}, {"self", "city", "finance"}]
    act(city, pilot, "countersign", "finance", FIXED)
    everything = {"self", "city", "finance"}
    assert [seen(who) for who in ("member", "district", "lead", "finance")] == [everything] * 4
    assert seen("other_lead") == seen("sibling") == set()


def test_nobody_outside_comes_near_a_column(city: City) -> None:
    pilot = in_scoring(city)
    with pytest.raises(OutOfScope):
        act(city, column(pilot, "city"), "submit", "lead", SCORED)
    with pytest.raises(OutOfScope):
        act(city, column(pilot, "self"), "submit", "member", SCORED)


# ── the joint score ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(("rows", "base", "bonus", "together"), CARDS)
def test_a_whole_card_through_the_engine_makes_what_was_added_up_by_hand(
    city: City, rows: str, base: str, bonus: str, together: str
) -> None:
    pilot = in_joint(city, rows)
    fixed = act(city, pilot, "fix_score", "commission", FIXED)
    assert fixed.state == "countersigning"
    assert again(pilot).pilot.total is None
    act(city, pilot, "countersign", "finance", FIXED)
    record = again(pilot).pilot
    assert (record.total, record.scored_at) == (Decimal(together), moment(FIXED))
    assert sum(score.points for score in FinalScore.objects.filter(pilot=record)) >= Decimal(base)
    events = CaseEvent.objects.filter(case=pilot.pk, verb__in=("fix_score", "countersign"))
    assert {(event.details["digest"], event.details["total"]) for event in events} == {
        (digest_of(record, 1), f"{Decimal(together):.2f}")
    }


def test_the_card_of_the_wireframe_makes_ninety_four_and_a_half(city: City) -> None:
    pilot = in_joint(city, WIREFRAME)
    act(city, pilot, "fix_score", "commission", FIXED)
    act(city, pilot, "countersign", "finance", FIXED)
    assert again(pilot).pilot.total == Decimal("94.5")


def test_where_columns_differ_the_commission_decides_each_row(city: City) -> None:
    pilot = in_joint(city, WIREFRAME, own=FULL)
    differing = ["incentive", "standard_care", "satisfaction", "research"]
    with pytest.raises(Invalid) as refused:
        act(city, pilot, "fix_score", "commission", FIXED)
    assert list(refused.value.faults) == differing
    final(city, pilot, "incentive", "self")
    final(city, pilot, "standard_care", "city")
    final(city, pilot, "satisfaction", OWN, "8", "抽查问卷存疑。")
    final(city, pilot, "research", "city")
    act(city, pilot, "fix_score", "commission", FIXED)
    rows = {row.row: row for row in FinalScore.objects.filter(pilot=pilot.pk)}
    assert len(rows) == 22
    assert (rows["incentive"].points, rows["incentive"].source) == (Decimal(6), "self")
    assert (rows["standard_care"].points, rows["standard_care"].reason) == (Decimal(4), "第15项未达标准。")
    assert (rows["satisfaction"].points, rows["satisfaction"].source) == (Decimal(8), "")
    assert rows["funds"].source == "finance"
    act(city, pilot, "countersign", "finance", FIXED)
    assert again(pilot).pilot.total == Decimal("99.5")


@pytest.mark.parametrize(
    ("source", "points", "reason", "code"),
    [
        (OWN, "6.5", "说明", "points_out_of_range"),
        (OWN, "-1", "说明", "points_out_of_range"),
        (OWN, None, "说明", "points_out_of_range"),
        (OWN, "2.345", "说明", "points_out_of_range"),
        (OWN, "3", " ", "own_value_unexplained"),
        ("finance", None, "", "no_such_column"),
        ("", None, "", "no_such_column"),
    ],
)
def test_what_the_joint_score_refuses(city: City, source: str, points: str | None, reason: str, code: str) -> None:
    pilot = in_joint(city)
    with pytest.raises(Invalid) as refused:
        final(city, pilot, "incentive", source, points, reason)
    assert refused.value.code == code
    assert "4" in str(refused.value.message), "the number of the row as it is printed"


def test_the_bureau_objects_with_its_reason_and_the_commission_decides_anew(city: City) -> None:
    pilot = in_joint(city)
    act(city, pilot, "fix_score", "commission", FIXED)
    with pytest.raises(Conflict):
        act(city, column(pilot, "self"), "return_column", "commission", FIXED)
    with pytest.raises(Invalid):
        perform(again(pilot), "object_score", by=city.actor("finance"), at=moment(FIXED))
    act(city, pilot, "object_score", "finance", FIXED)
    assert again(pilot).state == "joint"
    final(city, pilot, "funds", OWN, "0", "挪作他用。")
    act(city, pilot, "fix_score", "commission", FIXED)
    act(city, pilot, "countersign", "finance", FIXED)
    assert again(pilot).pilot.total == Decimal(102)
    digests = CaseEvent.objects.filter(case=pilot.pk, verb="fix_score").values_list("details__digest", flat=True)
    assert len(set(digests)) == 2


def test_a_row_taken_from_a_column_follows_it_when_the_column_was_scored_anew(city: City) -> None:
    pilot = in_joint(city, WIREFRAME, own=FULL)
    final(city, pilot, "incentive", "self")
    act(city, pilot, "return_column", "commission", FIXED, column="self")
    fill(city, column(pilot, "self"), card(WIREFRAME), FIXED)
    act(city, column(pilot, "self"), "submit", "lead", FIXED)
    act(city, pilot, "fix_score", "commission", FIXED)
    assert FinalScore.objects.get(pilot=pilot.pk, row="incentive").points == Decimal(3)


def test_only_commission_and_bureau_confirm_the_score(city: City) -> None:
    pilot = in_joint(city)
    for verb, who in (("fix_score", "lead"), ("fix_score", "finance"), ("countersign", "commission")):
        with pytest.raises(Refusal) as refused:
            act(city, pilot, verb, who, FIXED)
        assert refused.value.code in ("wrong_role", "wrong_state")
    assert REPORTED < SCORED < FIXED
