"""Dated facts: what was so from when until when, so that a figure can be computed as of any day (design, Figures).

Facts are written by the engine beside the case that changes, in the same transaction; the event carries their digest.
Intervals are half-open, in UTC; "as of" a day means the end of that day in Asia/Shanghai (``cases.clock.end_of_day``).
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from cases.models.finding import Finding
from cases.models.org import OrgUnit


class FactQuerySet(models.QuerySet["models.Model"]):
    def as_of(self, moment: dt.datetime) -> FactQuerySet:
        """What was so at the moment (UTC)."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=moment), valid_from__lte=moment)


class FindingFact(models.Model):
    """How a finding stood for a time, one row for each of its facets; none while it does not count.

    A finding that was dropped or not upheld has no row from that moment on. ``facet`` is empty where the finding names
    none.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("finding fact", "Open")
        FIXED = "fixed", pgettext_lazy("finding fact", "Rectified as the institution says")
        CLOSED = "closed", pgettext_lazy("finding fact", "Closed by the county")
        REFERRED = "referred", pgettext_lazy("finding fact", "Referred")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="facts", db_index=False)
    cycle = models.ForeignKey(Case, models.PROTECT, related_name="+")
    institution = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("Year"))
    source = models.CharField(_("Source"), max_length=12, choices=Finding.Source)
    item_code = models.CharField(_("Check item"), max_length=20)
    facet = models.CharField(_("Facet"), max_length=40, blank=True)
    status = models.CharField(_("Status"), max_length=10, choices=Status)
    valid_from = models.DateTimeField(_("Valid from"))
    valid_until = models.DateTimeField(_("Valid until"), null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("Fact about a finding")
        verbose_name_plural = _("Facts about findings")
        indexes = [models.Index(fields=["institution", "year"], name="finding_fact_place_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "facet"], name="one_present_fact_a_facet", condition=Q(valid_until=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.facet} {self.status}"


class CycleFact(models.Model):
    """What counts of an institution's year for a time: whether it has self-checked, and its beds once verified.

    A returned form still counts as self-checked, a withdrawn one does not (design, Readings: Annex 2). Beds are those
    of the latest version whose verification the county has completed.
    """

    cycle = models.ForeignKey(Case, models.PROTECT, related_name="facts", db_index=False)
    institution = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("Year"))
    self_checked = models.BooleanField(_("Self-checked"))
    verified = models.BooleanField(_("Verified"))
    medical_beds = models.PositiveIntegerField(_("Medical beds"), null=True)
    home_beds = models.PositiveIntegerField(_("Home sickbeds"), null=True)
    valid_from = models.DateTimeField(_("Valid from"))
    valid_until = models.DateTimeField(_("Valid until"), null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("Fact about a cycle")
        verbose_name_plural = _("Facts about cycles")
        indexes = [models.Index(fields=["institution", "year"], name="cycle_fact_place_year")]
        constraints = [
            models.UniqueConstraint(fields=["cycle"], name="one_present_fact_a_cycle", condition=Q(valid_until=None))
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.self_checked}"


class PlacementQuerySet(models.QuerySet["Placement"]):
    def on(self, day: dt.date, *, known_at: dt.datetime | None = None) -> PlacementQuerySet:
        """Where institutions were on a day, as it was known at a moment (UTC); as it is known now where none is named.

        An institution that did not exist on the day has no row.
        """
        found = self.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
        if known_at is None:
            return found.filter(known_until=None)
        return found.filter(Q(known_until=None) | Q(known_until__gt=known_at), known_from__lte=known_at)


class Placement(models.Model):
    """In which county, prefecture and region an institution was for a time, and that it existed then.

    Days are what people enter, often later than they hold; so a row also says from when until when it was what the
    system knew (UTC), and a filed report can be recomputed as it was known when it was filed.
    """

    institution = models.ForeignKey(OrgUnit, models.PROTECT, related_name="placements")
    county = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")
    prefecture = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True)
    known_from = models.DateTimeField()
    known_until = models.DateTimeField(null=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("Placement")
        verbose_name_plural = _("Placements")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="placement_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["institution"],
                name="one_open_placement",
                condition=Q(valid_until=None, known_until=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} in {self.county_id} from {self.valid_from}"
