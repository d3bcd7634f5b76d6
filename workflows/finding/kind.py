"""The life of a finding: states, verbs and flow (整改台账).

open 待整改 → in_progress 整改中 → fixed 已整改待复核 → closed 已销号; a return is fixed → in_progress.

Where the edition asks, a plan is accepted before work begins (planning.py); what has to be kept up is reviewed at
intervals before it is closed (continuing.py); a violation is referred 已移交, never simply closed (enforcement.py).
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.deadlines import Due
from cases.errors import Conflict, Invalid
from cases.models import Case, Rectification, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.extension.asking import ExtensionVerbs
from workflows.finding.continuing import ContinuingVerbs, check_kept_up
from workflows.finding.counting import facts_of_finding
from workflows.finding.cycle import settle_cycle, unsettle_cycle
from workflows.finding.enforcement import EnforcementVerbs
from workflows.finding.following import FollowingVerbs
from workflows.finding.planning import PlanVerbs, check_plan, work_rule
from workflows.finding.record import (
    AFRESH,
    check_closable,
    given,
    limit_fields,
    limit_of,
    proof,
    remaining_limit,
    save_record,
)
from workflows.finding.seats import (
    BUREAU,
    HOLDER,
    OF_RECTIFIERS,
    OF_REVIEWERS,
    RECTIFIERS,
    REVIEWERS,
    rectifier,
    reviewer,
)
from workflows.finding.states import IN_HAND, LIVE, SETTLED, WITH_COUNTY, WITH_INSTITUTION, State
from workflows.finding.with_selfcheck import SelfCheckVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs

__all__ = [
    "FINDING",
    "IN_HAND",
    "LIVE",
    "SETTLED",
    "WITH_COUNTY",
    "WITH_INSTITUTION",
    "FindingCase",
    "FindingFlow",
    "State",
]

INSTITUTION, CHECKER = ("fill", HOLDER), ("verify", BUREAU)
CLOSE, WITHDRAW = gettext_lazy("Pass review and close"), gettext_lazy("Withdraw")
OF_THE_INSTITUTION = ("measure", "responsible_unit", "responsible")


class FindingCase(
    SelfCheckVerbs,
    PlanVerbs,
    ContinuingVerbs,
    EnforcementVerbs,
    FollowingVerbs,
    ExtensionVerbs,
    HoldVerbs,
    NudgeVerbs,
    SuperviseVerbs,
    ItemVerbs,
    Case,
):
    """A finding as a case; its parent is the cycle in which it was found."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Finding")
        verbose_name_plural = gettext_lazy("Findings")

    def put_off(self, step: Step, date: Due) -> None:
        """The limit stands in the record, and the institution's work follows it; the county's has dates of its own."""
        if step.item is not None and step.item.due_rule == "rectify":
            save_record(step, **limit_fields(date))
        else:
            super().put_off(step, date)

    def keep_steps(self, step: Step, date: Due) -> None:
        if step.item is not None and step.item.due_rule == "rectify":
            save_record(step, due_trace=date.trace)

    @verb(
        label=gettext_lazy("Start rectification"), source=State.OPEN, target=State.IN_PROGRESS, permission=INSTITUTION
    )
    def start(self, step: Step) -> None:
        """The institution begins; measure and person responsible may be completed here."""
        check_plan(self.finding)
        save_record(step, **given(step, *OF_THE_INSTITUTION))

    @verb(
        label=gettext_lazy("Submit rectification result"),
        source=(State.OPEN, State.IN_PROGRESS),
        target=State.FIXED,
        permission=INSTITUTION,
    )
    def fix(self, step: Step) -> None:
        """The institution says what it did, with evidence of the state afterwards."""
        check_plan(self.finding)
        result = str(step.details.get("result", "")).strip()
        faults = {}
        if not result:
            faults["result"] = [_("Describe what was done.")]
        if not proof(self).exists():
            faults["evidence"] = [_("Add at least one file that shows the state after rectification.")]
        if faults:
            raise Invalid("result_incomplete", _("The result of rectification is not complete."), faults=faults)
        user = step.actor.user
        also = given(step, *OF_THE_INSTITUTION)
        save_record(step, result=result, fixed_by=user, fixed_at=step.at, on_spot=False, **also)
        step.facts = {"files": sorted(proof(self).values_list("sha256", flat=True))}

    @verb(label=WITHDRAW, source=State.FIXED, target=State.IN_PROGRESS, permission=INSTITUTION, back=True)
    @verb(label=WITHDRAW, source=State.PLAN_SUBMITTED, target=State.OPEN, permission=INSTITUTION, back=True)
    def withdraw(self, step: Step) -> None:
        """By the one who submitted, while nobody has acted on it."""
        by_the_same_person(step)
        if self.state == State.FIXED:
            save_record(step, fixed_by=None, fixed_at=None)

    @verb(
        label=CLOSE,
        source=State.FIXED,
        target=RETURN_VALUE(State.CLOSED, State.CLOSING, State.CONTINUING),
        permission=CHECKER,
    )
    @verb(label=CLOSE, source=State.CONTINUING, target=RETURN_VALUE(State.CLOSED, State.CLOSING), permission=CHECKER)
    def close(self, step: Step) -> str:
        """销号: needs evidence, the county's verification, and somebody other than the person who rectified.

        What has to be kept up (长期坚持) is not closed yet: it is reviewed at intervals first.
        """
        finding = self.finding
        check_closable(step, finding)
        if self.state == State.CONTINUING:
            check_kept_up(step, finding)
        reviewed = {"reviewed_by": step.actor.user, "reviewed_at": step.at}
        if self.state == State.FIXED and finding.rectification == Rectification.ONGOING:
            save_record(step, **reviewed, review_count=0)
            return State.CONTINUING
        if step.edition.settings.closing_needs_approver:
            save_record(step, **reviewed)
            return State.CLOSING
        save_record(step, **reviewed, closed_by=step.actor.user, closed_at=step.at)
        settle_cycle(step)
        return State.CLOSED

    @verb(label=gettext_lazy("Approve closing"), source=State.CLOSING, target=State.CLOSED, permission="approve")
    def approve_closing(self, step: Step) -> None:
        """Where the edition asks for it: by somebody other than the one who passed the review."""
        check_closable(step, self.finding)
        if self.finding.rectification == Rectification.ONGOING:
            check_kept_up(step, self.finding)
        reviewer = step.item.after if step.item else None
        if reviewer is not None and reviewer.done_by_id in step.in_the_name_of:
            raise Conflict("approver_is_reviewer", _("The person who passed the review cannot approve it too."))
        save_record(step, closed_by=step.actor.user, closed_at=step.at)
        settle_cycle(step)

    @verb(
        label=gettext_lazy("Return"),
        source=(State.FIXED, State.CLOSING, State.CONTINUING),
        target=State.IN_PROGRESS,
        permission=("verify", "approve", BUREAU),
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """Back to the institution with the reason and the rest of its limit; the number of returns is kept.

        So does what was to be kept up and has slipped back: its periodic reviews then count from the beginning.
        """
        not_claimed_by_another(step)
        finding = self.finding
        count = finding.return_count + 1
        limit = limit_fields(remaining_limit(step, finding, finding.fixed_at))
        save_record(step, **{**AFRESH, **limit, "return_count": count})
        step.facts = {"return_count": count, "due_on": str(finding.due_on)}

    @verb(
        label=gettext_lazy("Reopen"),
        source=(State.CLOSED, State.REFERRED, State.REJECTED),
        target=State.IN_PROGRESS,
        permission="oversee",
        back=True,
        reason=True,
    )
    def reopen(self, step: Step) -> None:
        """By a superior, with reason; brings the cycle back to rectification, with the rest of the limit."""
        finding = self.finding
        rest = remaining_limit(step, finding, finding.fixed_at or self.finished)
        save_record(step, **AFRESH, **limit_fields(rest), confirmed_at=finding.confirmed_at or step.at)
        step.facts = {"due_on": str(finding.due_on)}
        unsettle_cycle(step)


def limit(step: Step) -> Due | None:
    """The finding's own limit (整改时限); None where the edition's holds, or the plan is owed first."""
    if work_rule(step) != "rectify":
        return None
    own = limit_of(step.case.finding)
    return own if own.on else None


def review_rule(step: Step) -> str:
    """A problem fixed on the spot cannot be reviewed before the county has verified the form: due with that."""
    return "review" if step.case.finding.confirmed_at else "verify"


class FindingFlow(flow.Flow):
    """Rectification of a finding"""

    process_class = FindingCase
    task_class = WorkItem
    process_title = gettext_lazy("Rectification of a finding")

    start = Begin().Next(this.already_fixed)
    already_fixed = Gate(State.FIXED).Then(this.review).Else(this.take_up)
    take_up = Task(
        title=gettext_lazy("Start rectification"),
        state=State.OPEN,
        role=RECTIFIERS,
        permission=OF_RECTIFIERS,
        seat=rectifier,
        deadline="rectify",
        due_date=limit,
        rule_for=work_rule,
    ).Next(this.is_fixed)
    is_fixed = Gate(State.FIXED).Then(this.review).Else(this.is_planned)
    is_planned = Gate(State.PLAN_SUBMITTED).Then(this.decide_plan).Else(this.rectify)
    decide_plan = Task(
        title=gettext_lazy("Decide on the rectification plan"),
        state=State.PLAN_SUBMITTED,
        role=Role.COUNTY_OFFICER,
        permission="verify",
        deadline="plan_acceptance",
        level="superior",
    ).Next(this.rectify)
    rectify = Task(
        title=gettext_lazy("Rectify"),
        state=State.IN_PROGRESS,
        role=RECTIFIERS,
        permission=OF_RECTIFIERS,
        seat=rectifier,
        deadline="rectify",
        due_date=limit,
        rule_for=work_rule,
    ).Next(this.is_planned_late)
    is_planned_late = Gate(State.PLAN_SUBMITTED).Then(this.decide_plan).Else(this.review)
    review = Task(
        title=gettext_lazy("Review the rectification"),
        state=State.FIXED,
        role=REVIEWERS,
        permission=OF_REVIEWERS,
        seat=reviewer,
        deadline="review",
        rule_for=review_rule,
    ).Next(this.goes_on)
    goes_on = Gate(State.CONTINUING).Then(this.keep_up).Else(this.needs_approval)
    keep_up = Task(
        title=gettext_lazy("Review what has to be kept up"),
        state=State.CONTINUING,
        role=REVIEWERS,
        permission=OF_REVIEWERS,
        seat=reviewer,
        deadline="continuing_review",
    ).Next(this.needs_approval)
    needs_approval = Gate(State.CLOSING).Then(this.approve_closing).Else(this.end)
    approve_closing = Task(
        title=gettext_lazy("Approve closing"),
        state=State.CLOSING,
        role=Role.COUNTY_APPROVER,
        permission="approve",
        deadline="close_approval",
        level="superior",
    ).Next(this.end)
    end = Finish()


FINDING = register(
    Kind(
        code="finding",
        section="ledger",
        label=gettext_lazy("Finding"),
        model=FindingCase,
        flow=FindingFlow,
        states=State,
        initial=State.OPEN,
        finals=frozenset(SETTLED),
        page=lambda case: reverse("finding", args=[case.pk]),
        record="finding",
        facts=facts_of_finding,
    )
)
