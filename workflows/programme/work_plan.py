"""The life of a work plan: drafting → confirming → filed → accepted 已备案, or returned (action plan, 3 (1))."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("work plan", "Being drafted")
    CONFIRMING = "confirming", pgettext_lazy("work plan", "Awaiting the head’s confirmation")
    FILED = "filed", pgettext_lazy("work plan", "Filed with the region")
    RETURNED = "returned", pgettext_lazy("work plan", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("work plan", "On file")


class WorkPlanCase(ItemVerbs, Case):
    """A prefecture’s plan for the year as a case; its parent is the region’s programme."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Work plan")
        verbose_name_plural = gettext_lazy("Work plans")
