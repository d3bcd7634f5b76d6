"""The log of roster imports: who brought in which file, when, and what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, viewer: Viewer) -> RosterImportQuerySet:
        """Imports made from a seat in the area in which the viewer manages people."""
        return self.filter(within("unit__path", viewer.paths("manage_people")))


class RosterImport(models.Model):
    """One import that changed something; ``unit`` is the administrator's seat, ``counts`` the records written."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Imported by"))
    unit = models.ForeignKey("cases.OrgUnit", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Imported"))
    name = models.CharField(_("File name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    new_people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Roster import")
        verbose_name_plural = _("Roster imports")
        indexes = [models.Index(fields=["-at"], name="roster_import_latest")]

    def __str__(self) -> str:
        return self.name
