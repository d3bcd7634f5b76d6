"""The states of a fund."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    IN_USE = "in_use", pgettext_lazy("fund", "In use")
    ACCOUNTED = "accounted", pgettext_lazy("fund", "Being checked by the finance bureau")
    OBJECTED = "objected", pgettext_lazy("fund", "Misuse being put right")
    CHECKED = "checked", pgettext_lazy("fund", "Checked")
