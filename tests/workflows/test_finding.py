"""A finding from the ledger to its closing: who may do what, and what a refusal leaves behind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import Case, Evidence, Finding, WorkItem
from tests.story import Story, problem
from tests.worlds import moment, person
from workflows.engine import perform

DUE = dt.date(2021, 6, 30)
REFERRAL = {"referred_to": "卫生监督所", "reference": "卫移〔2021〕7号"}


def ledger(story: Story, *codes: str, **fields: Any) -> list[Finding]:
    """The findings of a verified cycle that reported problems with these items."""
    story.on("2021-03-01").submit({code: problem(**{"planned_on": DUE, **fields}) for code in codes or ("A1-08",)})
    story.on("2021-05-20").approve()
    return story.findings()


def open_item(finding: Finding) -> WorkItem:
    return WorkItem.objects.get(process=finding.pk, finished=None)


def due_day(finding: Finding) -> str:
    due_at = open_item(finding).due_at
    return due_at.astimezone(moment("2021-01-01").tzinfo).date().isoformat() if due_at else ""


def do(story: Story, finding: Finding, verb: str, by: Any, **details: Any) -> Finding:
    perform(finding.case, verb, by=by, at=story.at, **details)
    return story.again(finding)


def refusal(story: Story, finding: Finding, verb: str, by: Any, **details: Any) -> Refusal:
    """The refusal of a verb, which must leave the finding untouched."""
    before = Finding.objects.filter(pk=finding.pk).values().get(), Case.objects.filter(pk=finding.pk).values().get()
    with pytest.raises(Refusal) as caught:
        perform(Case.objects.get(pk=finding.pk), verb, by=by, at=story.at, **details)
    after = Finding.objects.filter(pk=finding.pk).values().get(), Case.objects.filter(pk=finding.pk).values().get()
    assert after == before
    return caught.value


# ── rectifying ──


def test_a_result_needs_words_and_a_file_that_shows_it(story: Story) -> None:
    (finding,) = ledger(story)
    refused = refusal(story, finding, "fix", story.filler, result="  ")
    assert isinstance(refused, Invalid)
    assert set(refused.faults) == {"result", "evidence"}
    story.evidence(finding.case, Evidence.Purpose.BEFORE, story.filler)
    assert set(refusal(story, finding, "fix", story.filler, result="已整改。").faults) == {"evidence"}
    fixed = story.fix(finding)
    assert (fixed.case.state, fixed.fixed_by, fixed.fixed_at) == ("fixed", story.filler.user, story.at)


def test_removed_evidence_proves_nothing(story: Story) -> None:
    (finding,) = ledger(story)
    file = story.evidence(finding.case, Evidence.Purpose.AFTER, story.filler)
    Evidence.objects.filter(pk=file.pk).update(removed_at=story.at)
    assert set(refusal(story, finding, "fix", story.filler, result="已整改。").faults) == {"evidence"}


def test_starting_completes_the_measure_and_the_person_responsible(story: Story) -> None:
    (finding,) = ledger(story)
    started = do(story, finding, "start", story.filler, measure="重新培训。", responsible="张丽华")
    assert (started.case.state, started.measure, started.responsible) == ("in_progress", "重新培训。", "张丽华")
    assert started.problem == finding.problem


def test_a_text_that_its_column_cannot_hold_is_refused_by_name(story: Story) -> None:
    (finding,) = ledger(story)
    assert set(refusal(story, finding, "start", story.filler, responsible="张" * 61).faults) == {"responsible"}


# ── reviewing ──


def test_a_finding_that_the_county_has_not_confirmed_cannot_be_closed(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    finding = story.fix(story.findings()[0])
    assert refusal(story, finding, "close", story.officer).code == "not_verified_yet"
    story.on("2021-05-20").approve()
    assert story.close(finding).case.state == "closed"


def test_the_person_who_rectified_cannot_close_even_with_both_roles(story: Story) -> None:
    (finding,) = ledger(story)
    both = person("两岗", "county_officer", story.world.county)
    from cases.access import Actor, appoint

    appoint(both, story.world.institution, "institution_filler", valid_from=dt.date(2019, 1, 1))
    story.evidence(finding.case, Evidence.Purpose.AFTER, Actor(both))
    finding = do(story, finding, "fix", Actor(both), result="已整改。")
    assert refusal(story, finding, "close", Actor(both)).code == "closer_is_rectifier"
    assert story.close(finding).closed_by == story.officer.user


def test_nothing_is_closed_without_evidence(story: Story) -> None:
    finding = story.fix(ledger(story)[0])
    Evidence.objects.filter(case=finding.pk).update(removed_at=story.at)
    assert refusal(story, finding, "close", story.officer).code == "no_evidence"


def test_a_return_needs_its_reason_and_counts(story: Story) -> None:
    finding = story.fix(ledger(story)[0])
    assert "reason" in refusal(story, finding, "return_", story.officer).faults
    finding = do(story, finding, "return_", story.officer, reason="缺少签到表。")
    assert (finding.case.state, finding.return_count, finding.fixed_by, finding.fixed_at) == (
        "in_progress", 1, None, None,
    )  # fmt: skip
    finding = do(story, story.fix(finding), "return_", story.officer, reason="仍缺。")
    assert finding.return_count == 2
    event = finding.case.events.order_by("-seq").first()
    assert event is not None
    assert (event.verb, event.reason, event.details["return_count"]) == ("return_", "仍缺。", 2)


def test_a_claimed_review_is_returned_by_its_holder_only(story: Story) -> None:
    finding = story.fix(ledger(story)[0])
    do(story, finding, "claim", story.officer)
    colleague = story.world.actor("colleague")
    assert refusal(story, finding, "return_", colleague, reason="不合格。").code == "claimed_by_another"
    assert refusal(story, finding, "close", colleague).code == "claimed_by_another"
    assert do(story, finding, "return_", story.officer, reason="不合格。").case.state == "in_progress"


def test_the_approver_of_a_closing_is_not_its_reviewer(story: Story) -> None:
    from cases.access import Actor, appoint
    from tests.workflows.test_lifecycles import ask_for_approval_of_closing

    finding = story.fix(ledger(story)[0])
    ask_for_approval_of_closing(story)
    both = person("两岗", "county_officer", story.world.county)
    appoint(both, story.world.county, "county_approver", valid_from=dt.date(2019, 1, 1))
    finding = do(story, finding, "close", Actor(both))
    assert (finding.case.state, finding.closed_by) == ("closing", None)
    assert refusal(story, finding, "approve_closing", Actor(both)).code == "approver_is_reviewer"
    assert do(story, finding, "approve_closing", story.approver).closed_by == story.approver.user


def test_a_referral_names_the_authority_and_settles_the_cycle(story: Story) -> None:
    (finding,) = ledger(story)
    assert "referred_to" in refusal(story, finding, "refer", story.officer, reason="涉嫌违法。").faults
    assert "reason" in refusal(story, finding, "refer", story.officer, **REFERRAL).faults
    unnumbered = refusal(story, finding, "refer", story.officer, reason="涉嫌违法。", referred_to="卫生监督所")
    assert set(unnumbered.faults) == {"reference"}
    finding = do(
        story, finding, "refer", story.officer, reason="涉嫌违法。", referred_to="卫生监督所", reference="〔2021〕3号"
    )
    assert (finding.case.state, finding.referred_to, finding.reference) == ("referred", "卫生监督所", "〔2021〕3号")
    assert story.case.state == "verified"


# ── withdrawing ──


def test_only_the_one_who_submitted_withdraws_and_only_while_nobody_has_acted(story: Story) -> None:
    finding = story.fix(ledger(story)[0])
    assert refusal(story, finding, "withdraw", story.head).code == "not_yours_to_withdraw"
    do(story, finding, "claim", story.officer)
    assert refusal(story, finding, "withdraw", story.filler).code == "already_acted_on"
    do(story, finding, "release", story.officer)
    withdrawn = do(story, finding, "withdraw", story.filler)
    assert (withdrawn.case.state, withdrawn.fixed_by, withdrawn.return_count) == ("in_progress", None, 0)
    assert withdrawn.result == finding.result


def test_what_has_been_returned_cannot_be_withdrawn(story: Story) -> None:
    finding = do(story, story.fix(ledger(story)[0]), "return_", story.officer, reason="不合格。")
    assert isinstance(refusal(story, finding, "withdraw", story.filler), Conflict)


# ── the limit ──


def test_a_return_gives_back_the_working_days_under_review(story: Story) -> None:
    finding = ledger(story, planned_on=dt.date(2021, 6, 10))[0]
    finding = story.on("2021-06-01").fix(finding)
    finding = do(story.on("2021-06-04"), finding, "return_", story.officer, reason="不合格。")
    assert finding.due_on == dt.date(2021, 6, 16)  # three working days later, over the dragon boat holiday
    assert due_day(finding) == "2021-06-16"


def test_a_return_on_the_same_day_changes_no_limit(story: Story) -> None:
    finding = ledger(story, planned_on=dt.date(2021, 6, 27))[0]  # a Sunday
    finding = story.on("2021-06-01").fix(finding)
    assert do(story, finding, "return_", story.officer, reason="不合格。").due_on == dt.date(2021, 6, 27)


def test_late_work_that_is_returned_has_the_minimum_of_three_working_days(story: Story) -> None:
    finding = ledger(story, planned_on=dt.date(2021, 5, 25))[0]
    finding = story.on("2021-05-31").fix(finding)
    finding = do(story.on("2021-06-07"), finding, "return_", story.officer, reason="不合格。")
    assert finding.due_on == dt.date(2021, 6, 10)


def test_a_limit_that_the_county_amends_is_that_of_the_open_work_item(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=DUE)})
    assert due_day(story.findings()[0]) == "2021-06-30"
    story.on("2021-05-20").approve({"A1-08": {"conclusion": "agree", "due_on": dt.date(2021, 6, 15)}})
    (finding,) = story.findings()
    assert (due_day(finding), open_item(finding).due_revision) == ("2021-06-15", 1)


# ── the self-check and the ledger ──


def submit_again(story: Story, problems: dict[str, dict[str, Any]]) -> None:
    story.perform("return_", story.officer, reason="请补充。")
    story.submit(problems)


def test_a_second_submission_updates_renews_and_drops_but_never_duplicates(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-02": problem()})
    first = {finding.item_code: finding.pk for finding in story.findings()}
    submit_again(story.on("2021-05-10"), {"A1-08": problem(problem="改写后的问题。"), "A1-24": problem()})
    now = {finding.item_code: finding for finding in story.findings()}
    assert {code: now[code].pk for code in first} == first
    assert {code: finding.case.state for code, finding in now.items()} == {
        "A1-02": "cancelled", "A1-08": "open", "A1-24": "open",
    }  # fmt: skip
    assert now["A1-08"].problem == "改写后的问题。"
    submit_again(story.on("2021-05-12"), {"A1-08": problem(problem="改写后的问题。"), "A1-02": problem()})
    again = {finding.item_code: finding for finding in story.findings()}
    assert again["A1-02"].case.state == "open"
    assert len(again) == 3


def test_what_the_county_amended_is_not_undone_by_the_same_answer(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=DUE)})
    story.on("2021-05-20").approve({"A1-08": {"conclusion": "agree", "problem": "县级改写。"}})
    story.on("2021-05-24").perform("reopen", story.world.actor("prefecture_officer"), reason="补正。")
    story.submit({"A1-08": problem(planned_on=dt.date(2021, 8, 31))})
    (finding,) = story.findings()
    assert (finding.problem, finding.due_on) == ("县级改写。", DUE)
    assert finding.confirmed_at is not None


def test_a_problem_worded_anew_has_to_be_confirmed_again(story: Story) -> None:
    ledger(story)
    story.on("2021-05-24").perform("reopen", story.world.actor("prefecture_officer"), reason="补正。")
    story.submit({"A1-08": problem(planned_on=DUE, problem="另一个问题。")})
    (finding,) = story.findings()
    assert (finding.problem, finding.confirmed_at) == ("另一个问题。", None)


def on_the_spot(**fields: Any) -> dict[str, Any]:
    return problem(rectification="immediate", fixed_on_spot=True, planned_on=None, **fields)


def submit_on_the_spot(story: Story) -> Finding:
    story.on("2021-03-01").evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-08")
    story.submit({"A1-08": on_the_spot()})
    return story.findings()[0]


def test_a_problem_put_right_on_the_spot_starts_as_fixed_and_is_closed_on_its_own_evidence(story: Story) -> None:
    finding = submit_on_the_spot(story)
    assert (finding.case.state, finding.on_spot, finding.fixed_by) == ("fixed", True, story.head.user)
    assert open_item(finding).role == "county_officer"
    story.on("2021-05-20").approve()
    assert story.close(finding).case.state == "closed"
    assert story.again(finding).cycle.state == "verified"


def test_a_fix_on_the_spot_that_is_returned_needs_evidence_of_its_own(story: Story) -> None:
    finding = submit_on_the_spot(story)
    story.on("2021-05-20").approve()
    finding = do(story, finding, "return_", story.officer, reason="照片看不清。")
    assert not finding.on_spot
    assert set(refusal(story, finding, "fix", story.filler, result="已整改。").faults) == {"evidence"}


def test_a_fix_on_the_spot_also_passes_where_the_approver_closes(story: Story) -> None:
    from tests.workflows.test_lifecycles import ask_for_approval_of_closing

    finding = submit_on_the_spot(story)
    story.on("2021-05-20").approve()
    ask_for_approval_of_closing(story)
    finding = story.close(finding)
    assert do(story, finding, "approve_closing", story.approver).case.state == "closed"


def test_a_later_submission_may_report_a_fix_on_the_spot_or_take_it_back(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-08")
    submit_again(story.on("2021-05-10"), {"A1-08": on_the_spot()})
    (finding,) = story.findings()
    assert (finding.case.state, finding.fixed_at) == ("fixed", story.at)
    submit_again(story.on("2021-05-12"), {"A1-08": problem(fixed_on_spot=False, rectification="time_limited")})
    (finding,) = story.findings()
    assert (finding.case.state, finding.on_spot, finding.fixed_by) == ("open", False, None)


# ── the cycle ──


def test_reopening_brings_a_verified_cycle_back(story: Story) -> None:
    finding = story.close(story.fix(ledger(story)[0]))
    assert story.case.state == "verified"
    superior = story.world.actor("prefecture_officer")
    assert "reason" in refusal(story, finding, "reopen", superior).faults
    assert isinstance(refusal(story, finding, "reopen", story.officer, reason="复查。"), WrongRole)
    finding = do(story.on("2021-08-02"), finding, "reopen", superior, reason="抽查发现未落实。")
    assert (finding.case.state, finding.case.finished, finding.closed_by) == ("in_progress", None, None)
    assert story.case.state == "rectifying"
    assert finding.due_on is not None
    assert finding.due_on > dt.date(2021, 8, 2)
    story.close(story.fix(finding))
    assert story.case.state == "verified"


def test_a_reopened_referral_forgets_the_authority_but_its_history_does_not(story: Story) -> None:
    (finding,) = ledger(story)
    finding = do(story, finding, "refer", story.officer, reason="涉嫌违法。", **REFERRAL)
    finding = do(story, finding, "reopen", story.world.actor("prefecture_head"), reason="不予立案，继续整改。")
    assert finding.referred_to == ""
    assert finding.history.filter(referred_to="卫生监督所").exists()


def test_nothing_is_reopened_in_an_archived_year(story: Story) -> None:
    finding = story.close(story.fix(ledger(story)[0]))
    story.on("2022-01-05").perform("archive", story.world.actor("region_officer"))
    refused = refusal(story, finding, "reopen", story.world.actor("region_officer"), reason="复查。")
    assert refused.code == "cycle_is_over"


def test_cancelling_a_cycle_drops_its_open_findings_and_keeps_the_settled_ones(story: Story) -> None:
    first, second = ledger(story, "A1-08", "A1-24")
    story.close(story.fix(first))
    story.perform("cancel", story.approver, reason="机构已停业。")
    assert story.again(first).case.state == "closed"
    assert story.again(second).case.state == "cancelled"
    assert not WorkItem.objects.filter(process=second.pk, finished=None).exists()


def test_a_fix_on_the_spot_is_due_for_review_only_after_the_county_has_verified_the_form(story: Story) -> None:
    finding = submit_on_the_spot(story)
    assert (open_item(finding).due_rule, due_day(finding)) == ("verify", "2021-08-31")
    story.on("2021-05-20").approve()
    item = open_item(story.again(finding))
    assert (item.due_rule, due_day(finding), item.due_revision) == ("review", "2021-06-03", 1)


@pytest.mark.parametrize(("words", "state"), [("手卫生依从性抽查不合格。", "closed"), ("新发现：设备未校验。", "open")])
def test_a_settled_finding_comes_back_only_when_another_problem_is_reported(
    story: Story, words: str, state: str
) -> None:
    (finding,) = ledger(story)
    story.close(story.on("2021-06-01").fix(finding))
    story.on("2021-06-10").perform("reopen", story.world.actor("prefecture_officer"), reason="补充核查。")
    story.submit({"A1-08": problem(problem=words)})
    finding = story.again(finding)
    assert finding.case.state == state
    assert (finding.closed_at is None) == (state == "open")
