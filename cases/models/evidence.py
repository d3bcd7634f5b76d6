"""Files that prove something: photos, documents, sealed copies (佐证材料, 签章)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case


def random_name(instance: Any, filename: str) -> str:
    """A storage name that tells nothing: the name that people see is kept in the row."""
    return f"evidence/{uuid.uuid4().hex[:2]}/{uuid.uuid4().hex}"


HELD_BACK = ("pending", "quarantined")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def current(self) -> EvidenceQuerySet:
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """One uploaded file of a case; removing it hides it and keeps it for the audit trail."""

    class Purpose(models.TextChoices):
        SELF_CHECK = "self_check", _("Self-check")
        BEFORE = "before", _("Before rectification")
        AFTER = "after", _("After rectification")
        VERIFICATION = "verification", _("Verification")
        SEALED = "sealed", _("Sealed copy")
        PROGRESS = "progress", _("Progress of the rectification")
        ENFORCEMENT = "enforcement", _("Outcome of enforcement")
        VISIT = "visit", _("Spot-check visit")
        FILING = "filing", _("Filing")
        MINUTES = "minutes", _("Minutes")
        ACTIVITY = "activity", _("Activity")
        SCORE = "score", _("Score")
        REGISTER = "register", _("Register of a guidance centre")
        VOUCHER = "voucher", _("Voucher")
        SUMMARY_REPORT = "summary_report", _("Summary report")

    class Scan(models.TextChoices):
        """What the virus scanner said; nothing where there is none, and of files from before there was one."""

        PENDING = "pending", _("Waiting for the virus scanner")
        CLEAN = "clean", _("Nothing found")
        QUARANTINED = "quarantined", _("In quarantine")

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    item_code = models.CharField(max_length=20, blank=True)
    purpose = models.CharField(_("Purpose"), max_length=16, choices=Purpose)
    file = models.FileField(upload_to=random_name, max_length=120)
    name = models.CharField(_("File name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("Size"))
    sha256 = models.CharField(max_length=64)
    sent_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="Of what was sent; a picture is drawn anew before it is kept."
    )
    scan = models.CharField(_("Virus scanner"), max_length=12, choices=Scan, blank=True, default="")
    shows_digest = models.CharField(max_length=64, blank=True, help_text="For a sealed copy: the version it shows.")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("Uploaded"))
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = EvidenceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Evidence")
        verbose_name_plural = _("Evidence")
        indexes = [
            models.Index(fields=["case", "item_code"], name="evidence_of_item", condition=Q(removed_at=None)),
            models.Index(fields=["scan", "id"], name="evidence_held_back", condition=Q(scan__in=HELD_BACK)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_held_back(self) -> bool:
        """Whether nobody may open it: the virus scanner has not looked yet, or warns of it."""
        return self.scan in HELD_BACK

    def added_after(self, moment: dt.datetime) -> bool:
        return self.uploaded_at > moment
