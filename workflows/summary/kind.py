"""The life of a prefecture’s summary: drafting → confirming → submitted → accepted, or returned (part 3 (3)).

填写附件2，于每年10月20日前上报自治区卫生健康委: drafted from the records, completed by the officer, confirmed by the
head, and frozen when it is submitted. What is accepted may be corrected: a new version beside the old.
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
from cases.summaries.missing import missing_counties
from cases.summaries.reading import drafts_of
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.engine import CONSEQUENCES
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.summary import ending, filing
from workflows.summary.opening import KIND


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("summary", "Being completed")
    CONFIRMING = "confirming", pgettext_lazy("summary", "Awaiting the head’s confirmation")
    SUBMITTED = "submitted", pgettext_lazy("summary", "Submitted to the region")
    RETURNED = "returned", pgettext_lazy("summary", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("summary", "Accepted")
    ARCHIVED = "archived", pgettext_lazy("summary", "Archived")


LEVEL = filing.Level(
    missing=lambda step: missing_counties(step.case),
    drafts=lambda step: drafts_of(step.case),
    takes_cycles=True,
    own_rules=("summary", "summary_confirm"),
)
_drafting_state = filing.drafting_state(State.RETURNED, State.DRAFTING)


def _state_before(case: Any, *args: Any) -> str:
    """Where a withdrawal leads: one station back."""
    return State.CONFIRMING if case.state == State.SUBMITTED else _drafting_state(case)


class SummaryCase(NudgeVerbs, ItemVerbs, Case):
    """Annex 2 of a prefecture for one round as a case; its parent is the region’s programme."""

    summary: Summary

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Prefecture summary")
        verbose_name_plural = gettext_lazy("Prefecture summaries")

    @verb(
        label=gettext_lazy("Ask the head to confirm"),
        source=(State.DRAFTING, State.RETURNED),
        target=State.CONFIRMING,
        permission="compile",
    )
    def request_confirmation(self, step: Step) -> None:
        """The officer has finished; nothing is frozen yet."""
        filing.request_confirmation(step, LEVEL)

    @verb(
        label=pgettext_lazy("summary", "Send back to the officer"),
        source=State.CONFIRMING,
        target=GET_STATE(_drafting_state, states=[State.DRAFTING, State.RETURNED]),
        permission="endorse",
        back=True,
        reason=True,
    )
    def send_back(self, step: Step) -> None:
        """The head wants something changed before it goes out."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("summary", "Confirm and submit"),
        source=State.CONFIRMING,
        target=State.SUBMITTED,
        permission="endorse",
    )
    def submit(self, step: Step) -> None:
        """上报自治区卫生健康委: the version is frozen, and the institutions’ cycles are in the summary."""
        filing.file_version(step, LEVEL)

    @verb(
        label=pgettext_lazy("summary", "Withdraw"),
        source=(State.CONFIRMING, State.SUBMITTED),
        target=GET_STATE(_state_before, states=[State.DRAFTING, State.RETURNED, State.CONFIRMING]),
        permission=("compile", "endorse"),
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the one who handed it on, while nobody has acted on it; a filed version stays on record."""
        by_the_same_person(step)

    @verb(
        label=pgettext_lazy("summary", "Accept"),
        source=State.SUBMITTED,
        target=State.ACCEPTED,
        permission="receive",
    )
    def accept(self, step: Step) -> None:
        """The region takes it over into its report."""
        filing.note_version(step)

    @verb(
        label=pgettext_lazy("summary", "Return to the prefecture"),
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="receive",
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """The region wants something changed; what was filed stays as it was."""
        not_claimed_by_another(step)
        filing.note_version(step)

    @verb(
        label=pgettext_lazy("summary", "Correct"),
        source=State.ACCEPTED,
        target=State.DRAFTING,
        permission="compile",
        back=True,
        reason=True,
    )
    def correct(self, step: Step) -> None:
        """The prefecture has found a mistake: the next submission is a new version beside the old."""
        filing.correct(step)

    @verb(
        label=pgettext_lazy("summary", "Archive"),
        source=State.ACCEPTED,
        target=State.ARCHIVED,
        deliver=False,
    )
    def archive(self, step: Step) -> None:
        """With the programme, at its end."""


class SummaryFlow(flow.Flow):
    """Prefecture summary"""

    process_class = SummaryCase
    task_class = WorkItem
    process_title = gettext_lazy("Prefecture summary")

    start = Begin().Next(this.compile)
    compile = Task(
        title=gettext_lazy("Complete the prefecture’s summary"),
        state=State.DRAFTING,
        role=Role.PREFECTURE_OFFICER,
        permission="compile",
        deadline="summary",
        due_date=filing.date_of_filing(LEVEL),
    ).Next(this.confirm)
    confirm = Task(
        title=gettext_lazy("Confirm and submit the prefecture’s summary"),
        state=State.CONFIRMING,
        role=Role.PREFECTURE_HEAD,
        permission="endorse",
        deadline="summary_confirm",
        due_date=filing.date_of_filing(LEVEL),
    ).Next(this.review)
    review = Task(
        title=gettext_lazy("Accept or return the prefecture’s summary"),
        state=State.SUBMITTED,
        role=Role.REGION_OFFICER,
        permission="receive",
        deadline="summary_review",
        level="superior",
    ).Next(this.programme_end)
    supplement = Task(
        title=gettext_lazy("Supplement the prefecture’s summary"),
        state=State.RETURNED,
        role=Role.PREFECTURE_OFFICER,
        permission="compile",
        deadline="summary",
        due_date=filing.date_of_filing(LEVEL),
    ).Next(this.confirm)
    programme_end = Wait(
        title=gettext_lazy("Accepted, until the end of the programme"),
        state=State.ACCEPTED,
        deadline="summary_accepted",
    ).Next(this.end)
    end = Finish()


SUMMARY = register(
    Kind(
        code=KIND,
        programme=PROGRAMME,
        label=gettext_lazy("Prefecture summary"),
        model=SummaryCase,
        flow=SummaryFlow,
        states=State,
        initial=State.DRAFTING,
        finals=frozenset({State.ARCHIVED}),
        page=lambda case: reverse("summary", args=[case.pk]),
        record="summary",
    )
)
CONSEQUENCES.append(ending.archive_accepted)
