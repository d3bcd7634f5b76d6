"""The states of a common problem (普遍性问题)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DECLARED = "declared", pgettext_lazy("common problem", "Awaiting a joint measure")
    IN_PROGRESS = "in_progress", pgettext_lazy("common problem", "Joint measure in progress")
    DONE = "done", pgettext_lazy("common problem", "Done")
    CANCELLED = "cancelled", pgettext_lazy("common problem", "Withdrawn")


LIVE = (State.DECLARED, State.IN_PROGRESS)
WITH_MEASURE = (State.IN_PROGRESS, State.DONE)
