"""What leaves the system: one row for each message and channel, claimed, leased and fenced (design, idea 4)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.models.message import Message
from notifications.models.webhook import Webhook


class Digest(models.Model):
    """One person's e-mail of a day, made of the messages that waited for it."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField(_("Day"))
    created_at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Digest")
        verbose_name_plural = _("Digests")
        constraints = [models.UniqueConstraint(fields=["recipient", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.day}"


class Dispatch(models.Model):
    """A message on its way out by one channel.

    ``key`` is the idempotency key that travels with it; ``token`` is fresh for every claim, and only its holder may
    finish. ``attempts`` counts claims since the last answer, ``alone`` those of them in which nothing else was sent,
    and ``failures`` the answers that were refusals. A message for somebody who wants one e-mail a day waits in the
    state ``digest`` until it is ``gathered``.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("dispatch", "Waiting")
        DIGEST = "digest", pgettext_lazy("dispatch", "Waiting for the digest")
        SENT = "sent", pgettext_lazy("dispatch", "Sent")
        FAILED = "failed", pgettext_lazy("dispatch", "Failed")
        GATHERED = "gathered", pgettext_lazy("dispatch", "Part of a digest")
        NO_ADDRESS = "no_address", pgettext_lazy("dispatch", "No address")

    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="dispatches")
    digest = models.OneToOneField(Digest, models.CASCADE, null=True, related_name="dispatch")
    gathered_in = models.ForeignKey(Digest, models.PROTECT, null=True, related_name="gathered")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="dispatches")
    channel = models.CharField(_("Channel"), max_length=8, choices=Channel)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.WAITING)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("Time"))
    not_before = models.DateTimeField(_("Not before"))
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    alone = models.PositiveSmallIntegerField(db_default=0, editable=False)
    failures = models.PositiveSmallIntegerField(_("Attempts"), db_default=0)
    last_error = models.CharField(_("Last error"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("Finished"), null=True)

    class Meta:
        verbose_name = _("Dispatch")
        verbose_name_plural = _("Dispatches")
        indexes = [
            models.Index(fields=["not_before", "id"], name="dispatches_due", condition=Q(state="waiting")),
            models.Index(fields=["not_before", "id"], name="dispatches_digest", condition=Q(state="digest")),
            models.Index(fields=["-created_at"], name="dispatches_failed", condition=Q(state="failed")),
            models.Index(fields=["-created_at"], name="dispatches_no_address", condition=Q(state="no_address")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message"], name="one_email_a_message", condition=Q(channel="email", message__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["message", "webhook"], name="one_webhook_call_a_message", condition=Q(webhook__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=False, digest=None) | Q(message=None, digest__isnull=False),
                name="dispatch_carries_a_message_or_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"
