"""The rules of the self-check: what may be saved, what hinders submission, how far it is, and what has changed."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any, get_args

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases.editions.form import CheckItem, Measure, Operator
from cases.editions.load import DATA, parse, read_file
from cases.editions.quality import quality_of
from cases.selfcheck_rules import (
    MAX_NAME,
    MAX_TEXT,
    AnswerValues,
    Change,
    Fault,
    check_basic,
    check_complete,
    check_draft,
    compute_changes,
    implied_facets,
    limit_text,
    normalise_basic,
    progress,
    read_number,
)

FORM = quality_of(parse(read_file(DATA / "quality-cycle-2021.json"), where="2021")).form
PLAIN = FORM.items["A1-02"]
FACETED = FORM.items["A1-03"]
RATES = FORM.items["A1-18"]
YEAR = 2021
D = Decimal
GOOD_RATES = {"record_pass_rate": D(100), "order_prescription_pass_rate": D(95)}
PROBLEM = AnswerValues(
    status="problem",
    facets=("licence_scope",),
    problem="2名护士未办理执业注册",
    measure="办理变更注册",
    rectification="time_limited",
    responsible="张某",
    planned_on=dt.date(2021, 6, 1),
)


def codes(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in faults]


def draft(item: CheckItem, **values: Any) -> list[tuple[str, str]]:
    return codes(check_draft(item, AnswerValues(**values), year=YEAR))


def complete(item: CheckItem, answer: AnswerValues, **changes: Any) -> list[tuple[str, str]]:
    return codes(check_complete(item, dataclasses.replace(answer, **changes), year=YEAR))


def limited(op: Operator) -> tuple[CheckItem, Measure]:
    measure = Measure("rate", op, D("50.5"), "%", "合格率", "Rate")
    return dataclasses.replace(PLAIN, measures=(measure,), facets=()), measure


STEPS = st.decimals(D("0.0001"), D("49"), places=4)


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", False, True, True),
        ("<=", True, True, False),
        ("==", False, True, False),
        ("<", True, False, False),
        (">", False, False, True),
    ],
)
@given(step=STEPS)
def test_a_value_that_breaks_its_limit_cannot_be_compliant(
    op: Operator, below: bool, at: bool, above: bool, step: Decimal
) -> None:
    item, measure = limited(op)
    for value, holds in ((measure.limit - step, below), (measure.limit, at), (measure.limit + step, above)):
        answer = AnswerValues(status="compliant", values={"rate": value})
        assert complete(item, answer) == ([] if holds else [("values.rate", "limit_broken")])
        assert draft(item, status="compliant", values={"rate": value}) == []


def test_every_operator_of_an_edition_is_tried_and_has_words() -> None:
    with translation.override("en"):
        words = {op: str(limit_text(limited(op)[1])) for op in get_args(Operator)}
    assert words == {
        ">=": "at least 50.5%",
        "<=": "at most 50.5%",
        "==": "exactly 50.5%",
        "<": "below 50.5%",
        ">": "above 50.5%",
    }


def test_a_broken_limit_says_value_and_limit() -> None:
    answer = AnswerValues(status="compliant", values={**GOOD_RATES, "record_pass_rate": D("98.5")})
    with translation.override("en"):
        [fault] = check_complete(RATES, answer, year=YEAR)
        assert str(fault.message) == (
            "Medical-record pass rate is 98.5%, required is exactly 100%: the item cannot be “compliant”."
        )


def test_an_item_without_an_answer_is_not_complete() -> None:
    assert complete(PLAIN, AnswerValues()) == [("status", "not_answered")]
    assert complete(PLAIN, AnswerValues(status="compliant")) == []


def test_numbers_are_asked_for_unless_the_item_does_not_apply() -> None:
    missing = [("values.record_pass_rate", "missing"), ("values.order_prescription_pass_rate", "missing")]
    assert complete(RATES, AnswerValues(status="compliant")) == missing
    assert complete(RATES, PROBLEM, facets=("record_rate",)) == missing
    assert complete(RATES, AnswerValues(status="not_applicable", reason="未开展")) == []


def test_an_item_that_does_not_apply_needs_a_reason() -> None:
    assert complete(PLAIN, AnswerValues(status="not_applicable", reason=" \n")) == [("reason", "missing")]


@pytest.mark.parametrize(
    ("blank", "fault"),
    [
        ({"facets": ()}, ("facets", "missing")),
        ({"problem": " "}, ("problem", "missing")),
        ({"measure": ""}, ("measure", "missing")),
        ({"rectification": ""}, ("rectification", "missing")),
        ({"responsible": " "}, ("responsible", "missing")),
        ({"planned_on": None}, ("planned_on", "missing")),
        ({"fixed_on_spot": True}, ("evidence", "missing")),
    ],
)
def test_a_problem_is_complete_only_with_all_that_the_ledger_needs(
    blank: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert complete(FACETED, PROBLEM) == []
    assert complete(FACETED, PROBLEM, **blank) == [fault]


def test_a_problem_of_an_item_without_aspects_needs_none() -> None:
    assert complete(PLAIN, PROBLEM, facets=()) == []


def test_what_was_rectified_on_the_spot_needs_evidence_and_no_date() -> None:
    assert complete(FACETED, PROBLEM, fixed_on_spot=True, planned_on=None, evidence_count=1) == []


def test_a_broken_limit_asks_for_the_aspect_that_it_belongs_to() -> None:
    values = {**GOOD_RATES, "order_prescription_pass_rate": D("94.9")}
    assert implied_facets(RATES, values) == ("order_rx_rate",)
    assert complete(RATES, PROBLEM, values=values, facets=("record_practice",)) == [("facets", "implied_missing")]
    assert complete(RATES, PROBLEM, values=values, facets=("record_practice", "order_rx_rate")) == []
    assert complete(RATES, PROBLEM, values=values, facets=()) == [("facets", "missing")]
    assert implied_facets(RATES, GOOD_RATES) == ()


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity"])
def test_what_is_no_number_breaks_no_limit(number: str) -> None:
    values = {**GOOD_RATES, "order_prescription_pass_rate": D(number)}
    assert implied_facets(RATES, values) == ()
    assert complete(RATES, AnswerValues(status="compliant", values=values)) == [
        ("values.order_prescription_pass_rate", "not_a_number")
    ]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"status": "fine"}, ("status", "unknown")),
        ({"facets": ("staffing", "weather")}, ("facets", "unknown")),
        ({"rectification": "never"}, ("rectification", "unknown")),
        ({"values": {"weather": D(1)}}, ("values.weather", "unknown")),
        ({"problem": "字" * (MAX_TEXT + 1)}, ("problem", "too_long")),
        ({"measure": "字" * (MAX_TEXT + 1)}, ("measure", "too_long")),
        ({"reason": "字" * (MAX_TEXT + 1)}, ("reason", "too_long")),
        ({"responsible": "字" * (MAX_NAME + 1)}, ("responsible", "too_long")),
        ({"problem": "a\x00b"}, ("problem", "control_characters")),
        ({"reason": "\ud800"}, ("reason", "control_characters")),
        ({"planned_on": dt.date(2020, 12, 31)}, ("planned_on", "too_early")),
        ({"planned_on": dt.date(2025, 1, 1)}, ("planned_on", "too_late")),
    ],
)
def test_what_the_item_does_not_know_is_never_saved(values: dict[str, Any], fault: tuple[str, str]) -> None:
    assert draft(FACETED, **values) == [fault]
    assert fault in complete(FACETED, PROBLEM, **values)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("-0.0001", "out_of_range"),
        ("100.0001", "out_of_range"),
        ("1E+999999", "out_of_range"),
        ("99.99999", "too_precise"),
        ("99." + "9" * 60, "too_precise"),
        ("1E-999", "too_precise"),
        ("NaN", "not_a_number"),
        ("sNaN", "not_a_number"),
        ("-Infinity", "not_a_number"),
    ],
)
def test_numbers_that_no_institution_can_have_are_never_saved(number: str, fault: str) -> None:
    assert draft(RATES, values={"record_pass_rate": D(number)}) == [("values.record_pass_rate", fault)]


@pytest.mark.parametrize("number", ["0", "100", "100.00000000", "99.9999", "1E+2", "-0"])
def test_numbers_at_the_ends_of_the_range_are_saved(number: str) -> None:
    assert draft(RATES, values={"record_pass_rate": D(number)}) == []


def test_texts_and_dates_at_their_bounds_are_saved() -> None:
    for day in (dt.date(2021, 1, 1), dt.date(2024, 12, 31)):
        assert draft(FACETED, planned_on=day, problem="字" * MAX_TEXT, responsible="字" * MAX_NAME) == []
    assert draft(FACETED, problem="第一行\r\n第二行\t完") == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [("98.5", "98.5"), (" ９８．５％ ", "98.5"), ("100 %", "100"), ("-3", "-3"), ("007", "7")],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: str) -> None:
    assert read_number(typed) == D(number)


@pytest.mark.parametrize("typed", ["", "九十", "1,5", "1_000", "1e5", "NaN", "Infinity", "9" * 5000, "1.2.3", "0x1"])
def test_what_is_no_number_is_refused_with_words(typed: str) -> None:
    assert draft(RATES, values={"record_pass_rate": read_number(typed)}) == [
        ("values.record_pass_rate", "not_a_number")
    ]


TEXTS = st.text(max_size=40) | st.just("字" * (MAX_TEXT + 1))
ANSWERS = st.builds(
    AnswerValues,
    status=st.sampled_from(["", "compliant", "problem", "not_applicable", "other"]),
    facets=st.lists(st.sampled_from(["record_rate", "staffing"]) | st.text(max_size=5), max_size=4).map(tuple),
    values=st.dictionaries(st.sampled_from([*GOOD_RATES, "weather"]) | st.text(max_size=5), st.decimals(), max_size=4),
    problem=TEXTS,
    measure=TEXTS,
    rectification=TEXTS,
    fixed_on_spot=st.booleans(),
    responsible=TEXTS,
    planned_on=st.none() | st.dates(),
    reason=TEXTS,
    evidence_count=st.integers(0, 5),
)


@given(st.sampled_from(list(FORM.items.values())), ANSWERS)
def test_no_answer_whatever_breaks_the_rules_and_submission_is_never_laxer_than_saving(
    item: CheckItem, answer: AnswerValues
) -> None:
    saving, submitting = (check(item, answer, year=YEAR) for check in (check_draft, check_complete))
    assert codes(submitting)[: len(saving)] == codes(saving)
    assert all(str(fault.message) for fault in submitting)
    assert submitting or answer.status in ("compliant", "problem", "not_applicable")


BASIC = {
    "institution_name": "某某医养结合服务中心",
    "medical_beds": 60,
    "home_beds": 0,
    "medical_beds_prev": 50,
    "home_beds_prev": 0,
    "medical_type": "other",
    "medical_type_other": "护理站",
    "medical_ownership": "public",
    "medical_grade": "ungraded",
    "insurance": "yes",
    "care_type": "nursing_home",
    "operation_mode": "public_private",
}


def basic(**changes: Any) -> list[tuple[str, str]]:
    return codes(check_basic(FORM, {**BASIC, **changes}))


def test_filled_basic_information_has_no_faults_and_no_beds_is_an_answer() -> None:
    assert basic() == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"medical_beds": -1}, ("medical_beds", "out_of_range")),
        ({"medical_beds": 20_001}, ("medical_beds", "out_of_range")),
        ({"medical_beds": "六十"}, ("medical_beds", "not_a_number")),
        ({"medical_beds": True}, ("medical_beds", "not_a_number")),
        ({"medical_beds": 1.5}, ("medical_beds", "not_a_number")),
        ({"institution_name": 7}, ("institution_name", "not_text")),
        ({"institution_name": "名" * 201}, ("institution_name", "too_long")),
        ({"institution_name": "名\x00"}, ("institution_name", "control_characters")),
        ({"medical_grade": "fourth"}, ("medical_grade", "unknown_choice")),
        ({"medical_grade": ["tertiary"]}, ("medical_grade", "unknown_choice")),
        ({"medical_type_other": " "}, ("medical_type_other", "missing")),
        ({"medical_type_other": 5}, ("medical_type_other", "not_text")),
        ({"operation_mode": "other"}, ("operation_mode_other", "missing")),
        ({"address": "某路1号"}, ("address", "unknown")),
        ({"insurance_other": "是"}, ("insurance_other", "unknown")),
    ],
)
def test_a_fault_of_the_basic_information_is_named_at_its_line(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in basic(**changes)


def test_the_beds_at_the_ends_of_the_range_are_taken() -> None:
    assert basic(medical_beds=0, home_beds=20_000) == []


def test_every_required_line_is_named_when_it_is_missing_but_a_draft_may_have_gaps() -> None:
    missing = codes(check_basic(FORM, {}))
    assert missing == [(code, "missing") for code, line in FORM.basic_fields.items() if line.required]
    assert ("care_type", "missing") not in missing
    assert check_basic(FORM, {}, complete=False) == []
    assert codes(check_basic(FORM, {"medical_beds": -1}, complete=False)) == [("medical_beds", "out_of_range")]


def test_basic_information_is_kept_trimmed_and_as_numbers() -> None:
    typed = {
        "institution_name": "  某某中心 ",
        "medical_beds": " ６０ ",
        "home_beds": "0",
        "medical_beds_prev": "",
        "home_beds_prev": "many",
        "medical_type": "general_hospital",
        "medical_type_other": "left over",
        "operation_mode": "other",
        "operation_mode_other": " 合作经营 ",
        "address": "x",
    }
    assert normalise_basic(FORM, typed) == {
        "institution_name": "某某中心",
        "medical_beds": 60,
        "home_beds": 0,
        "home_beds_prev": "many",
        "medical_type": "general_hospital",
        "operation_mode": "other",
        "operation_mode_other": "合作经营",
        "address": "x",
    }


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.lists(st.text(max_size=3))
KEYS = st.sampled_from([*BASIC, "operation_mode_other"]) | st.text(max_size=5)


@given(st.dictionaries(KEYS, JSON, max_size=8))
def test_no_basic_information_whatever_breaks_the_rules(raw: dict[str, Any]) -> None:
    kept = normalise_basic(FORM, raw)
    assert normalise_basic(FORM, kept) == kept or any(value != value for value in kept.values())
    assert all(str(fault.message) for fault in check_basic(FORM, kept))


def test_progress_counts_answers_and_problems_by_section() -> None:
    answers = {
        "A1-01": AnswerValues(status="compliant"),
        "A1-02": AnswerValues(),
        "A1-03": PROBLEM,
        "A1-27": AnswerValues(status="not_applicable"),
        "A1-99": PROBLEM,
    }
    counts = [(line.answered, line.total, line.problems) for line in progress(FORM, answers)]
    assert counts == [(2, 4, 1), (0, 6, 0), (0, 12, 0), (0, 4, 0), (1, 1, 0), (0, 3, 0)]


def answered(**fields: Any) -> dict[str, Any]:
    return {
        "status": "problem",
        "facets": ["record_rate", "record_practice"],
        "values": {"record_pass_rate": "98"},
        "problem": "缺页",
        "measure": "补正",
        "rectification": "immediate",
        "fixed_on_spot": False,
        "responsible": "李某",
        "planned_on": "2021-06-01",
        "reason": "",
        "evidence": [{"sha256": "aa", "name": "a.jpg"}],
        **fields,
    }


OLD: dict[str, Any] = {"basic": BASIC, "answers": {"A1-18": answered(), "A1-02": {"status": "compliant"}}}


def changed(**fields: Any) -> list[Change]:
    new = copy.deepcopy(OLD)
    new["answers"]["A1-18"] = answered(**fields)
    return compute_changes(OLD, new, FORM)


def test_a_version_equals_itself() -> None:
    assert compute_changes(OLD, copy.deepcopy(OLD), FORM) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"facets": ["record_practice", "record_rate"]},
        {"values": {"record_pass_rate": "98.00"}},
        {"evidence": [{"sha256": "aa", "name": "renamed.jpg"}]},
        {"reason": None},
    ],
)
def test_another_way_of_writing_the_same_is_no_change(fields: dict[str, Any]) -> None:
    assert changed(**fields) == []


def test_each_changed_field_is_named_with_old_and_new() -> None:
    assert changed(values={"record_pass_rate": "100", "order_prescription_pass_rate": "95"}, planned_on=None) == [
        Change("A1-18", "values.record_pass_rate", "98", "100"),
        Change("A1-18", "values.order_prescription_pass_rate", None, "95"),
        Change("A1-18", "planned_on", "2021-06-01", None),
    ]
    assert changed(fixed_on_spot=True) == [Change("A1-18", "fixed_on_spot", None, True)]
    assert [(change.field, change.old) for change in changed(evidence=[])] == [
        ("evidence", [{"sha256": "aa", "name": "a.jpg"}])
    ]


def test_changes_come_in_printed_order_basic_information_first_and_nothing_is_lost() -> None:
    new = {
        "basic": {**BASIC, "medical_beds": 61},
        "answers": {"A1-99": {"status": "problem"}, "A1-18": answered(), "A1-01": {"status": "compliant"}},
    }
    assert compute_changes(OLD, new, FORM) == [
        Change("basic", "medical_beds", 60, 61),
        Change("A1-01", "status", None, "compliant"),
        Change("A1-02", "status", "compliant", None),
        Change("A1-99", "status", None, "problem"),
    ]


def test_an_unanswered_item_equals_an_absent_one() -> None:
    blank: dict[str, Any] = {
        "status": "",
        "facets": [],
        "values": {},
        "planned_on": None,
        "fixed_on_spot": False,
        "evidence": [],
    }
    assert compute_changes({"answers": {}}, {"answers": {"A1-01": blank}}, FORM) == []
