"""The life of a supervision (督办): active 督办中 → ended 已办结, by the superior, who says what came of it.

It does not end by itself when the supervised case is settled: the superior hears of that step as of every other, and
the work item stays theirs, with its date, until they have said what came of it.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.errors import Invalid, WrongRole
from cases.models import Case, Supervision, WorkItem
from cases.roles import Role
from cases.saving import sign
from workflows.common import ItemVerbs, not_claimed_by_another
from workflows.kinds import Kind, abouts_of_parents, register
from workflows.nodes import Begin, Finish, Task
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("supervision", "Under supervision")
    ENDED = "ended", pgettext_lazy("supervision", "Supervision ended")


class SupervisionCase(ItemVerbs, Case):
    """A superior's supervision of a case as a case of its own; its parent is the supervised one."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Supervision")
        verbose_name_plural = gettext_lazy("Supervisions")

    @verb(
        label=pgettext_lazy("supervision", "End"),
        source=State.ACTIVE,
        target=State.ENDED,
        permission="oversee",
    )
    def end(self, step: Step) -> None:
        """With what came of it, by the supervising unit or one above it."""
        record: Supervision = self.supervision
        step.grant = step.actor.viewer(step.at).grant_for("oversee", record.unit)
        if step.grant is None:
            raise WrongRole(
                "wrong_role",
                _("Your role does not include this action."),
                hint=_("The unit that supervises the case ends the supervision."),
            )
        not_claimed_by_another(step)
        outcome = str(step.details.get("outcome", "")).strip()
        if not outcome:
            message = _("Say what came of it.")
            raise Invalid("outcome_missing", message, faults={"outcome": [message]})
        self.slot = None
        record.outcome = outcome
        sign(record, step.actor.user, step.at, step.verb)
        record.save(update_fields=["outcome"])


def supervisor(case: Case) -> tuple[int, str]:
    """The seat that took the case under supervision."""
    record: Supervision = case.supervision
    return record.unit_id, record.role


def date_set(step: Step) -> dt.date:
    """The superior's own date."""
    record: Supervision = step.case.supervision
    return record.due_on


class SupervisionFlow(flow.Flow):
    """Supervision of a case"""

    process_class = SupervisionCase
    task_class = WorkItem
    process_title = gettext_lazy("Supervision of a case")

    start = Begin().Next(this.supervise)
    supervise = Task(
        title=gettext_lazy("Supervise, and say what came of it"),
        state=State.ACTIVE,
        role=(Role.PREFECTURE_OFFICER, Role.PREFECTURE_HEAD, Role.REGION_OFFICER, Role.REGION_HEAD),
        permission="oversee",
        deadline="supervision",
        due_date=date_set,
        seat=supervisor,
    ).Next(this.end)
    end = Finish()


SUPERVISION = register(
    Kind(
        code="supervision",
        label=gettext_lazy("Supervision"),
        model=SupervisionCase,
        flow=SupervisionFlow,
        states=State,
        initial=State.ACTIVE,
        finals=frozenset({State.ENDED}),
        page=lambda case: reverse("supervision", args=[case.pk]),
        about=abouts_of_parents,
        record="supervision",
    )
)
