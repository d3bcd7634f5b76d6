"""A finding in full: severity, plan, periodic reviews, progress, enforcement (整改台账)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.access import Actor, appoint
from cases.clock import local_date
from cases.editions.pinned import _editions
from cases.errors import Conflict, Invalid
from cases.models import CaseEvent, Edition, Evidence, Finding, WorkItem
from tests.story import Story, problem
from tests.workflows.test_finding import REFERRAL, do, due_day, ledger, open_item, refusal
from tests.worlds import person
from workflows.consistency import faults
from workflows.engine import perform
from workflows.finding.planning import plan_needed

SERIOUS = {"conclusion": "agree", "severity": "serious"}
PLAN = {"plan": "五月底前更换全部灭火器，后勤科张三负责。"}


def serious(story: Story, **fields: Any) -> Finding:
    """A finding that the county's verification has called serious."""
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30), **fields)})
    story.on("2021-05-20").approve({"A1-08": SERIOUS})
    return story.findings()[0]


def kept_up(story: Story) -> Finding:
    """A finding that has to be kept up, whose rectification has passed the review."""
    (finding,) = ledger(story, rectification="ongoing")
    return story.close(story.fix(finding))


def settings_of(story: Story, **changed: Any) -> None:
    edition = Edition.objects.get(pk=story.case.edition_id)
    settings = dataclasses.replace(edition.parsed.settings, **changed)
    _editions[edition.pk] = dataclasses.replace(edition.parsed, settings=settings)


def event_of(finding: Finding, verb: str) -> CaseEvent:
    return CaseEvent.objects.filter(case=finding.pk, verb=verb).latest("seq")


# ── severity ──


def test_a_finding_is_minor_until_the_county_says_otherwise(story: Story) -> None:
    assert ledger(story)[0].severity == "general"


def test_the_verification_says_how_severe_a_reported_problem_is(story: Story) -> None:
    assert serious(story).severity == "serious"


def test_an_added_finding_carries_severity_source_and_who_has_to_act(story: Story) -> None:
    story.on("2021-03-01").submit({})
    story.on("2021-05-20").approve()
    told = {"severity": "major", "source": "complaint", "responsible_unit": "护理部", "responsible": "王五"}
    added = {"item_code": "A1-08", "problem": "群众投诉：夜间无人值班。", "facets": []}
    story.perform("add_finding", story.officer, **added, **told)
    finding = story.findings()[0]
    assert {name: getattr(finding, name) for name in told} == told


@pytest.mark.parametrize("wrong", [{"source": "nation"}, {"severity": "mortal"}])
def test_an_added_finding_has_no_source_or_severity_that_the_county_cannot_give(
    story: Story, wrong: dict[str, str]
) -> None:
    story.on("2021-03-01").submit({})
    story.on("2021-05-20").approve()
    added = {"item_code": "A1-08", "problem": "灭火器过期。", "facets": []}
    with pytest.raises(Invalid) as refused:
        story.perform("add_finding", story.officer, **added, **wrong)
    assert set(refused.value.faults) == set(wrong)


def test_the_officer_changes_the_severity_with_a_reason_and_the_ladder_follows_as_a_revision(story: Story) -> None:
    settings_of(story, plan_from_severity="never")
    (finding,) = ledger(story)
    before = open_item(finding)
    assert set(refusal(story, finding, "grade", story.officer, severity="serious").faults) == {"reason"}
    do(story, finding, "grade", story.officer, severity="serious", reason="涉及消防安全。")
    after = open_item(finding)
    assert (before.ladder, after.ladder) == ("rectification", "serious")
    assert (after.due_at, after.due_revision) == (before.due_at, before.due_revision + 1)
    assert after.next_alarm_at != before.next_alarm_at
    assert event_of(finding, "grade").details == {"before": "general", "severity": "serious"}
    do(story, finding, "grade", story.officer, severity="major", reason="已消除主要隐患。")
    assert open_item(finding).ladder == "rectification"


def test_a_severity_that_changes_nothing_leaves_the_date_alone(story: Story) -> None:
    (finding,) = ledger(story)
    revision = open_item(finding).due_revision
    do(story, finding, "grade", story.officer, severity="major", reason="多次发生。")
    assert open_item(finding).due_revision == revision
    refused = refusal(story, finding, "grade", story.officer, severity="major", reason="多次发生。")
    assert refused.code == "severity_unchanged"
    assert refusal(story, finding, "grade", story.officer, severity="", reason="无。").code == "severity_unknown"


# ── plan ──


def test_a_serious_finding_waits_for_a_plan_that_the_county_accepts(story: Story) -> None:
    finding = serious(story)
    assert (open_item(finding).due_rule, due_day(finding)) == ("plan", "2021-05-27")
    for verb, details in (("start", {}), ("fix", {"result": "已整改。"})):
        refused = refusal(story, finding, verb, story.filler, **details)
        assert (type(refused), refused.code) == (Conflict, "plan_not_accepted")
        assert refused.hint
    finding = do(story, finding, "submit_plan", story.filler, **PLAN, responsible_unit="后勤科")
    assert (finding.case.state, finding.plan, finding.responsible_unit) == ("plan_submitted", PLAN["plan"], "后勤科")
    assert open_item(finding).role == "county_officer"
    story.on("2021-05-24")
    finding = do(story, finding, "accept_plan", story.officer)
    assert (finding.case.state, finding.plan_accepted_at) == ("in_progress", story.at)
    assert open_item(finding).due_rule == "rectify"
    assert story.close(story.fix(finding)).case.state == "closed"


def test_the_limit_does_not_run_while_the_county_has_the_plan(story: Story) -> None:
    finding = serious(story)
    do(story, finding, "submit_plan", story.filler, **PLAN)
    story.on("2021-05-25")
    finding = do(story, story.again(finding), "accept_plan", story.officer)
    assert finding.due_on == dt.date(2021, 7, 5)  # three working days later than 2021-06-30
    assert due_day(finding) == "2021-07-05"


def test_a_plan_is_returned_with_its_reason_and_what_was_left_of_its_limit(story: Story) -> None:
    finding = serious(story)
    do(story, finding, "submit_plan", story.filler, **PLAN)
    story.on("2021-05-26")
    assert set(refusal(story, finding, "return_plan", story.officer).faults) == {"reason"}
    finding = do(story, story.again(finding), "return_plan", story.officer, reason="没有写明完成时间。")
    assert (finding.case.state, finding.return_count) == ("open", 0)
    assert (open_item(finding).due_rule, due_day(finding)) == ("plan", "2021-06-02")
    assert plan_needed(finding)


def test_a_plan_is_withdrawn_by_the_one_who_submitted_it(story: Story) -> None:
    finding = serious(story)
    finding = do(story, finding, "submit_plan", story.filler, **PLAN)
    assert refusal(story, finding, "withdraw", story.head).code == "not_yours_to_withdraw"
    assert do(story, finding, "withdraw", story.filler).case.state == "open"


def test_nobody_accepts_their_own_plan(story: Story) -> None:
    finding = serious(story)
    both = person("两岗", "institution_filler", story.world.institution)
    appoint(both, story.world.county, "county_officer", valid_from=dt.date(2019, 1, 1))
    finding = do(story, finding, "submit_plan", Actor(both), **PLAN)
    assert refusal(story, finding, "accept_plan", Actor(both)).code == "accepter_is_planner"


def test_a_plan_needs_words_and_is_not_taken_where_none_is_asked_for(story: Story) -> None:
    finding = serious(story)
    assert set(refusal(story, finding, "submit_plan", story.filler, plan=" ").faults) == {"plan"}
    do(story, finding, "grade", story.officer, severity="general", reason="影响较小。")
    assert open_item(finding).due_rule == "rectify"
    assert refusal(story, finding, "submit_plan", story.filler, **PLAN).code == "no_plan_needed"


def test_work_that_has_begun_stops_for_a_plan_when_the_county_calls_the_finding_serious(story: Story) -> None:
    (finding,) = ledger(story)
    do(story, finding, "start", story.filler)
    do(story, finding, "grade", story.officer, severity="serious", reason="发现隐患扩大。")
    assert refusal(story, finding, "fix", story.filler, result="已整改。").code == "plan_not_accepted"
    assert open_item(finding).due_rule == "plan"
    assert do(story, story.again(finding), "submit_plan", story.filler, **PLAN).case.state == "plan_submitted"


@pytest.mark.parametrize(
    ("asked_from", "fields", "needed"),
    [
        ("never", {}, False),
        ("general", {}, True),
        ("major", {}, False),
        ("general", {"rectification": "immediate"}, False),
    ],
)
def test_the_edition_says_from_which_severity_on_a_plan_is_asked_for(
    story: Story, asked_from: str, fields: dict[str, str], needed: bool
) -> None:
    settings_of(story, plan_from_severity=asked_from)
    (finding,) = ledger(story, **fields)
    assert plan_needed(finding) == needed


def test_before_the_county_has_verified_no_plan_is_asked_for(story: Story) -> None:
    settings_of(story, plan_from_severity="general")
    story.on("2021-03-01").submit({"A1-08": problem()})
    finding = story.findings()[0]
    assert do(story, finding, "start", story.filler).case.state == "in_progress"


# ── kept up for good ──


def test_what_has_to_be_kept_up_is_reviewed_at_intervals_before_it_is_closed(story: Story) -> None:
    finding = kept_up(story)
    assert (finding.case.state, finding.reviewed_by, finding.closed_at) == ("continuing", story.officer.user, None)
    assert story.case.state == "rectifying"
    assert due_day(finding) == "2021-08-23"  # 66 working days after 20 May 2021
    assert refusal(story, finding, "close", story.officer).code == "reviews_missing"
    story.on("2021-08-20")
    do(story, finding, "pass_review", story.officer)
    assert due_day(finding) == "2021-11-26"
    story.on("2021-11-24")
    finding = do(story, story.again(finding), "pass_review", story.officer)
    assert (finding.review_count, finding.reviewed_at, finding.case.state) == (2, story.at, "continuing")
    assert event_of(finding, "pass_review").details["review_count"] == 2
    finding = do(story, finding, "close", story.officer)
    assert (finding.case.state, story.case.state) == ("closed", "verified")


def test_a_second_review_on_the_same_day_is_refused_and_so_is_one_by_the_rectifier(story: Story) -> None:
    finding = kept_up(story)
    assert refusal(story, finding, "pass_review", story.officer).code == "reviewed_today"
    story.on("2021-08-20")
    Finding.objects.filter(pk=finding.pk).update(fixed_by=story.officer.user)
    assert refusal(story, finding, "pass_review", story.officer).code == "closer_is_rectifier"


def test_each_review_gives_the_open_work_another_revision_of_its_date(story: Story) -> None:
    finding = kept_up(story)
    before = open_item(finding)
    story.on("2021-08-20")
    do(story, finding, "pass_review", story.officer)
    after = open_item(finding)
    assert (after.pk, after.due_revision) == (before.pk, before.due_revision + 1)
    assert list(faults([story.again(finding).case])) == []


def test_what_slipped_back_returns_to_the_institution_and_its_reviews_begin_again(story: Story) -> None:
    finding = kept_up(story)
    story.on("2021-08-20")
    do(story, finding, "pass_review", story.officer)
    story.on("2021-08-27")
    finding = do(story, story.again(finding), "return_", story.officer, reason="手卫生依从性又下降。")
    assert (finding.case.state, finding.review_count, finding.return_count) == ("in_progress", 0, 1)
    assert event_of(finding, "return_").details["return_count"] == 1
    assert finding.due_on is not None
    assert finding.due_on > local_date(story.at)
    assert story.close(story.fix(finding)).case.state == "continuing"


def test_a_cycle_with_something_to_keep_up_is_not_archived_and_is_once_it_is_closed(story: Story) -> None:
    finding = kept_up(story)
    region = story.world.actor("region_officer")
    story.on("2022-01-05")
    with pytest.raises(Conflict):
        story.perform("archive", region)
    for day in ("2022-01-06", "2022-04-06"):
        story.on(day)
        do(story, story.again(finding), "pass_review", story.officer)
    do(story, story.again(finding), "close", story.officer)
    assert story.perform("archive", region).state == "archived"


def test_a_later_submission_neither_drops_nor_rewords_what_is_kept_up(story: Story) -> None:
    finding = kept_up(story)
    story.perform("reopen", story.world.actor("prefecture_head"), reason="补充材料。")
    story.on("2021-06-01").submit({})
    assert story.again(finding).case.state == "continuing"
    story.on("2021-06-10").approve()
    finding = story.again(finding)
    assert (finding.case.state, story.case.state) == ("continuing", "rectifying")


def test_another_problem_on_an_item_that_is_kept_up_comes_back_onto_the_ledger(story: Story) -> None:
    finding = kept_up(story)
    story.perform("reopen", story.world.actor("prefecture_head"), reason="补充材料。")
    story.on("2021-06-01").submit({"A1-08": problem(problem="新的问题：消毒记录缺失。")})
    finding = story.again(finding)
    assert (finding.case.state, finding.review_count, finding.reviewed_at) == ("open", 0, None)


def test_cancelling_the_cycle_ends_what_is_kept_up(story: Story) -> None:
    finding = kept_up(story)
    story.perform("cancel", story.approver, reason="机构已停业。")
    assert story.again(finding).case.state == "cancelled"


def test_where_the_edition_asks_the_approver_ends_what_was_kept_up(story: Story) -> None:
    settings_of(story, closing_needs_approver=True, continuing_reviews=1)
    finding = kept_up(story)
    assert finding.case.state == "continuing"
    story.on("2021-08-20")
    do(story, finding, "pass_review", story.officer)
    finding = do(story, story.again(finding), "close", story.officer)
    assert finding.case.state == "closing"
    assert do(story, finding, "approve_closing", story.approver).case.state == "closed"


# ── progress ──


def photo(name: str = "进展.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def test_the_institution_notes_its_progress_with_files_and_the_case_stays_where_it_is(story: Story) -> None:
    (finding,) = ledger(story)
    version = finding.case.version
    do(story, finding, "note_progress", story.filler, progress="已采购新设备，下周安装。", files=[photo()])
    finding = story.again(finding)
    (note,) = finding.progress.all()
    assert (note.text, note.by, note.at) == ("已采购新设备，下周安装。", story.filler.user, story.at)
    assert (finding.case.state, finding.case.version) == ("open", version)
    file = Evidence.objects.get(case=finding.pk, purpose="progress")
    assert event_of(finding, "note_progress").details == {"progress": note.pk, "files": [file.sha256]}
    assert note.history.get().history_user == story.filler.user


def test_a_note_needs_words_and_is_the_institutions_to_write(story: Story) -> None:
    (finding,) = ledger(story)
    assert set(refusal(story, finding, "note_progress", story.filler, progress=" ").faults) == {"progress"}
    too_long = refusal(story, finding, "note_progress", story.filler, progress="长" * 2_001)
    assert set(too_long.faults) == {"progress"}
    assert refusal(story, finding, "note_progress", story.officer, progress="催办。").code == "wrong_role"


# ── enforcement ──


def test_the_outcome_of_enforcement_is_kept_and_the_finding_is_still_not_closed(story: Story) -> None:
    (finding,) = ledger(story)
    finding = do(story, finding, "refer", story.officer, reason="涉嫌违法。", **REFERRAL)
    outcome = {"enforcement_outcome": "警告，罚款五千元。", "enforcement_on": dt.date(2021, 7, 1)}
    assert set(refusal(story, finding, "record_outcome", story.officer).faults) == set(outcome)
    early = refusal(story, finding, "record_outcome", story.officer, **outcome)
    assert set(early.faults) == {"enforcement_on"}
    story.on("2021-07-02")
    finding = do(story, finding, "record_outcome", story.officer, **outcome, files=[photo("处罚决定书.png")])
    assert {name: getattr(finding, name) for name in outcome} == outcome
    assert (finding.case.state, finding.closed_at) == ("referred", None)
    assert (
        Evidence.objects.get(case=finding.pk, purpose="enforcement").sha256
        in (event_of(finding, "record_outcome").details["files"])
    )
    assert refusal(story, finding, "record_outcome", story.filler, **outcome).code == "wrong_role"


def test_a_reopened_referral_has_no_outcome_any_more(story: Story) -> None:
    (finding,) = ledger(story)
    do(story, finding, "refer", story.officer, reason="涉嫌违法。", **REFERRAL)
    outcome = {"enforcement_outcome": "不予立案。", "enforcement_on": dt.date(2021, 5, 20)}
    do(story, story.again(finding), "record_outcome", story.officer, **outcome)
    finding = do(
        story, story.again(finding), "reopen", story.world.actor("prefecture_head"), reason="不予立案，继续整改。"
    )
    assert (finding.enforcement_outcome, finding.enforcement_on, finding.reference) == ("", None, "")


# ── who verified ──


def test_the_verifier_is_kept_and_a_return_takes_the_review_back(story: Story) -> None:
    (finding,) = ledger(story)
    closed = story.close(story.fix(finding))
    assert (closed.reviewed_by, closed.reviewed_at) == (story.officer.user, story.at)
    reopened = do(story, closed, "reopen", story.world.actor("prefecture_head"), reason="复查不合格。")
    assert (reopened.reviewed_by, reopened.reviewed_at) == (None, None)
    assert WorkItem.objects.filter(process=finding.pk, finished=None).count() == 1
    assert perform(reopened.case, "fix", by=story.filler, at=story.at, result="再次整改。").state == "fixed"
