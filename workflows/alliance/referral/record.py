"""What the verbs of a referral keep: its record, never a word about the patient, and the patient's sealed box."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cases.clock import local_date
from cases.errors import Conflict, Invalid
from cases.models import Referral
from cases.models.patient import Patient
from cases.models.referral import PRIORITIES
from cases.personal import keep_for
from cases.personal.keeping import read
from cases.saving import sign
from cases.wording import cdatetime
from workflows.alliance.referral.states import PRIORITY
from workflows.step import Step

FURTHEST = dt.timedelta(days=30)
LONGEST = {"department": 60, "bed": 40, "reason": 300}
FEWEST_DIGITS = 7
NOT_DIGITS = re.compile(r"[^0-9]")
# What was said of a priority: kept, not kept, or not needed by this patient.
KEPT: dict[str, bool | None] = {"kept": True, "not_kept": False, "not_needed": None}


def save_record(step: Step, referral: Referral, **values: Any) -> None:
    """Save what a verb has changed, with who did it in the history."""
    for name, value in values.items():
        setattr(referral, name, value)
    sign(referral, step.person, step.at, step.verb)
    referral.save(update_fields=list(values))


def keep_from_now(step: Step, referral: Referral) -> None:
    """The years for which the patient is kept count from the day on which the referral ended."""
    keep_for(referral.patient, step.edition.settings.patient_years, since=local_date(step.at))


@sensitive_variables()
def refuse_naming(patient: Patient, texts: Mapping[str, str]) -> None:
    """Refuse words that name the patient or give their number, where everybody who reads the case would see them.

    Raises Invalid (422) with a fault a field; says nothing where the patient was erased or cannot be read.
    """
    try:
        known = read(patient)
    except Conflict:
        return
    names = [known.get(field, "") for field in ("name", "contact")]
    phones = [NOT_DIGITS.sub("", known.get(field, "")) for field in ("phone", "contact_phone")]
    told = [name for name in names if len(name) > 1]
    dialled = [phone for phone in phones if len(phone) >= FEWEST_DIGITS]
    message = _("Do not name the patient here, and give no phone number: this is kept in clear.")
    faults = {
        field: [message]
        for field, text in texts.items()
        if any(name in text for name in told) or any(phone in NOT_DIGITS.sub("", text) for phone in dialled)
    }
    if faults:
        raise Invalid("names_the_patient", message, hint=_("Say it without name and number."), faults=faults)


def acceptance(step: Step, referral: Referral) -> dict[str, Any]:
    """Department, bed and time of an acceptance; raises Invalid (422) with a fault a field."""
    given, faults = step.details, dict[str, list[Any]]()
    texts = {name: str(given.get(name) or "").strip() for name in ("department", "bed")}
    if not texts["department"]:
        faults["department"] = [_("Say to which department the patient comes.")]
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            faults[name] = [_("Keep this under %(limit)d characters.") % {"limit": LONGEST[name]}]
    expected = given.get("expected_at")
    if not isinstance(expected, dt.datetime):
        faults["expected_at"] = [_("Say when the patient can come.")]
    elif not step.at - dt.timedelta(minutes=5) <= expected <= step.at + FURTHEST:
        faults["expected_at"] = [_("Choose a time from now on, within 30 days.")]
    if faults:
        raise Invalid("acceptance_incomplete", _("The acceptance is not complete."), faults=faults)
    refuse_naming(referral.patient, texts)
    return {**texts, "expected_at": expected, "accepted_at": step.at}


def arrival(step: Step, referral: Referral) -> dt.datetime:
    """When the patient arrived: after the acceptance and not in the future; by default now."""
    arrived = step.details.get("arrived_at") or step.at
    first = referral.accepted_at or step.at
    if not isinstance(arrived, dt.datetime) or not first - dt.timedelta(minutes=1) <= arrived <= step.at:
        message = _("The patient arrived after the acceptance at %(from)s and not later than now.") % {
            "from": cdatetime(first)
        }
        raise Invalid("arrival_time", message, faults={"arrived_at": [message]})
    return arrived


def priorities(step: Step, referral: Referral) -> dict[str, Any]:
    """Whether each of the three priorities was kept; one that was not needs its reason. Raises Invalid (422)."""
    values: dict[str, Any] = {}
    faults: dict[str, list[Any]] = {}
    for name in PRIORITIES:
        said, reason = step.details.get(name), str(step.details.get(f"{name}_reason") or "").strip()
        if said not in KEPT:
            faults[name] = [_("Say whether this priority was kept (%(clause)s).") % {"clause": PRIORITY}]
            continue
        if said == "not_kept" and not reason:
            faults[f"{name}_reason"] = [_("Say why this priority was not kept.")]
        if len(reason) > LONGEST["reason"]:
            faults[f"{name}_reason"] = [_("Keep this under %(limit)d characters.") % {"limit": LONGEST["reason"]}]
        values[f"{name}_kept"] = KEPT[str(said)]
        values[f"{name}_reason"] = reason if said == "not_kept" else ""
    if faults:
        raise Invalid("priorities_incomplete", _("The three priorities are not recorded."), faults=faults)
    refuse_naming(referral.patient, {f"{name}_reason": values[f"{name}_reason"] for name in PRIORITIES})
    return values


def outcome(step: Step) -> str:
    """What became of the patient's treatment, in a word; raises Invalid (422)."""
    said = str(step.details.get("outcome") or "")
    if said not in Referral.Outcome.values:
        message = _("Choose what came of the referral.")
        raise Invalid("outcome_missing", message, faults={"outcome": [message]})
    return said


def information(step: Step) -> dict[str, str]:
    """Discharge information and follow-up plan, which go into the patient's box; raises Invalid (422)."""
    values = {name: str(step.details.get(name) or "").strip() for name in ("discharge", "follow_up")}
    faults = {name: [_("Fill this in.")] for name, text in values.items() if not text}
    if faults:
        raise Invalid("information_incomplete", _("Both texts are needed."), faults=faults)
    return values
