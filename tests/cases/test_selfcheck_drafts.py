"""Saving the draft of a self-check: row versions, history, last year's answers, the report, and what is sealed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cases.annex1 import draft_content, submitted_content
from cases.editions.quality import quality_of
from cases.errors import Invalid
from cases.models import Case, SelfCheck, SelfCheckAnswer, User
from cases.saving import StaleRow
from cases.selfcheck import digest, snapshot
from cases.selfcheck_drafts import (
    last_change,
    overview,
    save_answer,
    save_basic,
    save_report,
    text_before_redraft,
)
from cases.selfcheck_previous import answer_from, basic_from, previous_submission, take_over
from cases.selfcheck_report import draft_report
from cases.selfcheck_rules import AnswerValues
from tests.story import BASIC, Story, problem
from tests.worlds import World, build_world, moment

AT = moment("2021-03-01")
LATER = moment("2021-03-02")


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def story(world: World) -> Story:
    return Story.open(world).on("2021-03-01")


@pytest.fixture
def filler(world: World) -> User:
    return world.institution_filler


def form_of(case: Case) -> Any:
    return quality_of(case.edition).form


def draft_of(case: Case) -> SelfCheck:
    return SelfCheck.objects.get(pk=case.pk)


def save(story: Story, code: str, answer: AnswerValues, *, version: int = 0, by: User, at: dt.datetime = AT) -> Any:
    selfcheck = draft_of(story.case)
    return save_answer(
        selfcheck,
        form_of(story.case).items[code],
        answer,
        stored=SelfCheckAnswer.objects.filter(selfcheck=selfcheck, item_code=code).first(),
        row_version=version,
        year=2021,
        by=by,
        at=at,
    )


def test_an_answer_is_saved_with_its_version_its_person_and_its_history(story: Story, filler: User) -> None:
    row = save(
        story, "A1-18", AnswerValues(status="compliant", values={"record_pass_rate": Decimal("99.5")}), by=filler
    )
    assert (row.row_version, row.updated_by, row.updated_at) == (1, filler, AT)
    assert row.values == {"record_pass_rate": "99.5"}
    assert [(past.history_user, past.history_date) for past in row.history.all()] == [(filler, AT)]
    assert draft_of(story.case).filler == filler


def test_a_save_on_an_older_version_is_a_conflict_that_names_what_stands_there(story: Story, world: World) -> None:
    save(story, "A1-01", AnswerValues(status="compliant"), by=world.institution_filler)
    with pytest.raises(StaleRow) as refusal:
        save(story, "A1-01", AnswerValues(status="problem"), by=world.institution_head)
    assert (refusal.value.stored.status, refusal.value.row_version) == ("compliant", 1)
    assert SelfCheckAnswer.objects.get(item_code="A1-01").status == "compliant"


def test_the_same_answer_sent_again_is_no_conflict(story: Story, filler: User) -> None:
    first = save(story, "A1-01", AnswerValues(status="compliant"), by=filler)
    again = save(story, "A1-01", AnswerValues(status="compliant"), by=filler, at=LATER)
    assert (again.row_version, again.updated_at, again.history.count()) == (1, AT, 1)
    assert first.pk == again.pk


def test_what_no_institution_can_have_is_not_saved(story: Story, filler: User) -> None:
    answer = AnswerValues(status="problem", values={"record_pass_rate": Decimal(101)}, problem="长" * 2001)
    with pytest.raises(Invalid) as refusal:
        save(story, "A1-18", answer, by=filler)
    assert set(refusal.value.faults) == {"values.record_pass_rate", "problem"}
    assert not SelfCheckAnswer.objects.exists()


def test_basic_information_and_report_have_versions_of_their_own(story: Story, filler: User) -> None:
    selfcheck = draft_of(story.case)
    save_basic(selfcheck, form_of(story.case), {"medical_beds": "８０"}, row_version=0, by=filler, at=AT)
    save_report(selfcheck, "报告", row_version=0, by=filler, at=AT)
    stored = draft_of(story.case)
    assert (stored.basic, stored.basic_version, stored.report_version) == ({"medical_beds": 80}, 1, 1)
    with pytest.raises(StaleRow):
        save_basic(stored, form_of(story.case), {"medical_beds": "90"}, row_version=0, by=filler, at=AT)
    with pytest.raises(StaleRow):
        save_report(stored, "另一份", row_version=0, by=filler, at=AT)
    with pytest.raises(Invalid):
        save_report(stored, "长" * 20_001, row_version=1, by=filler, at=AT)
    with pytest.raises(Invalid) as refusal:
        save_basic(stored, form_of(story.case), {"medical_beds": "many", "x": "1"}, row_version=1, by=filler, at=AT)
    assert set(refusal.value.faults) == {"medical_beds", "x"}


def test_a_report_that_was_drafted_again_can_be_had_back(story: Story, filler: User) -> None:
    selfcheck = draft_of(story.case)
    assert text_before_redraft(selfcheck) is None
    save_report(selfcheck, "初", row_version=0, by=filler, at=AT)
    save_report(selfcheck, "本人所写", row_version=1, by=filler, at=AT)
    save_report(selfcheck, "新稿", row_version=2, by=filler, at=LATER, redrafted=True)
    save_report(selfcheck, "新稿，改", row_version=3, by=filler, at=LATER)
    assert text_before_redraft(selfcheck).report == "本人所写"


def test_the_overview_counts_what_is_done(story: Story) -> None:
    edition = story.case.edition.parsed
    empty = overview(draft_of(story.case), edition)
    assert (empty.basic_done, empty.answered, empty.total, empty.report_done) == (False, 0, 30, False)
    story.fill({"A1-19": problem(["hand"])})
    full = overview(draft_of(story.case), edition)
    assert (full.basic_done, full.answered, full.problems, full.report_done) == (True, 30, 1, True)
    assert [(line.answered, line.total) for line in full.sections] == [(4, 4), (6, 6), (12, 12), (4, 4), (1, 1), (3, 3)]


def test_the_overview_costs_one_query(story: Story, django_assert_num_queries: Any) -> None:
    selfcheck, edition = draft_of(story.fill().case), story.case.edition.parsed
    with django_assert_num_queries(1):
        overview(selfcheck, edition)


def test_a_problem_that_is_none_any_more_is_kept_in_the_draft_and_not_in_the_snapshot(story: Story) -> None:
    story.fill({"A1-19": problem(["hand"])})
    SelfCheckAnswer.objects.filter(item_code="A1-19").update(status="compliant")
    said = snapshot(draft_of(story.case))["answers"]["A1-19"]
    assert (said["problem"], said["facets"], said["planned_on"], said["responsible"]) == ("", [], None, "")


def test_adding_evidence_makes_another_content_of_it(story: Story) -> None:
    story.fill()
    before = digest(snapshot(draft_of(story.case)))
    story.evidence(story.case, "self_check", story.filler, "A1-01")
    assert digest(snapshot(draft_of(story.case))) != before


# ── last year ──────────────────────────────────────────────────────────────


@pytest.fixture
def second_year(world: World) -> Story:
    """2021 after a submitted 2020."""
    Story.open(world, 2020, "2020-01-06").on("2020-03-01").submit(
        {
            "A1-19": problem(["hand"], planned_on=dt.date(2020, 6, 30)),
            "A1-04": {"status": "not_applicable", "reason": "无"},
        }
    )
    return Story.open(world, 2021, "2021-01-04").on("2021-03-01")


def test_last_years_form_is_the_one_of_the_same_institution(second_year: Story, world: World) -> None:
    found = previous_submission(second_year.case)
    assert found is not None
    assert (found.selfcheck.case.year, found.selfcheck.case.unit) == (2020, world.institution)
    second_year.case.unit = world.sibling
    assert previous_submission(second_year.case) is None


def test_what_is_not_answered_is_taken_over_and_nothing_else(second_year: Story, filler: User) -> None:
    save(second_year, "A1-01", AnswerValues(status="problem", problem="本年新发现"), by=filler)
    selfcheck, previous = draft_of(second_year.case), previous_submission(second_year.case)
    assert previous is not None
    taken = take_over(selfcheck, form_of(second_year.case), previous, year=2021, by=filler, at=LATER)
    rows = {row.item_code: row for row in SelfCheckAnswer.objects.filter(selfcheck=selfcheck)}
    assert taken == 29
    assert (rows["A1-01"].problem, rows["A1-01"].row_version) == ("本年新发现", 1)
    assert (rows["A1-19"].problem, rows["A1-19"].planned_on, rows["A1-19"].facets) == (
        "手卫生依从性抽查不合格。",
        None,
        ["hand"],
    )
    assert (rows["A1-04"].reason, rows["A1-18"].values["record_pass_rate"]) == ("无", "100")
    assert rows["A1-19"].history.get().history_user == filler
    basic = draft_of(second_year.case).basic
    assert (basic["medical_beds"], basic["medical_beds_prev"], basic["home_beds_prev"]) == (80, 80, 12)


def test_a_single_item_is_taken_over_alone(second_year: Story, filler: User) -> None:
    selfcheck, previous = draft_of(second_year.case), previous_submission(second_year.case)
    assert previous is not None
    form = form_of(second_year.case)
    assert take_over(selfcheck, form, previous, year=2021, by=filler, at=LATER, only={"A1-04"}) == 1
    assert [row.item_code for row in SelfCheckAnswer.objects.filter(selfcheck=selfcheck)] == ["A1-04"]
    assert draft_of(second_year.case).basic == {}


def test_what_this_years_form_does_not_know_is_not_taken_over(story: Story) -> None:
    item = form_of(story.case).items["A1-18"]
    then = {
        "status": "problem",
        "facets": ["record_rate", "gone"],
        "values": {"record_pass_rate": "97", "gone": "1", "order_prescription_pass_rate": "?"},
        "problem": "旧",
        "fixed_on_spot": True,
        "planned_on": "2020-05-01",
    }
    answer = answer_from(item, then, year=2021)
    assert answer is not None
    assert (answer.facets, dict(answer.values)) == (("record_rate",), {"record_pass_rate": Decimal(97)})
    assert (answer.fixed_on_spot, answer.planned_on) == (False, None)
    assert answer_from(item, {}, year=2021) is None
    basic = basic_from(form_of(story.case), {"medical_type": "gone", "medical_beds": 5, "gone": "x"})
    assert basic == {"medical_beds": 5, "medical_beds_prev": 5}


# ── report and paper ───────────────────────────────────────────────────────


def test_the_report_is_drafted_from_the_answers(story: Story) -> None:
    on_the_spot = problem(["hand"], fixed_on_spot=True, rectification="immediate", planned_on=None)
    story.fill({"A1-19": on_the_spot, "A1-08": problem(), "A1-04": {"status": "not_applicable", "reason": "无"}})
    text = draft_report(form_of(story.case), snapshot(draft_of(story.case)), unit_name="康宁护理院", year=2021)
    lines = text.split("\n")
    assert [line for line in lines if line[1:2] == "、"] == [
        "一、基本情况",
        "二、自查情况",
        "三、存在的问题及整改措施",
        "四、下一步打算",
    ]
    assert "医疗床位数量80张" in text
    assert "符合27项，存在问题2项，不适用1项。" in text
    assert "（二）落实医养结合机构服务和管理相关制度。共6项，符合5项，存在问题1项。" in lines
    assert lines[lines.index("三、存在的问题及整改措施") + 1].startswith(
        "1．仪器设备（第8项）：手卫生依从性抽查不合格。"
    )
    assert "整改措施（立行立改，已整改）：组织全员培训并每周抽查，责任人护理部。" in text
    assert "1个已当场整改，1个纳入整改台账" in text


def test_a_form_without_problems_says_so_in_the_report(story: Story) -> None:
    story.fill()
    text = draft_report(form_of(story.case), snapshot(draft_of(story.case)), unit_name="康宁护理院", year=2021)
    assert "本次自查未发现问题。" in text


def test_paper_shows_the_draft_under_the_names_of_its_places(story: Story, filler: User) -> None:
    filler.phone = "0991-1234567"
    filler.save()
    story.fill({"A1-19": problem(["hand"])})
    selfcheck = draft_of(story.case)
    save_basic(selfcheck, form_of(story.case), BASIC | {"medical_beds": "81"}, row_version=0, by=filler, at=AT)
    content = draft_content(story.case, draft_of(story.case))
    assert (content.prefecture, content.county, content.reporting_unit) == ("乌鲁木齐市", "天山区", "天山区康宁护理院")
    assert (content.filler_name, content.filler_phone) == (filler.name, "0991-1234567")
    assert content.filled_on == dt.date(2021, 3, 1)
    assert content.basic["medical_beds"] == 81
    assert content.answers["A1-19"].selfcheck.startswith("存在问题：手卫生")
    assert content.answers["A1-01"].selfcheck == "符合"


def test_paper_of_a_submitted_version_stays_as_it_was(story: Story) -> None:
    story.submit({"A1-19": problem(["hand"])})
    submission = story.case.selfcheck.submissions.get()
    SelfCheckAnswer.objects.filter(item_code="A1-19").update(problem="后来改写")
    content = submitted_content(story.case, submission)
    assert "手卫生依从性" in content.answers["A1-19"].selfcheck
    assert content.filled_on == dt.date(2021, 3, 1)


def test_the_last_change_is_the_latest_of_form_and_answers(story: Story, filler: User) -> None:
    assert last_change(draft_of(story.case)) is None
    save(story, "A1-01", AnswerValues(status="compliant"), by=filler)
    save(story, "A1-02", AnswerValues(status="compliant"), by=filler, at=LATER)
    assert last_change(draft_of(story.case)) == LATER
