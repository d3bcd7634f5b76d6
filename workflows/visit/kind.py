"""The life of a visit: visiting → delivered → concluding → concluded, or cancelled."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    VISITING = "visiting", pgettext_lazy("visit", "With the team")
    DELIVERED = "delivered", pgettext_lazy("visit", "Awaiting signature or reply")
    CONCLUDING = "concluding", pgettext_lazy("visit", "Awaiting conclusion")
    CONCLUDED = "concluded", pgettext_lazy("visit", "Concluded")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


class VisitCase(ItemVerbs, Case):
    """A team’s visit to one institution as a case; its experts are its parties."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Visit")
        verbose_name_plural = gettext_lazy("Visits")
