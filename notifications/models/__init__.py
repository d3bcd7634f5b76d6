"""What was announced, to whom, and what became of it: one module a concept."""

from notifications.models.alarm import Alarm
from notifications.models.dispatch import Digest, Dispatch
from notifications.models.message import Message
from notifications.models.preference import Preference
from notifications.models.webhook import Webhook

__all__ = ["Alarm", "Digest", "Dispatch", "Message", "Preference", "Webhook"]
