"""Putting what is known of a patient into its box, and changing it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cases.clock import local_date
from cases.errors import Conflict
from cases.models.patient import Patient, PersonalKey
from cases.personal import box
from cases.personal.erasing import years_after
from cases.personal.fields import checked


@sensitive_variables()
def seal(values: Mapping[str, str], *, at: dt.datetime, years: int) -> Patient:
    """A new patient with the values of ``NAMES`` that are given, kept for so many years from the day.

    One patient a referral: the minimum says nothing about who was referred before. Raises Invalid (422) with a fault
    a field.
    """
    clean = checked(values, at, whole=True)
    patient = Patient(sealed_at=at, keep_until=years_after(local_date(at), years))
    key = box.new_key()
    patient.sealed = box.close(clean, key, patient.uid)
    wrapped, wrapped_by = box.wrap(key, patient.uid)
    with transaction.atomic():
        patient.save(force_insert=True)
        PersonalKey(patient=patient, wrapped=wrapped, wrapped_by=wrapped_by).save(force_insert=True)
    return patient


@sensitive_variables()
def amend(patient: Patient, values: Mapping[str, str], *, at: dt.datetime) -> None:
    """Replace the given values; those that are not named stay. The box before is not kept.

    Raises Invalid (422), and Conflict (409) once the patient was erased or cannot be read.
    """
    clean = checked(values, at, whole=False)
    with transaction.atomic():
        key = key_of(patient, lock=True)
        patient.refresh_from_db(fields=["sealed", "erased_at"])
        known = opened(patient, key)
        patient.sealed, patient.sealed_at = box.close(known | clean, key, patient.uid), at
        patient.save(update_fields=["sealed", "sealed_at"])


@sensitive_variables()
def read(patient: Patient) -> dict[str, str]:
    """What is in the box; raises Conflict (409) where it was erased, or cannot be read."""
    return opened(patient, key_of(patient))


def key_of(patient: Patient, *, lock: bool = False) -> bytes:
    """The patient's own key; ``lock`` keeps it from being erased until the end of the transaction."""
    if lock:
        row = PersonalKey.objects.select_for_update().filter(patient=patient).first()
    else:
        row = getattr(patient, "key", None)
    if patient.erased_at is not None or row is None:
        raise Conflict("patient_erased", _("What was known of this patient has been erased."))
    try:
        return box.unwrap(bytes(row.wrapped), row.wrapped_by, patient.uid)
    except box.Unreadable as error:
        raise _unreadable() from error


def opened(patient: Patient, key: bytes) -> dict[str, str]:
    try:
        return box.open_box(bytes(patient.sealed), key, patient.uid)
    except box.Unreadable as error:
        raise _unreadable() from error


def _unreadable() -> Conflict:
    return Conflict(
        "patient_unreadable",
        _("What is kept of this patient cannot be read: it was changed, or its key is missing."),
        hint=_("Tell the system administrator; a backup may still have it."),
    )
