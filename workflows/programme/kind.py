"""The life of a programme: drafting 起草 → running 进行中 → ended 已结束 (action plan, part 3)."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.quality import CODE as QUALITY_CYCLE
from cases.errors import Conflict, Invalid
from cases.models import Case, Programme, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task, Wait
from workflows.programme.opening import KIND, MANAGE, missing_prefectures, open_below, prefectures_of
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("programme", "Being drafted")
    RUNNING = "running", pgettext_lazy("programme", "Running")
    ENDED = "ended", pgettext_lazy("programme", "Ended")


class ProgrammeCase(ItemVerbs, Case):
    """A region’s year as a case: what it asks of everybody below it."""

    programme: Programme

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Programme of the year")
        verbose_name_plural = gettext_lazy("Programmes of the year")

    @verb(
        label=pgettext_lazy("programme", "Open the year"),
        source=State.DRAFTING,
        target=State.RUNNING,
        permission=MANAGE,
    )
    def open(self, step: Step) -> None:
        """Work plan, summaries and reports of all prefectures begin; notice and dates stand from now on."""
        prefectures = prefectures_of(self.unit, local_date(step.at))
        if not prefectures:
            raise Invalid(
                "no_prefectures",
                _("The region has no active prefecture: there is nobody to ask anything of."),
                hint=_("Have the administrator import the roster of units first."),
            )
        open_below(step, prefectures)

    @verb(
        label=pgettext_lazy("programme", "Include new prefectures"),
        source=State.RUNNING,
        permission=MANAGE,
    )
    def include_prefecture(self, step: Step) -> None:
        """Prefectures that were created after the opening get what the others have; nobody gets it twice."""
        prefectures = missing_prefectures(self, local_date(step.at))
        if not prefectures:
            raise Conflict("none_missing", _("Every active prefecture of the region is in the programme already."))
        open_below(step, prefectures)

    @verb(
        label=pgettext_lazy("programme", "End the year"),
        source=State.RUNNING,
        target=State.ENDED,
        permission=MANAGE,
        system=True,
        deliver=False,
    )
    def end(self, step: Step) -> None:
        """Once the year is over; what is still open below goes its own way."""
        if local_date(step.at).year <= self.year:
            raise Conflict("year_not_over", _("A programme ends when its year is over."))


class ProgrammeFlow(flow.Flow):
    """Programme of the year"""

    process_class = ProgrammeCase
    task_class = WorkItem
    process_title = gettext_lazy("Programme of the year")

    start = Begin().Next(this.draft)
    draft = Task(
        title=gettext_lazy("Prepare the programme, and open the year"),
        state=State.DRAFTING,
        role=Role.REGION_OFFICER,
        permission=MANAGE,
        deadline="programme",
    ).Next(this.run)
    run = Wait(title=gettext_lazy("While the year runs"), state=State.RUNNING, deadline="programme_year").Next(this.end)
    end = Finish()


PROGRAMME = register(
    Kind(
        code=KIND,
        programme=QUALITY_CYCLE,
        label=gettext_lazy("Programme of the year"),
        model=ProgrammeCase,
        flow=ProgrammeFlow,
        states=State,
        initial=State.DRAFTING,
        finals=frozenset({State.ENDED}),
        page=lambda case: reverse("programme", args=[case.pk]),
        record="programme",
    )
)
