"""What signing in knows of a person, and appointments that wait for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models import Appointment, OrgUnit, RosterImport, User
from cases.roles import POSTS, Role
from cases.tree import within

if TYPE_CHECKING:
    from cases.access import Viewer

HEADS = frozenset(str(posts.head) for posts in POSTS.values())


class Account(models.Model):
    """When the password was set and whether it was only lent; times are real ones, as those of sessions are."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="account")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", verbose_name=_("Unit"))
    password_set_at = models.DateTimeField(null=True)
    one_time_until = models.DateTimeField(null=True)


class UsedPassword(models.Model):
    """The hash of a password that a person has had, so that it does not come back (profile ``mlps3``)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="used_passwords")
    digest = models.CharField(max_length=128)
    set_at = models.DateTimeField()


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals, narrowed by state and by scope."""

    def waiting(self) -> ProposalQuerySet:
        return self.filter(state=Proposal.State.WAITING)

    def visible_to(self, viewer: Viewer) -> ProposalQuerySet:
        """Those of the units whose grants the viewer keeps, audits or answers for, and their own."""
        paths = [*viewer.paths("manage_roles"), *viewer.paths("audit_system")]
        headed = [unit_id for unit_id, role in viewer.own_seats if role in HEADS]
        return self.filter(within("unit__path", paths) | Q(unit__in=headed) | Q(proposed_by=viewer.user.pk))


class Proposal(models.Model):
    """An appointment that one person has proposed and another has to confirm before it counts."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for confirmation")
        CONFIRMED = "confirmed", pgettext_lazy("proposal", "Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")

    user = models.ForeignKey(User, models.PROTECT, related_name="proposals", verbose_name=_("Person"))
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    role = models.CharField(_("Role"), max_length=24, choices=Role)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    ends = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+", verbose_name=_("Succeeds"))
    roster = models.ForeignKey(RosterImport, models.PROTECT, null=True, related_name="proposals")
    reason = models.CharField(_("Reason"), max_length=200)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(_("Reason of the decision"), max_length=200, blank=True)
    appointment = models.OneToOneField(Appointment, models.SET_NULL, null=True, related_name="proposal")

    objects = ProposalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["unit"], name="proposal_waiting", condition=Q(state="waiting"))]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"], name="proposal_waits_once", condition=Q(state="waiting")
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="proposal_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | (~Q(decided_by=models.F("proposed_by")) & ~Q(decided_by=None)),
                name="proposal_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=models.F("user")),
                name="proposal_not_confirmed_by_the_appointed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_role_display()} {self.user}"
