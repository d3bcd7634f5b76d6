"""What is known of patients, sealed, and the keys that open it (design, Personal data)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PatientQuerySet(models.QuerySet["Patient"]):
    def with_keys(self) -> PatientQuerySet:
        """Patients with their keys in the same query, for lists that show them masked."""
        return self.select_related("key")

    def due_for_erasure(self, on: dt.date) -> PatientQuerySet:
        """Patients whose time of keeping is over on the day, the longest overdue first."""
        return self.filter(erased_at=None, keep_until__lte=on).order_by("keep_until", "uid")


class Patient(models.Model):
    """A person who is referred: one sealed box and no word in clear. No history: an older box is a copy.

    ``keep_until`` is the first day on which nobody may keep it any more.
    """

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(help_text="Nonce and ciphertext; empty once erased.")
    sealed_at = models.DateTimeField()
    keep_until = models.DateField(db_index=True)
    erased_at = models.DateTimeField(null=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("Patient")
        verbose_name_plural = _("Patients")

    def __str__(self) -> str:
        return str(self.uid)


class PersonalKey(models.Model):
    """The key of one patient's box, itself wrapped by a key that is not in the database; erasing deletes the row."""

    patient = models.OneToOneField(Patient, models.CASCADE, primary_key=True, related_name="key")
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=16, help_text="The fingerprint of the wrapping key.")

    class Meta:
        verbose_name = _("Key of personal data")
        verbose_name_plural = _("Keys of personal data")

    def __str__(self) -> str:
        return f"key of {self.patient_id}"
