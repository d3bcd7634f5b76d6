"""How long patients are kept, and how they are forgotten: the key goes, and with it every copy of the box."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from cases.access import SYSTEM, Actor
from cases.audit import note
from cases.models.patient import Patient, PatientQuerySet, PersonalKey


def keep_for(patient: Patient, years: int, *, since: dt.date) -> None:
    """Count the years of keeping from another day, such as the one on which the referral was closed."""
    patient.keep_until = years_after(since, years)
    patient.save(update_fields=["keep_until"])


def due_for_erasure(on: dt.date) -> PatientQuerySet:
    """The patients whom nobody may keep on this day any more."""
    return Patient.objects.due_for_erasure(on)


def erase(patient: Patient, at: dt.datetime, by: Actor = SYSTEM) -> None:
    """Forget a patient: key and box are deleted, the row says when, and the system's own trail who did it.

    Safe to repeat; the first time counts.
    """
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:  # what is deleted is overwritten in the file as well
                cursor.execute("PRAGMA secure_delete = ON")
        PersonalKey.objects.filter(patient=patient).delete()
        if Patient.objects.filter(pk=patient.pk, erased_at=None).update(sealed=b"", erased_at=at):
            note("erase_personal_data", by=by, at=at, subject=patient)
    patient.refresh_from_db()


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
