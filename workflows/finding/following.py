"""How bad a finding is, and how its rectification goes on (严重程度、进展情况)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Invalid
from cases.models import Evidence, Finding, FindingProgress, Severity
from cases.saving import sign
from workflows.finding.enforcement import store_files
from workflows.finding.record import save_record
from workflows.finding.seats import HOLDER
from workflows.finding.states import LIVE, State
from workflows.rules import verb
from workflows.step import Step

LONGEST_NOTE = 2_000


class FollowingVerbs:
    """The county grades a finding; the institution notes how far it is."""

    finding: Finding

    @verb(label=gettext_lazy("Change the severity"), source=LIVE, permission="verify", reason=True)
    def grade(self, step: Step) -> None:
        """A serious finding is escalated by a steeper ladder from this moment on."""
        severity = str(step.details.get("severity", ""))
        if severity not in Severity.values:
            message = _("Choose how severe the finding is.")
            raise Invalid("severity_unknown", message, faults={"severity": [message]})
        if severity == self.finding.severity:
            message = _("The finding has this severity already.")
            raise Invalid("severity_unchanged", message, faults={"severity": [message]})
        step.facts = {"before": self.finding.severity, "severity": severity}
        save_record(step, severity=severity)

    @verb(
        label=gettext_lazy("Note the progress"),
        source=(State.OPEN, State.PLAN_SUBMITTED, State.IN_PROGRESS, State.CONTINUING),
        permission=("fill", HOLDER),
    )
    def note_progress(self, step: Step) -> None:
        """Dated by the day on which it is written; files may go with it."""
        text = str(step.details.get("progress", "")).strip()
        faults = {}
        if not text:
            faults["progress"] = [_("Write how the rectification goes on.")]
        elif len(text) > LONGEST_NOTE:
            faults["progress"] = [_("Keep this under %(limit)d characters.") % {"limit": LONGEST_NOTE}]
        if faults:
            raise Invalid("progress_incomplete", faults["progress"][0], faults=faults)
        files = store_files(step, Evidence.Purpose.PROGRESS)
        note = FindingProgress(finding=self.finding, at=step.at, by=step.person, text=text)
        sign(note, step.person, step.at)
        note.save(force_insert=True)
        step.facts = {"progress": note.pk, "files": files}
