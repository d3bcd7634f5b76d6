"""The notifications application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who is told, and how."""

    name = "notifications"
    verbose_name = _("Notifications")


@register()
def rules_can_be_used(**kwargs: Any) -> list[CheckMessage]:
    """``manage.py check`` refuses a table of rules with a fault, and names its place."""
    from notifications.rules import MalformedRules, rules

    try:
        rules()
    except MalformedRules as malformed:
        return [Error(f"rules.json {place}: {fault}", id="notifications.E001") for place, fault in malformed.faults]
    return []
