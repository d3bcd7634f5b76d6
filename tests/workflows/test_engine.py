"""The one door: what a step writes, what it refuses, and that it is all or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access import SYSTEM, Actor, appoint
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Appointment, Case, CaseEvent, EventDelivery, Finding, SelfCheckSubmission, User, WorkItem
from tests.story import Story, problem
from tests.worlds import BEGINNING, moment
from workflows import step as step_module
from workflows.consistency import faults
from workflows.engine import perform, perform_many
from workflows.step import history_of

pytestmark = pytest.mark.each

MOST_QUERIES = 12
FOR_FACTS = 2  # the rows that held are ended, those that hold now begin (ADR 0023)


def rows() -> dict[str, int]:
    """How many rows there are in every table that a step writes."""
    tables = (Case, WorkItem, CaseEvent, EventDelivery, Finding, SelfCheckSubmission, history_of(Case)[0])
    return {table.__name__: table.objects.count() for table in tables}


def queries_of(case: Case, verb: str, **arguments: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        perform(case, verb, **arguments)
    return len(
        [
            query
            for query in captured.captured_queries
            if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
        ]
    )


def rectifying(story: Story) -> Finding:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return story.again(story.findings()[0])


def test_a_step_writes_the_event_the_history_the_next_work_item_and_its_deadline(story: Story) -> None:
    story.on("2021-03-01").fill()
    before = rows()
    case = story.perform("request_confirmation", story.filler)
    grown = {name: count - before[name] for name, count in rows().items()}
    assert grown == {
        "HistoricalCase": 1,
        "WorkItem": 1,
        "CaseEvent": 1,
        "EventDelivery": 1,
        "Case": 0,
        "Finding": 0,
        "SelfCheckSubmission": 0,
    }
    event = CaseEvent.objects.filter(case=case).latest("seq")
    assert (event.verb, event.source, event.target, event.at) == (
        "request_confirmation",
        "self_check",
        "confirming",
        story.at,
    )
    assert event.actor == story.filler.user
    assert event.appointment is not None
    assert event.appointment.role == "institution_filler"
    done, item = WorkItem.objects.filter(process=case).order_by("pk")
    assert (done.status, done.outcome, done.done_by) == ("DONE", "request_confirmation", story.filler.user)
    assert (item.role, item.unit, item.after) == ("institution_head", story.unit, done)
    assert item.due_at == moment("2021-05-15 23:59") + dt.timedelta(seconds=59, microseconds=999999)
    history = case.history.latest()
    assert (history.state, history.history_user, history.history_date) == ("confirming", story.filler.user, story.at)


def test_what_is_stored_of_a_whole_year_agrees_with_itself(story: Story) -> None:
    finding = rectifying(story)
    story.on("2021-06-01").fix(finding)
    story.on("2021-06-02").close(finding)
    story.on("2022-01-05").perform("archive", SYSTEM)
    assert list(faults(Case.objects.all())) == []
    assert Case.objects.count() == 2


def test_a_step_takes_at_most_twelve_queries_whatever_the_size_of_the_case(story: Story) -> None:
    """A finding's step writes its record and the record's history too; what figures count of it takes two more."""
    finding = rectifying(story)
    small = queries_of(finding.case, "start", by=story.filler, at=story.at)
    story.evidence(finding.case, "after", story.filler)
    for _round in range(10):
        perform(finding.case, "fix", by=story.filler, at=story.at, result="已整改。")
        large = queries_of(finding.case, "return_", by=story.officer, at=story.at, reason="不合格。")
    assert small <= MOST_QUERIES
    assert large <= MOST_QUERIES + FOR_FACTS


def test_cancelling_costs_the_same_for_few_findings_and_for_many(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    for role in ("institution_filler", "institution_head"):
        appoint(story.world.people[role], story.world.sibling, role, valid_from=BEGINNING)
    other = Story.open(story.world, unit=story.world.sibling)
    other.on("2021-03-01").submit({code: problem() for code in ("A1-08", "A1-09", "A1-10", "A1-11")})
    reason = "机构已关闭。"
    few = queries_of(story.case, "cancel", by=story.approver, at=other.at, reason=reason)
    many = queries_of(other.case, "cancel", by=story.approver, at=other.at, reason=reason)
    assert many <= few
    assert list(faults(Case.objects.all())) == []


def test_a_person_out_of_scope_is_told_that_there_is_no_such_case(story: Story) -> None:
    story.fill()
    with pytest.raises(OutOfScope) as refused:
        story.perform("request_confirmation", story.world.actor("other_filler"))
    assert refused.value.status == 404


def test_a_wrong_role_is_forbidden(story: Story) -> None:
    story.fill()
    with pytest.raises(WrongRole) as refused:
        story.perform("request_confirmation", story.officer)
    assert refused.value.status == 403


def test_an_unknown_verb_is_a_bad_request(story: Story) -> None:
    with pytest.raises(Refusal) as refused:
        story.perform("delete", story.filler)
    assert (refused.value.status, refused.value.code) == (400, "unknown_verb")


@pytest.mark.parametrize("attribute", ["lock", "__class__", "save", "delete", "state", "_meta"])
def test_an_attribute_of_the_case_is_not_a_verb(story: Story, attribute: str) -> None:
    with pytest.raises(Refusal, match="unknown_verb"):
        story.perform(attribute, story.filler)


def test_a_stale_version_is_a_conflict(story: Story) -> None:
    story.fill()
    seen = story.case.version
    story.perform("request_confirmation", story.filler)
    story.perform("send_back", story.head, reason="请核对床位数。")
    with pytest.raises(Conflict) as refused:
        story.perform("request_confirmation", story.filler, version=seen)
    assert (refused.value.status, refused.value.code) == (409, "stale_version")


def test_sending_the_same_form_twice_is_a_conflict_and_happens_once(story: Story) -> None:
    story.fill()
    seen = story.case.version
    story.perform("request_confirmation", story.filler, version=seen)
    with pytest.raises(Conflict):
        story.perform("request_confirmation", story.filler, version=seen)
    assert CaseEvent.objects.filter(verb="request_confirmation").count() == 1


def test_claiming_does_not_make_an_open_form_stale(story: Story) -> None:
    story.fill()
    seen = story.case.version
    story.perform("claim", story.filler)
    assert story.perform("request_confirmation", story.filler, version=seen).state == "confirming"


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_reason_that_is_asked_for_must_be_given(story: Story, reason: str) -> None:
    story.fill()
    story.perform("request_confirmation", story.filler)
    with pytest.raises(Invalid) as refused:
        story.perform("send_back", story.head, reason=reason)
    assert refused.value.faults.keys() == {"reason"}


def test_an_endless_reason_is_refused(story: Story) -> None:
    story.fill()
    story.perform("request_confirmation", story.filler)
    with pytest.raises(Invalid, match="reason_too_long"):
        story.perform("send_back", story.head, reason="长" * 2001)


def test_a_refused_step_writes_nothing(story: Story) -> None:
    story.fill({"A1-01": {"status": ""}})
    before = rows()
    with pytest.raises(Invalid):
        story.perform("request_confirmation", story.filler)
    assert rows() == before


@pytest.mark.parametrize("place", ["CaseEvent", "WorkItem", "HistoricalCase", "EventDelivery"])
def test_a_step_that_fails_while_writing_leaves_nothing(
    story: Story, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.fill()
    before = rows()

    def failing(write: Any) -> Any:
        def insert(model: Any, *arguments: Any) -> Any:
            if model.__name__ == place:
                raise ConnectionError("the database went away")
            return write(model, *arguments)

        return insert

    for name in ("insert_rows", "insert_values"):
        monkeypatch.setattr(step_module, name, failing(getattr(step_module, name)))
    with pytest.raises(ConnectionError):
        story.perform("request_confirmation", story.filler)
    assert rows() == before
    assert Case.objects.get(pk=story.case.pk).state == "self_check"


def test_the_state_cannot_be_set_past_the_door(story: Story) -> None:
    with pytest.raises(AttributeError):
        story.case.state = "archived"


def test_an_expired_appointment_counts_for_nothing(story: Story) -> None:
    story.on("2021-03-01").submit()
    with pytest.raises(OutOfScope):
        story.perform("return_", story.world.actor("expired"), reason="请补充。")


def test_a_disabled_account_counts_for_nothing(story: Story) -> None:
    user = story.world.county_officer
    user.is_active = False
    user.save()
    story.on("2021-03-01").submit()
    with pytest.raises(OutOfScope):
        story.perform("return_", Actor(user), reason="请补充。")


class TestClaiming:
    def test_what_one_has_claimed_another_cannot_complete(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("claim", story.officer)
        story.verify()
        with pytest.raises(Conflict, match="claimed_by_another"):
            story.perform("conclude", story.world.actor("colleague"))

    def test_it_can_be_claimed_once(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("claim", story.officer)
        with pytest.raises(Conflict, match="already_claimed"):
            story.perform("claim", story.world.actor("colleague"))

    def test_only_the_claimer_releases_it(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("claim", story.officer)
        with pytest.raises(Conflict, match="not_yours"):
            story.perform("release", story.world.actor("colleague"))
        story.perform("release", story.officer)
        assert WorkItem.objects.open().get(process=story.case).owner is None

    def test_it_is_handed_over_to_a_colleague_of_the_same_role_and_unit(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("hand_over", story.officer, to=story.world.colleague)
        assert WorkItem.objects.open().get(process=story.case).owner == story.world.colleague

    @pytest.mark.parametrize("other", ["county_approver", "other_officer", "institution_head", "expired"])
    def test_it_is_not_handed_over_to_anybody_else(self, story: Story, other: str) -> None:
        story.on("2021-03-01").submit()
        with pytest.raises(Invalid, match="not_a_colleague"):
            story.perform("hand_over", story.officer, to=story.world.people[other])

    @pytest.mark.parametrize("verb", ["return_", "conclude"])
    def test_what_one_has_claimed_another_does_not_decide_either_way(self, story: Story, verb: str) -> None:
        story.on("2021-03-01").submit()
        story.verify().perform("claim", story.officer)
        with pytest.raises(Conflict, match="claimed_by_another"):
            story.perform(verb, story.world.actor("colleague"), reason="请补充。")

    @pytest.mark.parametrize(("verb", "state"), [("claim", "submitted"), ("conclude", "approving")])
    def test_a_claim_lapses_when_its_holder_may_no_longer_do_the_work(
        self, story: Story, verb: str, state: str
    ) -> None:
        story.on("2021-03-01").submit()
        story.verify().perform("claim", story.officer)
        Appointment.objects.filter(user=story.world.county_officer).update(valid_until=dt.date(2021, 3, 2))
        colleague = story.on("2021-03-02").world.actor("colleague")
        assert story.perform(verb, colleague).state == state

    def test_a_disabled_account_holds_no_claim(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("claim", story.officer)
        User.objects.filter(pk=story.world.county_officer.pk).update(is_active=False)
        story.perform("hand_over", story.world.actor("colleague"), to=story.world.colleague)
        assert WorkItem.objects.open().get(process=story.case).owner == story.world.colleague


class TestWithdrawing:
    def test_the_head_withdraws_what_nobody_has_acted_on(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        assert story.perform("withdraw", story.head).state == "confirming"

    def test_only_the_one_who_submitted_withdraws(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        with pytest.raises(Conflict, match="not_yours_to_withdraw"):
            story.perform("withdraw", story.filler)

    def test_not_once_the_county_has_claimed_it(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.perform("claim", story.officer)
        with pytest.raises(Conflict, match="already_acted_on"):
            story.perform("withdraw", story.head)

    def test_not_once_the_county_has_begun_to_verify(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.verify({"A1-01": {"conclusion": "agree"}})
        with pytest.raises(Conflict, match="already_acted_on"):
            story.perform("withdraw", story.head)

    def test_the_officer_withdraws_a_conclusion_that_the_approver_has_not_taken_up(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.verify().perform("conclude", story.officer)
        assert story.perform("withdraw", story.officer).state == "submitted"


class TestManyAtOnce:
    def test_a_mass_move_writes_the_same_rows_as_single_steps(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.on("2021-05-10").approve()
        at = moment("2022-01-04")
        single = written_by(lambda: [perform(story.case, "archive", by=SYSTEM, at=at)])
        many = written_by(lambda: [case for case, _no in perform_many([story.case], "archive", by=SYSTEM, at=at)])
        assert single == many

    def test_a_case_that_refuses_does_not_hinder_the_others(self, story: Story) -> None:
        story.on("2021-03-01").submit()
        story.on("2021-05-10").approve()
        other = Story.open(story.world, 2022, "2022-01-03")
        outcomes = list(perform_many([other.case, story.case], "archive", by=SYSTEM, at=moment("2022-02-01"), chunk=10))
        assert {case.pk: refusal.code if refusal else "ok" for case, refusal in outcomes} == {
            story.case.pk: "ok",
            other.case.pk: "wrong_state",
        }
        assert list(faults(Case.objects.all())) == []

    def test_a_verb_whose_own_rule_refuses_one_case_still_moves_the_others(self, story: Story) -> None:
        last_year = Story.open(story.world, 2020, "2020-01-06", unit=story.world.institution)
        for each, submitted, approved in (
            (last_year, "2020-03-02", "2020-05-11"),
            (story, "2021-03-01", "2021-05-10"),
        ):
            each.on(submitted).submit()
            each.on(approved).approve()
        cases = [last_year.case, story.case]
        outcomes = dict(perform_many(cases, "archive", by=SYSTEM, at=moment("2021-06-01")))
        assert {case.year: refusal.code if refusal else "ok" for case, refusal in outcomes.items()} == {
            2020: "ok",
            2021: "year_not_over",
        }
        assert list(faults(Case.objects.all())) == []


KEYS_AND_HASHES = ("id", "history_id", "item_id", "hash", "chain_head")


def written_by(work: Any) -> list[dict[str, Any]]:
    """The rows that the work leaves of its case, without keys and hashes; undone again."""
    from django.db import transaction

    point = transaction.savepoint()
    (case,) = work()
    left: list[dict[str, Any]] = []
    for table, name in ((Case, "pk"), (WorkItem, "process"), (CaseEvent, "case"), (history_of(Case)[0], "id")):
        for row in table.objects.filter(**{name: case.pk}).order_by("pk"):
            values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
            if "sealed" in values:  # with the keys of history rows, which PostgreSQL does not give twice
                values["sealed"] = [entry[0] for entry in values["sealed"]]
            left.append({key: value for key, value in values.items() if key not in KEYS_AND_HASHES})
    transaction.savepoint_rollback(point)
    return left
