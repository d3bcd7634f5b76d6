"""A violation is handed over for enforcement (移交处置): never simply closed, and what came of it is kept.

Action plan, part 3 (2): 对存在违法违纪违规的机构，依法依纪依规处置.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.clock import local_date
from cases.errors import Invalid
from cases.evidence import store
from cases.models import Evidence, Finding
from workflows.finding.cycle import settle_cycle
from workflows.finding.record import given, save_record
from workflows.finding.states import LIVE, State
from workflows.rules import verb
from workflows.step import Step


class EnforcementVerbs:
    """To a named authority under a reference number, and later the outcome."""

    finding: Finding

    @verb(
        label=gettext_lazy("Refer for enforcement"),
        source=LIVE,
        target=State.REFERRED,
        permission="verify",
        back=True,
        reason=True,
    )
    def refer(self, step: Step) -> None:
        """Hand the matter over to a named authority, under the number of the document that does it."""
        told = given(step, "referred_to", "reference")
        faults = {}
        if "referred_to" not in told:
            faults["referred_to"] = [_("Name the authority that takes the matter over.")]
        if "reference" not in told:
            faults["reference"] = [_("Give the reference number of the hand-over.")]
        if faults:
            raise Invalid("referral_incomplete", _("The hand-over is not complete."), faults=faults)
        save_record(step, **told)
        settle_cycle(step)

    @verb(label=gettext_lazy("Record the outcome of enforcement"), source=State.REFERRED, permission="verify")
    def record_outcome(self, step: Step) -> None:
        """What the authority decided, and when; recorded again where it was changed. Files may go with it."""
        outcome = str(step.details.get("enforcement_outcome", "")).strip()
        day = step.details.get("enforcement_on")
        faults = {}
        if not outcome:
            faults["enforcement_outcome"] = [_("Say what the authority decided.")]
        if not isinstance(day, dt.date):
            faults["enforcement_on"] = [_("Give the date of the decision.")]
        elif day > local_date(step.at):
            faults["enforcement_on"] = [_("The date lies in the future.")]
        if faults:
            raise Invalid("outcome_incomplete", _("The outcome is not complete."), faults=faults)
        files = store_files(step, Evidence.Purpose.ENFORCEMENT)
        save_record(step, enforcement_outcome=outcome, enforcement_on=day)
        step.facts = {"on": str(day), "files": files}


def store_files(step: Step, purpose: str) -> list[str]:
    """Keep the files that came with a step as evidence of its case; their digests, for the event."""
    user: Any = step.person
    limit = step.edition.settings.max_upload_mb
    kept = [
        store(case=step.case, upload=upload, purpose=purpose, by=user, at=step.at, max_mb=limit)
        for upload in step.details.get("files") or ()
    ]
    return sorted(file.sha256 for file in kept)
