"""That a rung of a ladder has fired (design, Ladder)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import CaseEvent, WorkItem


class Alarm(models.Model):
    """One rung of one date of one work item; the constraint is what keeps it from firing twice."""

    item = models.ForeignKey(WorkItem, models.CASCADE, related_name="alarms")
    revision = models.PositiveSmallIntegerField()
    rung = models.CharField(max_length=12)
    reached_at = models.DateTimeField(_("Reached"))
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("Alarm")
        verbose_name_plural = _("Alarms")
        constraints = [models.UniqueConstraint(fields=["item", "revision", "rung"], name="each_rung_once")]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.revision} {self.rung}"
