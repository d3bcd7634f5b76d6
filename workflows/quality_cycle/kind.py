"""The life of an annual quality cycle: states, verbs and flow.

Action plan, part 3: 全面自查 (the institution fills in, its head confirms and submits) → 整改核查 (the county verifies
item by item, its approver confirms; problems are rectified) → 总结提升 (verified, archived at the year's end).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import GET_STATE, RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Conflict, Invalid
from cases.models import Case, Finding, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another, on_hold
from workflows.engine import cascade
from workflows.extension.asking import ExtensionVerbs
from workflows.finding.kind import LIVE
from workflows.finding.ledger import lock_findings
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.quality_cycle import submission, verification
from workflows.quality_cycle.counting import count, count_again, count_no_more
from workflows.quality_cycle.spot_checks import SpotCheckVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs


class State(models.TextChoices):
    SELF_CHECK = "self_check", gettext_lazy("Self-checking")
    CONFIRMING = "confirming", gettext_lazy("Awaiting the head’s confirmation")
    SUBMITTED = "submitted", gettext_lazy("Submitted, under verification")
    RETURNED = "returned", gettext_lazy("Returned for supplement")
    APPROVING = "approving", gettext_lazy("Verified, awaiting approval")
    RECTIFYING = "rectifying", gettext_lazy("Rectifying")
    VERIFIED = "verified", gettext_lazy("Verified and settled")
    ARCHIVED = "archived", gettext_lazy("Archived")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


LIVE_STATES = (
    State.SELF_CHECK,
    State.CONFIRMING,
    State.SUBMITTED,
    State.RETURNED,
    State.APPROVING,
    State.RECTIFYING,
    State.VERIFIED,
)


def _drafting_state(cycle: Any, *args: Any) -> str:
    """Where the institution's form goes back to: once it was sent back from above it is a supplement."""
    sent_back = cycle.events.filter(verb__in=("return_", "reopen")).exists()
    return State.RETURNED if sent_back else State.SELF_CHECK


def _state_before(cycle: Any, *args: Any) -> str:
    """Where a withdrawal leads: one station back."""
    if cycle.state == State.SUBMITTED:
        return State.CONFIRMING
    if cycle.state == State.APPROVING:
        return State.SUBMITTED
    return _drafting_state(cycle)


class QualityCycle(SpotCheckVerbs, ExtensionVerbs, HoldVerbs, NudgeVerbs, SuperviseVerbs, ItemVerbs, Case):
    """One institution's year: exactly one live case a unit and year (the slot says so)."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Annual quality cycle")
        verbose_name_plural = gettext_lazy("Annual quality cycles")

    @verb(
        label=gettext_lazy("Ask the head to confirm"),
        source=(State.SELF_CHECK, State.RETURNED),
        target=State.CONFIRMING,
        permission="fill",
    )
    def request_confirmation(self, step: Step) -> None:
        """The filler has finished; an incomplete form is refused with what is missing and where."""
        submission.check_complete(step)

    @verb(
        label=gettext_lazy("Send back to the filler"),
        source=State.CONFIRMING,
        target=GET_STATE(_drafting_state, states=[State.SELF_CHECK, State.RETURNED]),
        permission="confirm",
        back=True,
        reason=True,
    )
    def send_back(self, step: Step) -> None:
        """The head wants something changed before it goes out."""
        not_claimed_by_another(step)

    @verb(
        label=gettext_lazy("Confirm and submit"),
        source=State.CONFIRMING,
        target=State.SUBMITTED,
        permission="confirm",
    )
    def submit(self, step: Step) -> None:
        """形成自查整改报告并填写附件1，上报县级卫生健康行政部门 (part 3 (2)): freeze the version, make the findings."""
        submission.submit(step)
        count(step, self_checked=True)

    @verb(
        label=gettext_lazy("Withdraw"),
        source=(State.CONFIRMING, State.SUBMITTED, State.APPROVING),
        target=GET_STATE(_state_before, states=[State.SELF_CHECK, State.RETURNED, State.CONFIRMING, State.SUBMITTED]),
        permission=("fill", "confirm", "verify"),
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the one who submitted, while nobody has acted on it (撤回)."""
        by_the_same_person(step)
        if self.state == State.SUBMITTED and verification.has_begun(step):
            raise Conflict("already_acted_on", _("Somebody has already acted on it; ask for it to be returned."))
        if self.state == State.APPROVING:
            verification.take_back(step)
        elif self.state == State.SUBMITTED and _drafting_state(self) == State.SELF_CHECK:
            count(step, self_checked=False)  # a form that was sent back from above counts on, a withdrawn one does not

    @verb(
        label=gettext_lazy("Return to the institution"),
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="verify",
        back=True,
    )
    def return_(self, step: Step) -> None:
        """Single items or the whole form, each with its reason (退回)."""
        not_claimed_by_another(step)
        verification.return_to_institution(step)

    @verb(
        label=gettext_lazy("Conclude the verification"),
        source=State.SUBMITTED,
        target=State.APPROVING,
        permission="verify",
    )
    def conclude(self, step: Step) -> None:
        """The officer has a conclusion on every item; the approver decides."""
        verification.conclude(step)

    @verb(
        label=gettext_lazy("Send back to the officer"),
        source=State.APPROVING,
        target=State.SUBMITTED,
        permission="approve",
        back=True,
        reason=True,
    )
    def reject_verification(self, step: Step) -> None:
        """The approver wants the verification changed."""
        not_claimed_by_another(step)
        verification.take_back(step)

    @verb(
        label=gettext_lazy("Approve the verification"),
        source=State.APPROVING,
        target=RETURN_VALUE(State.RECTIFYING, State.VERIFIED),
        permission="approve",
    )
    def approve(self, step: Step) -> str:
        """逐一核查，对发现的问题建立台账 (part 4 (2)): findings are confirmed, amended, rejected or added."""
        return State.RECTIFYING if verification.approve(step) else State.VERIFIED

    @verb(label=gettext_lazy("All findings settled"), source=State.RECTIFYING, target=State.VERIFIED)
    def settle(self, step: Step) -> None:
        """The last finding was settled."""

    @verb(label=gettext_lazy("Back to rectification"), source=State.VERIFIED, target=State.RECTIFYING, back=True)
    def resume(self, step: Step) -> None:
        """A finding was reopened."""

    @verb(
        label=gettext_lazy("Add a finding"),
        source=(State.RECTIFYING, State.VERIFIED),
        target=State.RECTIFYING,
        permission=("verify", "inspect"),
        back=True,
    )
    def add_finding(self, step: Step) -> None:
        """A problem that the county, or an inspector, finds after the verification."""
        verification.add_finding(step)

    @verb(
        label=gettext_lazy("Archive"),
        source=State.VERIFIED,
        target=State.ARCHIVED,
        permission="manage_cycles",
        system=True,
        deliver=False,
    )
    def archive(self, step: Step) -> None:
        """At the end of the year."""
        if local_date(step.at).year <= self.year:
            raise Conflict("year_not_over", _("A cycle is archived when its year is over."))

    @verb(label=gettext_lazy("Take into the summary"), source="*", deliver=False)
    def take_into_summary(self, step: Step) -> None:
        """The prefecture has filed its summary, and the cycle is in it (进入汇总); its own state stays."""
        step.facts = dict(step.details)

    @verb(label=gettext_lazy("Take out of the summary"), source="*", deliver=False)
    def leave_summary(self, step: Step) -> None:
        """A corrected summary does not contain the cycle any more: it was placed elsewhere, or counts no longer."""
        step.facts = dict(step.details)

    @verb(
        label=gettext_lazy("Cancel"),
        source=LIVE_STATES,
        target=State.CANCELLED,
        permission=("approve", "oversee"),
        back=True,
        reason=True,
        on_hold=True,
    )
    def cancel(self, step: Step) -> None:
        """The institution has closed (with reason); its open findings go with it. On hold only by a superior."""
        if self.held_at is not None and step.grant is not None and step.grant.permission != "oversee":
            raise on_hold(self)
        self.slot = None
        count_no_more(step)
        live = Finding.objects.filter(cycle=self.pk, case__state__in=LIVE).select_related("case__unit")
        for finding in lock_findings(live):
            cascade(step, finding.case, "drop", reason=step.reason)

    @verb(
        label=gettext_lazy("Reopen"),
        source=(State.RECTIFYING, State.VERIFIED, State.ARCHIVED, State.CANCELLED),
        target=State.RETURNED,
        permission="oversee",
        back=True,
        reason=True,
    )
    def reopen(self, step: Step) -> None:
        """By a superior, with reason: the institution supplements its form."""
        slot = slot_of(self.unit_id, self.year)
        if Case.objects.filter(slot=slot).exclude(pk=self.pk).exists():
            message = _("Another cycle of the same institution and year is open.")
            raise Invalid("slot_taken", message)
        self.slot = slot
        count_again(step)


def confirm_rule(step: Step) -> str:
    """The phase's date holds for the first submission; what was returned is confirmed within a supplement's limit."""
    return "supplement" if _drafting_state(step.case) == State.RETURNED else "confirm"


class QualityCycleFlow(flow.Flow):
    """Annual quality cycle"""

    process_class = QualityCycle
    task_class = WorkItem
    process_title = gettext_lazy("Annual quality cycle")

    start = Begin().Next(this.fill)
    fill = Task(
        title=gettext_lazy("Fill in the self-check"),
        state=State.SELF_CHECK,
        role=Role.INSTITUTION_FILLER,
        permission="fill",
        deadline="self_check",
    ).Next(this.confirm)
    confirm = Task(
        title=gettext_lazy("Confirm and submit"),
        state=State.CONFIRMING,
        role=Role.INSTITUTION_HEAD,
        permission="confirm",
        deadline="confirm",
        rule_for=confirm_rule,
    ).Next(this.verify)
    verify = Task(
        title=gettext_lazy("Verify"),
        state=State.SUBMITTED,
        role=Role.COUNTY_OFFICER,
        permission="verify",
        deadline="verify",
        level="superior",
    ).Next(this.approve)
    supplement = Task(
        title=gettext_lazy("Supplement the self-check"),
        state=State.RETURNED,
        role=Role.INSTITUTION_FILLER,
        permission="fill",
        deadline="supplement",
    ).Next(this.confirm)
    approve = Task(
        title=gettext_lazy("Approve the verification"),
        state=State.APPROVING,
        role=Role.COUNTY_APPROVER,
        permission="approve",
        deadline="approve",
        level="superior",
    ).Next(this.has_findings)
    has_findings = Gate(State.RECTIFYING).Then(this.rectify).Else(this.year_end)
    rectify = Wait(
        title=gettext_lazy("Rectification of the findings"), state=State.RECTIFYING, deadline="findings"
    ).Next(this.year_end)
    year_end = Wait(title=gettext_lazy("Until the end of the year"), state=State.VERIFIED, deadline="year_end").Next(
        this.end
    )
    end = Finish()


def slot_of(unit_id: int, year: int) -> str:
    """The slot of an institution's year."""
    return f"quality_cycle:{unit_id}:{year}"


QUALITY_CYCLE = register(
    Kind(
        code="quality_cycle",
        programme=PROGRAMME,
        label=gettext_lazy("Annual quality cycle"),
        model=QualityCycle,
        flow=QualityCycleFlow,
        states=State,
        initial=State.SELF_CHECK,
        finals=frozenset({State.ARCHIVED, State.CANCELLED}),
        page=lambda case: reverse("case", args=[case.pk]),
    )
)
