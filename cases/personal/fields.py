"""Which words about a patient a referral needs, and what each must look like; nothing else is ever taken in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from cases.clock import local_date
from cases.errors import Invalid

SEXES = {"male": gettext_lazy("male"), "female": gettext_lazy("female")}
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,18}[0-9]")
EARLIEST_YEAR = 1900


@dataclass(frozen=True)
class PersonalField:
    """One word about a patient: how long it may be, and whether it is health data, of which masks show nothing."""

    name: str
    label: Any
    longest: int
    required: bool = False
    health: bool = False


FIELDS = (
    PersonalField("name", pgettext_lazy("person", "Name"), 60, required=True),
    PersonalField("sex", gettext_lazy("Sex"), 10),
    PersonalField("birth_year", gettext_lazy("Year of birth"), 4),
    PersonalField("phone", gettext_lazy("Phone"), 20),
    PersonalField("contact", gettext_lazy("Contact person"), 60),
    PersonalField("contact_phone", gettext_lazy("Phone of the contact person"), 20),
    PersonalField("grounds", gettext_lazy("Reason for the referral"), 1_000, health=True),
    PersonalField("condition", pgettext_lazy("patient", "Condition"), 2_000, health=True),
    PersonalField("diagnosis", gettext_lazy("Diagnosis"), 500, health=True),
    PersonalField("discharge", gettext_lazy("Discharge information"), 4_000, health=True),
    PersonalField("follow_up", gettext_lazy("Follow-up plan"), 4_000, health=True),
)
BY_NAME = {field.name: field for field in FIELDS}
NAMES = tuple(BY_NAME)


def checked(values: Mapping[str, str], at: dt.datetime, *, whole: bool) -> dict[str, str]:
    """The values, trimmed; raises Invalid (422) with a fault a field. ``whole``: what is required must be there.

    A name that is no field is a mistake of the caller (ValueError).
    """
    if unknown := values.keys() - BY_NAME.keys():
        raise ValueError(f"not kept of a patient: {', '.join(sorted(unknown))}")
    clean = {name: str(value).strip() for name, value in values.items()}
    faults: dict[str, list[Any]] = {}
    for field in FIELDS:
        value = clean.get(field.name)
        if not value:
            if field.required and (whole or value is not None):
                faults[field.name] = [_("Fill this in.")]
        elif len(value) > field.longest:
            faults[field.name] = [_("Keep this under %(limit)d characters.") % {"limit": field.longest}]
        elif fault := _fault(field.name, value, at):
            faults[field.name] = [fault]
    if faults:
        raise Invalid("patient_incomplete", _("What is said of the patient is not complete."), faults=faults)
    return clean


def _fault(name: str, value: str, at: dt.datetime) -> str:
    if name == "sex" and value not in SEXES:
        return _("Choose one.")
    if name == "birth_year" and not (
        value.isascii() and value.isdecimal() and EARLIEST_YEAR <= int(value) <= local_date(at).year
    ):
        return _("Give the year of birth with four digits.")
    if name in {"phone", "contact_phone"} and not PHONE.fullmatch(value):
        return _("Give a phone number: digits, spaces and hyphens.")
    return ""


def hidden_from_reports(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a form says of a patient out of error reports; put it outermost on every view that takes it."""
    hidden: Callable[..., Any] = sensitive_post_parameters(*NAMES)(view)
    return hidden
