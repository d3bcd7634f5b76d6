"""The rules of an entry and the counting of days, over plain values and any dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.editions.alliance import RegisterRule
from workflows.alliance.certificate.counting import Days, Stay, by_unit, count_of, merged
from workflows.alliance.registers.rules import Entry, Span, covered, faults_of, fitted

TODAY = dt.date(2020, 9, 1)
LEAD, MEMBER, OTHER, PERSON = 1, 2, 3, 7
BEGIN = dt.date(2020, 3, 1)
ALLIANCE = {LEAD: [Span(BEGIN, None)], MEMBER: [Span(BEGIN, dt.date(2020, 8, 1))]}
AT_THE_LEAD = {LEAD: [Span(BEGIN, None)]}
CLAUSE = "试点方案 附件 第9项"
LECTURE = RegisterRule("lecture", "讲座", "Lectures", CLAUSE, people=True)
DISPATCH = RegisterRule("dispatch", "派出", "People sent out", CLAUSE, visit=True, person=True)
CONSULTATION = RegisterRule("consultation", "会诊", "Consultations", CLAUSE, visit=True)
TRAINEE = RegisterRule("trainee", "进修", "Trainees", CLAUSE, person=True, stay=True)

days = st.dates(dt.date(2020, 1, 1), dt.date(2020, 12, 31))
spans = st.builds(
    lambda start, length: Span(start, None if length is None else start + dt.timedelta(days=length)),
    days,
    st.one_of(st.none(), st.integers(1, 90)),
)
stays = st.builds(
    lambda entry, unit, first, length: Stay(entry, unit, "dispatch", Days(first, first + dt.timedelta(days=length))),
    st.integers(1, 50),
    st.integers(1, 4),
    days,
    st.integers(0, 60),
)


def entry(**others: object) -> Entry:
    base = Entry("lecture", "老年康复讲座", dt.date(2020, 7, 1), dt.date(2020, 7, 1), MEMBER, people=30)
    return dataclasses.replace(base, **others)  # type: ignore[arg-type]


def faults(given_entry: Entry, rule: RegisterRule, **others: object) -> dict[str, list[str]]:
    known = {"members": ALLIANCE, "person": AT_THE_LEAD, "today": TODAY, **others}
    return faults_of(given_entry, rule, **known)  # type: ignore[arg-type]


def test_a_good_entry_has_no_faults() -> None:
    assert faults(entry(), LECTURE) == {}
    assert faults(entry(sender_id=LEAD, person_id=PERSON), DISPATCH) == {}
    assert faults(entry(sender_id=LEAD), CONSULTATION) == {}


@pytest.mark.parametrize(
    ("change", "rule", "field"),
    [
        ({"title": " "}, LECTURE, "title"),
        ({"until_on": dt.date(2020, 6, 30)}, LECTURE, "until_on"),
        ({"from_on": dt.date(2020, 9, 2), "until_on": dt.date(2020, 9, 2)}, LECTURE, "from_on"),
        ({"until_on": dt.date(2020, 9, 2)}, LECTURE, "until_on"),
        ({"count": 0}, LECTURE, "count"),
        ({"people": 0}, LECTURE, "people"),
        ({"unit_id": OTHER}, LECTURE, "unit"),
        ({}, CONSULTATION, "sender"),
        ({"sender_id": MEMBER}, CONSULTATION, "sender"),
        ({"sender_id": OTHER}, CONSULTATION, "sender"),
        ({"sender_id": LEAD}, DISPATCH, "person"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(change: dict[str, object], rule: RegisterRule, field: str) -> None:
    assert set(faults(entry(**change), rule)) == {field}


def test_a_unit_that_is_no_member_is_refused_with_the_clause_of_the_register() -> None:
    assert CLAUSE in faults(entry(unit_id=OTHER), LECTURE)["unit"][0]


def test_a_membership_is_half_open_its_last_day_is_the_one_before_its_end() -> None:
    last = dt.date(2020, 7, 31)
    assert faults(entry(from_on=last, until_on=last), LECTURE) == {}
    end = dt.date(2020, 8, 1)
    assert set(faults(entry(from_on=end, until_on=end), LECTURE)) == {"unit"}
    assert set(faults(entry(from_on=last, until_on=end), LECTURE)) == {"unit"}


def test_whoever_is_sent_belongs_to_the_sender_and_a_trainee_to_the_unit_that_sends_them_to_learn() -> None:
    assert set(faults(entry(sender_id=LEAD, person_id=PERSON), DISPATCH, person={MEMBER: [Span(BEGIN, None)]})) == {
        "person"
    }
    assert faults(entry(person_id=PERSON), TRAINEE, person={MEMBER: [Span(BEGIN, None)]}) == {}
    assert set(faults(entry(person_id=PERSON), TRAINEE)) == {"person"}


def test_what_a_register_does_not_ask_for_is_left_out() -> None:
    plain = RegisterRule("rule", "制度", "Rules", CLAUSE)
    kept = fitted(entry(sender_id=LEAD, person_id=PERSON), plain)
    assert (kept.sender_id, kept.person_id, kept.people) == (None, None, 0)
    assert fitted(entry(sender_id=LEAD, person_id=PERSON), CONSULTATION).person_id == PERSON


@given(st.lists(spans, max_size=6), days, st.integers(0, 40))
def test_days_are_covered_exactly_if_each_of_them_is(given_spans: list[Span], first: dt.date, length: int) -> None:
    wanted = [first + dt.timedelta(days=number) for number in range(length + 1)]
    each = all(
        any(span.start <= day and (span.until is None or day < span.until) for span in given_spans) for day in wanted
    )
    assert covered(given_spans, first, wanted[-1]) == each


@given(st.lists(stays, max_size=12))
def test_a_day_counts_once_however_many_entries_name_it(given_stays: list[Stay]) -> None:
    every = {stay.days.first + dt.timedelta(days=number) for stay in given_stays for number in range(stay.days.length)}
    assert count_of(stay.days for stay in given_stays) == len(every)
    for line in by_unit(given_stays):
        there = [stay for stay in given_stays if stay.unit == line.unit]
        own = {stay.days.first + dt.timedelta(days=number) for stay in there for number in range(stay.days.length)}
        assert line.count == len(own)


@given(st.lists(stays, min_size=1, max_size=12))
def test_merged_days_do_not_touch_each_other_and_come_in_order(given_stays: list[Stay]) -> None:
    found = merged(stay.days for stay in given_stays)
    assert all(later.first > earlier.last + dt.timedelta(days=1) for earlier, later in itertools.pairwise(found))


@given(st.lists(stays, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_matter(given_stays: list[Stay], chance: object) -> None:
    shuffled = list(given_stays)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_unit(shuffled) == by_unit(given_stays)
