"""Signing what leaves by webhook, as the Standard Webhooks specification says (v1: HMAC-SHA256).

The key is derived from the system's secret key and the webhook's salt, so that it stands in no table and no backup of
the database; a new salt is a new key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.utils.crypto import salted_hmac

from notifications.models import Webhook

PREFIX = "whsec_"


def key_of(webhook: Webhook) -> bytes:
    """The signing key, 32 bytes."""
    return salted_hmac("notifications.webhook", f"{webhook.uid}:{webhook.salt}", algorithm="sha256").digest()


def shown_key(webhook: Webhook) -> str:
    """The key as the receiver's library wants it; shown to the administrator once."""
    return PREFIX + base64.b64encode(key_of(webhook)).decode()


def headers(key: bytes, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message; ``timestamp`` in seconds since 1970."""
    signed = b".".join((identifier.encode(), str(timestamp).encode(), body))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
