"""A submitted version prints the same for ever, whatever becomes of the draft after it."""

from __future__ import annotations

from cases.annex1 import submitted_content
from cases.editions.quality import quality_of
from cases.models import SelfCheck, User
from cases.selfcheck_drafts import save_basic
from tests.story import BASIC, Story


def save_beds(story: Story, beds: int, by: User) -> None:
    selfcheck = SelfCheck.objects.get(pk=story.case.pk)
    form, row_version = quality_of(story.case.edition).form, selfcheck.basic_version
    save_basic(selfcheck, form, {**BASIC, "medical_beds": beds}, row_version=row_version, by=by, at=story.at)


def test_a_submitted_version_names_who_had_filled_it_in(story: Story) -> None:
    first, second = story.world.institution_filler, story.world.institution_head
    story.on("2021-03-01").fill()
    save_beds(story, 90, first)
    story.perform("request_confirmation", story.filler)
    story.seal().perform("submit", story.head)
    story.on("2021-03-05").perform("return_", story.officer, reason="请核对床位数。")
    save_beds(story.on("2021-03-08"), 91, second)
    version = SelfCheck.objects.get(pk=story.case.pk).submissions.get(no=1)
    content = submitted_content(story.case, version)
    assert (content.filler_name, content.basic["medical_beds"]) == (first.name, 90)
