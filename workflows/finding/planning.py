"""A rectification plan that is accepted before the work begins, where the edition asks for one (整改方案).

The policy sets no such rule; from which severity on is a setting of the edition (``plan_from_severity``). What is put
right on the spot (立行立改) needs no plan, nor does a finding that the county has not confirmed yet.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Conflict, Invalid
from cases.models import Finding, Rectification, Severity
from workflows.common import not_claimed_by_another
from workflows.finding.record import given, limit_fields, remaining_limit, save_record
from workflows.finding.states import State
from workflows.rules import verb
from workflows.step import Step, edition_of

RANKS = tuple(Severity)


def plan_needed(finding: Finding) -> bool:
    """Whether work has to wait for a plan that the county accepts."""
    asked_from = edition_of(finding.case).settings.plan_from_severity
    return (
        asked_from != "never"
        and RANKS.index(Severity(finding.severity)) >= RANKS.index(Severity(asked_from))
        and finding.rectification != Rectification.IMMEDIATE
        and finding.confirmed_at is not None
        and finding.plan_accepted_at is None
        and not finding.result
    )


def work_rule(step: Step) -> str:
    """The institution owes its plan first where one is asked for, and then the rectification."""
    finding: Any = step.case
    return "plan" if plan_needed(finding.finding) else "rectify"


def check_plan(finding: Finding) -> None:
    """Refuse to begin, or to report a result, before a plan that is asked for has been accepted."""
    if plan_needed(finding):
        raise Conflict(
            "plan_not_accepted",
            _("A finding of this severity is rectified by a plan that the county has accepted."),
            hint=_("Submit the rectification plan first; the work begins when it is accepted."),
        )


class PlanVerbs:
    """The plan goes to the county, which accepts it or returns it."""

    finding: Finding

    @verb(
        label=gettext_lazy("Submit the rectification plan"),
        source=(State.OPEN, State.IN_PROGRESS),
        target=State.PLAN_SUBMITTED,
        permission="fill",
    )
    def submit_plan(self, step: Step) -> None:
        """The institution says how it will put right what is wrong, by whom and until when."""
        if not plan_needed(self.finding):
            message = _("No plan is asked for here.")
            raise Conflict("no_plan_needed", message, hint=_("Begin with the rectification."))
        plan = str(step.details.get("plan", "")).strip()
        if not plan:
            message = _("Write the rectification plan.")
            raise Invalid("plan_missing", message, faults={"plan": [message]})
        save_record(step, plan=plan, **given(step, "measure", "responsible", "responsible_unit"))

    @verb(
        label=gettext_lazy("Accept the plan"),
        source=State.PLAN_SUBMITTED,
        target=State.IN_PROGRESS,
        permission="verify",
    )
    def accept_plan(self, step: Step) -> None:
        """The work begins; the limit did not run while the county had the plan."""
        if step.item is not None and step.item.after is not None:
            planner = step.item.after.done_by_id
            if planner in step.in_the_name_of:
                raise Conflict("accepter_is_planner", _("The person who submitted a plan cannot accept it."))
        save_record(step, plan_accepted_at=step.at, **_rest_of_limit(step))
        step.facts = {"due_on": str(self.finding.due_on)}

    @verb(
        label=gettext_lazy("Return the plan"),
        source=State.PLAN_SUBMITTED,
        target=State.OPEN,
        permission="verify",
        back=True,
        reason=True,
    )
    def return_plan(self, step: Step) -> None:
        """Back to the institution with the reason; not a return of the rectification, which has not begun."""
        not_claimed_by_another(step)
        save_record(step, **_rest_of_limit(step))


def _rest_of_limit(step: Step) -> dict[str, Any]:
    submitted_at = step.item.created if step.item is not None else None
    finding: Any = step.case
    return limit_fields(remaining_limit(step, finding.finding, submitted_at))
