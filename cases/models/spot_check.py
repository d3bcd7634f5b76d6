"""Spot-checks of region and nation: the draw that anyone can reproduce, and the visits (省级实地抽查, 国家抽查评估)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.finding import Severity
from cases.models.org import OrgUnit
from cases.models.selfcheck import AnswerStatus, Rectification, SelfCheckSubmission


class SpotCheck(models.Model):
    """The record of a spot-check: how many are drawn, from what, by which seed; its unit is the region or nation.

    ``strata`` and ``factors`` are the edition's names and shares as they were used; ``frame_on`` is the day whose
    institutions could be drawn, ``frame_digest`` the SHA-256 of that list with its weights, ``drawn_at`` UTC.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="spot_check")
    title = models.CharField(_("Title"), max_length=120)
    size = models.PositiveSmallIntegerField(_("Institutions to draw"))
    strata = models.JSONField(_("Strata"), default=list)
    factors = models.JSONField(_("Factors"), default=dict)
    seed = models.CharField(_("Seed"), max_length=64, blank=True)
    frame_on = models.DateField(_("Institutions as of"), null=True)
    frame_digest = models.CharField(max_length=64, blank=True)
    visits_until = models.DateField(_("Visits until"), null=True, blank=True)
    drawn_at = models.DateTimeField(_("Drawn"), null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Spot-check")
        verbose_name_plural = _("Spot-checks")
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="spot_check_draws_something")]

    def __str__(self) -> str:
        return self.title


class DrawEntry(models.Model):
    """An institution in the frame of a draw: its stratum, weight and probability, and its place if it was drawn.

    ``position`` is its place in the order of drawing within its stratum; the first ``size`` of a stratum are visited,
    later ones replace those that fall out, with a reason.
    """

    spot_check = models.ForeignKey(SpotCheck, models.CASCADE, related_name="entries")
    institution = models.ForeignKey(OrgUnit, models.PROTECT, related_name="draws")
    stratum = models.CharField(max_length=80)
    values = models.JSONField(_("Values of the factors"), default=dict)
    weight = models.DecimalField(_("Weight"), max_digits=9, decimal_places=4)
    probability = models.DecimalField(_("Probability"), max_digits=9, decimal_places=8)
    position = models.PositiveSmallIntegerField(_("Place in the draw"))
    drawn = models.BooleanField(_("Drawn"), default=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("In place of")
    )
    dropped_reason = models.TextField(_("Reason for the replacement"), blank=True)
    dropped_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Institution in a draw")
        verbose_name_plural = _("Institutions in a draw")
        ordering: ClassVar[list[str]] = ["spot_check", "stratum", "position"]
        constraints = [
            models.UniqueConstraint(fields=["spot_check", "institution"], name="once_in_a_draw"),
            models.UniqueConstraint(fields=["spot_check", "stratum", "position"], name="one_place_in_a_draw"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.position}"


class Visit(models.Model):
    """The record of a visit to a drawn institution: when, what was concluded, and the institution's right of reply.

    ``cycle`` is the institution's year that the team looks at, ``submission`` the version of its self-check that lay
    before the team on the day of the visit; both are empty where there was none.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="visit")
    entry = models.OneToOneField(DrawEntry, models.PROTECT, related_name="visit")
    cycle = models.ForeignKey(Case, models.PROTECT, null=True, related_name="visits")
    submission = models.ForeignKey(SelfCheckSubmission, models.PROTECT, null=True, related_name="visits")
    planned_on = models.DateField(_("Planned for"), null=True, blank=True)
    visited_on = models.DateField(_("Date of the visit"), null=True, blank=True)
    present = models.CharField(_("Persons present"), max_length=200, blank=True)
    opinion = models.TextField(_("Opinion of the team"), blank=True)
    delivered_at = models.DateTimeField(_("Delivered to the institution"), null=True)
    reply = models.TextField(_("Reply of the institution"), blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(_("Signed"), null=True)
    conclusion = models.TextField(_("Conclusion"), blank=True)
    concluded_at = models.DateTimeField(_("Concluded"), null=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Visit")
        verbose_name_plural = _("Visits")

    def __str__(self) -> str:
        return str(self.case)


class VisitItem(models.Model):
    """What the team itself says of one check item; an item without a row was not looked at."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="items")
    item_code = models.CharField(max_length=20)
    status = models.CharField(_("Assessment"), max_length=16, choices=AnswerStatus, blank=True)
    facets = models.JSONField(default=list)
    problem = models.TextField(_("Problem"), blank=True)
    measure = models.TextField(_("Corrective measure"), blank=True)
    rectification = models.CharField(_("Way of rectification"), max_length=16, choices=Rectification, blank=True)
    severity = models.CharField(_("Severity"), max_length=8, choices=Severity, blank=True)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    note = models.TextField(_("Note"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Visited item")
        verbose_name_plural = _("Visited items")
        constraints = [models.UniqueConstraint(fields=["visit", "item_code"], name="one_assessment_an_item")]

    def __str__(self) -> str:
        return f"{self.item_code}: {self.status}"
