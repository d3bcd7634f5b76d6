"""The life of a common problem (普遍性问题): declared 待定措施 → in_progress 措施落实中 → done 已办结.

The policy asks to supervise rectification (action plan, 4 (2)); that what many institutions share is put right by one
joint measure is proposed here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Invalid
from cases.models import Appointment, Case, CommonProblem, OrgUnit, WorkItem
from cases.roles import Role
from cases.saving import sign
from workflows.common import ItemVerbs, not_claimed_by_another
from workflows.common_problem.states import LIVE, State
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.rules import verb
from workflows.step import Step

OFFICERS = {OrgUnit.Kind.COUNTY: Role.COUNTY_OFFICER, OrgUnit.Kind.PREFECTURE: Role.PREFECTURE_OFFICER}
ROLES = tuple(OFFICERS.values())
GRANTS = ("verify", "oversee")  # what each of the roles holds


class CommonProblemCase(ItemVerbs, Case):
    """A problem that many institutions of a unit share, as a case of the unit."""

    common_problem: CommonProblem

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Common problem")
        verbose_name_plural = gettext_lazy("Common problems")

    @verb(
        label=gettext_lazy("Set the joint measure"),
        source=State.DECLARED,
        target=State.IN_PROGRESS,
        permission="item",
    )
    def set_measure(self, step: Step) -> None:
        """One measure for all institutions that have the problem, its owner, and by when it is done."""
        measure, owner, due_on = _measure_of(step)
        _save(step, measure=measure, owner=owner, due_on=due_on)
        step.facts = {"owner": owner.pk, "due_on": str(due_on)}

    @verb(
        label=gettext_lazy("Report the result"),
        source=State.IN_PROGRESS,
        target=State.DONE,
        permission="item",
    )
    def report(self, step: Step) -> None:
        """What the joint measure has brought; the problem may be declared common again."""
        result = str(step.details.get("result", "")).strip()
        if not result:
            message = _("Say what the joint measure has brought.")
            raise Invalid("result_missing", message, faults={"result": [message]})
        self.slot = None
        _save(step, result=result)

    @verb(
        label=pgettext_lazy("common problem", "Withdraw the declaration"),
        source=LIVE,
        target=State.CANCELLED,
        permission="item",
        back=True,
        reason=True,
    )
    def cancel(self, step: Step) -> None:
        """It was none, or another unit has taken it up."""
        not_claimed_by_another(step)
        self.slot = None


def _measure_of(step: Step) -> tuple[str, Any, dt.date]:
    measure, owner = str(step.details.get("measure", "")).strip(), step.details.get("owner")
    due_on, today = step.details.get("due_on"), local_date(step.at)
    faults: dict[str, list[Any]] = {}
    if not measure:
        faults["measure"] = [_("Write the joint measure.")]
    if owner is None or not people_of(step.case.unit, today).filter(user=owner).exists():
        faults["owner"] = [_("Choose somebody who holds a role at the unit.")]
    if not isinstance(due_on, dt.date):
        faults["due_on"] = [_("Give the date by which the measure is carried out.")]
    elif due_on < today:
        faults["due_on"] = [_("The due date has passed already.")]
    if faults or not isinstance(due_on, dt.date):
        raise Invalid("measure_incomplete", _("The joint measure is not complete."), faults=faults)
    return measure, owner, due_on


def people_of(unit: OrgUnit, on: dt.date) -> Any:
    """The appointments of whoever may own a joint measure of the unit."""
    return Appointment.objects.valid(on).filter(unit=unit.pk)


def _save(step: Step, **values: Any) -> None:
    record: Any = step.case
    problem = record.common_problem
    for name, value in values.items():
        setattr(problem, name, value)
    sign(problem, step.person, step.at, step.verb)
    problem.save(update_fields=list(values))


def officer_of(case: Case) -> tuple[int, str]:
    """The seat whose turn it is: the officer of the unit that the case belongs to."""
    return case.unit_id, OFFICERS[OrgUnit.Kind(case.unit.kind)]


def date_set(step: Step) -> dt.date | None:
    """The unit's own date for its joint measure."""
    record: Any = step.case
    due_on: dt.date | None = record.common_problem.due_on
    return due_on


class CommonProblemFlow(flow.Flow):
    """A common problem and its joint measure"""

    process_class = CommonProblemCase
    task_class = WorkItem
    process_title = gettext_lazy("A common problem and its joint measure")

    start = Begin().Next(this.find_measure)
    find_measure = Task(
        title=gettext_lazy("Set the joint measure"),
        state=State.DECLARED,
        role=ROLES,
        permission=GRANTS,
        deadline="joint_measure",
        seat=officer_of,
    ).Next(this.carry_out)
    carry_out = Task(
        title=gettext_lazy("Carry out the joint measure, and report the result"),
        state=State.IN_PROGRESS,
        role=ROLES,
        permission=GRANTS,
        deadline="joint_measure_done",
        due_date=date_set,
        seat=officer_of,
    ).Next(this.end)
    end = Finish()


COMMON_PROBLEM = register(
    Kind(
        code="common_problem",
        programme=PROGRAMME,
        label=gettext_lazy("Common problem"),
        model=CommonProblemCase,
        flow=CommonProblemFlow,
        states=State,
        initial=State.DECLARED,
        finals=frozenset({State.DONE, State.CANCELLED}),
        page=lambda case: reverse("common_problem", args=[case.pk]),
        record="common_problem",
    )
)
