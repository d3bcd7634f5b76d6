"""An inspector finds a record that somebody changed in the database itself, and opens the trail that it belies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browsers import NewPage
from tests.cases.audited import as_owner, complete_history
from tests.journeys.personas import give_names
from tests.story import Story, problem
from tests.worlds import build_world, moment
from workflows.engine import perform

pytestmark = [pytest.mark.slow(25), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_inspector_finds_a_doctored_record(
    live_server: Any, new_page: NewPage, time_machine: Any, settings: Any, tmp_path: Path, browser_faults: list[str]
) -> None:
    settings.AUDIT_DIR = tmp_path
    story = Story.open(give_names(build_world()))
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-04-06").approve()
    (finding,) = story.findings()
    perform(finding.case, "start", by=story.filler, at=moment("2021-09-01"))
    story.on("2021-10-08").fix(finding)
    complete_history()
    as_owner("UPDATE cases_finding SET result = %s WHERE case_id = %s", ["全部合格，未发现问题。", finding.pk])

    time_machine.move_to(moment("2021-10-15 10:00"))
    page = new_page(user=story.world.inspector, language="en-US")
    page.goto(reverse("inspection"))
    page.get_by_label("Number of the case").fill(finding.case.number)
    page.get_by_role("button", name="Filter").click()
    page.locator("tbody tr").first.get_by_role("link").click()
    page.get_by_role("button", name="Verify the trail").click()
    expect(page.get_by_role("alert")).to_contain_text("Not consistent: 1 place")
    fault = page.get_by_role("region", name="What does not agree")
    expect(fault).to_contain_text("changed beside the system")
    expect(fault.locator("del")).to_contain_text("已完成培训，抽查合格。")
    expect(fault.locator("ins")).to_contain_text("全部合格，未发现问题。")
    # The trail still says what the institution wrote, when, and who it was.
    entry = page.locator("#event-4")
    expect(entry).to_contain_text("已完成培训，抽查合格。")
    expect(entry).to_contain_text(str(story.world.institution_filler))

    page.get_by_role("link", name="Notes", exact=True).click()
    page.get_by_label("Words of the note").fill("整改结果与留痕不符，已固定证据。")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("整改结果与留痕不符")).to_be_visible()
    assert browser_faults == []
