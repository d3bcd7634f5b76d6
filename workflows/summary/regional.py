"""The life of a region’s report: drafting → confirming → submitted → acknowledged, or returned (part 3 (3)).

省级卫生健康行政部门汇总形成总结上报国家卫生健康委: the region's officer rolls up what the records say, its head
approves and files, the national level acknowledges or returns. A correction is a new version beside the old one.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import GET_STATE
from viewflow import this
from viewflow.workflow import flow

from cases.editions.quality import CODE as PROGRAMME
from cases.models import Case, Summary, WorkItem
from cases.roles import Role
from cases.summaries.reading import drafts_of
from workflows import nudging
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.rules import verb
from workflows.step import Step
from workflows.summary import filing
from workflows.summary.regional_opening import KIND
from workflows.summary.regional_prefectures import missing_prefectures


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("regional report", "Being completed")
    CONFIRMING = "confirming", pgettext_lazy("regional report", "Awaiting approval")
    SUBMITTED = "submitted", pgettext_lazy("regional report", "Submitted to the national level")
    RETURNED = "returned", pgettext_lazy("regional report", "Returned")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("regional report", "Acknowledged")


LEVEL = filing.Level(
    missing=lambda step: missing_prefectures(step.case),
    drafts=lambda step: drafts_of(step.case),
    takes_cycles=False,
    own_rules=("regional_report",),
)
_drafting_state = filing.drafting_state(State.RETURNED, State.DRAFTING)


def _state_before(report: Any, *args: Any) -> str:
    """Where a withdrawal leads: one station back."""
    return State.CONFIRMING if report.state == State.SUBMITTED else _drafting_state(report)


class RegionalReportCase(ItemVerbs, Case):
    """The region’s roll-up and report for one round as a case; its parent is the programme."""

    summary: Summary

    class Meta:
        proxy = True
        verbose_name = pgettext_lazy("document", "Regional report")
        verbose_name_plural = gettext_lazy("Regional reports")

    @verb(
        label=pgettext_lazy("regional report", "Ask the head to approve"),
        source=(State.DRAFTING, State.RETURNED),
        target=State.CONFIRMING,
        permission="roll_up",
    )
    def request_confirmation(self, step: Step) -> None:
        """The officer has finished; where prefectures are missing the record says why, and they are named."""
        filing.request_confirmation(step, LEVEL)

    @verb(
        label=pgettext_lazy("regional report", "Send back to the officer"),
        source=State.CONFIRMING,
        target=GET_STATE(_drafting_state, states=[State.DRAFTING, State.RETURNED]),
        permission="release",
        back=True,
        reason=True,
    )
    def send_back(self, step: Step) -> None:
        """The head wants something changed before it goes out."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("regional report", "Approve and file with the national level"),
        source=State.CONFIRMING,
        target=State.SUBMITTED,
        permission="release",
    )
    def submit(self, step: Step) -> None:
        """形成总结上报国家卫生健康委 (part 3 (3)): freeze the figures with the records behind them as a version."""
        filing.file_version(step, LEVEL)

    @verb(
        label=pgettext_lazy("regional report", "Withdraw"),
        source=(State.CONFIRMING, State.SUBMITTED),
        target=GET_STATE(_state_before, states=[State.DRAFTING, State.RETURNED, State.CONFIRMING]),
        permission=("roll_up", "release"),
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the one who submitted, while nobody has acted on it (撤回); what was filed stays on record."""
        by_the_same_person(step)

    @verb(
        label=pgettext_lazy("regional report", "Acknowledge"),
        source=State.SUBMITTED,
        target=State.ACKNOWLEDGED,
        permission="acknowledge",
    )
    def acknowledge(self, step: Step) -> None:
        """签收: the national level has the report; from now on only a correction makes another version."""
        filing.note_version(step)

    @verb(
        label=pgettext_lazy("regional report", "Return to the region"),
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="acknowledge",
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """With reasons; the version that was filed stays beside the next one."""
        not_claimed_by_another(step)
        filing.note_version(step)

    @verb(
        label=pgettext_lazy("regional report", "Correct"),
        source=State.ACKNOWLEDGED,
        target=State.DRAFTING,
        permission="roll_up",
        back=True,
        reason=True,
    )
    def correct(self, step: Step) -> None:
        """After the acknowledgement, with the reason: what is filed next is a new version beside the old."""
        filing.correct(step)

    @verb(
        label=gettext_lazy("Nudge"),
        source=(State.DRAFTING, State.CONFIRMING, State.RETURNED),
        permission=nudging.ABOVE_REGIONS,
    )
    def nudge(self, step: Step) -> None:
        """By the national level, about the report that the region owes it (催办)."""
        nudging.remind(step)


class RegionalReportFlow(flow.Flow):
    """Report of a region"""

    process_class = RegionalReportCase
    task_class = WorkItem
    process_title = gettext_lazy("Report of a region")

    start = Begin().Next(this.complete)
    complete = Task(
        title=gettext_lazy("Complete the regional report"),
        state=State.DRAFTING,
        role=Role.REGION_OFFICER,
        permission="roll_up",
        deadline="regional_report",
        due_date=filing.date_of_filing(LEVEL),
    ).Next(this.confirm)
    revise = Task(
        title=gettext_lazy("Revise the regional report"),
        state=State.RETURNED,
        role=Role.REGION_OFFICER,
        permission="roll_up",
        deadline="regional_report",
        due_date=filing.date_of_filing(LEVEL),
    ).Next(this.confirm)
    confirm = Task(
        title=gettext_lazy("Approve and file the regional report"),
        state=State.CONFIRMING,
        role=Role.REGION_HEAD,
        permission="release",
        deadline="regional_report_confirm",
    ).Next(this.acknowledge)
    acknowledge = Task(
        title=gettext_lazy("Acknowledge the regional report"),
        state=State.SUBMITTED,
        role=Role.NATION_OFFICER,
        permission="acknowledge",
        deadline="acknowledgement",
        level="superior",
    ).Next(this.end)
    end = Finish()


REGIONAL_REPORT = register(
    Kind(
        code=KIND,
        programme=PROGRAMME,
        label=pgettext_lazy("document", "Regional report"),
        model=RegionalReportCase,
        flow=RegionalReportFlow,
        states=State,
        initial=State.DRAFTING,
        finals=frozenset({State.ACKNOWLEDGED}),
        page=lambda case: reverse("regional_report", args=[case.pk]),
        record="summary",
    )
)
