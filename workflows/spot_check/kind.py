"""The life of a spot-check: planning → visiting → concluded, or cancelled (part 3 (3): 组织专家开展抽查评估)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    PLANNING = "planning", pgettext_lazy("spot-check", "Being planned")
    VISITING = "visiting", pgettext_lazy("spot-check", "Visits under way")
    CONCLUDED = "concluded", pgettext_lazy("spot-check", "Concluded")
    CANCELLED = "cancelled", pgettext_lazy("spot-check", "Cancelled")


class SpotCheckCase(ItemVerbs, Case):
    """A region’s or the nation’s spot-check as a case; the visits are its children."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Spot-check")
        verbose_name_plural = gettext_lazy("Spot-checks")
