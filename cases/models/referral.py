"""Two-way referrals (双向转诊) between the lead hospital of an alliance and its members (pilot plan, part 2 (2) 2)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.alliance import Pilot
from cases.models.case import Case
from cases.models.org import OrgUnit
from cases.models.patient import Patient

PRIORITIES = ("appointment", "examination", "admission")  # 三优先


class Referral(models.Model):
    """The record of a referral; who the patient is, why and how ill, is sealed with the patient and not here.

    ``expected_at`` is when the receiver has a bed; ``*_kept`` say of a closed referral up whether the three priorities
    (三优先) were kept, None where the patient did not need one.
    """

    class Direction(models.TextChoices):
        UP = "up", pgettext_lazy("referral", "Up")
        DOWN = "down", pgettext_lazy("referral", "Down")

    class Consent(models.TextChoices):
        WRITTEN = "written", _("In writing by the patient")
        SPOKEN = "spoken", _("Spoken, before a witness")
        FAMILY = "family", _("By guardian or family")

    class Outcome(models.TextChoices):
        INPATIENT = "inpatient", _("Treated as an inpatient")
        OUTPATIENT = "outpatient", _("Treated as an outpatient")
        CONTINUED = "continued", _("Treatment and rehabilitation go on")
        OTHER = "other", pgettext_lazy("outcome of a referral", "Other")

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="referral")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="referrals")
    direction = models.CharField(_("Direction"), max_length=4, choices=Direction)
    sender = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("From"))
    receiver = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("To"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="referrals", verbose_name=_("Patient"))
    consent_on = models.DateField(_("Consent given on"))
    consent_how = models.CharField(_("How consent was given"), max_length=8, choices=Consent)
    department = models.CharField(_("Department"), max_length=60, blank=True)
    bed = models.CharField(_("Bed"), max_length=40, blank=True)
    expected_at = models.DateTimeField(_("Expected at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("Accepted"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("Arrived"), null=True, blank=True)
    informed_at = models.DateTimeField(_("Information handed over"), null=True, blank=True)
    appointment_kept = models.BooleanField(_("Priority for appointments"), null=True, blank=True)
    appointment_reason = models.CharField(_("Why not"), max_length=300, blank=True)
    examination_kept = models.BooleanField(_("Priority for examinations"), null=True, blank=True)
    examination_reason = models.CharField(_("Why not"), max_length=300, blank=True)
    admission_kept = models.BooleanField(_("Priority for admission"), null=True, blank=True)
    admission_reason = models.CharField(_("Why not"), max_length=300, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=12, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Referral")
        verbose_name_plural = _("Referrals")
        indexes = [models.Index(fields=["pilot", "direction", "closed_at"], name="referral_of_pilot")]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="referral_goes_to_another_unit"),
        ]

    def __str__(self) -> str:
        return self.case.number

    @property
    def member_id(self) -> int:
        """The side that is not the lead hospital."""
        return self.sender_id if self.direction == self.Direction.UP else self.receiver_id
