"""One institution's year, told through the one door."""

from __future__ import annotations

from cases.models import Case, CaseEvent, WorkItem
from tests.story import Story, problem


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_a_year_without_problems_goes_from_self_check_to_the_archive(story: Story) -> None:
    story.on("2021-03-01").submit()
    assert state(story.case) == "submitted"
    story.on("2021-05-20").approve()
    assert state(story.case) == "verified"
    story.on("2022-01-05").perform("archive", story.world.actor("region_officer"))
    assert (story.case.state, story.case.status) == ("archived", "DONE")


def test_problems_become_findings_and_the_cycle_is_verified_when_the_last_is_closed(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"]), "A1-08": problem()})
    assert [finding.case.number for finding in story.findings()] == ["2021-650102-0001", "2021-650102-0002"]
    story.on("2021-05-20").approve()
    assert state(story.case) == "rectifying"
    first, second = story.findings()
    story.on("2021-06-01").fix(first)
    story.on("2021-06-02").close(first)
    assert state(story.case) == "rectifying"
    story.on("2021-06-03").fix(second)
    story.on("2021-06-04").close(second)
    assert state(story.case) == "verified"
    verbs = list(CaseEvent.objects.filter(case=story.case).values_list("verb", flat=True))
    assert verbs == ["open", "request_confirmation", "submit", "conclude", "approve", "settle"]


def test_a_supplement_is_confirmed_within_its_own_limit_not_late_against_the_phase(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-05-17").perform("return_", story.officer, reason="请补充材料。")
    story.on("2021-05-18").perform("request_confirmation", story.filler)
    item = WorkItem.objects.open().get(process=story.case)
    assert (item.role, item.due_rule) == ("institution_head", "supplement")
    assert item.due_at is not None
    assert item.due_at > story.at
