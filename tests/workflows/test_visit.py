"""A visit from the team's arrival to its conclusion, and what it does to the ledger (实地抽查)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.access import Actor
from cases.disagreement import by_institution
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import (
    Case,
    CaseEvent,
    CaseParty,
    Evidence,
    Finding,
    FindingFact,
    SummaryMember,
    SummaryVersion,
    VisitItem,
    WorkItem,
)
from cases.summaries.comparing import recompute
from tests.filing import Filing
from tests.story import Story, problem
from tests.visiting import FOUND, Visiting, send_team
from tests.worlds import person
from workflows.consistency import faults
from workflows.engine import perform
from workflows.step import holder_of
from workflows.visit.record import digest_of


def settled(story: Story) -> Story:
    """A year that is verified: nothing was reported, nothing found."""
    story.on("2021-03-01").submit()
    story.on("2021-05-10").approve()
    assert story.case.state == "verified"
    return story.on("2021-08-02")


@pytest.fixture
def visiting(story: Story) -> Visiting:
    return send_team(settled(story), until=dt.date(2021, 8, 31))


def ledger(visiting: Visiting, source: str = "region") -> list[Finding]:
    return list(Finding.objects.filter(source=source).select_related("case").order_by("item_code"))


def cycle_of(visiting: Visiting) -> Case:
    return Case.objects.get(pk=visiting.story.case.pk)


# ── from the draw to the conclusion ──


def test_a_visit_waits_for_its_team_until_the_day_that_the_plan_names(visiting: Visiting) -> None:
    item = WorkItem.objects.open().get(process=visiting.case.pk)
    assert (item.unit_id, item.role) == (visiting.world.region.pk, "region_expert")
    assert item.due_at is not None
    assert item.due_at.date() == dt.date(2021, 8, 31)
    assert visiting.record.cycle_id == visiting.story.case.pk


def test_what_the_team_found_comes_onto_the_ledger_and_the_year_back_to_rectification(visiting: Visiting) -> None:
    visiting.on("2021-08-05 15:00").deliver({"A1-19": FOUND})
    visiting.on("2021-08-06").sign()
    visiting.on("2021-08-09").conclude()
    (finding,) = ledger(visiting)
    assert (finding.item_code, finding.severity, finding.problem) == ("A1-19", "major", FOUND["problem"])
    assert (finding.case.state, finding.cycle_id, finding.confirmed_at) == ("open", visiting.story.case.pk, visiting.at)
    assert cycle_of(visiting).state == "rectifying"
    assert list(faults([Case.objects.get(pk=pk) for pk in (visiting.case.pk, finding.pk, finding.cycle_id)])) == []


def test_the_conclusion_is_one_event_of_each_case(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND, "A1-08": {**FOUND, "facets": []}})
    visiting.sign()
    visiting.on("2021-08-09").conclude()
    at_once = CaseEvent.objects.filter(at=visiting.at).values_list("case__kind", "verb")
    assert sorted(at_once) == [
        ("finding", "open"),
        ("finding", "open"),
        ("quality_cycle", "take_spot_check"),
        ("visit", "conclude"),
    ]


def test_after_the_summary_was_filed_the_year_goes_back_and_what_was_filed_stays(story: Story) -> None:
    filing = Filing.open(story.world)
    filing.on("2021-10-13")
    settled(story)
    version = filing.submit()
    visiting = send_team(story.on("2021-10-18"))
    assert cycle_of(visiting).state == "verified"
    assert SummaryMember.objects.filter(cycle=cycle_of(visiting).pk).exists()
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    visiting.conclude()
    assert cycle_of(visiting).state == "rectifying"
    assert [(finding.source, finding.case.state) for finding in ledger(visiting)] == [("region", "open")]
    filed = SummaryVersion.objects.get(pk=version.pk)
    assert (filed.figures, filed.digest) == (version.figures, version.digest)
    assert recompute(Case.objects.get(pk=filing.case.pk), filed).is_same
    assert list(faults(Case.objects.all())) == []


def test_without_a_problem_the_year_stays_verified(visiting: Visiting) -> None:
    visiting.deliver()
    visiting.sign()
    visiting.conclude()
    assert (ledger(visiting), cycle_of(visiting).state) == ([], "verified")


def test_the_same_problem_that_the_county_has_open_is_a_finding_of_its_own(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    visiting = send_team(story.on("2021-08-02"), nation=True)
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    visiting.conclude()
    both = Finding.objects.filter(item_code="A1-19", cycle=story.case.pk)
    assert sorted(both.values_list("source", flat=True)) == ["nation", "self_check"]
    assert cycle_of(visiting).state == "rectifying"


def test_a_year_that_the_county_still_verifies_stays_where_it_is_and_keeps_the_findings(story: Story) -> None:
    story.on("2021-03-01").submit()
    visiting = send_team(story)
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    visiting.conclude()
    assert cycle_of(visiting).state == "submitted"
    story.case = cycle_of(visiting)
    story.on("2021-05-10").approve()
    assert story.case.state == "rectifying"


def test_the_county_closes_what_the_team_found_and_the_year_settles_again(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    visiting.conclude()
    (finding,) = ledger(visiting)
    visiting.story.on("2021-08-20").fix(finding)
    visiting.story.close(finding)
    assert cycle_of(visiting).state == "verified"
    (fact,) = FindingFact.objects.filter(finding=finding.pk, valid_until=None)
    assert (fact.source, fact.facet, fact.status) == ("region", "hand", "closed")


def test_where_the_year_is_archived_the_newest_open_year_takes_the_findings(story: Story) -> None:
    settled(story)
    visiting = send_team(story)
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    story.case = cycle_of(visiting)
    story.on("2022-01-10").perform("archive", story.world.actor("region_officer"))
    with pytest.raises(Conflict) as refused:
        visiting.on("2022-01-11").conclude()
    assert refused.value.code == "no_year_is_open"
    later = Story.open(story.world, 2022, "2022-01-12")
    visiting.on("2022-01-13").conclude()
    (finding,) = ledger(visiting)
    assert (finding.cycle_id, finding.case.year) == (later.case.pk, 2022)
    assert Case.objects.get(pk=later.case.pk).state == "self_check"


def test_a_year_on_hold_is_waited_for(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    perform(cycle_of(visiting), "hold", by=visiting.world.actor("prefecture_head"), at=visiting.at, reason="搬迁。")
    with pytest.raises(Conflict) as refused:
        visiting.conclude()
    assert refused.value.code == "on_hold"
    assert visiting.record.conclusion == ""


def test_the_team_answers_for_disagreements_with_the_version_that_lay_before_it(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    assert by_institution([visiting.world.institution.pk], 2021) == {}
    visiting.sign()
    visiting.conclude()
    assert by_institution([visiting.world.institution.pk], 2021) == {visiting.world.institution.pk: 1}
    submission = visiting.record.submission
    assert submission is not None
    assert submission.no == 1


# ── the right of reply ──


def test_the_head_replies_instead_of_signing(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.perform("reply", visiting.head, reply="洗手液当日已补齐。")
    record = visiting.record
    assert (visiting.case.state, record.reply, record.signed_at) == ("concluding", "洗手液当日已补齐。", None)


def test_an_empty_reply_is_none(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    with pytest.raises(Invalid) as refused:
        visiting.perform("reply", visiting.head, reply="  ")
    assert list(refused.value.faults) == ["reply"]


def test_silence_approves_nothing_and_does_not_stop_the_team(visiting: Visiting) -> None:
    visiting.on("2021-08-05").deliver({"A1-19": FOUND})
    with pytest.raises(Conflict) as refused:
        visiting.on("2021-08-12 23:00").perform("proceed", visiting.expert)
    assert refused.value.code == "reply_pending"
    visiting.on("2021-08-13").perform("proceed", visiting.expert)
    assert ledger(visiting) == []
    visiting.conclude()
    record = visiting.record
    assert (record.reply, record.signed_by, len(ledger(visiting))) == ("", None, 1)
    event = CaseEvent.objects.get(case=visiting.case.pk, verb="proceed")
    assert event.details["no_reply_by"] == "2021-08-12"


def test_who_claimed_the_reply_and_says_nothing_does_not_stop_the_team(visiting: Visiting) -> None:
    visiting.on("2021-08-05").deliver({"A1-19": FOUND})
    visiting.perform("claim", visiting.head)
    visiting.on("2021-08-13").perform("proceed", visiting.expert)
    assert visiting.case.state == "concluding"


def test_the_signature_names_what_was_delivered(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    digests = CaseEvent.objects.filter(case=visiting.case.pk, verb__in=("deliver", "sign")).values_list("details")
    assert len({details["digest"] for (details,) in digests}) == 1


def test_the_signature_names_the_photos_too(visiting: Visiting) -> None:
    before = digest_of(visiting.record, [])
    visiting.story.evidence(visiting.case, Evidence.Purpose.VISIT, visiting.expert, "A1-19")
    assert digest_of(visiting.record, []) != before
    Evidence.objects.filter(case=visiting.case.pk).update(removed_at=visiting.at)
    assert digest_of(visiting.record, []) == before


def test_after_a_reply_the_team_may_assess_again_and_the_right_of_reply_begins_anew(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.perform("reply", visiting.head, reply="该处为库房。")
    visiting.perform("reassess", visiting.expert, reason="现场复核属实。")
    assert (visiting.case.state, visiting.record.reply) == ("visiting", "该处为库房。")
    VisitItem.objects.filter(item_code="A1-19").update(status="compliant")
    visiting.on("2021-08-09").perform("deliver", visiting.expert)
    assert (visiting.record.reply, visiting.record.signed_at) == ("", None)


def test_what_was_delivered_or_signed_can_be_taken_back_while_nobody_has_acted(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    with pytest.raises(Conflict):
        visiting.perform("withdraw", visiting.head)
    visiting.perform("withdraw", visiting.expert)
    assert (visiting.case.state, visiting.record.delivered_at) == ("visiting", None)
    visiting.perform("deliver", visiting.expert)
    visiting.perform("reply", visiting.head, reply="说明。")
    visiting.perform("withdraw", visiting.head)
    assert (visiting.case.state, visiting.record.reply) == ("delivered", "说明。")


# ── what an assessment needs ──


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ({"status": "problem"}, "item:A1-19"),
        ({"status": "", "note": "只拍了照片。"}, "item:A1-19"),
        ({**FOUND, "due_on": dt.date(2021, 8, 1)}, "item:A1-19"),
    ],
)
def test_an_incomplete_item_is_not_delivered(visiting: Visiting, item: dict[str, Any], place: str) -> None:
    visiting.assess({"A1-19": item})
    with pytest.raises(Invalid) as refused:
        visiting.perform("deliver", visiting.expert)
    assert list(refused.value.faults) == [place]


def test_a_visit_without_date_people_or_items_is_not_delivered(visiting: Visiting) -> None:
    with pytest.raises(Invalid) as refused:
        visiting.perform("deliver", visiting.expert)
    assert sorted(refused.value.faults) == ["items", "present", "visited_on"]


def test_the_team_need_not_look_at_every_item(visiting: Visiting) -> None:
    visiting.assess()
    VisitItem.objects.exclude(item_code="A1-01").delete()
    assert visiting.perform("deliver", visiting.expert).state == "delivered"


# ── the experts are parties of this visit and of nothing else ──


def test_an_expert_who_is_not_sent_does_not_see_the_visit(visiting: Visiting) -> None:
    other = person("专家二", "region_expert", visiting.world.region)
    with pytest.raises(OutOfScope):
        visiting.perform("deliver", Actor(other))
    assert not WorkItem.objects.open().addressed_to(Actor(other).viewer(visiting.at)).exists()


def test_an_expert_has_the_visit_in_the_inbox_and_no_other_case(visiting: Visiting) -> None:
    viewer = visiting.expert.viewer(visiting.at)
    (item,) = WorkItem.objects.open().addressed_to(viewer)
    assert item.process_id == visiting.case.pk
    assert viewer.sits_at(item)
    assert list(Case.objects.visible_to(viewer).values_list("kind", flat=True)) == ["visit"]
    assert not Finding.objects.visible_to(viewer).exists()


def test_who_is_no_party_any_more_sees_and_does_nothing(visiting: Visiting) -> None:
    CaseParty.objects.filter(case=visiting.case.pk).update(valid_until=dt.date(2021, 8, 4))
    visiting.on("2021-08-05")
    with pytest.raises(OutOfScope):
        visiting.deliver()


def test_an_expert_of_the_team_takes_a_claim_and_a_stranger_to_it_does_not_get_one(visiting: Visiting) -> None:
    world = visiting.world
    second, other = (person(name, "region_expert", world.region) for name in ("专家二", "专家三"))
    CaseParty.objects.create(case=visiting.case, user=second, part="expert", valid_from=dt.date(2021, 8, 1))
    visiting.perform("claim", visiting.expert)
    item = WorkItem.objects.open().select_related("owner", "process__unit").get(process=visiting.case.pk)
    assert holder_of(item, visiting.at) == visiting.expert.user
    with pytest.raises(Invalid):
        visiting.perform("hand_over", visiting.expert, to=other)
    visiting.perform("hand_over", visiting.expert, to=second)
    with pytest.raises(Conflict):
        visiting.deliver()


def test_a_party_without_an_appointment_as_expert_does_nothing(visiting: Visiting) -> None:
    stranger = person("无任职者")
    CaseParty.objects.create(case=visiting.case, user=stranger, part="expert", valid_from=dt.date(2021, 8, 1))
    with pytest.raises(WrongRole):
        visiting.assess().perform("deliver", Actor(stranger))


def test_the_nation_does_not_cancel_a_visit_of_the_region_nor_the_region_one_of_the_nation(story: Story) -> None:
    settled(story)
    world = story.world
    regional, national = send_team(story), send_team(story, nation=True)
    for visiting, wrong in ((regional, "nation_officer"), (national, "region_officer")):
        with pytest.raises(WrongRole):
            visiting.perform("cancel", world.actor(wrong), reason="已停业。")
    assert regional.perform("cancel", world.actor("region_officer"), reason="已停业。").state == "cancelled"
    assert national.perform("cancel", world.actor("nation_officer"), reason="已停业。").state == "cancelled"


def test_a_visit_to_an_institution_without_a_year_looks_at_none(story: Story) -> None:
    visiting = send_team(settled(story), institution=story.world.sibling)
    assert visiting.record.cycle is None
    visiting.assess({"A1-19": FOUND}).perform("deliver", visiting.expert)
    assert visiting.record.submission is None


def test_photos_of_a_visit_are_the_teams_until_it_is_delivered(visiting: Visiting) -> None:
    from cases.evidence import readable

    visiting.story.evidence(visiting.case, Evidence.Purpose.VISIT, visiting.expert, "A1-19")

    def sees(role: str) -> bool:
        return readable(visiting.world.viewer(role, visiting.at)).filter(case=visiting.case.pk).exists()

    assert [sees(role) for role in ("region_expert", "region_officer", "institution_head")] == [True, True, False]
    visiting.on("2021-08-05").deliver({"A1-19": FOUND})
    assert sees("institution_head")


def test_the_team_opens_the_files_of_the_year_that_it_looks_at_and_no_others(story: Story) -> None:
    from cases.evidence import readable

    story.on("2021-03-01").fill()
    story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-19")
    story.submit()
    story.on("2021-05-10").approve()
    story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, "A1-20")
    other = Story.open(story.world, unit=story.world.sibling)
    other.on("2021-03-01").evidence(other.case, Evidence.Purpose.BEFORE, other.filler, "A1-19")
    visiting = send_team(story.on("2021-08-02"))
    seen = readable(visiting.expert.viewer(visiting.at)).exclude(purpose="sealed")
    assert list(seen.values_list("case", "item_code")) == [(story.case.pk, "A1-19")]
