"""Requests to the pages about dates: why this date, asking for more time, deciding, holds, closures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case, Finding, LocalClosure, WorkItem
from tests.story import Story, problem
from tests.worlds import World, moment
from workflows.engine import perform

DAY = dt.date
NOW = "2021-06-01 10:00"
REASON = "设备招标流标，重新招标需要时间。"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(moment(NOW), tick=False):
        yield


@pytest.fixture
def rectifying(story: Story) -> Story:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return story.on(NOW)


@pytest.fixture
def finding(rectifying: Story) -> Finding:
    return rectifying.findings()[0]


def as_(world: World, role: str) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(world.people[role])
    return client


def item_of(case: Any) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def ask(story: Story, case: Case, day: dt.date = dt.date(2021, 7, 15)) -> Case:
    perform(case, "request_extension", by=story.filler, at=story.at, reason=REASON, due_asked=day)
    return Case.objects.get(parent=case.pk, kind="extension")


# ── why this date ──────────────────────────────────────────────────────────


def test_a_date_explains_itself_as_a_page_and_as_a_part_of_one(rectifying: Story, finding: Finding) -> None:
    client = as_(rectifying.world, "institution_filler")
    url = reverse("work_item_due", args=[item_of(finding.case).pk])
    page, part = client.get(url), client.get(url, headers={"HX-Request": "true"})
    assert "<html" in page.text
    assert "<html" not in part.text
    for text in (page.text, part.text):
        assert "行动方案 二（一）4" in text
        assert "2021年6月30日" in text


def test_the_limit_of_a_finding_is_explained_whoevers_turn_it_is(rectifying: Story, finding: Finding) -> None:
    rectifying.fix(finding)
    client = as_(rectifying.world, "county_officer")
    assert "2021年6月30日" in client.get(reverse("finding_limit", args=[finding.pk])).text


def test_dates_of_others_are_not_explained(rectifying: Story, finding: Finding) -> None:
    client = as_(rectifying.world, "other_filler")
    for url in (
        reverse("work_item_due", args=[item_of(finding.case).pk]),
        reverse("finding_limit", args=[finding.pk]),
        reverse("work_item_due", args=[999_999]),
    ):
        assert client.get(url).status_code == 404


def test_a_provisional_date_is_marked_where_it_stands_and_where_it_is_explained(
    rectifying: Story, finding: Finding
) -> None:
    item = item_of(finding.case)
    trace = [{"step": "count", "from": "2029-01-02", "days": 5, "to": "2029-01-09", "provisional": [2029]}]
    WorkItem.objects.filter(pk=item.pk).update(due_trace=trace, due_provisional=True)
    client = as_(rectifying.world, "institution_filler")
    for url in (reverse("inbox"), reverse("case", args=[rectifying.case.pk]), reverse("finding", args=[finding.pk])):
        assert "due__unsure" in client.get(url).text
    assert "2029" in client.get(reverse("work_item_due", args=[item.pk])).text


def test_explaining_costs_the_same_whatever_the_steps(
    rectifying: Story, finding: Finding, django_assert_max_num_queries: Any
) -> None:
    client = as_(rectifying.world, "institution_filler")
    with django_assert_max_num_queries(14):
        client.get(reverse("work_item_due", args=[item_of(finding.case).pk]))


# ── asking for more time ───────────────────────────────────────────────────


def test_more_time_is_asked_for_from_the_findings_page(rectifying: Story, finding: Finding) -> None:
    client = as_(rectifying.world, "institution_filler")
    url = reverse("extension_ask", args=[finding.pk])
    assert url in client.get(reverse("finding", args=[finding.pk])).text
    assert client.get(url).status_code == 200
    sent = {"version": finding.case.version, "due_asked": "2021-07-15", "reason": REASON}
    answer = client.post(url, sent)
    assert (answer.status_code, answer["location"]) == (302, reverse("finding", args=[finding.pk]))
    request = Case.objects.get(kind="extension")
    page = client.get(reverse("finding", args=[finding.pk])).text
    assert request.number in page
    assert url not in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"due_asked": "2021-06-30"}, 422),
        ({"due_asked": "明天"}, 422),
        ({"due_asked": ""}, 422),
        ({"version": "0"}, 409),
    ],
)
def test_a_refused_request_loses_nothing_that_was_typed(
    rectifying: Story, finding: Finding, changes: dict[str, str], status: int
) -> None:
    client = as_(rectifying.world, "institution_filler")
    sent = {"version": str(finding.case.version), "due_asked": "2021-07-15", "reason": REASON} | changes
    answer = client.post(reverse("extension_ask", args=[finding.pk]), sent)
    assert answer.status_code == status
    assert REASON in answer.text
    assert not Case.objects.filter(kind="extension").exists()


@pytest.mark.parametrize(
    ("role", "status"), [("county_officer", 403), ("prefecture_head", 403), ("other_filler", 404), ("inspector", 403)]
)
def test_only_whoever_has_the_work_asks_for_more_time(
    rectifying: Story, finding: Finding, role: str, status: int
) -> None:
    client = as_(rectifying.world, role)
    url = reverse("extension_ask", args=[finding.pk])
    assert client.get(url).status_code == status
    sent = {"due_asked": "2021-07-15", "reason": REASON}
    assert client.post(url, sent).status_code == status


def test_work_that_cannot_be_extended_says_so_instead_of_showing_a_form(rectifying: Story) -> None:
    client = as_(rectifying.world, "institution_filler")
    assert client.get(reverse("extension_ask", args=[rectifying.case.pk])).status_code == 409


# ── deciding ───────────────────────────────────────────────────────────────


def test_the_approver_finds_the_request_in_the_inbox_and_grants_it(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    client = as_(rectifying.world, "county_approver")
    url = reverse("extension", args=[request.pk])
    assert url in client.get(reverse("inbox")).text
    page = client.get(url).text
    assert REASON in page
    grant = reverse("extension_verb", args=[request.pk, "grant"])
    assert grant in page
    answer = client.post(grant, {"version": request.version, "due_granted": "2021-07-10"})
    assert (answer.status_code, answer["location"]) == (302, url)
    assert "原定" in as_(rectifying.world, "institution_filler").get(reverse("finding", args=[finding.pk])).text


def test_a_refusal_without_reason_comes_back_with_the_form(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    client = as_(rectifying.world, "county_approver")
    url = reverse("extension_verb", args=[request.pk, "refuse"])
    assert client.post(url, {"version": request.version, "reason": ""}).status_code == 422
    assert client.post(url, {"version": request.version, "reason": "请按期完成。"}).status_code == 302
    late = client.post(reverse("extension_verb", args=[request.pk, "grant"]), {"reason": "还是同意吧。"})
    assert late.status_code == 409
    assert "还是同意吧。" in late.text


def test_the_asker_withdraws_and_others_read(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    url, withdraw = reverse("extension", args=[request.pk]), reverse("extension_verb", args=[request.pk, "withdraw"])
    assert withdraw not in as_(rectifying.world, "county_officer").get(url).text
    assert as_(rectifying.world, "other_filler").get(url).status_code == 404
    asker = as_(rectifying.world, "institution_filler")
    assert withdraw in asker.get(url).text
    assert asker.post(withdraw, {"version": request.version}).status_code == 302
    assert Case.objects.get(pk=request.pk).state == "withdrawn"


# ── holds ──────────────────────────────────────────────────────────────────


def test_a_superior_puts_a_case_on_hold_from_its_page_and_everybody_reads_why(
    rectifying: Story, finding: Finding
) -> None:
    head, filler = as_(rectifying.world, "prefecture_head"), as_(rectifying.world, "institution_filler")
    page, url = reverse("case", args=[rectifying.case.pk]), reverse("case_verb", args=[rectifying.case.pk, "hold"])
    assert url in head.get(page).text
    assert url not in filler.get(page).text
    assert head.get(url).status_code == 200
    assert head.post(url, {"version": rectifying.case.version, "reason": ""}).status_code == 422
    assert head.post(url, {"version": rectifying.case.version, "reason": "机构整体搬迁。"}).status_code == 302
    for address in (page, reverse("finding", args=[finding.pk])):
        assert "机构整体搬迁。" in filler.get(address).text
        assert "light--held" in filler.get(address).text
    fix = filler.post(reverse("finding_verb", args=[finding.pk, "start"]), {"measure": "组织培训。"})
    assert fix.status_code == 409
    assert "机构整体搬迁。" in fix.text
    release = reverse("case_verb", args=[rectifying.case.pk, "release_hold"])
    assert release in head.get(page).text
    assert head.post(release, {}).status_code == 302
    assert "机构整体搬迁。" not in filler.get(reverse("finding", args=[finding.pk])).text.split("办理经过")[0]


# ── closures ───────────────────────────────────────────────────────────────

WEEK = {"first_on": "2021-07-08", "last_on": "2021-07-14", "reason": "防汛停工"}


def test_a_county_records_a_closure_and_hears_how_many_dates_moved(rectifying: Story) -> None:
    rectifying.perform("reopen", rectifying.world.actor("prefecture_head"), reason="补充材料。")
    client = as_(rectifying.world, "county_approver")
    sent = {**WEEK, "unit": rectifying.world.county.pk, "first_on": "2021-06-03", "last_on": "2021-06-04"}
    answer = client.post(reverse("closures"), sent, follow=True)
    assert answer.status_code == 200
    assert "防汛停工" in answer.text
    item = item_of(rectifying.case)
    assert item.due_trace[0]["to"] == "2021-06-18"
    closure = LocalClosure.objects.get()
    url = reverse("closure_withdraw", args=[closure.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "录入错误"}).status_code == 302
    assert client.post(url, {"reason": "录入错误"}).status_code == 409
    assert "录入错误" in client.get(reverse("closures")).text
    assert item_of(rectifying.case).due_trace[0]["to"] == "2021-06-16"


def test_a_closure_that_cannot_be_comes_back_with_what_was_typed(world: World) -> None:
    client = as_(world, "county_approver")
    answer = client.post(reverse("closures"), {**WEEK, "unit": world.county.pk, "last_on": "2021-07-01"})
    assert answer.status_code == 422
    assert "防汛停工" in answer.text


@pytest.mark.parametrize(
    ("role", "status"), [("county_officer", 403), ("institution_head", 403), ("prefecture_head", 422)]
)
def test_nobody_closes_offices_that_are_not_below_them(world: World, role: str, status: int) -> None:
    sent = {**WEEK, "unit": world.other_prefecture.pk}
    assert as_(world, role).post(reverse("closures"), sent).status_code == status


def test_everybody_reads_the_closures_that_concern_them_and_no_other(world: World) -> None:
    as_(world, "prefecture_head").post(reverse("closures"), {**WEEK, "unit": world.county.pk})
    assert "防汛停工" in as_(world, "institution_filler").get(reverse("closures")).text
    assert "防汛停工" not in as_(world, "other_filler").get(reverse("closures")).text
    closure = LocalClosure.objects.get()
    url = reverse("closure_withdraw", args=[closure.pk])
    assert as_(world, "other_filler").get(url).status_code == 404
    assert as_(world, "institution_filler").get(url).status_code == 403


def test_the_institutions_file_counts_punctuality(rectifying: Story) -> None:
    page = as_(rectifying.world, "county_officer").get(reverse("unit", args=[rectifying.unit.pk])).text
    assert 'id="h-punctuality"' in page
