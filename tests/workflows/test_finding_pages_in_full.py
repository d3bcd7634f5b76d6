"""The finding's page: plan, periodic review, progress, severity, outcome of enforcement, recurrence."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from cases.models import Finding
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.workflows.test_finding import REFERRAL, do, ledger
from tests.workflows.test_finding_in_full import kept_up, serious
from tests.worlds import moment

NOW = "2021-08-20 10:00"


@pytest.fixture(autouse=True)
def in_summer() -> Iterator[None]:
    with time_machine.travel(moment(NOW), tick=False), translation.override("en"):
        yield


def enter(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(user: Any, finding: Finding) -> Any:
    return enter(user).get(reverse("finding", args=[finding.pk]))


def send(user: Any, finding: Finding, verb: str, **data: Any) -> Any:
    version = Finding.objects.select_related("case").get(pk=finding.pk).case.version
    return enter(user).post(reverse("finding_verb", args=[finding.pk, verb]), {"version": version, **data})


def state(finding: Finding) -> str:
    return Finding.objects.select_related("case").get(pk=finding.pk).case.state


def photo(name: str = "现场.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def test_a_plan_is_written_returned_and_accepted_on_the_page(story: Story) -> None:
    finding, people = serious(story), story.world
    first = page(people.institution_filler, finding)
    assert "Submit the rectification plan" in first.content.decode()
    assert {"start", "fix"} & first.context["turn"].verbs == set()
    assert send(people.institution_filler, finding, "fix", measure="m", responsible="r", result="r").status_code == 409
    refused = send(people.institution_filler, finding, "submit_plan", plan="", responsible="张丽华")
    assert (refused.status_code, "张丽华" in refused.content.decode()) == (422, True)
    plan = {"plan": "六月底前完成。", "responsible": "张丽华", "responsible_unit": "后勤科"}
    assert send(people.institution_filler, finding, "submit_plan", **plan).status_code == 302
    decision = page(people.county_officer, finding)
    assert "六月底前完成。" in decision.content.decode()
    assert {"accept_plan", "return_plan"} <= decision.context["turn"].verbs
    assert send(people.county_officer, finding, "return_plan", reason="").status_code == 422
    assert send(people.county_officer, finding, "return_plan", reason="没有写明步骤。").status_code == 302
    again = page(people.institution_filler, finding).content.decode()
    assert "没有写明步骤。" in again
    assert "The county returned the plan" in again
    assert send(people.institution_filler, finding, "submit_plan", **plan).status_code == 302
    assert send(people.county_officer, finding, "accept_plan").status_code == 302
    assert state(finding) == "in_progress"
    assert "The county returned the plan" not in page(people.institution_filler, finding).content.decode()


def test_the_institution_notes_its_progress_and_the_county_reads_it(story: Story) -> None:
    (finding,) = ledger(story)
    filler = story.world.institution_filler
    assert send(filler, finding, "note_progress", progress=" ", evidence=photo()).status_code == 422
    lying = SimpleUploadedFile("a.pdf", b"no pdf", content_type="application/pdf")
    refused = send(filler, finding, "note_progress", progress="已采购。", evidence=lying)
    assert (refused.status_code, "已采购。" in refused.content.decode()) == (422, True)
    assert send(filler, finding, "note_progress", progress="已采购，下周安装。", evidence=photo()).status_code == 302
    read = page(story.world.county_officer, finding)
    ((note, files),) = read.context["notes"]
    assert (note.text, [file.name for file in files]) == ("已采购，下周安装。", ["现场.png"])
    assert read.context["before"] == []
    assert "现场.png" in read.content.decode()
    assert send(story.world.county_officer, finding, "note_progress", progress="催办。").status_code == 403


def test_the_officer_changes_the_severity_with_a_reason(story: Story) -> None:
    (finding,) = ledger(story)
    officer = story.world.county_officer
    assert send(officer, finding, "grade", severity="major", reason="").status_code == 422
    assert send(officer, finding, "grade", severity="worst", reason="无。").status_code == 422
    assert send(officer, finding, "grade", severity="major", reason="影响多名老人。").status_code == 302
    assert "Major" in page(officer, finding).content.decode()
    lowered = {"severity": "general", "reason": "不严重。"}
    assert send(story.world.institution_head, finding, "grade", **lowered).status_code == 403


def test_what_has_to_be_kept_up_is_reviewed_on_the_page_until_it_can_be_closed(story: Story) -> None:
    finding, officer = kept_up(story), story.world.county_officer
    first = page(officer, finding)
    assert "0 of 2 periodic reviews passed" in first.content.decode()
    assert {"pass_review", "return_"} <= first.context["turn"].verbs
    assert "close" not in first.context["turn"].verbs
    assert send(officer, finding, "pass_review", reason="现场抽查合格。").status_code == 302
    second = page(officer, finding)
    assert "pass_review" not in second.context["turn"].verbs
    assert "reviewed today" in second.content.decode()
    assert send(officer, finding, "pass_review").status_code == 409
    Finding.objects.filter(pk=finding.pk).update(review_count=2)
    assert "close" in page(officer, finding).context["turn"].verbs
    assert send(officer, finding, "close").status_code == 302
    assert state(finding) == "closed"


def test_a_referral_asks_for_its_number_and_gets_its_outcome_later(story: Story) -> None:
    (finding,) = ledger(story)
    officer = story.world.county_officer
    assert send(officer, finding, "refer", referred_to="卫生监督所", reason="涉嫌违法。").status_code == 422
    assert send(officer, finding, "refer", **REFERRAL, reason="涉嫌违法。").status_code == 302
    waiting = page(officer, finding)
    assert "has not told its decision yet" in waiting.content.decode()
    assert send(officer, finding, "record_outcome", enforcement_outcome="警告。").status_code == 422
    future = {"enforcement_outcome": "警告。", "enforcement_on": "2021-08-21"}
    assert send(officer, finding, "record_outcome", **future).status_code == 422
    told = {**future, "enforcement_on": "2021-08-19", "evidence": photo("决定书.png")}
    assert send(officer, finding, "record_outcome", **told).status_code == 302
    read = page(story.world.institution_head, finding)
    assert "决定书.png" in read.content.decode()
    assert "record_outcome" not in read.context["turn"].verbs
    assert state(finding) == "referred"


def test_the_second_return_says_that_it_was_reported_upwards(story: Story) -> None:
    (finding,) = ledger(story)
    finding = story.fix(finding)
    for said in ("缺签到表。", "仍缺签到表。"):
        finding = do(story, finding, "return_", story.officer, reason=said)
        finding = story.fix(finding)
    assert "reported one level up" in page(story.world.county_officer, finding).content.decode()


def test_a_repeated_finding_and_the_earlier_one_link_to_each_other(story: Story) -> None:
    (earlier,) = ledger(story)
    story.close(story.fix(earlier))
    story.on("2021-06-20")
    added = {"item_code": "A1-08", "problem": "再次发现。", "facets": []}
    story.perform("add_finding", story.officer, **added)
    later = Finding.objects.get(problem="再次发现。")
    on_later = page(story.world.institution_filler, later).content.decode()
    assert reverse("finding", args=[earlier.pk]) in on_later
    assert "Repeated" in on_later
    assert reverse("finding", args=[later.pk]) in page(story.world.county_officer, earlier).content.decode()


def test_the_page_costs_the_same_whatever_there_is(story: Story, django_assert_max_num_queries: Any) -> None:
    (finding,) = ledger(story)
    client = enter(story.world.county_officer)
    for number in range(2):
        with django_assert_max_num_queries(36):
            assert client.get(reverse("finding", args=[finding.pk])).status_code == 200
        for each in range(5):
            text = f"第{number}{each}次进展。"
            do(story, story.again(finding), "note_progress", story.filler, progress=text, files=[photo(f"{each}.png")])


def test_a_complaint_is_put_onto_the_ledger_by_the_officer(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-09": problem()})
    story.on("2021-05-20").approve()
    client = enter(story.world.county_officer)
    address = reverse("finding_add", args=[story.case.pk])
    data: dict[str, Any] = {
        "item_code": "A1-08",
        "problem": "群众投诉。",
        "severity": "major",
        "responsible_unit": "护理部",
    }
    data |= {"version": story.again(story.findings()[0]).cycle.version}
    assert client.post(address, {**data, "source": "nation"}).status_code == 422
    assert client.post(address, {**data, "source": "complaint"}).status_code == 302
    finding = Finding.objects.get(problem="群众投诉。")
    told = (finding.source, finding.severity, finding.responsible_unit, finding.due_on)
    assert told[:3] == ("complaint", "major", "护理部")
    assert isinstance(told[3], dt.date)


def test_what_was_referred_is_counted_beside_what_was_closed(story: Story) -> None:
    first, second, third = ledger(story, "A1-08", "A1-09", "A1-10")
    story.close(story.fix(first))
    do(story, second, "refer", story.officer, reason="涉嫌违法。", **REFERRAL)
    client = enter(story.world.county_officer)
    case = client.get(reverse("case", args=[story.case.pk]))
    assert (case.context["findings_live"], case.context["findings_referred"]) == (1, 1)
    (line,) = client.get(reverse("unit", args=[story.unit.pk])).context["years_lines"]
    assert (line.found, line.unsettled, line.referred) == (3, 1, 1)
    assert state(third) == "open"


def test_an_authoritys_page_is_its_common_problems(story: Story) -> None:
    client = enter(story.world.county_officer)
    answer = client.get(reverse("unit", args=[story.world.county.pk]))
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('common_problems')}?unit={story.world.county.pk}"


@pytest.mark.parametrize(
    ("state_of", "button", "note"),
    [("plan_submitted", "Decide", "Decision by"), ("continuing", "Review", "Next review by")],
)
def test_the_ledger_offers_the_countys_turn_on_plans_and_on_what_is_kept_up(
    story: Story, state_of: str, button: str, note: str
) -> None:
    findings(story.unit, [{"state": state_of, "review_due": moment("2021-09-15")}])
    text = enter(story.world.county_officer).get(reverse("ledger")).content.decode()
    assert note in text
    assert f">{button}<" in text


def test_whoever_owes_a_plan_is_told_so_in_the_inbox_and_on_the_page(story: Story) -> None:
    finding = serious(story)
    client = enter(story.world.institution_filler)
    assert f"Submit the plan for {finding.case.number}" in client.get(reverse("inbox")).content.decode()
    assert page(story.world.institution_filler, finding).context["turn_of"]["task"] == "Submit the rectification plan"
