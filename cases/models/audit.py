"""The system's own trail beside the chains of cases, and what both need to be proved (docs/audit.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import GENESIS
from cases.models.org import OrgUnit
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer


class AuditChain(models.Model):
    """One chain of the system's own: of a unit and month (Asia/Shanghai), or of a month where no unit is concerned.

    Its row carries the count and the head, and its lock puts the writers in line.
    """

    key = models.CharField(max_length=40, unique=True, help_text="<unit>/<month>, or -/<month>.")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    month = models.CharField(max_length=7)
    count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("Chain of the system")
        verbose_name_plural = _("Chains of the system")
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="one_chain_a_unit_and_month")]

    def __str__(self) -> str:
        return self.key


class SystemEventQuerySet(models.QuerySet["SystemEvent"]):
    def visible_to(self, viewer: Viewer) -> SystemEventQuerySet:
        """Events of the units below an auditor's posts; what concerns no unit, to auditors of the region or above."""
        found = self.filter(within("chain__unit__path", viewer.paths("audit_system")))
        kinds = (OrgUnit.Kind.NATION, OrgUnit.Kind.REGION)
        units = viewer.unit_ids("audit_system")
        if units and OrgUnit.objects.filter(pk__in=units, kind__in=kinds).exists():
            found |= self.filter(chain__unit=None)
        return found


class SystemEvent(models.Model):
    """What happened beside the cases: signing in, appointing, importing, exporting, reading; written once and chained.

    Only ``cases.audit.note`` writes it. Ids and digests, no names and no phone numbers.
    """

    chain = models.ForeignKey(AuditChain, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(_("Time"))
    verb = models.CharField(_("Verb"), max_length=40)
    subject = models.CharField(max_length=80, blank=True, help_text="What it is about: <model>:<key>.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    appointment = models.ForeignKey(
        "cases.Appointment", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    reason = models.TextField(_("Reason"), blank=True)
    details = models.JSONField(default=dict)
    sealed = models.JSONField(default=list, help_text="The history rows that belong to it, with their digests.")
    request_id = models.CharField(max_length=36, blank=True)
    address = models.CharField(max_length=45, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = SystemEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("Event of the system")
        verbose_name_plural = _("Events of the system")
        ordering = ["chain", "seq"]
        indexes = [models.Index(fields=["verb", "-at"], name="system_events_of_verb")]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="system_event_once")]

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.seq} {self.verb}"


class RowLayout(models.Model):
    """The columns of a history table that a digest was made of; a later release may have more of them.

    ``tag`` begins the SHA-256 of the canonical JSON of the columns.
    """

    label = models.CharField(max_length=60)
    tag = models.CharField(max_length=12)
    columns = models.JSONField()

    class Meta:
        verbose_name = _("Layout of a history table")
        verbose_name_plural = _("Layouts of history tables")
        constraints = [models.UniqueConstraint(fields=["label", "tag"], name="layout_once")]

    def __str__(self) -> str:
        return f"{self.label}/{self.tag}"


class UnsealedRow(models.Model):
    """A history row that no event has taken up yet, e.g. of a draft; a sweep seals it within a minute.

    ``digest`` is empty for rows of before this was kept: they are sealed as they are found.
    """

    label = models.CharField(max_length=80)
    row = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("History row to be sealed")
        verbose_name_plural = _("History rows to be sealed")

    def __str__(self) -> str:
        return f"{self.label} {self.row}"
