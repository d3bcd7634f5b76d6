"""Units, people and the appointments that tie them together (design, Scope)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase
from simple_history.models import HistoricalRecords
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from cases.roles import ORG_PERMISSIONS, Role
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer


class OrgUnitQuerySet(MP_NodeQuerySet):
    """Units, narrowed by validity and by scope."""

    def active(self, on: dt.date) -> OrgUnitQuerySet:
        """Units that exist on the day; intervals are half-open (design, Readings)."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on), opened_on__lte=on)

    def within(self, *paths: str) -> OrgUnitQuerySet:
        """Units in the subtrees that start at the given paths, their roots included."""
        return self.filter(within("path", paths))

    def visible_to(self, viewer: Viewer) -> OrgUnitQuerySet:
        """Units in the subtrees of the viewer's appointments; nothing for anybody else."""
        return self.within(*viewer.paths("view"))


class OrgUnitManager(MP_NodeManager.from_queryset(OrgUnitQuerySet)):  # type: ignore[misc]
    """The tree's own manager with our narrowing methods."""

    def get_queryset(self) -> OrgUnitQuerySet:
        return OrgUnitQuerySet(self.model, using=self._db).order_by("path")


class OrgUnit(MP_Node):
    """A health authority or an institution: a node of the tree nation → region → prefecture → county → institution."""

    class Kind(models.TextChoices):
        NATION = "nation", _("National health commission")
        REGION = "region", _("Regional health commission")
        PREFECTURE = "prefecture", _("Prefecture health commission")
        COUNTY = "county", _("County health commission")
        INSTITUTION = "institution", _("IMEC institution")
        HOSPITAL = "hospital", _("Hospital")
        COMMUNITY_CENTRE = "community_centre", _("Community health centre")
        GUIDANCE_CENTRE = "guidance_centre", _("Health guidance centre for older people")
        FINANCE_BUREAU = "finance_bureau", _("Finance bureau")

    kind = models.CharField(_("Kind"), max_length=20, choices=Kind)
    name = models.CharField(_("Name"), max_length=120)
    division = models.CharField(_("Administrative division"), max_length=60, blank=True)
    code = models.CharField(_("Code"), max_length=18, unique=True)
    superior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subordinates", verbose_name=_("Superior unit")
    )
    opened_on = models.DateField(_("Valid from"), default=dt.date(2000, 1, 1))
    closed_on = models.DateField(_("Valid until"), null=True, blank=True)

    objects: ClassVar[OrgUnitManager] = OrgUnitManager()
    history = HistoricalRecords(excluded_fields=["numchild"])

    class Meta:
        verbose_name = _("Unit")
        verbose_name_plural = _("Units")
        permissions = ORG_PERMISSIONS
        indexes = [models.Index(fields=["kind", "path"], name="unit_kind_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gt=models.F("opened_on")), name="unit_closes_after_opening"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_active(self, on: dt.date) -> bool:
        return self.opened_on <= on and (self.closed_on is None or self.closed_on > on)


class User(AbstractUser):
    """A person with an account; names and phones live here and nowhere else (design, Personal data)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("Name"), max_length=60)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("People")

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Post(models.Model):
    """A role at a unit: the group that holds the guardian grants; people pass through it by appointment."""

    group = models.OneToOneField(Group, models.PROTECT, primary_key=True, related_name="post")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="posts")
    role = models.CharField(_("Role"), max_length=24, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "role"], name="one_post_per_unit_and_role")]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_role_display()}"


class OrgUnitGroupObjectPermission(GroupObjectPermissionBase):
    """A guardian grant on a unit by direct foreign key; it covers the unit's subtree."""

    content_object = models.ForeignKey(OrgUnit, models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments, narrowed to those that count."""

    def valid(self, on: dt.date) -> AppointmentQuerySet:
        """Appointments that count on the day: in force, the account active, and what a delegation rests on valid too.

        ``cases.access.GRANTS`` asks the same in SQL.
        """
        source = Appointment.objects.own().dated(on).filter(pk=OuterRef("delegated_by"))
        home = Appointment.objects.own().dated(on).filter(user=OuterRef("user"), unit=OuterRef("unit"))
        return self.dated(on).filter(Q(delegated_by=None) | Q(Exists(source)) & Q(Exists(home)))

    def dated(self, on: dt.date) -> AppointmentQuerySet:
        """Appointments whose own dates hold on the day, of people whose account is active."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on, user__is_active=True)

    def own(self) -> AppointmentQuerySet:
        """Appointments that nobody delegated."""
        return self.filter(delegated_by=None)


class Appointment(models.Model):
    """A person's role at a unit from a day until a day (half-open), possibly delegated from another appointment."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name=_("Person"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="appointments", verbose_name=_("Unit"))
    role = models.CharField(_("Role"), max_length=24, choices=Role)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    delegated_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="delegations")

    objects = AppointmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Appointment")
        verbose_name_plural = _("Appointments")
        indexes = [models.Index(fields=["unit", "role"], name="appointment_unit_role")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="appointment_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role", "valid_from"], name="appointment_once", condition=Q(delegated_by=None)
            ),
            models.UniqueConstraint(fields=["user", "delegated_by", "valid_from"], name="delegation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_role_display()} {self.user}"

    @property
    def last_day(self) -> dt.date | None:
        """The last day that still counts, as people name it; None for no end."""
        return self.valid_until - dt.timedelta(days=1) if self.valid_until else None
