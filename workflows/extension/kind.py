"""The life of a request for more time (延期申请): decided by the head in charge of the case, then by the level above.

In a cycle these are the county and the prefecture; of a case that a commission runs, the commission and the level above
it; that level decides about the commission's own work (:mod:`workflows.authority`).

requested 待审批 → granted 已同意 | refused 未同意 | withdrawn 已撤回. Its parent is the case whose work is to be
extended; a request whose work is done in the meantime lapses (:mod:`workflows.extension.asking`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.access import Grant, Viewer
from cases.clock import local_date
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, Extension, WorkItem
from cases.roles import PARTY, Role
from cases.saving import sign
from cases.tree import covers
from cases.wording import cdate
from workflows.authority import deciders, head_of
from workflows.common import ItemVerbs
from workflows.engine import cascade, lock_many
from workflows.extension.asking import ASKER
from workflows.kinds import Kind, abouts_of_parents, register
from workflows.nodes import Begin, Finish, Gate, Task
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("extension", "Asked for, to be decided")
    REQUESTED_AGAIN = "requested_again", pgettext_lazy("extension", "Asked for again, to be decided a level up")
    GRANTED = "granted", pgettext_lazy("extension", "Granted")
    REFUSED = "refused", pgettext_lazy("extension", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("extension", "Withdrawn")


PENDING = (State.REQUESTED, State.REQUESTED_AGAIN)
HEADS = (Role.COUNTY_APPROVER, Role.PREFECTURE_HEAD, Role.REGION_HEAD)
OF_HEADS = ("approve", "oversee", "oversee")


class ExtensionCase(ItemVerbs, Case):
    """A request for more time as a case; its parent is the case whose work is to be extended (design, Deadlines)."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Extension request")
        verbose_name_plural = gettext_lazy("Extension requests")

    @verb(
        label=pgettext_lazy("extension", "Grant"),
        source=PENDING,
        target=State.GRANTED,
        permission=("approve", "oversee"),
    )
    def grant(self, step: Step) -> None:
        """The date asked for, or a shorter one; the original date stays on record."""
        check_decider(step)
        record = self.extension
        given = step.details.get("due_granted")
        granted: dt.date = given if isinstance(given, dt.date) else record.due_asked
        (parent,) = lock_many([Case(pk=self.parent_id)])
        _check_date(step, parent, granted)
        cascade(step, parent, "extend", to=granted, number=self.number)
        _save(step, due_granted=granted)
        step.facts = {"due": granted.isoformat(), "asked": record.due_asked.isoformat()}

    @verb(
        label=pgettext_lazy("extension", "Refuse"),
        source=PENDING,
        target=State.REFUSED,
        permission=("approve", "oversee"),
        reason=True,
    )
    def refuse(self, step: Step) -> None:
        """The date stays as it is; the asker reads why."""
        check_decider(step)

    @verb(
        label=gettext_lazy("Withdraw the request"),
        source=PENDING,
        target=State.WITHDRAWN,
        permission=("fill", "confirm", "verify", "oversee", f"{PARTY}{ASKER}"),
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the one who asked, while it is undecided."""
        if step.actor.user is None or self.started_by_id != step.actor.user.pk:
            raise Conflict("not_yours_to_withdraw", _("Only the person who asked can withdraw the request."))

    @verb(
        label=pgettext_lazy("extension", "Lapse"),
        source=PENDING,
        target=State.WITHDRAWN,
        back=True,
        deliver=False,
    )
    def lapse(self, step: Step) -> None:
        """The work was done, or dropped, before anybody decided."""


def decider(case: Case) -> tuple[int, str]:
    """The seat that decides: the head of the authority in charge, the second time that of the level above."""
    record: Extension = case.extension
    line = deciders(case, record.item.unit_id)
    unit = line[min(record.ordinal, len(line)) - 1]
    return unit.pk, head_of(unit)


def deciding_grant(viewer: Viewer, case: Case, item: WorkItem | None) -> Grant | None:
    """The grant by which somebody decides: the first time the head's own, the second time that of whoever oversees."""
    if item is None or case.state not in PENDING:
        return None
    needed = item.flow_task.permission_for(item.role)
    found = [grant for grant in viewer.grants if grant.permission == needed]
    if case.state == State.REQUESTED:
        found = [grant for grant in found if (grant.unit_id, grant.role) == (item.unit_id, item.role)]
    else:
        found = [grant for grant in found if covers(grant.path, item.unit.path)]
    return max(found, key=lambda grant: len(grant.path), default=None)


def check_decider(step: Step) -> None:
    """Refuse whoever may not decide at this level, and whoever asked themselves."""
    item = step.item
    step.grant = deciding_grant(step.actor.viewer(step.at), step.case, item)
    if step.grant is None:
        unit: Any = item.unit if item is not None else step.case.unit
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("This request is decided by the head of %(unit)s.") % {"unit": unit},
        )
    if step.case.started_by_id in step.in_the_name_of:
        raise WrongRole("own_request", _("Nobody decides on their own request."))


def _check_date(step: Step, parent: Any, granted: dt.date) -> None:
    """A granted date lies after the present one, not after the one asked for, and not in the past."""
    if not parent.open_items:
        raise Conflict("work_is_over", _("The work has been finished in the meantime."))
    item = parent.open_items[0]
    faults = []
    if granted <= local_date(item.due_at):
        faults = [_("The present date is %(day)s; choose a later one.") % {"day": cdate(item.due_at)}]
    elif granted > step.case.extension.due_asked:
        faults = [_("Grant at most the date that was asked for.")]
    elif granted < local_date(step.at):
        faults = [_("This date has passed already.")]
    if faults:
        raise Invalid("date_not_possible", faults[0], faults={"due_granted": faults})


def _save(step: Step, **values: Any) -> None:
    record: Any = step.case.extension
    for name, value in values.items():
        setattr(record, name, value)
    sign(record, step.actor.user, step.at, step.verb)
    record.save(update_fields=list(values))


class ExtensionFlow(flow.Flow):
    """Extension request"""

    process_class = ExtensionCase
    task_class = WorkItem
    process_title = gettext_lazy("Extension request")

    start = Begin().Next(this.is_second)
    is_second = Gate(State.REQUESTED_AGAIN).Then(this.decide_again).Else(this.decide)
    decide = Task(
        title=gettext_lazy("Decide on the extension"),
        state=State.REQUESTED,
        role=HEADS,
        permission=OF_HEADS,
        deadline="extension",
        seat=decider,
    ).Next(this.end)
    decide_again = Task(
        title=gettext_lazy("Decide on the second extension"),
        state=State.REQUESTED_AGAIN,
        role=HEADS,
        permission=OF_HEADS,
        deadline="extension",
        seat=decider,
    ).Next(this.end)
    end = Finish()


EXTENSION = register(
    Kind(
        code="extension",
        label=gettext_lazy("Extension request"),
        model=ExtensionCase,
        flow=ExtensionFlow,
        states=State,
        initial=State.REQUESTED,
        finals=frozenset({State.GRANTED, State.REFUSED, State.WITHDRAWN}),
        page=lambda case: reverse("extension", args=[case.pk]),
        about=abouts_of_parents,
        record="extension",
    )
)
