"""The life of a filing: drafting → submitted → accepted 已备案, or returned (pilot plan, 2 (2) 2).

An accepted version is in force until the next one of its kind is accepted, or its pilot ends.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import GET_STATE
from viewflow import this
from viewflow.workflow import flow

from cases.editions.alliance import CODE as PROGRAMME
from cases.errors import Invalid
from cases.models import Case, Filing, WorkItem
from cases.roles import Role
from cases.saving import sign
from workflows.alliance.filing.sealing import sealed
from workflows.alliance.filing_state import require_filed
from workflows.alliance.hooks import ENDING, follows, precedes
from workflows.alliance.naming import documents
from workflows.alliance.parties import share_parts
from workflows.alliance.words import FILED
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.engine import cascade, lock_many
from workflows.extension.asking import ExtensionVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("filing", "Being drafted")
    SUBMITTED = "submitted", pgettext_lazy("filing", "Submitted")
    RETURNED = "returned", pgettext_lazy("filing", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("filing", "On file")
    SUPERSEDED = "superseded", pgettext_lazy("filing", "Superseded")
    LAPSED = "lapsed", pgettext_lazy("filing", "Lapsed")


WRITABLE = (State.DRAFTING, State.RETURNED)
LIVE = (*WRITABLE, State.SUBMITTED, State.ACCEPTED)
FINALS = frozenset({State.SUPERSEDED, State.LAPSED})


def _writing_state(filing: Any, *args: Any) -> str:
    """Where the lead office writes on: after a return by the commission it is the returned version."""
    return State.RETURNED if filing.events.filter(verb="return_").exists() else State.DRAFTING


class FilingCase(ExtensionVerbs, HoldVerbs, SuperviseVerbs, NudgeVerbs, ItemVerbs, Case):
    """A version of the implementation plan or the agreement as a case; its parent is the pilot."""

    filing: Filing

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Filing")
        verbose_name_plural = gettext_lazy("Filings")

    @verb(
        label=pgettext_lazy("filing", "File with the commission"),
        source=WRITABLE,
        target=State.SUBMITTED,
        permission="party:lead",
    )
    def submit(self, step: Step) -> None:
        """The lead hospital's office files it; an empty one is refused."""
        if not self.filing.text.strip():
            message = _("Write what is filed, or say which files it consists of.")
            raise Invalid("filing_empty", message, faults={"text": [message]})
        step.facts = sealed(self.filing)

    @verb(
        label=pgettext_lazy("filing", "Withdraw"),
        source=State.SUBMITTED,
        target=GET_STATE(_writing_state, states=list(WRITABLE)),
        permission="party:lead",
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By whoever filed it, while nobody has acted on it (撤回)."""
        by_the_same_person(step)

    @verb(
        label=pgettext_lazy("filing", "Put on file"),
        source=State.SUBMITTED,
        target=State.ACCEPTED,
        permission="run_pilots",
    )
    def accept(self, step: Step) -> None:
        """Taken note of (备案): sealed by its digest, and in force instead of the version before it."""
        filing = self.filing
        filing.accepted_at = step.at
        sign(filing, step.person, step.at, step.verb)
        filing.save(update_fields=["accepted_at"])
        step.facts = sealed(filing)
        before = Case.objects.filter(
            kind="filing", parent=self.parent_id, filing__kind=filing.kind, state=State.ACCEPTED
        ).exclude(pk=self.pk)
        for case in lock_many(list(before)):
            cascade(step, case, "supersede", number=filing.number)

    @verb(
        label=pgettext_lazy("filing", "Return to the lead hospital"),
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="run_pilots",
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """With the reasons; the office works it over and files it again (退回)."""
        not_claimed_by_another(step)

    @verb(label=pgettext_lazy("filing", "Supersede"), source=State.ACCEPTED, target=State.SUPERSEDED)
    def supersede(self, step: Step) -> None:
        """The next version has been accepted; this one stays to be read."""
        step.facts = {"by": step.details["number"]}

    @verb(
        label=pgettext_lazy("filing", "Lapse"),
        source=LIVE,
        target=State.LAPSED,
        back=True,
        deliver=False,
    )
    def lapse(self, step: Step) -> None:
        """The pilot has ended."""


def lead_office(case: Any) -> tuple[int, str]:
    """The seat that writes: the office at the lead hospital."""
    return case.filing.pilot.lead_id, Role.ALLIANCE_OFFICER


class FilingFlow(flow.Flow):
    """Filing of an alliance pilot"""

    process_class = FilingCase
    task_class = WorkItem
    process_title = gettext_lazy("Filing of an alliance pilot")

    start = Begin().Next(this.draft)
    draft = Task(
        title=gettext_lazy("Write and file it"),
        state=State.DRAFTING,
        role=Role.ALLIANCE_OFFICER,
        permission="party:lead",
        deadline="filing_draft",
        seat=lead_office,
    ).Next(this.decide)
    revise = Task(
        title=gettext_lazy("Work it over and file it again"),
        state=State.RETURNED,
        role=Role.ALLIANCE_OFFICER,
        permission="party:lead",
        deadline="filing_revision",
        seat=lead_office,
    ).Next(this.decide)
    decide = Task(
        title=gettext_lazy("Put it on file, or return it"),
        state=State.SUBMITTED,
        role=Role.PREFECTURE_OFFICER,
        permission="run_pilots",
        deadline="filing_decision",
    ).Next(this.in_force)
    in_force = Wait(
        title=gettext_lazy("In force"),
        state=State.ACCEPTED,
        deadline="filing_in_force",
    ).Next(this.end)
    end = Finish()


FILING = register(
    Kind(
        code="filing",
        programme=PROGRAMME,
        label=gettext_lazy("Filing"),
        model=FilingCase,
        flow=FilingFlow,
        states=State,
        initial=State.DRAFTING,
        finals=FINALS,
        page=lambda case: reverse("filing", args=[case.pk]),
        about=documents,
        work=FILED,
        section="pilots",
        record="filing",
    )
)


share_parts(FILING.code, "lead", "member", "district")


@follows(ENDING)
def lapse_with_pilot(step: Step) -> None:
    """The filings of a pilot lapse with it; it is locked already."""
    live = Case.objects.filter(parent=step.case.pk, kind="filing", state__in=LIVE)
    for case in lock_many(list(live)):
        cascade(step, case, "lapse")


@precedes("report")
def wait_for_filings(step: Step) -> None:
    """The evaluation waits for the filings, the phase itself does not."""
    require_filed(step.case)
