"""The life of a programme: drafting 起草 → running 进行中 → ended 已结束 (action plan, part 3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("programme", "Being drafted")
    RUNNING = "running", pgettext_lazy("programme", "Running")
    ENDED = "ended", pgettext_lazy("programme", "Ended")


class ProgrammeCase(ItemVerbs, Case):
    """A region’s year as a case: what it asks of everybody below it."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Programme of the year")
        verbose_name_plural = gettext_lazy("Programmes of the year")
