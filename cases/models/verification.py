"""County verification (县级核查): a record of its own beside the institution's, which it never overwrites."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.finding import Severity
from cases.models.selfcheck import Rectification, SelfCheckSubmission


class Conclusion(models.TextChoices):
    AGREE = "agree", _("Agree with the self-check")
    DISAGREE = "disagree", _("Disagree")
    NEW_FINDING = "new_finding", _("New finding")


class Verification(models.Model):
    """The county's check of one submitted version (action plan, part 3 (2): 逐一核查)."""

    class Method(models.TextChoices):
        PAPER = "paper", _("On paper")
        ON_SITE = "on_site", _("On site")

    case = models.ForeignKey(Case, models.CASCADE, related_name="verifications")
    submission = models.OneToOneField(SelfCheckSubmission, models.PROTECT, related_name="verification")
    method = models.CharField(_("Method"), max_length=10, choices=Method, default=Method.PAPER)
    visited_on = models.DateField(_("Date of the visit"), null=True, blank=True)
    officials = models.CharField(_("Officials present"), max_length=200, blank=True)
    opinion = models.TextField(_("Verification opinion"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    concluded_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Verification")
        verbose_name_plural = _("Verifications")

    def __str__(self) -> str:
        return f"verification of {self.submission}"


class VerificationItem(models.Model):
    """What the county says of one item; problem, facets, measure and date are the county's own words."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="items")
    item_code = models.CharField(max_length=20)
    conclusion = models.CharField(_("Conclusion"), max_length=12, choices=Conclusion, blank=True)
    opinion = models.TextField(_("Verification opinion"), blank=True)
    facets = models.JSONField(default=list)
    problem = models.TextField(_("Problem"), blank=True)
    measure = models.TextField(_("Corrective measure"), blank=True)
    rectification = models.CharField(_("Way of rectification"), max_length=16, choices=Rectification, blank=True)
    severity = models.CharField(_("Severity"), max_length=8, choices=Severity, blank=True)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    to_return = models.BooleanField(_("Return this item"), default=False)
    return_reason = models.TextField(_("Return reason"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Verified item")
        verbose_name_plural = _("Verified items")
        constraints = [models.UniqueConstraint(fields=["verification", "item_code"], name="one_conclusion_per_item")]

    def __str__(self) -> str:
        return f"{self.item_code}: {self.conclusion}"
