"""What inspectors note about a case (监督检查意见); its words are not for those who are inspected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.org import OrgUnit
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer

SUPERIOR = ("oversee", "acknowledge")  # the grants of the commissions from the prefecture up


class InspectionNoteQuerySet(models.QuerySet["InspectionNote"]):
    def visible_to(self, viewer: Viewer) -> InspectionNoteQuerySet:
        """Notes on cases that the viewer inspects, and notes of the inspectors of the viewer's own unit or below it.

        So a commission reads what its own inspectors write, and no unit what inspectors from above write about it.
        """
        superior = [path for permission in SUPERIOR for path in viewer.paths(permission)]
        return self.filter(within("case__unit__path", viewer.paths("inspect")) | within("unit__path", superior))


class InspectionNote(models.Model):
    """A note of an inspector on a case; ``unit`` is the one that the inspector is appointed at."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="inspection_notes", verbose_name=_("Case"))
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    at = models.DateTimeField(_("Time"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Inspector"))
    text = models.TextField(_("Note"))

    objects = InspectionNoteQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Inspection note")
        verbose_name_plural = _("Inspection notes")

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"
