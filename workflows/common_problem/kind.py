"""The life of a case of its kind (普遍性问题)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class CommonProblemCase(ItemVerbs, Case):
    """A problem that many institutions of a unit share, as a case of the unit."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Common problem")
        verbose_name_plural = gettext_lazy("Common problems")
