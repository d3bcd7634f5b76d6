"""The case, its work items, its events and their deliveries (design, ideas 1, 4 and 5)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField
from simple_history.models import HistoricalRecords
from viewflow.workflow.managers import ProcessQuerySet, TaskQuerySet
from viewflow.workflow.models import AbstractProcess, AbstractTask
from viewflow.workflow.status import STATUS

from cases.models.edition import Edition
from cases.models.org import OrgUnit
from cases.roles import PARTY_ROLES, Role
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer

GENESIS = "0" * 64
EVENT_FORMAT = 2  # of what a new event says under its hash (docs/audit.md)


class CaseHistory(HistoricalRecords):
    """One history table for Case and all of its proxies, whichever of them is saved."""

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        if sender._meta.proxy and issubclass(sender, self.cls):
            post_save.connect(self.post_save, sender=sender, weak=False)
            post_delete.connect(self.post_delete, sender=sender, weak=False)
            pre_delete.connect(self.pre_delete, sender=sender, weak=False)
            sender._meta.simple_history_manager_attribute = self.manager_name  # type: ignore[attr-defined]
            return
        super().finalize(sender, **kwargs)


class CaseQuerySet(ProcessQuerySet):
    """Cases, narrowed by scope; every list starts here."""

    def visible_to(self, viewer: Viewer) -> CaseQuerySet:
        """Cases of units below the viewer's appointments, and cases that the viewer is a party of; else nothing.

        Hardly anybody is a party of anything, and the alternative of subtree or party keeps a database from starting
        at either index; so it is put only for those who are.
        """
        below = within("unit__path", viewer.paths("view"))
        if not viewer.is_party:
            return self.filter(below)
        return self.filter(below | Exists(CaseParty.objects.of(viewer).filter(case=OuterRef("pk"))))


class Case(AbstractProcess):
    """A case is the process: one row says where it stands, and the chain of its events how it came there."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("Kind"), max_length=30, editable=False)
    number = models.CharField(_("Number"), max_length=40, blank=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="cases", verbose_name=_("Unit"))
    year = models.PositiveSmallIntegerField(_("Year"))
    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="cases", verbose_name=_("Edition"), db_index=False
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", db_index=False)
    slot = models.CharField(
        max_length=60, null=True, editable=False, help_text="One live case each, e.g. a unit's year."
    )
    state = FSMField(_("State"), default="", protected=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    event_count = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, default=GENESIS, editable=False)
    held_at = models.DateTimeField(_("On hold since"), null=True, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="started_cases", verbose_name=_("Started by")
    )

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()
    # The chain keeps its own count and head: a reminder at night is no change of the case.
    # Nobody looks for a past row but by its case, and every step writes one.
    history = CaseHistory(
        excluded_fields=["flow_class", "event_count", "chain_head"],
        no_db_index=["uid", "unit", "started_by"],
    )

    class Meta:
        verbose_name = _("Case")
        verbose_name_plural = _("Cases")
        indexes = [
            models.Index(fields=["kind", "unit", "year"], name="case_kind_unit_year"),
            models.Index(fields=["kind", "year", "state"], name="case_kind_year_state"),
            models.Index(fields=["parent", "state"], name="case_parent_state", condition=Q(parent__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="case_number_once", condition=~Q(number="")),
            models.UniqueConstraint(fields=["slot"], name="one_live_case_a_slot"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk}"


class CasePartyQuerySet(models.QuerySet["CaseParty"]):
    def valid(self, on: Any) -> CasePartyQuerySet:
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)

    def of(self, viewer: Viewer) -> CasePartyQuerySet:
        """What names the person, or a unit that an appointment of theirs is at; nothing for nobody."""
        if viewer.user.pk is None:
            return self.none()
        return self.valid(viewer.on).filter(Q(user=viewer.user.pk) | Q(unit__in=viewer.unit_ids("view")))

    def sent(self, viewer: Viewer) -> CasePartyQuerySet:
        """Where the person is one of the experts of a visit today."""
        return self.valid(viewer.on).filter(user=viewer.user.pk, part="expert")


class CaseParty(models.Model):
    """A unit or a person that takes part in a case although the tree does not say so (design, Scope)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.CharField(_("Part"), max_length=30)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    objects = CasePartyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Party")
        verbose_name_plural = _("Parties")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, user__isnull=True) | Q(unit__isnull=True, user__isnull=False),
                name="party_is_a_unit_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="party_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.unit or self.user}"


class WorkItemQuerySet(TaskQuerySet):
    """Work items, narrowed to people's tasks, to what is open and to whose turn it is."""

    def open(self) -> WorkItemQuerySet:
        return self.filter(finished=None)

    def human(self) -> WorkItemQuerySet:
        return self.exclude(role="")

    def visible_to(self, viewer: Viewer) -> WorkItemQuerySet:
        """Items of the cases that the viewer may see."""
        return self.filter(process__in=Case.objects.visible_to(viewer))

    def addressed_to(self, viewer: Viewer) -> WorkItemQuerySet:
        """Items whose responsible unit and role is one of the viewer's posts: one range of the inbox index for each.

        The head of a unit also gets the work of its vacant posts.
        """
        mine = Q(pk__in=[])
        for unit_id, role in sorted(viewer.seats | viewer.vacant_seats):
            mine |= Q(unit=unit_id, role=role)
        if viewer.is_party:
            # Visiting experts have no subtree: their work is where they are a party.
            parts = CaseParty.objects.valid(viewer.on).filter(user=viewer.user.pk).values("case")
            mine |= Q(role__in=PARTY_ROLES, process__in=parts)
        return self.filter(mine)


class WorkItem(AbstractTask):
    """A work item is the task: whose turn it is, and by when."""

    process = models.ForeignKey(Case, models.CASCADE, related_name="work_items", verbose_name=_("Case"))
    after = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="work_items", verbose_name=_("Responsible unit"))
    role = models.CharField(_("Responsible role"), max_length=24, choices=Role, blank=True)
    due_at = models.DateTimeField(_("Due"), null=True, blank=True)
    due_rule = models.CharField(max_length=40, blank=True)
    due_revision = models.PositiveSmallIntegerField(default=0)
    due_since = models.DateTimeField(null=True, blank=True, help_text="When the present date was set.")
    due_trace = models.JSONField(default=list, help_text="The steps by which the date was found.")
    due_provisional = models.BooleanField(_("Provisional date"), default=False)
    original_due_at = models.DateTimeField(_("Original date"), null=True, blank=True)
    amber_at = models.DateTimeField(null=True, blank=True, help_text="When the light turns amber.")
    ladder = models.CharField(max_length=40, blank=True)
    next_alarm_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="done_items", db_index=False
    )
    outcome = models.CharField(_("Outcome"), max_length=40, blank=True)

    # Narrower than viewflow's own columns: each index is paid for at every step, and grants come from appointments.
    status = models.CharField(_("Status"), max_length=12, choices=STATUS.choices, default=STATUS.NEW)
    created = models.DateTimeField(_("Created"), default=timezone.now)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_items"
    )
    scheduled = None
    external_task_id = None
    owner_permission = None
    owner_permission_content_type = models.ForeignKey(
        ContentType, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )

    objects: ClassVar[WorkItemQuerySet] = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("Work item")
        verbose_name_plural = _("Work items")
        indexes = [
            models.Index(fields=["unit", "role", "due_at", "id"], name="inbox", condition=Q(finished=None)),
            models.Index(
                fields=["next_alarm_at"], name="alarms_due", condition=Q(finished=None, next_alarm_at__isnull=False)
            ),
            models.Index(fields=["done_by", "-finished"], name="done_by_person", condition=Q(done_by__isnull=False)),
        ]

    @property
    def node(self) -> str:
        """The name of the flow's node, e.g. ``verify``."""
        return self.flow_task.name if self.flow_task else ""


class CaseEvent(models.Model):
    """What happened, by whom and when: immutable, and chained to the event before it (design, idea 4)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(_("Time"))
    verb = models.CharField(_("Verb"), max_length=40)
    source = models.CharField(_("From"), max_length=30, blank=True)
    target = models.CharField(_("To"), max_length=30, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    appointment = models.ForeignKey("cases.Appointment", models.PROTECT, null=True, related_name="+")
    acted_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.TextField(_("Reason"), blank=True)
    details = models.JSONField(default=dict, help_text="Ids and digests; no names, no phone numbers.")
    sealed = models.JSONField(default=list, help_text="The history rows and files that belong to it, with digests.")
    format = models.PositiveSmallIntegerField(default=EVENT_FORMAT)
    request_id = models.CharField(max_length=36, blank=True)
    address = models.CharField(max_length=45, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("Event")
        verbose_name_plural = _("Events")
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_once")]
        # An inspector reads all trails together, the latest first; new events go to its end.
        indexes = [models.Index(fields=["at", "id"], name="event_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.verb}"


class EventDelivery(models.Model):
    """That somebody has to hear of an event: claimed, leased and finished by the outbox (design, idea 4)."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, primary_key=True, related_name="delivery")
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Delivery")
        verbose_name_plural = _("Deliveries")
        indexes = [models.Index(fields=["lease_until", "event"], name="deliveries_due", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"delivery of {self.event_id}"
