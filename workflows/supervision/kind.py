"""The life of a case of its kind (督办)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class SupervisionCase(ItemVerbs, Case):
    """A superior's supervision of a case as a case of its own; its parent is the supervised one."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Supervision")
        verbose_name_plural = gettext_lazy("Supervisions")
