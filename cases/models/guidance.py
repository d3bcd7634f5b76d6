"""Guidance centres' registers, readings of targets, and earmarked funds (pilot plan, 2 (1), 2 (2) 3 and 4 (3))."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.alliance import Pilot
from cases.models.case import Case
from cases.models.org import OrgUnit


class GuidanceYear(models.Model):
    """The record of a guidance centre's year (老年健康指导中心); the case's unit is the centre."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="guidance_year")
    review = models.TextField(_("Review of the year"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Year of a guidance centre")
        verbose_name_plural = _("Years of guidance centres")

    def __str__(self) -> str:
        return str(self.case)


class GuidanceEntry(models.Model):
    """A session in a centre's register; files lie with it under the item code ``entry:<id>``."""

    class Register(models.TextChoices):
        EDUCATION = "education", _("Health education")
        TRAINING = "training", pgettext_lazy("guidance", "Training")
        SURVEY = "survey", _("Baseline survey")
        PRIMARY_CARE = "primary_care", _("Guidance of primary care")

    guidance_year = models.ForeignKey(GuidanceYear, models.CASCADE, related_name="entries")
    register = models.CharField(_("Register"), max_length=12, choices=Register)
    held_on = models.DateField(_("Day"))
    title = models.CharField(_("What"), max_length=200)
    audience = models.CharField(_("For whom"), max_length=120, blank=True)
    attendances = models.PositiveIntegerField(_("Attendances"), default=0)
    note = models.TextField(_("Note"), blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("Entered"))
    struck_at = models.DateTimeField(_("Struck"), null=True, blank=True)
    struck_reason = models.TextField(_("Reason"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Session of a guidance centre")
        verbose_name_plural = _("Sessions of guidance centres")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class TargetReading(models.Model):
    """A share that the commission reports for a target of the edition, as of a day: so many of so many."""

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="target_readings")
    target = models.CharField(max_length=40)
    as_of = models.DateField(_("As of"))
    numerator = models.PositiveIntegerField(_("Meeting it"))
    denominator = models.PositiveIntegerField(_("Of"))
    note = models.TextField(_("Note"), blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("Entered"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Reading of a target")
        verbose_name_plural = _("Readings of targets")
        ordering = ["-as_of", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(denominator__gt=0, numerator__lte=models.F("denominator")), name="reading_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.as_of}"


class Fund(models.Model):
    """The record of money given for a purpose (专项经费, 补助) and of how it is used; amounts in yuan."""

    class Kind(models.TextChoices):
        EARMARKED = "earmarked", _("Earmarked funds of a pilot")
        SUBSIDY = "subsidy", _("Yearly subsidy of a lead hospital")
        CENTRE = "centre", _("Subsidy of a guidance centre")

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="fund")
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind)
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="funds")
    holder = models.ForeignKey(OrgUnit, models.PROTECT, related_name="funds", verbose_name=_("Holder of the fund"))
    purpose = models.TextField(_("Purpose"))
    amount = models.DecimalField(_("Amount"), max_digits=12, decimal_places=2)
    basis = models.CharField(_("Basis of the amount"), max_length=200, blank=True)
    report = models.TextField(_("Account of the use"), blank=True)
    opinion = models.TextField(_("Opinion of the finance bureau"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Fund")
        verbose_name_plural = _("Funds")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="fund_is_money")]

    def __str__(self) -> str:
        return self.case.number


class FundUse(models.Model):
    """A payment out of a fund with its voucher; files lie with it under the item code ``use:<id>``."""

    fund = models.ForeignKey(Fund, models.CASCADE, related_name="uses")
    paid_on = models.DateField(_("Paid on"))
    amount = models.DecimalField(_("Amount"), max_digits=12, decimal_places=2)
    purpose = models.CharField(_("Purpose"), max_length=200)
    voucher = models.CharField(_("Voucher number"), max_length=60)
    misused = models.BooleanField(_("Not used as intended"), default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("Entered"))
    struck_at = models.DateTimeField(_("Struck"), null=True, blank=True)
    struck_reason = models.TextField(_("Reason"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Payment")
        verbose_name_plural = _("Payments")
        ordering = ["paid_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_money")]

    def __str__(self) -> str:
        return f"{self.voucher} {self.amount}"
