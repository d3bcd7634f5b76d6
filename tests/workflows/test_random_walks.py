"""Whatever people do in whatever order, what is stored agrees with itself and with the rules of the design."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cases.access import SYSTEM, Actor, appoint
from cases.clock import local_date
from cases.deadlines import replayed
from cases.editions import pinned
from cases.editions.quality import quality_of
from cases.errors import Refusal
from cases.models import Case, Conclusion, Evidence, Finding, Hold, SelfCheckAnswer, SelfCheckSubmission, WorkItem
from cases.verification_drafts import begin
from tests.conftest import LONG
from tests.story import Story, problem
from tests.worlds import BEGINNING, World
from workflows.consistency import faults
from workflows.engine import perform
from workflows.finding.kind import IN_HAND, LIVE
from workflows.finding.record import proof
from workflows.kinds import KINDS
from workflows.step import history_of

CODES = ("A1-08", "A1-09", "A1-10")
THE_SYSTEM = "the system"
WRITABLE = ("self_check", "returned")
ANSWERS: dict[str, dict[str, Any]] = {
    "compliant": {"status": "compliant", "fixed_on_spot": False},
    "problem": problem(fixed_on_spot=False),
    "reworded": problem(fixed_on_spot=False, problem="消毒记录不全。", planned_on=dt.date(2021, 7, 31)),
    "on_spot": problem(fixed_on_spot=True, planned_on=None),
    "kept_up": problem(fixed_on_spot=False, rectification="ongoing"),
}
CONCLUSIONS: dict[str, dict[str, Any]] = {
    "agree": {"conclusion": Conclusion.AGREE},
    "amended": {"conclusion": Conclusion.AGREE, "problem": "经核查，消毒不彻底。", "due_on": dt.date(2021, 12, 1)},
    "serious": {"conclusion": Conclusion.AGREE, "severity": "serious"},
    "for_good": {"conclusion": Conclusion.AGREE, "rectification": "ongoing"},
    "disagree": {"conclusion": Conclusion.DISAGREE, "opinion": "经核查，情况不符。", "problem": "记录缺失。"},
    "new": {"conclusion": Conclusion.NEW_FINDING, "problem": "核查发现新的问题。"},
    "to_return": {"to_return": True, "return_reason": "请补充佐证材料。"},
    "undecided": {"conclusion": ""},
}
BLANK = {
    "conclusion": "",
    "severity": "",
    "rectification": "",
    "opinion": "",
    "problem": "",
    "due_on": None,
    "to_return": False,
    "return_reason": "",
}
DETAILS: dict[str, dict[str, Any]] = {
    "fix": {"result": "已完成培训，抽查合格。"},
    "refer": {"referred_to": "区卫生健康监督所", "reference": "卫移〔2021〕7号"},
    "record_outcome": {"enforcement_outcome": "责令限期改正。", "enforcement_on": dt.date(2021, 1, 4)},
    "submit_plan": {"plan": "逐项整改，月底前完成。"},
    "note_progress": {"progress": "已完成一半。"},
    "grade": {"severity": "serious"},
    "add_finding": {"item_code": "A1-08", "problem": "群众投诉的问题。", "facets": [], "source": "complaint"},
}


@pytest.mark.parametrize("approver_closes", [False, True])
def test_no_order_of_actions_leaves_a_contradiction(world: World, approver_closes: bool) -> None:
    for role in ("institution_filler", "institution_head"):
        appoint(world.people[role], world.sibling, role, valid_from=BEGINNING)
    many_hats = world.people["jack_of_all_trades"] = type(world.nobody).objects.create_user("jack", name="jack")
    for role, seat in (("institution_head", world.institution), ("county_officer", world.county)):
        appoint(many_hats, seat, role, valid_from=BEGINNING)
    appoint(many_hats, world.county, "county_approver", valid_from=BEGINNING)
    stories = [Story.open(world), Story.open(world, unit=world.sibling)]
    for story in stories:
        story.fill()
    edition = stories[0].case.edition
    rules = dataclasses.replace(edition.parsed.settings, closing_needs_approver=approver_closes)
    pinned._editions[edition.pk] = dataclasses.replace(edition.parsed, settings=rules)
    walk = settings(max_examples=200 if LONG else 6, stateful_step_count=60 if LONG else 30, deadline=None)
    machine: Any = functools.partial(Walk, stories)
    run_state_machine_as_test(machine, settings=walk)


class Walk(RuleBasedStateMachine):
    """Two institutions of one county in the hands of people who try anything; undone again at its end."""

    def __init__(self, stories: list[Story]) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.world = stories[0].world
        self.people = sorted(self.world.people)
        self.stories = [dataclasses.replace(story) for story in stories]
        self.at = stories[0].at

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    # ── what people do ─────────────────────────────────────────────────────

    @initialize(stage=st.integers(0, 3), answers=st.tuples(*[st.sampled_from(sorted(ANSWERS))] * 3))
    def begin_somewhere(self, stage: int, answers: tuple[str, ...]) -> None:
        """Most walks start in mid-year: the way there is the same every time."""
        story = self.stories[0]
        for code, name in zip(CODES, answers, strict=True):
            self._answer(story, code, name)
        story.at = self.at
        if stage >= 1:
            story.perform("request_confirmation", story.filler)
        if stage >= 2:
            story.seal().perform("submit", story.head)
        if stage >= 3:
            self._verify(story, {})
            story.perform("conclude", story.officer)
            story.perform("approve", story.approver)

    @rule(data=st.data(), days=st.integers(0, 20))
    def act(self, data: st.DataObject, days: int) -> None:
        self._act(data, days)

    @rule(data=st.data(), days=st.integers(0, 20))
    def act_again(self, data: st.DataObject, days: int) -> None:
        """The same, so that a walk gets further: rules are chosen evenly."""
        self._act(data, days)

    def _act(self, data: st.DataObject, days: int) -> None:
        """Somebody whose turn it may be performs a verb that the state knows."""
        self.at += dt.timedelta(days=days, minutes=1)
        case = data.draw(st.sampled_from(self._cases()), label="case")
        verbs = KINDS[case.kind].verbs.values()
        known = [verb for verb in verbs if verb.rule.permissions and {case.state, "*"} & verb.sources]
        if known:
            name = data.draw(st.sampled_from([verb.name for verb in known]), label="verb")
            granted = [person for person in self.people if self._granted(person, KINDS[case.kind].verbs[name], case)]
            self._perform(data, case, name, [*granted, THE_SYSTEM] if name == "archive" else granted or self.people)

    @rule(data=st.data())
    def try_anything(self, data: st.DataObject) -> None:
        """Anybody tries any verb, and an old page is sent once more."""
        self.at += dt.timedelta(minutes=1)
        case = data.draw(st.sampled_from(self._cases()), label="case")
        verb = data.draw(st.sampled_from([*KINDS[case.kind].verbs, "delete"]), label="verb")
        version = data.draw(st.sampled_from([None, case.version, case.version - 1]), label="version")
        self._perform(data, case, verb, self.people, version=version)

    @precondition(lambda self: self._state() in WRITABLE)
    @rule(code=st.sampled_from(CODES), name=st.sampled_from(sorted(ANSWERS)))
    def answer(self, code: str, name: str) -> None:
        self._answer(self.stories[0], code, name)

    @precondition(lambda self: self._state() == "confirming")
    @rule()
    def seal(self) -> None:
        self.stories[0].at = self.at
        self.stories[0].seal()

    @precondition(lambda self: self._state() == "submitted")
    @rule(said=st.dictionaries(st.sampled_from(CODES), st.sampled_from(sorted(CONCLUSIONS))))
    def verify(self, said: dict[str, str]) -> None:
        self._verify(self.stories[0], said)

    @precondition(lambda self: self._rectifiable())
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        """The institution adds a file to a finding, or takes one away."""
        finding = data.draw(st.sampled_from(self._rectifiable()), label="finding")
        story, file = self.stories[0], proof(finding.case).filter(case=finding.pk).first()
        story.at = self.at
        if file is not None and data.draw(st.booleans(), label="remove"):
            Evidence.objects.filter(pk=file.pk).update(removed_at=self.at)
        else:
            story.evidence(finding.case, Evidence.Purpose.AFTER, story.filler)

    # ── what always holds ──────────────────────────────────────────────────

    @invariant()
    def everything_agrees_with_itself(self) -> None:
        assert list(faults(Case.objects.all())) == []

    @invariant()
    def a_cycle_rectifies_as_long_as_a_finding_is_not_settled(self) -> None:
        for cycle in Case.objects.filter(kind="quality_cycle"):
            live = Finding.objects.filter(cycle=cycle.pk, case__state__in=LIVE)
            if cycle.state in ("verified", "archived", "cancelled"):
                assert not live.exists(), f"{cycle.state} with findings that are not settled"
            if cycle.state == "rectifying":
                assert live.exists(), "rectifying, with nothing to rectify"
                assert not live.filter(confirmed_at=None).exists(), "rectifying what the county has not confirmed"
            assert (cycle.slot is None) == (cycle.state == "cancelled")

    @invariant()
    def nobody_closes_what_they_have_rectified_or_what_nothing_proves(self) -> None:
        for finding in Finding.objects.filter(case__state="closed").select_related("case"):
            assert None not in (finding.confirmed_at, finding.closed_at, finding.fixed_at)
            assert finding.closed_by_id not in (None, finding.fixed_by_id)
            assert proof(finding.case).exists(), "closed without proof"

    @invariant()
    def nothing_is_handed_over_to_nobody(self) -> None:
        referred = Finding.objects.filter(case__state="referred")
        assert not referred.filter(referred_to="").exists()
        assert not referred.filter(reference="").exists()
        assert not Finding.objects.exclude(case__state="referred").exclude(enforcement_outcome="").exists()

    @invariant()
    def what_has_to_be_kept_up_is_closed_only_after_its_reviews(self) -> None:
        asked = self.stories[0].case.edition.parsed.settings.continuing_reviews
        kept_up = Finding.objects.filter(rectification="ongoing")
        assert not kept_up.filter(case__state="closed", review_count__lt=asked).exists()
        assert not Finding.objects.filter(case__state="continuing").exclude(rectification="ongoing").exists()
        assert not Finding.objects.filter(case__state="continuing", reviewed_by=None).exists()
        for finding in Finding.objects.filter(case__state__in=("continuing", "closed")):
            assert finding.reviewed_by_id not in (None, finding.fixed_by_id)

    @invariant()
    def whoever_owes_a_plan_has_none_accepted_and_nobody_else_owes_one(self) -> None:
        owed = WorkItem.objects.open().filter(due_rule="plan").values("process")
        assert not Finding.objects.filter(case__in=owed).exclude(plan_accepted_at=None).exists()
        at_work = Finding.objects.filter(case__state__in=("open", "in_progress"), severity="serious", result="")
        at_work = at_work.exclude(confirmed_at=None).filter(plan_accepted_at=None).exclude(rectification="immediate")
        assert set(at_work.values_list("pk", flat=True)) == {process for (process,) in owed.values_list("process")}

    @invariant()
    def a_serious_finding_climbs_the_steeper_ladder(self) -> None:
        for item in WorkItem.objects.open().filter(process__kind="finding", due_rule="rectify"):
            steep = item.process.finding.severity == "serious"
            assert item.ladder == ("serious" if steep else "rectification")

    @invariant()
    def what_is_on_hold_stands_still_and_takes_its_live_findings_along(self) -> None:
        held = Case.objects.exclude(held_at=None)
        assert set(held.values_list("pk", "held_at")) == set(
            Hold.objects.filter(until=None).values_list("case", "since")
        )
        assert not WorkItem.objects.open().filter(process__in=held).exclude(next_alarm_at=None).exists()
        below = Finding.objects.filter(cycle__in=held, case__state__in=LIVE)
        assert not below.filter(case__held_at=None).exists()

    @invariant()
    def a_request_for_more_time_stands_only_where_work_waits_for_it(self) -> None:
        for request in Case.objects.filter(kind="extension", finished=None).select_related("extension__item"):
            item = WorkItem.objects.open().get(process=request.parent_id)
            assert item.due_rule == request.extension.item.due_rule
            assert Case.objects.filter(kind="extension", parent=request.parent_id, finished=None).count() == 1

    @invariant()
    def a_date_is_the_one_that_its_steps_lead_to(self) -> None:
        for item in WorkItem.objects.open().exclude(due_at=None).select_related("process"):
            rule = pinned.edition_of(item.process).deadlines[item.due_rule]
            date = replayed(rule, item.due_trace)
            assert (date.at, date.provisional) == (item.due_at, item.due_provisional)
            assert item.original_due_at == date.original_at
            if item.due_rule == "rectify" and item.process.finding.due_on is not None:
                assert date.on == item.process.finding.due_on
                assert item.due_trace == item.process.finding.due_trace

    @invariant()
    def every_item_of_a_person_has_a_limit(self) -> None:
        assert not WorkItem.objects.open().exclude(role="").filter(due_at=None).exists()

    @invariant()
    def the_version_counts_the_moves_and_the_record_counts_the_returns(self) -> None:
        for case in Case.objects.all():
            verbs = list(case.events.values_list("verb", flat=True))
            moves = [verb for verb in verbs[1:] if KINDS[case.kind].verbs[verb].rule.movement != "stay"]
            assert case.version == 1 + len(moves)
            if case.kind == "finding":
                assert case.finding.return_count == verbs.count("return_")

    @invariant()
    def the_history_of_a_record_ends_with_what_stands_there(self) -> None:
        table, names = history_of(Finding)
        for finding in Finding.objects.all():
            last = table.objects.filter(case_id=finding.pk).order_by("-history_id").first()
            assert {name: getattr(last, name) for name in names} == {name: getattr(finding, name) for name in names}

    @invariant()
    def the_ledger_holds_what_was_submitted(self) -> None:
        """While the county verifies, the problems reported stand on the ledger, and nothing else that was reported."""
        for submission in SelfCheckSubmission.objects.filter(selfcheck__case__state__in=("submitted", "approving")):
            if submission.selfcheck.submissions.filter(no__gt=submission.no).exists():
                continue
            reported = {code for code, said in submission.snapshot["answers"].items() if said["status"] == "problem"}
            found = Finding.objects.filter(cycle=submission.selfcheck_id, source="self_check").select_related("case")
            states = {finding.item_code: finding.case.state for finding in found}
            assert reported <= states.keys()
            assert not [code for code in reported if states[code] in ("cancelled", "rejected")]
            reopened = {each.item_code for each in found if each.case.events.filter(verb="reopen").exists()}
            assert not [code for code in states.keys() - reported - reopened if states[code] in IN_HAND]
            copies = Evidence.objects.filter(purpose=Evidence.Purpose.SEALED, shows_digest=submission.digest)
            assert copies.filter(case=submission.selfcheck_id).exists()

    # ── how they do it ─────────────────────────────────────────────────────

    def _cases(self) -> list[Case]:
        return list(Case.objects.select_related("unit").order_by("pk"))

    def _state(self) -> str:
        return Case.objects.values_list("state", flat=True).get(pk=self.stories[0].case.pk)

    def _rectifiable(self) -> list[Finding]:
        return list(Finding.objects.filter(case__state__in=("open", "in_progress")).select_related("case"))

    def _granted(self, name: str, verb: Any, case: Case) -> bool:
        viewer = self.world.viewer(name, self.at)
        item = WorkItem.objects.open().filter(process=case.pk).first()
        permissions = verb.rule.permissions
        if permissions == ("item",):
            permissions = (item.flow_task.permission,) if item and item.role else ()
        return any(viewer.can(permission, case.unit) for permission in permissions)

    def _perform(self, data: st.DataObject, case: Case, verb: str, people: list[str], **more: Any) -> None:
        name = data.draw(st.sampled_from(people), label="by")
        by = SYSTEM if name == THE_SYSTEM else Actor(self.world.people[name])
        details = {"to": self.world.colleague} if verb == "hand_over" else DETAILS.get(verb, {})
        if verb == "request_extension":
            days = data.draw(st.integers(0, 60), label="days asked for")
            details = {"due_asked": local_date(self.at) + dt.timedelta(days=days)}
        reason = data.draw(st.sampled_from(["按规定办理。", "按规定办理。", ""]), label="reason")
        count = Case.objects.get(pk=case.pk).event_count
        try:
            perform(case, verb, by=by, at=self.at, reason=reason, **details, **more)
        except Refusal:
            assert Case.objects.get(pk=case.pk).event_count == count
        else:
            assert Case.objects.get(pk=case.pk).event_count > count

    def _answer(self, story: Story, code: str, name: str) -> None:
        SelfCheckAnswer.objects.filter(selfcheck=story.case.pk, item_code=code).update(**ANSWERS[name])
        purpose = Evidence.Purpose.SELF_CHECK
        files = Evidence.objects.current().filter(case=story.case.pk, item_code=code, purpose=purpose)
        if name == "on_spot" and not files.exists():
            story.at = self.at
            story.evidence(story.case, purpose, story.filler, code)
        elif name != "on_spot":
            files.update(removed_at=self.at)

    def _verify(self, story: Story, said: dict[str, str]) -> None:
        submission = SelfCheckSubmission.objects.filter(selfcheck=story.case.pk).latest("no")
        form = quality_of(story.case.edition).form
        officer = self.world.county_officer
        verification = begin(submission, form, by=officer, at=self.at)
        known = set(verification.items.values_list("item_code", flat=True))
        verification.items.model.objects.bulk_create(
            verification.items.model(
                verification=verification, item_code=code, conclusion=Conclusion.AGREE, updated_by=officer
            )
            for code in form.items
            if code not in known
        )
        for code, name in said.items():
            values = {**BLANK, **CONCLUSIONS[name], "updated_by": officer, "updated_at": self.at}
            verification.items.filter(item_code=code).update(**values)
