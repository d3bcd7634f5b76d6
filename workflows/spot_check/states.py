"""The states of a spot-check."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    PLANNING = "planning", pgettext_lazy("spot-check", "Being planned")
    VISITING = "visiting", pgettext_lazy("spot-check", "Visits under way")
    CONCLUDED = "concluded", pgettext_lazy("spot-check", "Concluded")
    CANCELLED = "cancelled", pgettext_lazy("spot-check", "Cancelled")


LIVE = (State.PLANNING, State.VISITING)
