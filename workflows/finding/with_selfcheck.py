"""What the self-check and its verification do to a finding that is in hand (design, Findings); system verbs."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from workflows.finding.record import AFRESH, save_record
from workflows.finding.states import IN_HAND, LIVE, State
from workflows.rules import verb
from workflows.step import Step


class SelfCheckVerbs:
    """Confirmed, rejected, worded anew, dropped or reported again."""

    @verb(label=pgettext_lazy("finding", "Confirm"), source=IN_HAND)
    def confirm(self, step: Step) -> None:
        """The county's verification upholds the finding, as reported or amended."""
        save_record(step, confirmed_at=step.at, **step.details)

    @verb(label=pgettext_lazy("finding", "Reject"), source=IN_HAND, target=State.REJECTED, back=True)
    def reject(self, step: Step) -> None:
        """The county's verification does not uphold the finding."""
        save_record(step, confirmed_at=step.at)

    @verb(label=pgettext_lazy("finding", "Update"), source=IN_HAND, deliver=False)
    def update(self, step: Step) -> None:
        """A later submission of the self-check words the same problem anew; the county has to confirm that again."""
        save_record(step, confirmed_at=None, **step.details)

    @verb(label=pgettext_lazy("finding", "Drop"), source=LIVE, target=State.CANCELLED, back=True)
    def drop(self, step: Step) -> None:
        """A later submission no longer reports the problem, or the cycle is cancelled."""

    @verb(
        label=pgettext_lazy("finding", "Renew"),
        source=(
            State.CANCELLED,
            State.REJECTED,
            State.CLOSED,
            State.CONTINUING,
            State.REFERRED,
            State.OPEN,
            State.FIXED,
        ),
        target=RETURN_VALUE(State.OPEN, State.FIXED),
        back=True,
    )
    def renew(self, step: Step) -> str:
        """A later submission reports the problem again, or otherwise than before as (not) rectified on the spot."""
        fields = {**AFRESH, **step.details, "confirmed_at": None, "plan": "", "plan_accepted_at": None, "result": ""}
        if fields.get("on_spot"):
            fields |= {"fixed_by": step.actor.user, "fixed_at": step.at, "result": fields.get("measure", "")}
        save_record(step, **fields)
        return State.FIXED if fields.get("on_spot") else State.OPEN
