"""The life of a finding: states, verbs and flow (整改台账).

open 待整改 → in_progress 整改中 → fixed 已整改待复核 → closed 已销号; a return is fixed → in_progress; a violation is
referred 已移交, never simply closed (action plan, part 3 (2): 对存在违法违纪违规的机构，依法依纪依规处置).
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.deadlines import Due
from cases.errors import Conflict, Invalid
from cases.models import Case, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another, on_hold
from workflows.engine import cascade, lock
from workflows.extension.asking import ExtensionVerbs
from workflows.finding.record import (
    check_closable,
    given,
    limit_fields,
    limit_of,
    proof,
    remaining_limit,
    save_record,
)
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    OPEN = "open", gettext_lazy("To rectify")
    IN_PROGRESS = "in_progress", gettext_lazy("Rectifying")
    FIXED = "fixed", gettext_lazy("Fixed, awaiting review")
    CLOSING = "closing", gettext_lazy("Awaiting approval to close")
    CLOSED = "closed", pgettext_lazy("finding", "Closed")
    REFERRED = "referred", gettext_lazy("Referred")
    REJECTED = "rejected", gettext_lazy("Not upheld")
    CANCELLED = "cancelled", pgettext_lazy("finding", "Cancelled")


WITH_INSTITUTION = (State.OPEN, State.IN_PROGRESS)
WITH_COUNTY = (State.FIXED, State.CLOSING)
LIVE = (*WITH_INSTITUTION, *WITH_COUNTY)
SETTLED = (State.CLOSED, State.REFERRED, State.REJECTED, State.CANCELLED)


class FindingCase(ExtensionVerbs, HoldVerbs, ItemVerbs, Case):
    """A finding as a case; its parent is the cycle in which it was found."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Finding")
        verbose_name_plural = gettext_lazy("Findings")

    def put_off(self, step: Step, date: Due) -> None:
        """The limit stands in the record, and the institution's work follows it; the county's has dates of its own."""
        if step.item is not None and step.item.flow_task.due_date is limit:
            save_record(step, **limit_fields(date))
        else:
            super().put_off(step, date)

    @verb(label=gettext_lazy("Start rectification"), source=State.OPEN, target=State.IN_PROGRESS, permission="fill")
    def start(self, step: Step) -> None:
        """The institution begins; measure and person responsible may be completed here."""
        save_record(step, **given(step, "measure", "responsible"))

    @verb(
        label=gettext_lazy("Submit rectification result"),
        source=(State.OPEN, State.IN_PROGRESS),
        target=State.FIXED,
        permission="fill",
    )
    def fix(self, step: Step) -> None:
        """The institution says what it did, with evidence of the state afterwards."""
        result = str(step.details.get("result", "")).strip()
        faults = {}
        if not result:
            faults["result"] = [_("Describe what was done.")]
        if not proof(self).exists():
            faults["evidence"] = [_("Add at least one file that shows the state after rectification.")]
        if faults:
            raise Invalid("result_incomplete", _("The result of rectification is not complete."), faults=faults)
        user = step.actor.user
        also = given(step, "measure", "responsible")
        save_record(step, result=result, fixed_by=user, fixed_at=step.at, on_spot=False, **also)
        step.facts = {"files": sorted(proof(self).values_list("sha256", flat=True))}

    @verb(label=gettext_lazy("Withdraw"), source=State.FIXED, target=State.IN_PROGRESS, permission="fill", back=True)
    def withdraw(self, step: Step) -> None:
        """By the one who submitted, while nobody has acted on it."""
        by_the_same_person(step)
        save_record(step, fixed_by=None, fixed_at=None)

    @verb(
        label=gettext_lazy("Pass review and close"),
        source=State.FIXED,
        target=RETURN_VALUE(State.CLOSED, State.CLOSING),
        permission="verify",
    )
    def close(self, step: Step) -> str:
        """销号: needs evidence, the county's verification, and somebody other than the person who rectified."""
        check_closable(step, self.finding)
        if step.edition.settings.closing_needs_approver:
            return State.CLOSING
        save_record(step, closed_by=step.actor.user, closed_at=step.at)
        settle_cycle(step)
        return State.CLOSED

    @verb(label=gettext_lazy("Approve closing"), source=State.CLOSING, target=State.CLOSED, permission="approve")
    def approve_closing(self, step: Step) -> None:
        """Where the edition asks for it: by somebody other than the one who passed the review."""
        check_closable(step, self.finding)
        reviewer = step.item.after if step.item else None
        if reviewer is not None and step.actor.user is not None and reviewer.done_by_id == step.actor.user.pk:
            raise Conflict("approver_is_reviewer", _("The person who passed the review cannot approve it too."))
        save_record(step, closed_by=step.actor.user, closed_at=step.at)
        settle_cycle(step)

    @verb(
        label=gettext_lazy("Return"),
        source=(State.FIXED, State.CLOSING),
        target=State.IN_PROGRESS,
        permission=("verify", "approve"),
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """Back to the institution with the reason and the rest of its limit; the number of returns is kept."""
        not_claimed_by_another(step)
        finding = self.finding
        count = finding.return_count + 1
        limit = limit_fields(remaining_limit(step, finding, finding.fixed_at))
        save_record(step, return_count=count, **limit, fixed_by=None, fixed_at=None, on_spot=False)
        step.facts = {"return_count": count, "due_on": finding.due_on.isoformat()}

    @verb(
        label=gettext_lazy("Refer for enforcement"),
        source=LIVE,
        target=State.REFERRED,
        permission="verify",
        back=True,
        reason=True,
    )
    def refer(self, step: Step) -> None:
        """Hand the matter over to a named authority (移交处置)."""
        authority = str(step.details.get("referred_to", "")).strip()
        if not authority:
            message = _("Name the authority that takes the matter over.")
            raise Invalid("authority_missing", message, faults={"referred_to": [message]})
        save_record(step, referred_to=authority, reference=str(step.details.get("reference", "")).strip())
        settle_cycle(step)

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
        save_record(
            step,
            closed_by=None,
            closed_at=None,
            **limit_fields(remaining_limit(step, finding, finding.fixed_at or self.finished)),
            confirmed_at=finding.confirmed_at or step.at,
            fixed_by=None,
            fixed_at=None,
            on_spot=False,
            referred_to="",
            reference="",
        )
        step.facts = {"due_on": self.finding.due_on.isoformat()}
        unsettle_cycle(step)

    @verb(label=pgettext_lazy("finding", "Confirm"), source=LIVE)
    def confirm(self, step: Step) -> None:
        """The county's verification upholds the finding, as reported or amended."""
        save_record(step, confirmed_at=step.at, **step.details)

    @verb(label=pgettext_lazy("finding", "Reject"), source=LIVE, target=State.REJECTED, back=True)
    def reject(self, step: Step) -> None:
        """The county's verification does not uphold the finding."""
        save_record(step, confirmed_at=step.at)

    @verb(label=pgettext_lazy("finding", "Update"), source=LIVE, deliver=False)
    def update(self, step: Step) -> None:
        """A later submission of the self-check words the same problem anew; the county has to confirm that again."""
        save_record(step, confirmed_at=None, **step.details)

    @verb(label=pgettext_lazy("finding", "Drop"), source=LIVE, target=State.CANCELLED, back=True)
    def drop(self, step: Step) -> None:
        """A later submission no longer reports the problem, or the cycle is cancelled."""

    @verb(
        label=pgettext_lazy("finding", "Renew"),
        source=(State.CANCELLED, State.REJECTED, State.CLOSED, State.REFERRED, State.OPEN, State.FIXED),
        target=RETURN_VALUE(State.OPEN, State.FIXED),
        back=True,
    )
    def renew(self, step: Step) -> str:
        """A later submission reports the problem again, or otherwise than before as (not) rectified on the spot."""
        fields = {**step.details, "confirmed_at": None, "closed_by": None, "closed_at": None}
        fields |= {"referred_to": "", "reference": ""}
        if fields.get("on_spot"):
            fields |= {"fixed_by": step.actor.user, "fixed_at": step.at, "result": fields.get("measure", "")}
        else:
            fields |= {"fixed_by": None, "fixed_at": None}
        save_record(step, **fields)
        return State.FIXED if fields.get("on_spot") else State.OPEN


def limit(step: Step) -> Due | None:
    """The finding's own limit (整改时限); None where the edition's holds."""
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
        role=Role.INSTITUTION_FILLER,
        permission="fill",
        deadline="rectify",
        due_date=limit,
    ).Next(this.is_fixed)
    is_fixed = Gate(State.FIXED).Then(this.review).Else(this.rectify)
    rectify = Task(
        title=gettext_lazy("Rectify"),
        state=State.IN_PROGRESS,
        role=Role.INSTITUTION_FILLER,
        permission="fill",
        deadline="rectify",
        due_date=limit,
    ).Next(this.review)
    review = Task(
        title=gettext_lazy("Review the rectification"),
        state=State.FIXED,
        role=Role.COUNTY_OFFICER,
        permission="verify",
        deadline="review",
        rule_for=review_rule,
        level="superior",
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
        label=gettext_lazy("Finding"),
        model=FindingCase,
        flow=FindingFlow,
        states=State,
        initial=State.OPEN,
        finals=frozenset(SETTLED),
        page=lambda case: reverse("finding", args=[case.pk]),
        record="finding",
    )
)


def cycle_of(step: Step) -> Case:
    """The cycle in which the finding was made; every finding has one."""
    cycle: Case = step.case.finding.cycle
    return cycle


def settle_cycle(step: Step) -> None:
    """Let the cycle become verified when this was its last finding that was not settled."""
    others = Case.objects.filter(parent=step.case.parent_id, kind="finding", state__in=LIVE).exclude(pk=step.case.pk)
    if others.exists():
        return
    cycle = lock(cycle_of(step))
    if cycle.state == "rectifying":
        cascade(step, cycle, "settle")


def unsettle_cycle(step: Step) -> None:
    """Bring a verified cycle back to rectification; refuse where it is archived or cancelled."""
    cycle = lock(cycle_of(step))
    if cycle.held_at is not None:
        raise on_hold(cycle)
    if cycle.state in ("archived", "cancelled"):
        raise Conflict("cycle_is_over", _("The year’s cycle is archived or cancelled; reopen it first."))
    if cycle.state == "verified":
        cascade(step, cycle, "resume")
