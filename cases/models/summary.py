"""Annex 2 and the reports made of it: the draft that officers complete, and the versions that were filed (附件2)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.finding import Finding
from cases.models.org import OrgUnit
from cases.models.programme import Round


class Summary(models.Model):
    """The record of a prefecture's summary, or of the region's report, for one round; its unit is the case's."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="summary")
    round = models.ForeignKey(Round, models.PROTECT, related_name="summaries")
    missing_reason = models.TextField(_("Reason for missing reports"), blank=True)
    correction_reason = models.TextField(_("Reason for the correction"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Summary")
        verbose_name_plural = _("Summaries")

    def __str__(self) -> str:
        return str(self.case)


class SummaryText(models.Model):
    """One passage of a summary's words: what the system drafted, and apart from it what the officer wrote.

    ``edited`` is empty while the draft stands; drafting again renews ``drafted`` alone.
    """

    class Part(models.TextChoices):
        PROBLEMS = "problems", pgettext_lazy("narrative", "Problems")
        RECTIFICATION = "rectification", pgettext_lazy("narrative", "Rectification")
        REPORT = "report", pgettext_lazy("narrative", "Annual quality report")

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="texts")
    part = models.CharField(max_length=16, choices=Part)
    no = models.PositiveSmallIntegerField()
    drafted = models.TextField(_("As drafted by the system"), blank=True)
    drafted_at = models.DateTimeField(null=True)
    edited = models.TextField(_("As edited"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Passage")
        verbose_name_plural = _("Passages")
        ordering: ClassVar[list[str]] = ["summary", "part", "no"]
        constraints = [models.UniqueConstraint(fields=["summary", "part", "no"], name="one_passage_a_heading")]

    def __str__(self) -> str:
        return f"{self.part} {self.no}"

    @property
    def text(self) -> str:
        """What is printed."""
        return self.edited or self.drafted


class SummaryOverride(models.Model):
    """A figure changed by hand: its reason, and beside it what was computed; marked in every output.

    ``cell`` is a count (``A2-C1``) or a cell of the table (``A2-01.selfcheck.problem``).
    """

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="overrides")
    cell = models.CharField(max_length=40)
    computed = models.PositiveIntegerField(_("Computed value"))
    value = models.PositiveIntegerField(_("Value"))
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Figure changed by hand")
        verbose_name_plural = _("Figures changed by hand")
        constraints = [
            models.UniqueConstraint(fields=["summary", "cell"], name="one_override_a_cell"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.cell}: {self.value}"


class SummaryVersion(models.Model):
    """A summary as it was filed: never changed afterwards (a trigger holds that); a correction is a new version.

    ``figures`` are the computed numbers by cell, with those beside the table; ``overrides`` the ones changed by hand,
    with reason and author; ``texts`` the passages; ``missing`` the counties and institutions that had not reported.
    ``cutoff_on`` is a day in Asia/Shanghai; ``at`` (UTC) is also the moment up to which placements were known.
    ``digest`` is the SHA-256 of all of it with the entries.
    """

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="versions")
    no = models.PositiveSmallIntegerField(_("Version"))
    at = models.DateTimeField(_("Filed"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cutoff_on = models.DateField(_("Data cut-off"))
    figures = models.JSONField()
    overrides = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    missing = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("Filed version")
        verbose_name_plural = _("Filed versions")
        ordering: ClassVar[list[str]] = ["summary", "no"]
        constraints = [models.UniqueConstraint(fields=["summary", "no"], name="one_summary_version_a_number")]

    def __str__(self) -> str:
        return f"v{self.no}"


class SummaryEntry(models.Model):
    """A record behind a filed figure: this institution, and this finding of it as it stood at the cut-off.

    ``cell`` is a count (``A2-C1``) or a row and population of the table (``A2-01.selfcheck``); ``status`` is that of
    the finding, or empty; ``amount`` what the institution adds to a count.
    """

    version = models.ForeignKey(SummaryVersion, models.PROTECT, related_name="entries", db_index=False)
    cell = models.CharField(max_length=40)
    institution = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+", db_index=False)
    status = models.CharField(max_length=10, blank=True)
    amount = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("Record behind a figure")
        verbose_name_plural = _("Records behind figures")
        indexes = [models.Index(fields=["version", "cell", "institution"], name="summary_entry_cell")]

    def __str__(self) -> str:
        return f"{self.cell} {self.institution_id}"


class SummaryMember(models.Model):
    """That an institution's cycle is in a summary (进入汇总): its membership begins with the summary's submission."""

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="members", db_index=False)
    cycle = models.ForeignKey(Case, models.PROTECT, related_name="memberships")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("Cycle in a summary")
        verbose_name_plural = _("Cycles in a summary")
        constraints = [models.UniqueConstraint(fields=["summary", "cycle"], name="one_membership_a_summary")]

    def __str__(self) -> str:
        return f"{self.cycle_id} in {self.summary_id}"
