"""How many points each row of the alliance pilot's scorecard earns, at each of its boundaries, and whole cards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from cases.editions.alliance import AllianceEdition, alliance_of
from cases.editions.load import DATA, parse, read_file
from cases.errors import Invalid
from cases.scoring import faults_of, points_of, total
from cases.scoring.stays import longest_stay, months_of_stay


@cache
def edition() -> AllianceEdition:
    return alliance_of(parse(read_file(DATA / "alliance-pilot-2020.json"), where="2020"))


def row(code: str) -> Any:
    return edition().scorecard.by_code[code]


def chosen(option: str, score: Any = None) -> dict[str, Any]:
    return {"option": option} if score is None else {"option": option, "score": score}


def stay(trainees: int, months: str) -> dict[str, Any]:
    return {"trainees": trainees, "longest_continuous_months": Decimal(months)}


def counted(disciplines: int, projects: int, papers: int) -> dict[str, Any]:
    return {"key_discipline": disciplines, "project": projects, "paper": papers}


def share(percent: str) -> dict[str, Any]:
    return {"satisfied_share": Decimal(percent)}


# Every row of the table, at each side of each of its boundaries: what is given, and the points by the printed criteria.
BOUNDARIES: list[tuple[str, dict[str, Any], str]] = [
    ("agreement", chosen("clear"), "5"),
    ("agreement", chosen("unclear"), "0"),
    ("annual_plan", chosen("clear"), "5"),
    ("annual_plan", chosen("unclear_or_none"), "0"),
    ("incentive", chosen("issued_executed"), "6"),
    ("incentive", chosen("issued_not_effective"), "3"),
    ("incentive", chosen("none"), "0"),
    ("quality_homogeneity", chosen("yes"), "5"),
    ("quality_homogeneity", chosen("no"), "0"),
    ("referral_system", chosen("yes"), "5"),
    ("referral_system", chosen("no"), "0"),
    ("referral_practice", {"priority": True, "down_referrals": 1}, "6"),
    ("referral_practice", {"priority": True, "down_referrals": 0}, "3"),
    ("referral_practice", {"priority": False, "down_referrals": 1}, "3"),
    ("referral_practice", {"priority": False, "down_referrals": 0}, "0"),
    ("referral_practice", {"priority": True, "down_referrals": 2}, "6"),
    ("grassroots_support", chosen("issued_executed"), "10"),
    ("grassroots_support", chosen("issued_not_effective"), "5"),
    ("grassroots_support", chosen("none"), "0"),
    ("staff_dispatch", {"dispatch_person_times": 0}, "0"),
    ("staff_dispatch", {"dispatch_person_times": 1}, "2"),
    ("staff_dispatch", {"dispatch_person_times": 2}, "5"),
    ("staff_dispatch", {"dispatch_person_times": 300}, "5"),
    ("discipline_count", {"supported_disciplines": 0}, "0"),
    ("discipline_count", {"supported_disciplines": 1}, "2"),
    ("discipline_count", {"supported_disciplines": 2}, "2"),
    ("discipline_plan", chosen("clear_implemented"), "2"),
    ("discipline_plan", chosen("plan_incomplete"), "1"),
    ("discipline_plan", chosen("unclear"), "0"),
    ("leader_training", chosen("implemented"), "2"),
    ("leader_training", chosen("fewer"), "1"),
    ("leader_training", chosen("none"), "0"),
    ("training_received", stay(0, "0"), "0"),
    ("training_received", stay(0, "3"), "0"),
    ("training_received", stay(1, "0.99"), "0"),
    ("training_received", stay(1, "1"), "2"),
    ("training_received", stay(1, "2"), "2"),
    ("training_received", stay(1, "2.01"), "4"),
    ("training_received", stay(5, "1.5"), "2"),
    ("lectures", {"lectures_per_year": 0}, "0"),
    ("lectures", {"lectures_per_year": 1}, "0"),
    ("lectures", {"lectures_per_year": 2}, "2"),
    ("lectures", {"lectures_per_year": 3}, "2"),
    ("service_mix", chosen("closer"), "5"),
    ("service_mix", chosen("not"), "0"),
    ("standard_care", chosen("standard"), "6"),
    ("standard_care", chosen("substandard", 2), "2"),
    ("standard_care", chosen("substandard", 3), "3"),
    ("standard_care", chosen("substandard", 4), "4"),
    ("standard_care", chosen("substandard", 5), "5"),
    ("standard_care", chosen("none"), "0"),
    ("new_technology", {"new_technologies": 0}, "0"),
    ("new_technology", {"new_technologies": 1}, "2"),
    ("new_technology", {"new_technologies": 2}, "5"),
    ("new_technology", {"new_technologies": 3}, "5"),
    ("rules_building", {"rules_updated": 0}, "0"),
    ("rules_building", {"rules_updated": 1}, "3"),
    ("rules_building", {"rules_updated": 3}, "3"),
    ("rules_building", {"rules_updated": 4}, "6"),
    ("rules_building", {"rules_updated": 5}, "6"),
    ("informatisation", chosen("running"), "5"),
    ("informatisation", chosen("built_not_running"), "3"),
    ("informatisation", chosen("none"), "0"),
    ("funds", chosen("proper"), "4"),
    ("funds", chosen("unused_or_misused"), "0"),
    ("satisfaction", share("100"), "10"),
    ("satisfaction", share("95"), "10"),
    ("satisfaction", share("94.999"), "8"),
    ("satisfaction", share("90"), "8"),
    ("satisfaction", share("89.999"), "6"),
    ("satisfaction", share("85"), "6"),
    ("satisfaction", share("84.999"), "4"),
    ("satisfaction", share("80"), "4"),
    ("satisfaction", share("79.999"), "0"),
    ("satisfaction", share("0"), "0"),
    ("media", {"media": False, "commendation": False}, "0"),
    ("media", {"media": True, "commendation": False}, "3"),
    ("media", {"media": False, "commendation": True}, "3"),
    ("media", {"media": True, "commendation": True}, "3"),
    ("research", counted(0, 0, 0), "0"),
    ("research", counted(0, 0, 1), "0.5"),
    ("research", counted(1, 0, 0), "1"),
    ("research", counted(0, 1, 0), "1"),
    ("research", counted(0, 0, 5), "2.5"),
    ("research", counted(0, 0, 6), "3"),
    ("research", counted(0, 0, 7), "3"),
    ("research", counted(1, 1, 1), "2.5"),
    ("research", counted(1, 1, 2), "3"),
    ("research", counted(3, 0, 0), "3"),
    ("research", counted(9, 9, 9), "3"),
]


@pytest.mark.parametrize(("code", "values", "points"), BOUNDARIES)
def test_a_row_earns_what_its_printed_criteria_say(code: str, values: dict[str, Any], points: str) -> None:
    assert points_of(row(code), values) == Decimal(points)


def test_every_row_of_the_table_has_its_boundaries() -> None:
    assert {code for code, _values, _points in BOUNDARIES} == set(edition().scorecard.by_code)
    for each in edition().scorecard.rows:
        reached = {Decimal(points) for code, _values, points in BOUNDARIES if code == each.code}
        assert {Decimal(0), each.points} <= reached


def test_every_limit_and_every_option_of_the_table_is_tried_on_both_sides() -> None:
    """What the data names as an option, a step, a limit or a band is met, and so is what lies just beside it."""
    tried: dict[str, list[dict[str, Any]]] = {}
    for code, values, _points in BOUNDARIES:
        tried.setdefault(code, []).append(values)
    for each in edition().scorecard.rows:
        rule = each.rule
        options = {values.get("option") for values in tried[each.code]} - {None}
        assert options == {option.code for option in rule.choice.options} if rule.choice else not options
        limits = [step.least for step in rule.steps.steps if step.least] if rule.steps else []
        for limit in limits:
            [name] = tried[each.code][0]
            assert {limit - 1, limit} <= {values[name] for values in tried[each.code]}, each.code
        if (bands := rule.banded_percent) is not None:
            shares = {values["satisfied_share"] for values in tried[each.code]}
            edges = range(int(bands.zero_below), int(bands.full_from) + 1, int(bands.step))
            assert all({Decimal(edge), edge - Decimal("0.001")} <= shares for edge in edges)


@pytest.mark.parametrize(
    ("code", "values", "fault"),
    [
        ("agreement", {}, "option"),
        ("agreement", chosen("excellent"), "option"),
        ("standard_care", chosen("substandard"), "score"),
        ("standard_care", chosen("substandard", 1), "score"),
        ("standard_care", chosen("substandard", 6), "score"),
        ("standard_care", chosen("substandard", Decimal("2.5")), "score"),
        ("staff_dispatch", {"dispatch_person_times": -1}, "dispatch_person_times"),
        ("staff_dispatch", {"dispatch_person_times": Decimal("1.5")}, "dispatch_person_times"),
        ("staff_dispatch", {"dispatch_person_times": True}, "dispatch_person_times"),
        ("training_received", {"trainees": 1}, "longest_continuous_months"),
        ("satisfaction", share("100.01"), "satisfied_share"),
        ("referral_practice", {"down_referrals": 1}, "priority"),
        ("media", {"media": True}, "commendation"),
        ("research", {"key_discipline": 1, "project": 1}, "paper"),
    ],
)
def test_what_does_not_answer_a_row_is_refused_by_input(code: str, values: dict[str, Any], fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        points_of(row(code), values)
    assert set(refused.value.faults) == {fault}


def test_a_deduction_needs_its_reason() -> None:
    assert faults_of(row("incentive"), chosen("issued_not_effective"), "").keys() == {"reason"}
    assert faults_of(row("incentive"), chosen("issued_not_effective"), " ").keys() == {"reason"}
    assert faults_of(row("incentive"), chosen("issued_not_effective"), "文件未执行") == {}
    assert faults_of(row("incentive"), chosen("issued_executed"), "") == {}


def test_a_discretionary_score_needs_its_reason_and_a_missing_bonus_needs_none() -> None:
    assert faults_of(row("standard_care"), chosen("substandard", 5), "").keys() == {"reason"}
    assert faults_of(row("research"), counted(0, 0, 0), "") == {}
    assert faults_of(row("media"), {"media": False, "commendation": False}, "") == {}


@pytest.mark.parametrize(
    ("reading", "percent", "points"),
    [
        ("ceil", "94", "8"),
        ("floor", "94", "10"),
        ("floor", "90.001", "10"),
        ("floor", "90", "8"),
        ("linear", "94", "9.6"),
        ("linear", "80", "4"),
        ("linear", "79.99", "0"),
    ],
)
def test_how_a_fall_by_less_than_a_step_is_read_is_the_editions(reading: str, percent: str, points: str) -> None:
    data = read_file(DATA / "alliance-pilot-2020.json")
    [satisfaction] = [each for each in data["scorecard"]["rows"] if each["code"] == "satisfaction"]
    satisfaction["rule"]["banded_percent"]["partial_step"] = reading
    read = alliance_of(parse(data, where="a reading")).scorecard.by_code["satisfaction"]
    assert points_of(read, share(percent)) == Decimal(points)


# The points of ten whole cards, row by row in printed order, and what they make together, added up by hand.
CARDS: list[tuple[str, str, str, str]] = [
    ("5 5 6 5 5 6 10 5 2 2 2 4 2 5 6 5 6 5 4 10 3 3", "100", "6", "106"),
    ("0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0", "0", "0", "0"),
    ("5 5 6 5 5 6 10 5 2 2 2 4 2 5 6 5 6 5 4 8 3 0.5", "98", "3.5", "101.5"),
    ("5 5 3 5 5 6 10 5 2 1 1 2 2 5 5 5 3 5 4 10 0 0.5", "89", "0.5", "89.5"),
    ("5 0 6 5 5 3 5 2 2 2 2 2 0 5 4 2 6 3 4 8 3 1", "71", "4", "75"),
    ("5 5 0 0 5 3 5 5 0 0 1 4 2 0 3 5 3 3 0 6 0 2.5", "55", "2.5", "57.5"),
    ("0 5 6 5 0 6 10 0 2 2 2 0 2 5 6 5 6 5 4 10 3 1.5", "81", "4.5", "85.5"),
    ("5 5 3 5 5 6 5 5 2 2 2 4 2 5 5 2 3 5 4 4 0 0", "79", "0", "79"),
    ("5 5 6 5 5 6 10 5 2 2 2 4 2 0 2 5 6 5 4 0 3 3", "81", "6", "87"),
    ("5 5 6 0 0 0 0 0 2 1 0 2 0 5 0 2 3 0 4 8 0 3", "43", "3", "46"),
]


@pytest.mark.parametrize(("rows", "base", "bonus", "together"), CARDS)
def test_a_whole_card_makes_what_was_added_up_by_hand(rows: str, base: str, bonus: str, together: str) -> None:
    card = edition().scorecard
    points = dict(zip(card.by_code, map(Decimal, rows.split()), strict=True))
    totals = total(card, points)
    assert (totals.base, totals.bonus, totals.total) == (Decimal(base), Decimal(bonus), Decimal(together))
    assert totals.missing == ()


def test_an_unfinished_card_names_the_rows_that_are_missing() -> None:
    totals = total(edition().scorecard, {"agreement": Decimal(5)})
    assert totals.total == 5
    assert len(totals.missing) == 21
    assert "agreement" not in totals.missing


@sampled(st.lists(st.sampled_from(BOUNDARIES), max_size=40))
def test_no_card_earns_more_than_its_maximum(picked: list[tuple[str, dict[str, Any], str]]) -> None:
    card = edition().scorecard
    points = {code: points_of(card.by_code[code], values) for code, values, _points in picked}
    totals = total(card, points)
    assert 0 <= totals.base <= 100
    assert 0 <= totals.bonus <= 6
    assert totals.base + totals.bonus == totals.total
    assert sum(totals.groups.values()) >= totals.total


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2020-05-01", "2020-05-31", 1),
        ("2020-05-15", "2020-06-14", 1),
        ("2021-01-01", "2021-02-28", 2),
        ("2020-01-01", "2020-02-29", 2),
        ("2020-12-15", "2021-02-14", 2),
        ("2021-01-31", "2021-02-28", 1),
    ],
)
def test_both_days_of_a_stay_count_by_calendar_months(first: str, last: str, months: int) -> None:
    begun, ended = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    assert months_of_stay(begun, ended) == months
    assert months_of_stay(begun, ended + dt.timedelta(days=1)) > months
    assert months_of_stay(begun, ended - dt.timedelta(days=1)) < months


def test_stays_in_pieces_are_not_continuous() -> None:
    pieces = [
        (dt.date(2020, 5, 1), dt.date(2020, 5, 31)),
        (dt.date(2020, 7, 1), dt.date(2020, 8, 20)),
    ]
    assert 1 < longest_stay(pieces) < 2
    assert longest_stay([]) == 0


def test_a_stay_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        months_of_stay(dt.date(2020, 5, 2), dt.date(2020, 5, 1))


@sampled(st.dates(dt.date(2019, 1, 1), dt.date(2022, 12, 31)), st.integers(0, 400), st.integers(1, 40))
def test_a_longer_stay_is_never_fewer_months(first: dt.date, days: int, more: int) -> None:
    shorter = months_of_stay(first, first + dt.timedelta(days=days))
    assert shorter < months_of_stay(first, first + dt.timedelta(days=days + more))
