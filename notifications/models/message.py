"""What a person is told in the system (站内消息)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, CaseEvent, WorkItem

if TYPE_CHECKING:
    from cases.access import Viewer


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, viewer: Viewer) -> MessageQuerySet:
        """A person's own messages and nobody else's."""
        return self.filter(recipient=viewer.user.pk)

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at=None)


class Message(models.Model):
    """One event told to one person; its words come from the template at the moment of reading, in their language.

    ``facts`` are ids, dates and counts: no names and no phone numbers.
    """

    class Level(models.TextChoices):
        INFO = "info", pgettext_lazy("message", "Notice")
        TASK = "task", pgettext_lazy("message", "Task")
        REMINDER = "reminder", pgettext_lazy("message", "Reminder")
        NUDGE = "nudge", pgettext_lazy("message", "Nudge")
        ESCALATION = "escalation", pgettext_lazy("message", "Escalation")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages")
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="messages")
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    item = models.ForeignKey(WorkItem, models.SET_NULL, null=True, related_name="+")
    rule = models.CharField(max_length=60)
    template = models.CharField(max_length=60)
    level = models.CharField(_("Kind of message"), max_length=12, choices=Level, default=Level.INFO)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("Time"))
    read_at = models.DateTimeField(_("Read"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Message")
        verbose_name_plural = _("Messages")
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="messages_of"),
            models.Index(fields=["recipient"], name="messages_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="message_once")]

    def __str__(self) -> str:
        return f"{self.template} to {self.recipient_id}"
