"""How long patients are kept, and how they are forgotten: the key goes, and with it every copy of the box."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from cases.models.patient import Patient, PatientQuerySet, PersonalKey


def keep_for(patient: Patient, years: int, *, since: dt.date) -> None:
    """Count the years of keeping from another day, such as the one on which the referral was closed."""
    patient.keep_until = years_after(since, years)
    patient.save(update_fields=["keep_until"])


def due_for_erasure(on: dt.date) -> PatientQuerySet:
    """The patients whom nobody may keep on this day any more."""
    return Patient.objects.due_for_erasure(on)


def erase(patient: Patient, at: dt.datetime) -> None:
    """Forget a patient: the key is deleted, so that copies of the box in backups say nothing; the row says when.

    Safe to repeat; the first time counts.
    """
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:  # what is deleted is overwritten in the file as well
                cursor.execute("PRAGMA secure_delete = ON")
        PersonalKey.objects.filter(patient=patient).delete()
        Patient.objects.filter(pk=patient.pk, erased_at=None).update(sealed=b"", erased_at=at)
    patient.refresh_from_db()


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
