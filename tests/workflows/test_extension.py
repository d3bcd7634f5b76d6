"""Asking for more time, and deciding on it (延期申请; design, Deadlines)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.access import Actor
from cases.clock import local_date
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import Case, CaseEvent, Finding, OrgUnit, WorkItem
from tests.story import Story, problem
from tests.worlds import moment
from workflows.consistency import faults
from workflows.engine import perform

DAY = dt.date
JULY_15 = DAY(2021, 7, 15)
REASON = "设备招标流标，重新招标需要时间。"


def item_of(case: Any) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def day_of(moment_: dt.datetime | None) -> dt.date | None:
    return local_date(moment_) if moment_ is not None else None


@pytest.fixture
def rectifying(story: Story) -> Story:
    """A confirmed finding whose limit, 30 June, the institution planned itself."""
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return story.on("2021-06-01")


@pytest.fixture
def finding(rectifying: Story) -> Finding:
    return rectifying.findings()[0]


def ask(story: Story, case: Case, to: Any = JULY_15, by: Actor | None = None) -> Case:
    perform(case, "request_extension", by=by or story.filler, at=story.at, reason=REASON, due_asked=to)
    return Case.objects.filter(parent=case.pk, kind="extension").latest("pk")


def grant(story: Story, request: Case, role: str = "county_approver", **details: Any) -> Case:
    return perform(request, "grant", by=story.world.actor(role), at=story.at, **details)


def test_a_request_stands_in_the_approvers_inbox_with_a_date_of_its_own(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    item = item_of(request)
    assert (request.state, item.role, item.unit) == ("requested", "county_approver", rectifying.world.county)
    assert day_of(item.due_at) == DAY(2021, 6, 4)
    record = request.extension
    assert (record.ordinal, record.due_before, record.due_asked) == (1, DAY(2021, 6, 30), DAY(2021, 7, 15))
    assert request.number == "2021-650102-Y001"
    assert CaseEvent.objects.get(case=request, verb="open").reason == REASON
    assert day_of(item_of(finding.case).due_at) == DAY(2021, 6, 30)
    assert list(faults(Case.objects.all())) == []


def test_a_granted_extension_moves_the_date_and_keeps_the_original_one(rectifying: Story, finding: Finding) -> None:
    request = grant(rectifying, ask(rectifying, finding.case))
    finding, item = rectifying.again(finding), item_of(finding.case)
    assert (request.state, request.extension.due_granted) == ("granted", DAY(2021, 7, 15))
    assert (day_of(item.due_at), day_of(item.original_due_at)) == (DAY(2021, 7, 15), DAY(2021, 6, 30))
    assert (item.due_revision, item.due_trace[-1]["step"]) == (1, "extension")
    assert (finding.due_on, finding.due_trace) == (DAY(2021, 7, 15), item.due_trace)
    told = CaseEvent.objects.get(case=finding.pk, verb="extend")
    assert told.details == {"number": request.number, "before": "2021-06-30", "due": "2021-07-15"}
    assert list(faults(Case.objects.all())) == []


def test_less_than_was_asked_for_can_be_granted_and_never_more(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    for day in (DAY(2021, 7, 16), DAY(2021, 6, 30)):
        with pytest.raises(Invalid, match="date_not_possible"):
            grant(rectifying, request, due_granted=day)
    grant(rectifying, request, due_granted=DAY(2021, 7, 8))
    assert rectifying.again(finding).due_on == DAY(2021, 7, 8)


def test_the_original_date_stays_visible_on_work_that_comes_back(rectifying: Story, finding: Finding) -> None:
    grant(rectifying, ask(rectifying, finding.case))
    rectifying.on("2021-07-01").fix(rectifying.again(finding))
    perform(finding.case, "return_", by=rectifying.officer, at=moment("2021-07-05"), reason="照片不清。")
    assert day_of(item_of(finding.case).original_due_at) == DAY(2021, 6, 30)


def test_a_second_extension_is_decided_by_the_prefecture_and_there_is_no_third(
    rectifying: Story, finding: Finding
) -> None:
    grant(rectifying, ask(rectifying, finding.case))
    second = ask(rectifying.on("2021-07-01"), finding.case, DAY(2021, 8, 2))
    item = item_of(second)
    assert (second.state, second.extension.ordinal) == ("requested_again", 2)
    assert (item.role, item.unit) == ("prefecture_head", rectifying.world.prefecture)
    with pytest.raises(WrongRole):
        grant(rectifying, second)
    grant(rectifying, second, role="prefecture_officer")
    item = item_of(finding.case)
    assert (day_of(item.due_at), day_of(item.original_due_at)) == (DAY(2021, 8, 2), DAY(2021, 6, 30))
    with pytest.raises(Conflict, match="no_more_extensions"):
        ask(rectifying, finding.case, DAY(2021, 9, 1))


def test_where_a_county_stands_under_the_region_its_head_decides_the_second_time(
    rectifying: Story, finding: Finding
) -> None:
    grant(rectifying, ask(rectifying, finding.case))
    county = rectifying.world.county
    OrgUnit.objects.filter(pk=county.pk).update(superior=rectifying.world.region)
    item = item_of(ask(rectifying.on("2021-07-01"), Case.objects.get(pk=finding.pk), DAY(2021, 8, 2)))
    assert (item.role, item.unit) == ("region_head", rectifying.world.region)


def test_the_first_extension_is_not_decided_over_the_countys_head(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    with pytest.raises(WrongRole, match="wrong_role"):
        grant(rectifying, request, role="prefecture_head")


def test_a_refusal_needs_its_reason_and_leaves_the_date(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    with pytest.raises(Invalid, match="reason_missing"):
        perform(request, "refuse", by=rectifying.approver, at=rectifying.at)
    perform(request, "refuse", by=rectifying.approver, at=rectifying.at, reason="请按原期限完成。")
    assert rectifying.again(finding).due_on == DAY(2021, 6, 30)
    assert ask(rectifying, finding.case).state == "requested"


def test_only_the_asker_withdraws_a_request_and_only_while_it_is_open(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    with pytest.raises(Conflict, match="not_yours_to_withdraw"):
        perform(request, "withdraw", by=rectifying.head, at=rectifying.at)
    done = perform(request, "withdraw", by=rectifying.filler, at=rectifying.at)
    assert (done.state, bool(done.finished)) == ("withdrawn", True)
    with pytest.raises(Conflict, match="wrong_state"):
        grant(rectifying, request)


def test_one_request_at_a_time(rectifying: Story, finding: Finding) -> None:
    ask(rectifying, finding.case)
    with pytest.raises(Conflict, match="already_asked"):
        ask(rectifying, finding.case)


@pytest.mark.parametrize("asked", [DAY(2021, 6, 30), DAY(2021, 6, 1), DAY(2031, 7, 15), None])
def test_the_new_date_lies_after_the_old_one_and_is_no_slip_of_the_pen(
    rectifying: Story, finding: Finding, asked: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(rectifying, finding.case, asked)
    assert "due_asked" in refused.value.faults


def test_more_time_is_asked_for_before_the_date_has_passed(rectifying: Story, finding: Finding) -> None:
    with pytest.raises(Conflict, match="date_has_passed"):
        ask(rectifying.on("2021-07-01"), finding.case)


def test_what_the_edition_does_not_call_extendable_is_not_extended(story: Story) -> None:
    with pytest.raises(Conflict, match="not_extendable"):
        ask(story.on("2021-03-01"), story.case)


def test_the_county_has_no_part_in_asking(rectifying: Story, finding: Finding) -> None:
    with pytest.raises(WrongRole):
        ask(rectifying, finding.case, by=rectifying.officer)


def test_work_on_hold_needs_no_extension(rectifying: Story, finding: Finding) -> None:
    superior = rectifying.world.actor("prefecture_head")
    perform(finding.case, "hold", by=superior, at=rectifying.at, reason="汛情。")
    with pytest.raises(Conflict, match="on_hold"):
        ask(rectifying, finding.case)


def test_a_request_lapses_when_its_work_is_done_first(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    rectifying.fix(finding)
    request = Case.objects.get(pk=request.pk)
    assert (request.state, bool(request.finished)) == ("withdrawn", True)
    assert CaseEvent.objects.filter(case=request, verb="lapse").count() == 1
    assert list(faults(Case.objects.all())) == []


def test_beginning_the_work_keeps_the_request(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    perform(finding.case, "start", by=rectifying.filler, at=rectifying.at)
    grant(rectifying, Case.objects.get(pk=request.pk))
    assert day_of(item_of(finding.case).due_at) == DAY(2021, 7, 15)


def test_a_request_lapses_when_its_cycle_is_cancelled(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case)
    rectifying.perform("cancel", rectifying.approver, reason="机构已停业。")
    assert Case.objects.get(pk=request.pk).state == "withdrawn"
    assert list(faults(Case.objects.all())) == []


def test_nobody_decides_on_their_own_request(rectifying: Story, finding: Finding) -> None:
    from cases.access import appoint
    from tests.worlds import BEGINNING

    world = rectifying.world
    appoint(world.people["institution_filler"], world.county, "county_approver", valid_from=BEGINNING)
    request = ask(rectifying, finding.case)
    with pytest.raises(WrongRole, match="own_request"):
        perform(request, "grant", by=rectifying.filler, at=rectifying.at)


def test_a_date_that_has_passed_while_the_request_lay_is_not_granted(rectifying: Story, finding: Finding) -> None:
    request = ask(rectifying, finding.case, DAY(2021, 7, 5))
    with pytest.raises(Invalid, match="date_not_possible"):
        grant(rectifying.on("2021-07-06"), request)


def test_a_supplement_is_extended_like_a_finding(story: Story) -> None:
    story.on("2021-07-01").submit()
    story.on("2021-07-05").perform("return_", story.officer, reason="请补充。")
    grant(story, ask(story, story.case, DAY(2021, 8, 2)))
    item = item_of(story.case)
    assert (day_of(item.due_at), day_of(item.original_due_at)) == (DAY(2021, 8, 2), DAY(2021, 7, 19))


def test_every_refusal_says_what_to_do_or_what_is_wrong(rectifying: Story, finding: Finding) -> None:
    with pytest.raises(Refusal) as refused:
        ask(rectifying.on("2021-07-01"), finding.case)
    assert refused.value.hint
