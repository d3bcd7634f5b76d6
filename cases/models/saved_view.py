"""Filters of a list that a person keeps under a name (台账：保存为我的视图)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A named filter of one page; the query is what stands in the page's address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=30)
    name = models.CharField(_("Name"), max_length=40)
    query = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("Saved view")
        verbose_name_plural = _("Saved views")
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
