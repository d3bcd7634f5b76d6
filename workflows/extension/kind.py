"""The life of a case of its kind (延期申请)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class ExtensionCase(ItemVerbs, Case):
    """A request for more time as a case; its parent is the case whose work is to be extended (design, Deadlines)."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Extension request")
        verbose_name_plural = gettext_lazy("Extension requests")
