"""The rules of county verification: what concluding needs, what approving does, and what a new version takes over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.access import appoint
from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import (
    Case,
    CaseEvent,
    Conclusion,
    Evidence,
    Finding,
    SelfCheckAnswer,
    SelfCheckSubmission,
    Verification,
    VerificationItem,
)
from cases.saving import StaleRow
from cases.verification_drafts import (
    agree_to,
    carried_over,
    changed_items,
    drafting,
    is_carried_over,
    save_item,
    save_visit,
)
from tests.story import Story, problem
from tests.worlds import BEGINNING

NEW = {"conclusion": "new_finding", "problem": "许可证未公示。", "facets": ["qualification"]}


@pytest.fixture
def submitted(story: Story) -> Story:
    story.on("2021-04-28").submit({"A1-19": problem(["hand"]), "A1-08": problem()})
    return story.on("2021-05-12")


def faults(refused: pytest.ExceptionInfo[Any]) -> set[str]:
    return set(refused.value.faults)


def finding_of(story: Story, code: str, source: str = "self_check") -> Finding:
    return Finding.objects.select_related("case").get(cycle=story.case.pk, item_code=code, source=source)


def submit_again(story: Story, **answers: dict[str, Any]) -> SelfCheckSubmission:
    """The institution changes these answers (keys as A1_19) and submits a new version."""
    for code, values in answers.items():
        SelfCheckAnswer.objects.filter(item_code=code.replace("_", "-")).update(**values)
    story.perform("request_confirmation", story.filler)
    story.seal()
    story.perform("submit", story.head)
    return SelfCheckSubmission.objects.latest("no")


def write(story: Story, code: str, based_on: int = 0, **values: Any) -> VerificationItem:
    with drafting(story.case, state="submitted") as submission:
        return save_item(
            submission,
            quality_of(story.case.edition).form,
            code,
            values,
            based_on=based_on,
            by=story.officer.user,  # type: ignore[arg-type]
            at=story.at,
        )


# ── concluding ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("A1-01", {"conclusion": ""}),
        ("A1-19", {"conclusion": "disagree"}),
        ("A1-01", {"conclusion": "disagree", "opinion": "许可证已过期。", "facets": ["qualification"]}),
        ("A1-01", {"conclusion": "disagree", "opinion": "许可证已过期。", "problem": "许可证已过期。"}),
        ("A1-19", {"conclusion": "new_finding", "facets": ["hand"]}),
        ("A1-01", {**NEW, "due_on": dt.date(2021, 5, 11)}),
        ("A1-01", {"to_return": True, "return_reason": "请补充。"}),
    ],
)
def test_a_conclusion_that_lacks_something_is_refused_at_its_item(
    submitted: Story, code: str, written: dict[str, Any]
) -> None:
    submitted.verify({code: written})
    with pytest.raises(Invalid) as refused:
        submitted.perform("conclude", submitted.officer)
    assert faults(refused) == {f"item:{code}"}
    assert Case.objects.get(pk=submitted.case.pk).state == "submitted"


@pytest.mark.parametrize(
    ("visit", "missing"),
    [
        ({}, {"visited_on", "officials"}),
        ({"visited_on": dt.date(2021, 5, 13), "officials": "李敏、艾山江"}, {"visited_on"}),
        ({"visited_on": dt.date(2021, 5, 12), "officials": " "}, {"officials"}),
        ({"visited_on": dt.date(2021, 5, 12), "officials": "李敏、艾山江"}, set()),
    ],
)
def test_on_site_needs_a_past_day_and_the_officials_present(
    submitted: Story, visit: dict[str, Any], missing: set[str]
) -> None:
    submitted.verify()
    Verification.objects.update(method="on_site", **visit)
    if not missing:
        assert submitted.perform("conclude", submitted.officer).state == "approving"
        return
    with pytest.raises(Invalid) as refused:
        submitted.perform("conclude", submitted.officer)
    assert faults(refused) == missing


def test_nothing_is_concluded_before_anything_was_verified(submitted: Story) -> None:
    with pytest.raises(Invalid) as refused:
        submitted.perform("conclude", submitted.officer)
    assert len(faults(refused)) == 30
    assert not Verification.objects.exists()


def test_whoever_submitted_can_no_longer_withdraw_once_the_county_has_written(submitted: Story) -> None:
    write(submitted, "A1-01", conclusion="agree")
    with pytest.raises(Conflict) as refused:
        submitted.perform("withdraw", submitted.head)
    assert refused.value.code == "already_acted_on"


# ── approving ──────────────────────────────────────────────────────────────


def test_approving_confirms_amends_rejects_and_adds(submitted: Story) -> None:
    submitted.approve(
        {
            "A1-19": {"problem": "手卫生设施不足。", "due_on": dt.date(2021, 7, 1)},
            "A1-08": {"conclusion": "disagree", "opinion": "校验记录齐全。"},
            "A1-01": NEW,
        }
    )
    amended, rejected = finding_of(submitted, "A1-19"), finding_of(submitted, "A1-08")
    added = finding_of(submitted, "A1-01", "county")
    assert (amended.problem, amended.due_on, amended.measure) == (
        "手卫生设施不足。",
        dt.date(2021, 7, 1),
        "组织全员培训并每周抽查。",
    )
    assert amended.confirmed_at == submitted.at
    assert (rejected.case.state, added.case.state, added.facets) == ("rejected", "open", ["qualification"])
    assert CaseEvent.objects.get(case=rejected.case, verb="reject").reason == "校验记录齐全。"
    assert added.due_on == dt.date(2021, 6, 11)
    assert submitted.case.state == "rectifying"
    event = CaseEvent.objects.get(case=submitted.case, verb="approve")
    assert (event.details["added"], event.details["rejected"]) == (1, 1)


def test_what_the_county_leaves_blank_or_repeats_stays_as_reported(submitted: Story) -> None:
    before = finding_of(submitted, "A1-19")
    submitted.approve({"A1-19": {"opinion": "属实。", "problem": before.problem, "facets": ["hand"]}})
    after = finding_of(submitted, "A1-19")
    assert after.history.filter(history_change_reason="confirm").count() == 1
    for name in ("problem", "measure", "rectification", "due_on", "facets", "responsible"):
        assert getattr(after, name) == getattr(before, name)


def test_a_new_finding_beside_a_reported_problem_confirms_the_one_and_adds_the_other(submitted: Story) -> None:
    submitted.approve({"A1-19": {"conclusion": "new_finding", "problem": "无洗手液。", "facets": ["hand"]}})
    assert finding_of(submitted, "A1-19").problem == "手卫生依从性抽查不合格。"
    assert finding_of(submitted, "A1-19", "county").problem == "无洗手液。"


def test_when_every_reported_problem_is_rejected_the_cycle_is_verified(submitted: Story) -> None:
    no = {"conclusion": "disagree", "opinion": "不属于问题。"}
    assert submitted.approve({"A1-19": no, "A1-08": no}).state == "verified"


def test_whoever_concluded_or_wrote_about_an_item_cannot_approve(submitted: Story) -> None:
    world = submitted.world
    for role in ("county_officer", "colleague"):
        appoint(world.people[role], world.county, "county_approver", valid_from=BEGINNING)
    submitted.verify()
    VerificationItem.objects.filter(item_code="A1-02").update(updated_by=world.colleague)
    submitted.perform("conclude", submitted.officer)
    for actor in (submitted.officer, world.actor("colleague")):
        with pytest.raises(WrongRole) as refused:
            submitted.perform("approve", actor)
        assert refused.value.code == "approver_is_officer"
    assert submitted.perform("approve", submitted.approver).state == "rectifying"


def test_the_approver_sends_back_with_a_reason_and_the_conclusion_is_open_again(submitted: Story) -> None:
    submitted.verify().perform("conclude", submitted.officer)
    with pytest.raises(Invalid):
        submitted.perform("reject_verification", submitted.approver)
    submitted.perform("reject_verification", submitted.approver, reason="请附照片。")
    verification = Verification.objects.get()
    assert (submitted.case.state, verification.concluded_by, verification.items.count()) == ("submitted", None, 30)
    assert not Finding.objects.exclude(confirmed_at=None).exists()


# ── returning ──────────────────────────────────────────────────────────────


def test_a_return_needs_a_reason_for_every_item_or_for_the_whole(submitted: Story) -> None:
    with pytest.raises(Invalid) as refused:
        submitted.perform("return_", submitted.officer)
    assert faults(refused) == {"reason"}
    submitted.verify({"A1-18": {"to_return": True}})
    with pytest.raises(Invalid) as refused:
        submitted.perform("return_", submitted.officer, reason="总的说明")
    assert faults(refused) == {"item:A1-18"}
    VerificationItem.objects.filter(item_code="A1-18").update(return_reason="请补充处方抽查表。")
    assert submitted.perform("return_", submitted.officer).state == "returned"
    assert CaseEvent.objects.get(case=submitted.case, verb="return_").details["items"] == ["A1-18"]


# ── a new version ──────────────────────────────────────────────────────────


def returned(story: Story, **conclusions: dict[str, Any]) -> None:
    """The county verifies everything, and returns item 18."""
    marked = {"A1-18": {"to_return": True, "return_reason": "请补充处方抽查表。"}}
    story.verify(marked | {code.replace("_", "-"): values for code, values in conclusions.items()})
    VerificationItem.objects.update(updated_by=story.officer.user, updated_at=story.at)
    story.perform("return_", story.officer)
    story.on("2021-05-20")


def test_a_new_version_starts_with_the_conclusions_on_what_has_not_changed(submitted: Story) -> None:
    returned(submitted, A1_01={**NEW, "opinion": "现场查看。"}, A1_02={"conclusion": ""})
    second = submit_again(submitted, A1_19={"problem": "重新描述。"})
    form = quality_of(submitted.case.edition).form
    rows = {row.item_code: row for row in carried_over(second, form)}
    assert changed_items(second, form) == {"A1-19"}
    assert set(form.items) - set(rows) == {"A1-02", "A1-18", "A1-19"}
    assert (rows["A1-01"].conclusion, rows["A1-01"].opinion) == (Conclusion.NEW_FINDING, "现场查看。")
    assert not Verification.objects.filter(submission=second).exists()


def test_the_first_word_on_a_new_version_writes_what_is_carried_over_with_its_author(submitted: Story) -> None:
    returned(submitted)
    second = submit_again(submitted)
    submitted.on("2021-05-24")
    write(submitted, "A1-18", conclusion="agree")
    verification = Verification.objects.get(submission=second)
    rows = {row.item_code: row for row in verification.items.all()}
    assert len(rows) == 30
    assert is_carried_over(rows["A1-01"], verification)
    assert not is_carried_over(rows["A1-18"], verification)
    assert rows["A1-01"].history.get().history_date == submitted.at
    assert Verification.objects.count() == 2
    assert VerificationItem.objects.filter(item_code="A1-18", to_return=True).count() == 1


def test_a_form_that_comes_back_without_open_items_can_be_concluded_at_once(submitted: Story) -> None:
    submitted.verify()
    VerificationItem.objects.update(updated_by=submitted.officer.user, updated_at=submitted.at)
    submitted.perform("return_", submitted.officer, reason="请重新盖章。")
    submit_again(submitted.on("2021-05-20"))
    assert submitted.perform("conclude", submitted.officer).state == "approving"
    assert submitted.perform("approve", submitted.approver).state == "rectifying"


def test_conclusions_that_are_on_the_ledger_already_are_not_added_twice(submitted: Story) -> None:
    submitted.approve({"A1-01": NEW})
    submitted.perform("reopen", submitted.world.actor("prefecture_officer"), reason="床位数有误。")
    second = submit_again(submitted.on("2021-06-01"))
    form = quality_of(submitted.case.edition).form
    assert "A1-01" not in {row.item_code for row in carried_over(second, form)}
    write(submitted, "A1-01", conclusion="agree")
    submitted.perform("conclude", submitted.officer)
    submitted.perform("approve", submitted.approver)
    assert Finding.objects.filter(item_code="A1-01").count() == 1


def test_changes_are_counted_from_the_version_that_the_county_last_looked_at(submitted: Story) -> None:
    returned(submitted)
    submit_again(submitted, A1_19={"problem": "第二次描述。"})
    submitted.perform("withdraw", submitted.head)
    submitted.perform("send_back", submitted.head, reason="再改一处。")
    third = submit_again(submitted, A1_08={"measure": "更换设备。"})
    assert third.no == 3
    assert changed_items(third, quality_of(submitted.case.edition).form) == {"A1-08", "A1-19"}


def test_new_evidence_opens_an_item_again(submitted: Story) -> None:
    returned(submitted)
    submitted.evidence(submitted.case, Evidence.Purpose.SELF_CHECK, submitted.filler, "A1-05")
    second = submit_again(submitted)
    assert changed_items(second, quality_of(submitted.case.edition).form) == {"A1-05"}


# ── drafts ─────────────────────────────────────────────────────────────────


def test_a_row_that_somebody_else_has_saved_is_given_back_and_not_overwritten(submitted: Story) -> None:
    write(submitted, "A1-19", conclusion="agree", opinion="同事")
    with pytest.raises(StaleRow) as refused:
        write(submitted, "A1-19", conclusion="disagree", opinion="我")
    assert isinstance(refused.value.stored, VerificationItem)
    assert refused.value.stored.opinion == "同事"
    assert write(submitted, "A1-19", based_on=1, conclusion="disagree", opinion="我").row_version == 2


def test_the_visit_has_a_row_version_of_its_own(submitted: Story) -> None:
    form, officer = quality_of(submitted.case.edition).form, submitted.officer.user
    assert officer is not None
    values = {"method": "on_site", "visited_on": None, "officials": "", "opinion": ""}
    with drafting(submitted.case, state="submitted") as submission:
        assert save_visit(submission, form, values, based_on=0, by=officer, at=submitted.at).row_version == 1
        with pytest.raises(StaleRow):
            save_visit(submission, form, {**values, "opinion": "x"}, based_on=0, by=officer, at=submitted.at)


def test_blank_words_about_a_form_that_nobody_has_verified_leave_no_trace(submitted: Story) -> None:
    write(submitted, "A1-19", conclusion="", opinion="", facets=[], to_return=False)
    assert not Verification.objects.exists()
    assert submitted.perform("withdraw", submitted.head).state == "confirming"


def test_an_unknown_item_is_refused(submitted: Story) -> None:
    with pytest.raises(Invalid) as refused:
        write(submitted, "A1-31", conclusion="agree")
    assert refused.value.code == "unknown_item"


def test_agreeing_to_several_takes_only_the_list_that_was_shown(submitted: Story) -> None:
    form, officer = quality_of(submitted.case.edition).form, submitted.officer.user
    assert officer is not None
    with pytest.raises(Conflict), drafting(submitted.case, state="submitted") as submission:
        agree_to(submission, form, ["A1-01", "A1-19"], by=officer, at=submitted.at)
    assert not VerificationItem.objects.exists()


@pytest.mark.parametrize("missing", ["item_code", "problem", "facets"])
def test_a_finding_added_later_names_item_aspect_and_problem(submitted: Story, missing: str) -> None:
    submitted.approve()
    details: dict[str, Any] = {"item_code": "A1-18", "problem": "处方缺签名。", "facets": ["order_rx_rate"]}
    submitted.on("2021-06-01")
    with pytest.raises(Invalid) as refused:
        submitted.perform("add_finding", submitted.officer, **{**details, missing: ""})
    assert faults(refused) == {missing}
    submitted.perform("add_finding", submitted.officer, **details)
    event = CaseEvent.objects.get(case=submitted.case, verb="add_finding")
    assert event.details == {"item": "A1-18", "added": 1}
    assert finding_of(submitted, "A1-18", "county").confirmed_at == submitted.at
