"""Where messages go that leave by webhook: the adapter point for SMS gateways and work-chat."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


def new_salt() -> str:
    return secrets.token_hex(16)


class Webhook(models.Model):
    """One receiver. Its signing key is derived from the system's secret key and the salt, and stored nowhere."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.URLField(_("Address"), max_length=300)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    active = models.BooleanField(_("In use"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("Recorded"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Webhook")
        verbose_name_plural = _("Webhooks")
        constraints = [
            models.UniqueConstraint(fields=["active"], name="one_active_webhook", condition=models.Q(active=True))
        ]

    def __str__(self) -> str:
        return str(self.uid)
