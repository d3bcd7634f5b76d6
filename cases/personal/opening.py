"""Who reads what is known of a patient: everybody masked, and plainly only whoever has said why on the record."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cases.access import Viewer
from cases.errors import Conflict, WrongRole
from cases.models.case import Case, CaseEvent
from cases.models.patient import Patient
from cases.personal.keeping import read
from cases.personal.masking import Shown, mask, sex_in_words

log = logging.getLogger(__name__)

UNMASK = "unmask"  # the verb
UNMASKED_FOR = dt.timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, repr=False)
class Plain(Shown):
    """What is known of a patient in clear; says nothing of it when it is printed by mistake."""

    state: str = "plain"

    def __repr__(self) -> str:
        return "Plain(…)"

    @property
    def is_plain(self) -> bool:
        return True


@sensitive_variables()
def masked(patient: Patient) -> Shown:
    """What pages show of a patient. Never raises: who was erased, or cannot be read, is shown as that.

    One query where the key was not fetched with the patient (``Patient.objects.with_keys()``).
    """
    try:
        return mask(read(patient))
    except Conflict as refusal:
        if refusal.code == "patient_erased":
            return Shown(name=_("Erased"), state="erased")
        log.error("patient %s cannot be read", patient.uid)
        return Shown(name=_("Cannot be read"), state="unreadable")


def note_unmasking(facts: MutableMapping[str, Any], patient: Patient) -> None:
    """What the verb ``unmask`` of a case calls: the event names the patient by uid, and nothing that is known of them.

    The verb itself is declared with ``reason=True`` and without delivery; the engine records who, when and why.
    Raises Conflict (409) where there is nothing to open any more.
    """
    read(patient)
    facts["patient"] = str(patient.uid)


@sensitive_variables()
def unmask(patient: Patient, *, case: Case, viewer: Viewer, at: dt.datetime) -> Plain:
    """What is known of a patient, for whoever recorded the verb ``unmask`` with a reason a moment ago.

    The event of the case is the proof: by this person, about this patient, at most ``UNMASKED_FOR`` old. Raises
    WrongRole (403) without one, and Conflict (409) where the patient was erased or cannot be read.
    """
    if not _recorded(patient, case, viewer, at):
        raise WrongRole(
            "not_recorded",
            _("Personal data is shown only to whoever has given a reason."),
            hint=_("Choose “Show personal data”, and say what you need it for."),
        )
    values = read(patient)
    return Plain(**values | {"sex": sex_in_words(values.get("sex", ""))})


def shown(patient: Patient, *, case: Case, viewer: Viewer, at: dt.datetime) -> Shown:
    """What a page shows of a patient: plainly for a while after the viewer has given a reason, else masked."""
    try:
        return unmask(patient, case=case, viewer=viewer, at=at)
    except (WrongRole, Conflict):
        return masked(patient)


def _recorded(patient: Patient, case: Case, viewer: Viewer, at: dt.datetime) -> bool:
    """Whether the case's own chain says that the viewer gave a reason for reading this patient just now."""
    events = CaseEvent.objects.filter(
        case=case.pk, verb=UNMASK, actor=viewer.user.pk, at__gt=at - UNMASKED_FOR, at__lte=at
    )
    return any(event.reason and event.details.get("patient") == str(patient.uid) for event in events)
