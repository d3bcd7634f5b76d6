"""The life of a region’s report: drafting → confirming → submitted → acknowledged, or returned (part 3 (3))."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("regional report", "Being completed")
    CONFIRMING = "confirming", pgettext_lazy("regional report", "Awaiting approval")
    SUBMITTED = "submitted", pgettext_lazy("regional report", "Submitted to the national level")
    RETURNED = "returned", pgettext_lazy("regional report", "Returned")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("regional report", "Acknowledged")


class RegionalReportCase(ItemVerbs, Case):
    """The region’s roll-up and report for one round as a case; its parent is the programme."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Regional report")
        verbose_name_plural = gettext_lazy("Regional reports")
