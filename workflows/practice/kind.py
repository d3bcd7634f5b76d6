"""The life of a typical case or good practice: filed → with the prefecture → with the region → published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case
from workflows.common import ItemVerbs


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("practice", "Being written")
    COUNTY = "county", pgettext_lazy("practice", "With the county")
    PREFECTURE = "prefecture", pgettext_lazy("practice", "With the prefecture")
    REGION = "region", pgettext_lazy("practice", "With the region")
    PUBLISHED = "published", pgettext_lazy("practice", "Published")
    DECLINED = "declined", pgettext_lazy("practice", "Not selected")


class PracticeCase(ItemVerbs, Case):
    """A typical case or good practice as a case."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Typical case or good practice")
        verbose_name_plural = gettext_lazy("Typical cases and good practices")
