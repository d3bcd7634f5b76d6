"""The key that signs anchors: Ed25519, from the environment and never from the database."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def signing_key() -> Ed25519PrivateKey | None:
    """The key of YIYANG_ANCHOR_KEY, 32 bytes in base64; None where none is set."""
    text = settings.ANCHOR_KEY
    return Ed25519PrivateKey.from_private_bytes(_bytes(text, "YIYANG_ANCHOR_KEY")) if text else None


def public_text(key: Ed25519PrivateKey) -> str:
    """The public part in base64: what inspectors keep."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def trusted_keys() -> set[str]:
    """The public keys whose signatures count: that of the signing key, and those of earlier ones."""
    key = signing_key()
    return {*settings.ANCHOR_PUBLIC_KEYS, *([public_text(key)] if key else [])}


def sign(content: bytes, key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.sign(content)).decode()


def is_signed(content: bytes, signature: str, public: str) -> bool:
    """Whether the signature over the content was made with the private part of this public key."""
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(_bytes(public, "key")).verify(raw, content)
    except (InvalidSignature, binascii.Error, ImproperlyConfigured):
        return False
    return True


def _bytes(text: str, name: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{name} is not base64") from error
    if len(raw) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} bytes in base64")
    return raw
