"""Typical cases (典型案例) and good practices (好经验), nominated from below and published (action plan, 4 (3))."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.finding import Finding
from cases.models.org import OrgUnit


class Practice(models.Model):
    """The record of a typical case or good practice; the case's unit is the one that files it."""

    class Sort(models.TextChoices):
        TYPICAL_CASE = "typical_case", _("Typical case")
        GOOD_PRACTICE = "good_practice", _("Good practice")

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="practice")
    sort = models.CharField(_("Sort"), max_length=16, choices=Sort)
    title = models.CharField(_("Title"), max_length=120)
    text = models.TextField(_("Text"))
    institution = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Institution concerned")
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Finding concerned")
    )
    published_at = models.DateTimeField(_("Published"), null=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Typical case or good practice")
        verbose_name_plural = _("Typical cases and good practices")

    def __str__(self) -> str:
        return self.title
