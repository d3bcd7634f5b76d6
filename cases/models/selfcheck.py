"""The institution's self-check: the draft that people type into and the versions that were submitted (Annex 1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case


class AnswerStatus(models.TextChoices):
    COMPLIANT = "compliant", _("Compliant")
    PROBLEM = "problem", _("Problem found")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Rectification(models.TextChoices):
    """How a problem is put right (glossary: 立行立改, 限期整改, 长期坚持)."""

    IMMEDIATE = "immediate", _("Fix on the spot")
    TIME_LIMITED = "time_limited", _("Time-limited fix")
    ONGOING = "ongoing", _("Continuing")


class SelfCheck(models.Model):
    """The draft of Annex 1 for one cycle: basic information and report; the answers hang off it.

    ``basic`` holds the values by the edition's field codes. ``basic_version`` and ``report_version`` are row
    versions: a save that was based on an older one is a conflict and loses nothing.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="selfcheck")
    basic = models.JSONField(default=dict)
    basic_version = models.PositiveIntegerField(default=0)
    report = models.TextField(_("Self-check report"), blank=True)
    report_version = models.PositiveIntegerField(default=0)
    filler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Self-check form")
        verbose_name_plural = _("Self-check forms")

    def __str__(self) -> str:
        return f"self-check of {self.case}"


class SelfCheckAnswer(models.Model):
    """What the institution says of one item; an item without a row is not answered."""

    selfcheck = models.ForeignKey(SelfCheck, models.CASCADE, related_name="answers")
    item_code = models.CharField(max_length=20)
    status = models.CharField(_("Self-check status"), max_length=16, choices=AnswerStatus, blank=True)
    facets = models.JSONField(default=list)
    values = models.JSONField(default=dict, help_text="Measured values as decimal strings, by measure code.")
    problem = models.TextField(_("Problem"), blank=True)
    measure = models.TextField(_("Corrective measure"), blank=True)
    rectification = models.CharField(_("Way of rectification"), max_length=16, choices=Rectification, blank=True)
    fixed_on_spot = models.BooleanField(_("Already rectified on the spot"), default=False)
    responsible = models.CharField(_("Person responsible"), max_length=60, blank=True)
    planned_on = models.DateField(_("Due date"), null=True, blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Answer")
        verbose_name_plural = _("Answers")
        constraints = [models.UniqueConstraint(fields=["selfcheck", "item_code"], name="one_answer_per_item")]

    def __str__(self) -> str:
        return f"{self.item_code}: {self.status}"

    @property
    def decimals(self) -> dict[str, Decimal]:
        return {code: Decimal(value) for code, value in self.values.items()}


class SelfCheckSubmission(models.Model):
    """One version of the form as it was submitted: never changed afterwards (a trigger holds that).

    ``digest`` is the SHA-256 of the canonical snapshot; the sealed copy names the same digest. Beds are kept in
    columns because Annex 2 counts them.
    """

    selfcheck = models.ForeignKey(SelfCheck, models.PROTECT, related_name="submissions")
    no = models.PositiveSmallIntegerField(_("Version"))
    at = models.DateTimeField(_("Submitted"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    digest = models.CharField(max_length=64)
    medical_beds = models.PositiveIntegerField(null=True)
    home_beds = models.PositiveIntegerField(null=True)
    problem_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("Submitted version")
        verbose_name_plural = _("Submitted versions")
        ordering: ClassVar[list[str]] = ["selfcheck", "no"]
        constraints = [models.UniqueConstraint(fields=["selfcheck", "no"], name="one_submission_per_number")]

    def __str__(self) -> str:
        return f"v{self.no}"

    def answer(self, item_code: str) -> dict[str, Any]:
        """The submitted answer to an item, empty where it was not asked."""
        answer: dict[str, Any] = self.snapshot["answers"].get(item_code, {})
        return answer
