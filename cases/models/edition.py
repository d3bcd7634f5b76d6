"""Editions: the policy of a year as versioned data (design, Editions)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.editions.load import parse
from cases.editions.schema import EditionData

_parsed: dict[str, EditionData] = {}


class Edition(models.Model):
    """One version of the rules; immutable from the first case that is pinned to it (a trigger holds that)."""

    code = models.CharField(_("Programme"), max_length=40)
    version = models.CharField(_("Version"), max_length=20)
    title = models.CharField(_("Title"), max_length=120)
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    used_at = models.DateTimeField(_("First used"), null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["data"])

    class Meta:
        verbose_name = _("Edition")
        verbose_name_plural = _("Editions")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def parsed(self) -> EditionData:
        """The edition as frozen values, parsed once a process for each content."""
        if self.digest not in _parsed:
            _parsed[self.digest] = parse(self.data, where=f"{self.code} {self.version}")
        return _parsed[self.digest]
