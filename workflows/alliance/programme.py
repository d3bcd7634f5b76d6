"""The life of a programme of pilots: selecting 遴选 → running 试点中 → closed 已结束 (pilot plan, part 3 (1))."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django_fsm import RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.editions.alliance import CODE
from cases.errors import Conflict
from cases.models import Case, PilotProgramme, WorkItem
from cases.roles import Role
from workflows.alliance.applying import take_application
from workflows.alliance.guidance.standing import note_standing
from workflows.alliance.newcomers import GOING_ON, invite_newcomers
from workflows.alliance.opening import KIND
from workflows.alliance.states import FINALS, ProgrammeState, State
from workflows.alliance.words import PROGRAMMES
from workflows.common import ItemVerbs
from workflows.engine import cascade, lock
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs


class PilotProgrammeCase(HoldVerbs, SuperviseVerbs, NudgeVerbs, ItemVerbs, Case):
    """A city’s programme of alliance pilots as a case; the pilots are its children."""

    pilot_programme: PilotProgramme

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Programme of pilots")
        verbose_name_plural = gettext_lazy("Programmes of pilots")

    @verb(label=pgettext_lazy("pilots", "Announce"), source=ProgrammeState.SELECTING)
    def announce(self, step: Step) -> None:
        """With the opening: districts, hospitals and the finance bureau hear of it."""

    @verb(
        label=pgettext_lazy("pilots", "Invite new units"),
        source=GOING_ON,
        permission="run_pilots",
        system=True,
    )
    def invite(self, step: Step) -> None:
        """Districts, hospitals and bureaus that the roster has gained since the opening; they hear of it."""
        invite_newcomers(step)

    @verb(
        label=pgettext_lazy("pilots", "Apply"),
        source=ProgrammeState.SELECTING,
        permission=("party:lead", "party:district"),
        opens=True,
    )
    def apply(self, step: Step) -> None:
        """A hospital for itself, or a district for one; the head of the commission hears of it."""
        take_application(step, self)

    @verb(
        label=pgettext_lazy("pilots", "Finish the selection"),
        source=ProgrammeState.SELECTING,
        target=RETURN_VALUE(ProgrammeState.RUNNING, ProgrammeState.CLOSED),
        permission="run_pilots",
    )
    def finish_selection(self, step: Step) -> str:
        """Once every application is decided; without a pilot the programme is over."""
        pilots = list(Case.objects.filter(parent=self.pk, kind="pilot").values_list("state", flat=True))
        waiting = pilots.count(State.APPLIED)
        if waiting:
            words = ngettext("%(n)d application is not decided.", "%(n)d applications are not decided.", waiting)
            raise Conflict(
                "applications_waiting",
                words % {"n": waiting},
                hint=_("The head of the commission selects or declines each of them."),
            )
        step.facts = {"pilots": len(pilots), "selected": sum(state not in FINALS for state in pilots)}
        return ProgrammeState.RUNNING if step.facts["selected"] else ProgrammeState.CLOSED

    @verb(label=pgettext_lazy("guidance", "Remind of the targets"), source=GOING_ON)
    def note_behind(self, step: Step) -> None:
        """The clock's: the city has not reached the plan's shares, or districts have no guidance centre (2 (1))."""
        note_standing(step)

    @verb(label=pgettext_lazy("pilots", "Close"), source=ProgrammeState.RUNNING, target=ProgrammeState.CLOSED)
    def close(self, step: Step) -> None:
        """By the step that ended the last pilot."""


def close_when_over(step: Step) -> None:
    """Let the programme close with the last of its pilots; the pilot's step holds its lock already."""
    pilot: Any = step.case
    others = Case.objects.filter(parent=pilot.parent_id, kind="pilot").exclude(pk=pilot.pk)
    if others.exclude(state__in=FINALS).exists():
        return
    programme = lock(pilot.parent)
    if programme.state == ProgrammeState.RUNNING:
        cascade(step, programme, "close")


class PilotProgrammeFlow(flow.Flow):
    """Programme of alliance pilots"""

    process_class = PilotProgrammeCase
    task_class = WorkItem
    process_title = gettext_lazy("Programme of alliance pilots")

    start = Begin().Next(this.choose)
    choose = Task(
        title=gettext_lazy("Gather applications and see to their selection"),
        state=ProgrammeState.SELECTING,
        role=Role.PREFECTURE_OFFICER,
        permission="run_pilots",
        deadline="programme_selection",
    ).Next(this.any_selected)
    any_selected = Gate(ProgrammeState.RUNNING).Then(this.run).Else(this.end)
    run = Wait(
        title=gettext_lazy("While the pilots run"), state=ProgrammeState.RUNNING, deadline="programme_running"
    ).Next(this.end)
    end = Finish()


PROGRAMME = register(
    Kind(
        code=KIND,
        programme=CODE,
        label=gettext_lazy("Programme of pilots"),
        model=PilotProgrammeCase,
        flow=PilotProgrammeFlow,
        states=ProgrammeState,
        initial=ProgrammeState.SELECTING,
        finals=frozenset({ProgrammeState.CLOSED}),
        page=lambda case: reverse("pilot_programme", args=[case.pk]),
        work=PROGRAMMES,
        section="pilots",
        record="pilot_programme",
    )
)
