"""The year's programme of a region, its reporting rounds, and the prefectures' work plans (action plan, part 3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case


class Programme(models.Model):
    """The record of a region's year: what it asks of everybody below it."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="programme")
    notice = models.TextField(_("Notice to prefectures and counties"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Programme of the year")
        verbose_name_plural = _("Programmes of the year")

    def __str__(self) -> str:
        return str(self.case)


class Round(models.Model):
    """One reporting round of a programme (报送轮次): whose year, with what cut-off, due when; days in Asia/Shanghai.

    The dates come from the edition when the programme is opened, and the region may name others until then.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="rounds")
    code = models.CharField(max_length=40)
    cycle_year = models.PositiveSmallIntegerField(_("Year reported"))
    cutoff_on = models.DateField(_("Data cut-off"))
    due_on = models.DateField(_("Due date"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Reporting round")
        verbose_name_plural = _("Reporting rounds")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="one_round_per_code"),
            models.CheckConstraint(condition=Q(due_on__gte=F("cutoff_on")), name="round_due_after_cutoff"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.cycle_year}"


class WorkPlan(models.Model):
    """The record of a prefecture's plan for the year (工作计划; action plan, 3 (1))."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="work_plan")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="work_plans")
    goals = models.TextField(_("Goals of the year"), blank=True)
    arrangements = models.TextField(_("Arrangements by stage"), blank=True)
    organisation = models.TextField(_("Organisation and responsibility"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Work plan")
        verbose_name_plural = _("Work plans")

    def __str__(self) -> str:
        return str(self.case)
