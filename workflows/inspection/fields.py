"""Which fields of a record an inspector reads, what each is called, and what one says that leads to another record."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.audit.layouts import tables_by_label
from cases.models import (
    Case,
    DrawEntry,
    Edition,
    Finding,
    OrgUnit,
    Pilot,
    PilotProgramme,
    Programme,
    Round,
    SelfCheckSubmission,
    User,
)
from workflows.inspection.records import branches

# What an inspector does not read as a field, and why; everything else is shown.
KEPT_BACK = {
    "uid": "the key of the case in the chain",
    "slot": "keeps a case from being opened twice",
    "version": "counts the steps, as the trail does",
    "row_version": "counts the savings, as the trail does",
    "basic_version": "counts the savings, as the trail does",
    "report_version": "counts the savings, as the trail does",
    "case_id": "the case itself",
    "updated_by_id": "who saved a version stands beside it",
    "updated_at": "when a version was saved stands beside it",
    "due_trace": "the page “Why this date?” shows it",
    "file": "a random name on the disk; the digest names the content",
    "item_id": "the work item whose date it is; the step stands in the table of times",
    "patient_id": "patients are named on the page of a referral, masked, and nowhere else",
}
KEPT_BACK_OF = {
    "cases.case.status": "the engine’s own word for the state",
    "cases.case.kind": "stands at the head of the page",
    "cases.case.flow_class": "stands at the head of the page as the kind",
    "cases.case.event_count": "counts the events, as the trail does",
    "cases.case.chain_head": "the head of the chain, which the proof shows",
}
LABELS = {
    "approved_at": gettext_lazy("Approved at"),
    "approved_by": gettext_lazy("Approved by"),
    "at": gettext_lazy("Moment"),
    "basic": gettext_lazy("Basic information"),
    "by": gettext_lazy("Entered by"),
    "cell": gettext_lazy("Cell"),
    "closed_by": gettext_lazy("Closed by"),
    "code": gettext_lazy("Code"),
    "cycle": gettext_lazy("Annual quality cycle"),
    "computed": gettext_lazy("Computed score"),
    "concluded_at": gettext_lazy("Concluded at"),
    "concluded_by": gettext_lazy("Concluded by"),
    "drafted_at": gettext_lazy("Drafted at"),
    "dropped_at": gettext_lazy("Replaced at"),
    "entered_by": gettext_lazy("Entered by"),
    "entry": gettext_lazy("Institution drawn"),
    "facets": gettext_lazy("Facets"),
    "filler": gettext_lazy("Form filled in by"),
    "fixed_by": gettext_lazy("Rectified by"),
    "frame_digest": gettext_lazy("Digest of the frame"),
    "given": gettext_lazy("Given score"),
    "institution": gettext_lazy("Institution"),
    "item_code": gettext_lazy("Check item"),
    "media_type": gettext_lazy("Type of the file"),
    "no": pgettext_lazy("item number", "No."),
    "part": pgettext_lazy("of a summary", "Part"),
    "parent": gettext_lazy("The case that it belongs to"),
    "pilot": gettext_lazy("Alliance pilot"),
    "programme": gettext_lazy("Programme of the year"),
    "removed_at": gettext_lazy("Removed at"),
    "removed_by": gettext_lazy("Removed by"),
    "round": gettext_lazy("Round of scoring"),
    "row": gettext_lazy("Row of the scorecard"),
    "sent_sha256": gettext_lazy("Digest of what was sent"),
    "sha256": pgettext_lazy("hash", "Digest"),
    "shows_digest": gettext_lazy("Digest of the version it shows"),
    "signed_by": gettext_lazy("Signed by"),
    "started_at": gettext_lazy("Started at"),
    "started_by": gettext_lazy("Started by"),
    "stratum": gettext_lazy("Stratum"),
    "submission": gettext_lazy("Submitted version"),
    "unit": gettext_lazy("Unit"),
    "uploaded_by": gettext_lazy("Uploaded by"),
    "user": gettext_lazy("Person"),
    "values": gettext_lazy("Measured values"),
    "withdrawn_at": gettext_lazy("Withdrawn at"),
}  # what the models have no words for
LABELS_OF = {
    "cases.finding.recurrence_of": gettext_lazy("Recurrence of"),
    "cases.practice.finding": gettext_lazy("Finding"),
    "cases.summary.round": gettext_lazy("Reporting round"),
}
# What a field that leads to another record says of it.
NAMED: dict[Any, Any] = {
    User: F("name"),
    OrgUnit: F("name"),
    Edition: F("title"),
    Finding: F("case__number"),
    Round: F("code"),
    DrawEntry: F("institution__name"),
    SelfCheckSubmission: F("no"),
    Case: Concat(F("unit__name"), Value(" "), F("year"), Value(" "), F("number"), output_field=models.CharField()),
    Pilot: F("name"),
    PilotProgramme: F("title"),
    Programme: F("case__year"),
}


@cache
def fields_of(label: str) -> dict[str, Any]:
    """The fields of a record that an inspector reads, by column: all but what ``KEPT_BACK`` gives a reason for."""
    above = {branch.label: branch.link for branch in branches()}
    return {
        field.attname: field
        for field in tables_by_label()[label].instance_type._meta.concrete_fields
        if not field.primary_key
        and field.attname not in KEPT_BACK
        and f"{label}.{field.attname}" not in KEPT_BACK_OF
        and field.attname != above.get(label)
    }


def label_of(label: str, field: Any) -> Any:
    """What a field is called."""
    return LABELS_OF.get(f"{label}.{field.name}") or LABELS.get(field.name, field.verbose_name)


def leads_to(field: Any) -> Any:
    """The model of the record that a field names."""
    return field.remote_field.model._meta.concrete_model
