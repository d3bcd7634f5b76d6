"""How a person wants to be told."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Preference(models.Model):
    """E-mail at once, as a daily digest, or not at all; the hours in which nothing is sent; all Asia/Shanghai.

    Messages in the system are never off. No row means these defaults.
    """

    class Email(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DIGEST = "digest", _("Daily digest")
        OFF = "off", _("No e-mail")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notification_preference"
    )
    email = models.CharField(_("E-mail"), max_length=8, choices=Email, default=Email.DIGEST)
    digest_hour = models.PositiveSmallIntegerField(_("Hour of the digest"), default=8)
    quiet_from = models.TimeField(_("Quiet from"), default=dt.time(22))
    quiet_until = models.TimeField(_("Quiet until"), default=dt.time(8))
    language = models.CharField(_("Language"), max_length=8, choices=settings.LANGUAGES, default="zh-hans")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Notification preference")
        verbose_name_plural = _("Notification preferences")
        constraints = [models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="digest_hour_is_an_hour")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.email}"
