"""Who may open a file, and from when: a draft is its author's own, on either side."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.access import Actor
from cases.evidence import readable, remove
from cases.models import Evidence
from tests.story import Story, problem
from tests.worlds import World
from workflows.finding.record import proof
from workflows.finding.shown import evidence_of

INSTITUTION, COUNTY, SUPERIOR = "institution_filler", "county_officer", "prefecture_officer"


def readers(story: Story, file: Evidence) -> set[str]:
    """Which of the three may open the file now."""
    sides = (INSTITUTION, COUNTY, SUPERIOR)
    return {side for side in sides if readable(story.world.viewer(side, story.at)).filter(pk=file.pk).exists()}


def take_out(story: Story, file: Evidence, by: Actor) -> None:
    assert by.user is not None
    remove(file, by=by.user, at=story.at)


def test_a_file_of_the_self_check_is_the_institutions_own_until_it_is_submitted(story: Story) -> None:
    file = story.on("2021-03-01").evidence(story.case, "self_check", story.filler, "A1-08")
    assert readers(story, file) == {INSTITUTION}
    story.on("2021-03-02").submit()
    assert readers(story, file) == {INSTITUTION, COUNTY, SUPERIOR}


def test_a_file_that_was_taken_out_before_the_submission_stays_the_institutions_own(story: Story) -> None:
    file = story.on("2021-03-01").evidence(story.case, "self_check", story.filler, "A1-08")
    take_out(story.on("2021-03-02"), file, story.filler)
    story.on("2021-03-03").submit()
    assert readers(story, file) == {INSTITUTION}


def test_a_file_that_was_taken_out_after_the_submission_stays_readable(story: Story) -> None:
    file = story.on("2021-03-01").evidence(story.case, "self_check", story.filler, "A1-08")
    story.on("2021-03-02").submit()
    story.on("2021-03-03").perform("return_", story.officer, reason="请补充。")
    take_out(story.on("2021-03-04"), file, story.filler)
    assert readers(story, file) == {INSTITUTION, COUNTY, SUPERIOR}


def test_a_sealed_copy_of_a_draft_that_was_never_submitted_stays_the_institutions_own(story: Story) -> None:
    story.on("2021-03-01").fill().seal()
    draft = Evidence.objects.get(purpose="sealed")
    story.on("2021-03-02").submit({"A1-08": problem()})
    submitted = Evidence.objects.exclude(pk=draft.pk).get(purpose="sealed")
    assert readers(story, draft) == {INSTITUTION}
    assert readers(story, submitted) == {INSTITUTION, COUNTY, SUPERIOR}


@pytest.mark.parametrize("verb", ["return_", "approve"])
def test_a_file_of_the_verification_is_the_authorities_own_until_it_is_returned_or_approved(
    story: Story, verb: str
) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    file = story.on("2021-05-10").evidence(story.case, "verification", story.officer, "A1-08")
    assert readers(story, file) == {COUNTY, SUPERIOR}
    if verb == "return_":
        story.on("2021-05-11").perform("return_", story.officer, reason="请补充。")
    else:
        story.on("2021-05-11").approve()
    assert readers(story, file) == {INSTITUTION, COUNTY, SUPERIOR}


def test_a_file_that_the_county_took_out_while_it_verified_stays_its_own(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    file = story.on("2021-05-10").evidence(story.case, "verification", story.officer, "A1-08")
    take_out(story.on("2021-05-11"), file, story.officer)
    story.on("2021-05-12").approve()
    assert readers(story, file) == {COUNTY, SUPERIOR}


def test_the_page_of_a_finding_does_not_show_the_institution_what_the_county_is_still_writing(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    file = story.evidence(story.case, "verification", story.officer, "A1-08")
    page, link = reverse("finding", args=[story.findings()[0].pk]), reverse("evidence", args=[file.pk])

    def shown_to(role: str) -> bool:
        client = Client()
        client.force_login(story.world.people[role])
        return link in client.get(page).content.decode()

    assert (shown_to(INSTITUTION), shown_to(COUNTY)) == (False, True)


@pytest.mark.parametrize("stranger", ["other_filler", "other_officer", "nobody", "expired"])
def test_nobody_else_opens_any_of_them(story: Story, world: World, stranger: str) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.evidence(story.case, "verification", story.officer, "A1-08")
    story.on("2021-05-10").approve()
    story.fix(story.findings()[0])
    assert not readable(world.viewer(stranger, story.at)).exists()


def test_a_draft_neither_proves_nor_takes_away_the_proof_of_a_fix_on_the_spot(story: Story) -> None:
    """The county reviews what was submitted: what the institution does to its draft since is not for it to see."""
    file = story.on("2021-03-01").evidence(story.case, "self_check", story.filler, "A1-08")
    story.submit({"A1-08": problem(fixed_on_spot=True, planned_on=None)})
    story.on("2021-05-10").approve()
    story.perform("reopen", story.world.actor("prefecture_officer"), reason="请补充。")
    added = story.on("2021-05-11").evidence(story.case, "self_check", story.filler, "A1-08")
    take_out(story, file, story.filler)
    finding = story.findings()[0]
    assert set(proof(finding.case)) == {file}
    sides = evidence_of(finding, story.world.viewer(COUNTY, story.at))
    before, after = sides["before"], sides["after"]
    assert (before, after) == ([], [file])
    assert readers(story, added) == {INSTITUTION}
    assert story.close(finding).case.state == "closed"


def test_the_sealed_copy_of_a_submitted_version_cannot_be_taken_out(story: Story) -> None:
    story.on("2021-03-01").fill().seal()
    draft = Evidence.objects.get(purpose="sealed")
    story.submit({"A1-08": problem()})
    story.on("2021-03-05").perform("return_", story.officer, reason="请补充。")
    submitted = Evidence.objects.exclude(pk=draft.pk).get(purpose="sealed")
    head = Client()
    head.force_login(story.world.institution_head)
    addresses = [reverse("selfcheck_seal_remove", args=[story.case.pk, copy.pk]) for copy in (draft, submitted)]
    check = head.get(reverse("selfcheck_check", args=[story.case.pk])).content.decode()
    assert [address in check for address in addresses] == [True, False]
    assert [head.post(address).status_code for address in addresses] == [302, 409]
    page = head.get(reverse("case", args=[story.case.pk])).content.decode()
    assert reverse("evidence", args=[submitted.pk]) in page
