"""The life of a work plan: drafting → confirming → filed → accepted 已备案, or returned (action plan, 3 (1))."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import GET_STATE
from viewflow import this
from viewflow.workflow import flow

from cases.clock import end_of_day
from cases.editions.quality import CODE as PROGRAMME
from cases.editions.terms import day_of
from cases.errors import Invalid
from cases.models import Case, WorkItem, WorkPlan
from cases.roles import Role
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step

PARTS = ("goals", "arrangements", "organisation")


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("work plan", "Being drafted")
    CONFIRMING = "confirming", pgettext_lazy("work plan", "Awaiting the head’s confirmation")
    FILED = "filed", pgettext_lazy("work plan", "Filed with the region")
    RETURNED = "returned", pgettext_lazy("work plan", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("work plan", "On file")


WRITABLE = (State.DRAFTING, State.RETURNED)


def _drafting_state(plan: Any, *args: Any) -> str:
    """Where the officer writes on: after a return by the region it is the returned plan."""
    return State.RETURNED if plan.events.filter(verb="return_").exists() else State.DRAFTING


def _state_before(plan: Any, *args: Any) -> str:
    """Where a withdrawal leads: one station back."""
    return State.CONFIRMING if plan.state == State.FILED else _drafting_state(plan)


class WorkPlanCase(NudgeVerbs, ItemVerbs, Case):
    """A prefecture’s plan for the year as a case; its parent is the region’s programme."""

    work_plan: WorkPlan

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Work plan")
        verbose_name_plural = gettext_lazy("Work plans")

    @verb(
        label=pgettext_lazy("work plan", "Ask the head to confirm"),
        source=WRITABLE,
        target=State.CONFIRMING,
        permission="compile",
    )
    def request_confirmation(self, step: Step) -> None:
        """The officer has finished; a plan with an empty part is refused with the part."""
        message = _("Write this part of the plan.")
        faults = {part: [message] for part in PARTS if not getattr(self.work_plan, part).strip()}
        if faults:
            raise Invalid("plan_incomplete", _("The work plan is not complete."), faults=faults)

    @verb(
        label=pgettext_lazy("work plan", "Send back to the officer"),
        source=State.CONFIRMING,
        target=GET_STATE(_drafting_state, states=list(WRITABLE)),
        permission="endorse",
        back=True,
        reason=True,
    )
    def send_back(self, step: Step) -> None:
        """The head wants something changed before it goes out."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("work plan", "Confirm and file with the region"),
        source=State.CONFIRMING,
        target=State.FILED,
        permission="endorse",
    )
    def submit(self, step: Step) -> None:
        """The head answers for the plan; the region puts it on file."""

    @verb(
        label=pgettext_lazy("work plan", "Withdraw"),
        source=(State.CONFIRMING, State.FILED),
        target=GET_STATE(_state_before, states=[*WRITABLE, State.CONFIRMING]),
        permission=("compile", "endorse"),
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the one who handed it on, while nobody has acted on it (撤回)."""
        by_the_same_person(step)

    @verb(
        label=pgettext_lazy("work plan", "Put on file"),
        source=State.FILED,
        target=State.ACCEPTED,
        permission="receive",
    )
    def accept(self, step: Step) -> None:
        """The region has taken note of it (备案); it is not changed any more."""

    @verb(
        label=pgettext_lazy("work plan", "Return to the prefecture"),
        source=State.FILED,
        target=State.RETURNED,
        permission="receive",
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """With the reason; the prefecture works it over and files it again (退回)."""
        not_claimed_by_another(step)


def supplement_rule(step: Step) -> str:
    """The plan's own date holds while it has not passed; after it, what was returned has a limit of its own."""
    on = step.edition.deadlines["work_plan"].on
    in_time = step.at <= end_of_day(day_of(step.case.year, on))
    return "work_plan" if in_time else "supplement"


def confirm_rule(step: Step) -> str:
    """What was returned is confirmed within the limit of the supplement; a first plan stays late where it is late."""
    return supplement_rule(step) if _drafting_state(step.case) == State.RETURNED else "work_plan"


class WorkPlanFlow(flow.Flow):
    """Work plan of a prefecture"""

    process_class = WorkPlanCase
    task_class = WorkItem
    process_title = gettext_lazy("Work plan of a prefecture")

    start = Begin().Next(this.draft)
    draft = Task(
        title=gettext_lazy("Write the work plan"),
        state=State.DRAFTING,
        role=Role.PREFECTURE_OFFICER,
        permission="compile",
        deadline="work_plan",
    ).Next(this.confirm)
    supplement = Task(
        title=gettext_lazy("Work the plan over"),
        state=State.RETURNED,
        role=Role.PREFECTURE_OFFICER,
        permission="compile",
        deadline="work_plan",
        rule_for=supplement_rule,
    ).Next(this.confirm)
    confirm = Task(
        title=gettext_lazy("Confirm and file the work plan"),
        state=State.CONFIRMING,
        role=Role.PREFECTURE_HEAD,
        permission="endorse",
        deadline="work_plan",
        rule_for=confirm_rule,
    ).Next(this.review)
    review = Task(
        title=gettext_lazy("Put the work plan on file, or return it"),
        state=State.FILED,
        role=Role.REGION_OFFICER,
        permission="receive",
        deadline="work_plan_review",
        level="superior",
    ).Next(this.end)
    end = Finish()


WORK_PLAN = register(
    Kind(
        code="work_plan",
        programme=PROGRAMME,
        label=gettext_lazy("Work plan"),
        model=WorkPlanCase,
        flow=WorkPlanFlow,
        states=State,
        initial=State.DRAFTING,
        finals=frozenset({State.ACCEPTED}),
        page=lambda case: reverse("work_plan", args=[case.pk]),
        record="work_plan",
    )
)
