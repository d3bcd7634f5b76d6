"""What the engine writes of a case while it moves: facts with their dates, whose digests the events carry."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case, CycleFact, Finding, FindingFact
from tests.story import Story, problem
from tests.worlds import moment
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = pytest.mark.django_db


def trail(finding: Finding) -> list[tuple[str, str, str, str]]:
    """(facet, status, from, until) in the order of time; the day where something is still so is empty."""
    return [
        (row.facet, row.status, f"{row.valid_from:%m-%d}", f"{row.valid_until:%m-%d}" if row.valid_until else "")
        for row in FindingFact.objects.filter(finding=finding.pk).order_by("valid_from", "facet")
    ]


def of_cycle(story: Story) -> list[tuple[Any, ...]]:
    rows = CycleFact.objects.filter(cycle=story.case.pk).order_by("valid_from", "pk")
    return list(rows.values_list("self_checked", "verified", "medical_beds", "home_beds"))


def test_a_finding_that_is_closed_and_reopened_leaves_a_row_for_each_time(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-03-10").approve()
    (finding,) = story.findings()
    story.on("2021-04-01").fix(finding)
    story.on("2021-04-02").close(finding)
    perform(finding.case, "reopen", by=story.world.actor("region_officer"), at=moment("2021-05-01"), reason="仍有。")
    assert trail(finding) == [
        ("hand", "open", "03-01", "04-01"),
        ("hand", "fixed", "04-01", "04-02"),
        ("hand", "closed", "04-02", "05-01"),
        ("hand", "open", "05-01", ""),
    ]


def test_an_amended_facet_counts_from_the_moment_of_the_approval(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-05": problem(["internal_rules"])})
    story.on("2021-03-10").approve({"A1-05": {"conclusion": "agree", "facets": ["core_systems", "internal_rules"]}})
    (finding,) = story.findings()
    assert trail(finding) == [
        ("internal_rules", "open", "03-01", "03-10"),
        ("core_systems", "open", "03-10", ""),
        ("internal_rules", "open", "03-10", ""),
    ]


def test_a_finding_that_is_not_upheld_counts_until_then(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-03-10").approve({"A1-19": {"conclusion": "disagree", "opinion": "不属实。"}})
    (finding,) = story.findings()
    assert trail(finding) == [("hand", "open", "03-01", "03-10")]


def test_a_referred_finding_is_so_from_its_own_moment(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-03-10").approve()
    (finding,) = story.findings()
    referral: dict[str, Any] = {"referred_to": "区卫生健康监督所", "reference": "卫移〔2021〕7号"}
    perform(finding.case, "refer", by=story.officer, at=moment("2021-05-02"), reason="违法。", **referral)
    assert trail(finding)[-1] == ("hand", "referred", "05-02", "")


def test_a_withdrawn_form_is_no_self_check_and_a_returned_one_is(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-03-02").perform("withdraw", story.head)
    assert of_cycle(story) == [(True, False, None, None)]
    assert not CycleFact.objects.filter(valid_until=None).exists()
    story.on("2021-03-03").seal().perform("submit", story.head)
    story.on("2021-03-05").perform("return_", story.officer, reason="请补充。")
    assert CycleFact.objects.get(valid_until=None).self_checked


def test_beds_count_from_the_approval_of_the_version_that_was_verified(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-03-10").approve()
    story.perform("reopen", story.world.actor("prefecture_officer"), reason="床位有误。")
    story.on("2021-04-01").fill()
    story.case.selfcheck.basic = {**story.case.selfcheck.basic, "medical_beds": 90}
    story.case.selfcheck.save()
    story.perform("request_confirmation", story.filler)
    story.seal().perform("submit", story.head)
    assert of_cycle(story)[-1] == (True, True, 80, 12)  # the version before, until the county has verified this one
    story.on("2021-04-10").approve()
    assert of_cycle(story) == [(True, False, None, None), (True, True, 80, 12), (True, True, 90, 12)]


def test_a_cancelled_cycle_counts_nowhere_and_again_once_it_is_reopened(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-03-10").approve()
    story.on("2021-04-01").perform("cancel", story.approver, reason="机构已关闭。")
    assert not CycleFact.objects.filter(valid_until=None).exists()
    story.on("2021-04-05").perform("reopen", story.world.actor("prefecture_officer"), reason="误撤。")
    assert of_cycle(story)[-1] == (True, True, 80, 12)


def test_a_form_that_was_withdrawn_before_the_cancelling_does_not_count_once_it_is_reopened(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-03-02").perform("withdraw", story.head)
    story.on("2021-04-01").perform("cancel", story.approver, reason="误操作。")
    story.on("2021-04-05").perform("reopen", story.world.actor("prefecture_officer"), reason="误撤。")
    assert not CycleFact.objects.filter(cycle=story.case.pk, valid_until=None).exists()
    assert list(faults([story.case])) == []


def test_the_check_of_cases_finds_a_fact_that_somebody_has_changed(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"]), "A1-08": problem()})
    story.on("2021-03-10").approve()
    finding = next(found for found in story.findings() if found.item_code == "A1-19")
    story.on("2021-04-01").fix(finding)
    story.on("2021-04-02").close(finding)
    everything = Case.objects.order_by("pk")
    assert list(faults(everything)) == []

    def said_after(**changed: Any) -> str:
        row = FindingFact.objects.filter(finding=finding.pk, status="fixed")
        before = row.values().get()
        row.update(**changed)
        said = " ".join(faults(everything))
        FindingFact.objects.filter(pk=before["id"]).update(**before)
        return said

    assert "digest" in said_after(status="open")
    assert "without an event" in said_after(valid_until=moment("2021-05-01"))
    assert "without an event" in said_after(valid_from=moment("2021-03-20"))
    assert said_after(status="fixed") == ""


def test_the_check_of_cases_finds_present_facts_that_the_records_do_not_tell(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-03-10").approve()
    FindingFact.objects.all().delete()
    CycleFact.objects.filter(valid_until=None).update(medical_beds=800)
    said = list(faults(Case.objects.order_by("pk")))
    assert sum("do not agree with its records" in each for each in said) == 2
