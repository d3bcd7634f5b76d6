"""What moves a date: local closures, extensions, supervision (design, Deadlines; action plan, 4 (2): 督促整改)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cases.models.case import Case, WorkItem
from cases.models.org import OrgUnit
from cases.roles import Role

if TYPE_CHECKING:
    from cases.access import Viewer


class LocalClosureQuerySet(models.QuerySet["LocalClosure"]):
    def visible_to(self, viewer: Viewer) -> LocalClosureQuerySet:
        """Closures of units below the viewer's appointments; those above are told with the dates that they moved."""
        return self.filter(unit__in=OrgUnit.objects.visible_to(viewer).order_by().values("pk"))


class LocalClosure(models.Model):
    """Days on which the offices of a unit and everything below it are closed, such as a county's flood week.

    Both days count. A closure that was a mistake is withdrawn, never deleted.
    """

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="closures", verbose_name=_("Unit"))
    first_on = models.DateField(_("First day"))
    last_on = models.DateField(_("Last day"))
    reason = models.CharField(_("Reason"), max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("Recorded"))
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True, blank=True)

    objects = LocalClosureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Local closure")
        verbose_name_plural = _("Local closures")
        indexes = [models.Index(fields=["unit", "first_on"], name="closure_unit_first")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="closure_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.first_on}–{self.last_on}"


class Hold(models.Model):
    """A time in which a case stood still by a superior's order; its relative dates moved by the working days of it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="holds")
    since = models.DateTimeField(_("On hold since"))
    until = models.DateTimeField(_("Released"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Hold")
        verbose_name_plural = _("Holds")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_open_hold_per_case", condition=models.Q(until__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.since}"


class Extension(models.Model):
    """The record of a request for more time (延期申请); its case is decided like any other work."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="extension")
    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="extensions")
    ordinal = models.PositiveSmallIntegerField(_("Which request"), default=1)
    due_before = models.DateField(_("Date before"))
    due_asked = models.DateField(_("Date asked for"))
    due_granted = models.DateField(_("Date granted"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Extension")
        verbose_name_plural = _("Extensions")

    def __str__(self) -> str:
        return self.case.number


class Supervision(models.Model):
    """The record of a superior's supervision of a case (督办): whose it is, and by when they want it done."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="supervision")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Supervising unit"))
    role = models.CharField(_("Supervising role"), max_length=24, choices=Role)
    due_on = models.DateField(_("Date set"))
    outcome = models.TextField(_("Outcome"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Supervision")
        verbose_name_plural = _("Supervisions")

    def __str__(self) -> str:
        return self.case.number
