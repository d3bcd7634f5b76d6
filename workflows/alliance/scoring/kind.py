"""The life of a column of the scorecard: open → submitted → joined, or dropped (pilot plan, annex; part 3 (3)).

Columns of a round are independent cases, so that all of them are scored at the same time; the last one submitted wakes
the pilot. The parent is locked first, so that two last columns cannot both miss it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.alliance import CODE as PROGRAMME
from cases.errors import Conflict, Invalid
from cases.models import Case, Scoring, WorkItem
from cases.saving import sign
from cases.scoring.columns import digest_of, faults_by_row, freeze, lines_of, thaw, totals_of
from workflows.alliance.naming import alliances
from workflows.alliance.scoring.seats import PERMISSIONS, ROLES, column_seat
from workflows.alliance.states import State as PilotState
from workflows.alliance.words import COLUMNS
from workflows.common import ItemVerbs
from workflows.engine import cascade, lock
from workflows.extension.asking import ExtensionVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("scoring", "Being scored")
    SUBMITTED = "submitted", pgettext_lazy("scoring", "Submitted")
    JOINED = "joined", pgettext_lazy("scoring", "Joined")
    DROPPED = "dropped", pgettext_lazy("scoring", "Dropped")


LIVE = (State.OPEN, State.SUBMITTED)


class ScoringCase(ExtensionVerbs, HoldVerbs, SuperviseVerbs, NudgeVerbs, ItemVerbs, Case):
    """A column of a pilot’s scorecard in one round as a case; its parent is the pilot."""

    scoring: Scoring

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Column of a scorecard")
        verbose_name_plural = gettext_lazy("Columns of scorecards")

    @verb(
        label=pgettext_lazy("scoring", "Submit the column"),
        source=State.OPEN,
        target=State.SUBMITTED,
        permission="item",
    )
    def submit(self, step: Step) -> None:
        """Complete, each deduction and each departure with its reason; the last column wakes the pilot."""
        scoring = self.scoring
        lines = lines_of(scoring, local_date(step.at))
        if faults := faults_by_row(lines):
            raise Invalid(
                "column_incomplete",
                _("The column is not complete: %(count)d rows need attention.") % {"count": len(faults)},
                hint=_("Each row is listed with what it lacks."),
                faults=faults,
            )
        freeze(scoring, lines, by=step.person, at=step.at, reason=step.verb)
        _save(step, submitted_at=step.at)
        step.facts = {
            "column": scoring.column,
            "round": scoring.round,
            "digest": digest_of(scoring, lines),
            "points": f"{totals_of(scoring, lines).total:.2f}",
        }
        parent: Any = self.parent
        others = Case.objects.filter(parent=self.parent_id, kind=KIND, state=State.OPEN).exclude(pk=self.pk)
        if not others.exists():
            cascade(step, lock(parent), "columns_done")

    @verb(
        label=pgettext_lazy("scoring", "Return the column"),
        source=State.SUBMITTED,
        target=State.OPEN,
        permission="run_pilots",
        back=True,
        reason=True,
    )
    def return_column(self, step: Step) -> None:
        """The commission has a question; what was given stays, and whoever scored it answers and submits again."""
        parent: Any = self.parent
        if step.details.get("noted"):  # by a step of the pilot itself
            parent = None
        elif parent.state not in (PilotState.SCORING, PilotState.JOINT):
            raise Conflict(
                "joint_score_fixed",
                _("The joint score has been fixed; its columns cannot be changed any more."),
                hint=_("The finance bureau may object to it; then a column can be returned."),
            )
        thaw(self.scoring, by=step.person, at=step.at, reason=step.verb)
        _save(step, submitted_at=None)
        step.facts = {"column": self.scoring.column, "round": self.scoring.round}
        if parent is not None and parent.state == PilotState.JOINT:
            cascade(step, lock(parent), "return_column", reason=step.reason, returned=self.pk)

    @verb(label=pgettext_lazy("scoring", "Join"), source=State.SUBMITTED, target=State.JOINED, deliver=False)
    def join(self, step: Step) -> None:
        """The final score has been confirmed by both."""

    @verb(label=pgettext_lazy("scoring", "Drop"), source=LIVE, target=State.DROPPED, back=True, deliver=False)
    def drop(self, step: Step) -> None:
        """The pilot has ended before it was scored."""


def _save(step: Step, **values: Any) -> None:
    scoring = getattr(step.case, "scoring")  # noqa: B009 - the record of the proxy
    for name, value in values.items():
        setattr(scoring, name, value)
    sign(scoring, step.person, step.at, step.verb)
    scoring.save(update_fields=list(values))


def deadline_of(step: Step) -> str:
    """Each column has a limit of its own."""
    case: Any = step.case
    return f"scoring_{case.scoring.column}"


KIND = "scoring"


class ScoringFlow(flow.Flow):
    """A column of a scorecard"""

    process_class = ScoringCase
    task_class = WorkItem
    process_title = gettext_lazy("A column of a scorecard")

    start = Begin().Next(this.fill_in)
    fill_in = Task(
        title=gettext_lazy("Score the pilot"),
        state=State.OPEN,
        role=ROLES,
        permission=PERMISSIONS,
        deadline="scoring_self",
        rule_for=deadline_of,
        seat=column_seat,
    ).Next(this.joining)
    joining = Wait(
        title=gettext_lazy("Waits for the joint score"),
        state=State.SUBMITTED,
        deadline="scoring_joined",
    ).Next(this.end)
    end = Finish()


SCORING = register(
    Kind(
        code=KIND,
        programme=PROGRAMME,
        label=gettext_lazy("Column of a scorecard"),
        model=ScoringCase,
        flow=ScoringFlow,
        states=State,
        initial=State.OPEN,
        finals=frozenset({State.JOINED, State.DROPPED}),
        page=lambda case: reverse(KIND, args=[case.pk]),
        about=alliances,
        work=COLUMNS,
        section="pilots",
        record="scoring",
    )
)
