"""The life of a prefecture’s summary: drafting → confirming → submitted → accepted, or returned (part 3 (3))."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("summary", "Being completed")
    CONFIRMING = "confirming", pgettext_lazy("summary", "Awaiting the head’s confirmation")
    SUBMITTED = "submitted", pgettext_lazy("summary", "Submitted to the region")
    RETURNED = "returned", pgettext_lazy("summary", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("summary", "Accepted")


class SummaryCase(ItemVerbs, Case):
    """Annex 2 of a prefecture for one round as a case; its parent is the region’s programme."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Prefecture summary")
        verbose_name_plural = gettext_lazy("Prefecture summaries")
