"""Findings: the lines of the rectification ledger (整改台账; action plan, part 4 (2): 对发现的问题建立台账)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.case import Case, CaseParty
from cases.models.org import OrgUnit
from cases.models.selfcheck import Rectification
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, viewer: Viewer) -> FindingQuerySet:
        """Findings of the units below the viewer's appointments and of cases that the viewer is a party of.

        The same scope as that of cases, for a party put as a union, because SQLite answers the alternative of subtree
        or party by looking at every case there is.
        """
        if not viewer.is_party:
            return self.within(*viewer.paths("view"))
        units = OrgUnit.objects.visible_to(viewer).order_by().values("pk")
        party = CaseParty.objects.of(viewer).filter(case__kind="finding")
        below = Case.objects.filter(kind="finding", unit__in=units).values("pk")
        return self.filter(case__in=below.union(party.values("case"), all=True))

    def within(self, *paths: str) -> FindingQuerySet:
        return self.filter(within("case__unit__path", paths))


class Severity(models.TextChoices):
    """How bad a finding is; a repeated one is a level worse (ledger: 严重程度)."""

    GENERAL = "general", pgettext_lazy("severity", "Minor")
    MAJOR = "major", pgettext_lazy("severity", "Major")
    SERIOUS = "serious", pgettext_lazy("severity", "Serious")


class Finding(models.Model):
    """The record of a finding's case: what is wrong, what is done about it, by whom and until when."""

    class Source(models.TextChoices):
        SELF_CHECK = "self_check", pgettext_lazy("source", "Self-check")
        COUNTY = "county", pgettext_lazy("source", "County verification")
        REGION = "region", _("Regional spot-check")
        NATION = "nation", _("National spot-check")
        COMPLAINT = "complaint", _("Complaint")
        INSPECTOR = "inspector", _("Inspector")
        FINANCE = "finance", _("Finance bureau")

    OF_CYCLES = frozenset(Source) - {Source.FINANCE}  # the others belong to cases of another programme

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="finding")
    cycle = models.ForeignKey(Case, models.PROTECT, related_name="findings")
    source = models.CharField(_("Source"), max_length=12, choices=Source)
    item_code = models.CharField(_("Check item"), max_length=20)
    facets = models.JSONField(_("Facets"), default=list)
    problem = models.TextField(_("Problem"))
    measure = models.TextField(_("Corrective measure"), blank=True)
    rectification = models.CharField(_("Way of rectification"), max_length=16, choices=Rectification)
    severity = models.CharField(_("Severity"), max_length=8, choices=Severity, default=Severity.GENERAL)
    responsible_unit = models.CharField(_("Unit responsible"), max_length=60, blank=True)
    responsible = models.CharField(_("Person responsible"), max_length=60, blank=True)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    due_trace = models.JSONField(default=list, help_text="The steps by which the date was found.")
    confirmed_at = models.DateTimeField(_("Confirmed by the county"), null=True, blank=True)
    recurrence_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="recurrences", verbose_name=_("Recurrence of")
    )
    plan = models.TextField(_("Rectification plan"), blank=True)
    plan_accepted_at = models.DateTimeField(_("Plan accepted"), null=True, blank=True)
    result = models.TextField(_("Result of rectification"), blank=True)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    fixed_at = models.DateTimeField(_("Rectified"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Verifier")
    )
    reviewed_at = models.DateTimeField(_("Reviewed"), null=True, blank=True)
    review_count = models.PositiveSmallIntegerField(_("Periodic reviews passed"), default=0)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)
    on_spot = models.BooleanField(_("Rectified on the spot"), default=False)
    return_count = models.PositiveSmallIntegerField(_("Times returned"), default=0)
    referred_to = models.CharField(_("Referred to"), max_length=120, blank=True)
    reference = models.CharField(_("Reference number"), max_length=60, blank=True)
    enforcement_outcome = models.TextField(_("Outcome of enforcement"), blank=True)
    enforcement_on = models.DateField(_("Date of the outcome"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Finding")
        verbose_name_plural = _("Findings")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "item_code"],
                name="one_selfcheck_finding_per_item",
                condition=Q(source="self_check"),
            )
        ]

    def __str__(self) -> str:
        return self.case.number


class FindingProgress(models.Model):
    """A note on how the rectification of a finding goes on (进展情况)."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="progress")
    at = models.DateTimeField(_("Time"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("Progress"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Progress note")
        verbose_name_plural = _("Progress notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.at}"


class CommonProblem(models.Model):
    """The record of a problem that many institutions of a unit share (普遍性问题), with its joint measure and owner."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="common_problem")
    item_code = models.CharField(_("Check item"), max_length=20)
    facet = models.CharField(_("Facet"), max_length=40, blank=True)
    measure = models.TextField(_("Joint measure"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Owner")
    )
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    result = models.TextField(_("Result"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Common problem")
        verbose_name_plural = _("Common problems")

    def __str__(self) -> str:
        return self.case.number


class Sequence(models.Model):
    """A gapless counter, such as the findings of a county in a year; its row lock puts the takers in line."""

    key = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"

    @classmethod
    def take(cls, key: str, count: int = 1) -> int:
        """The first of ``count`` new numbers; call inside the transaction that uses them."""
        Sequence.objects.bulk_create([Sequence(key=key)], ignore_conflicts=True)
        row = Sequence.objects.select_for_update().get(pk=key)
        row.last += count
        row.save(update_fields=["last"])
        return row.last - count + 1
