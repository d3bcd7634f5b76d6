"""The box: a person's values under a key of their own (AES-256-GCM), and that key under the operator's.

Each key is used for few boxes with random nonces of 96 bits, far below what NIST SP 800-38D, 8.3 allows. The uid is
authenticated with both, so that neither a box nor a key can be put at another person's row.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import uuid
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
KEY = 32
PADDED_TO = 256  # bytes: the length of a box says little about the length of what is in it


class Unreadable(Exception):
    """A box or its key was changed, belongs to another person, or was wrapped by a key that is not at hand."""


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=8 * KEY)


def close(values: Mapping[str, str], key: bytes, uid: uuid.UUID) -> bytes:
    """The values in a box: nonce and ciphertext."""
    plain = json.dumps(dict(values), ensure_ascii=False, separators=(",", ":")).encode()
    return _encrypt(plain.ljust(-(-len(plain) // PADDED_TO) * PADDED_TO), key, b"box:" + uid.bytes)


def open_box(box: bytes, key: bytes, uid: uuid.UUID) -> dict[str, str]:
    """The values of a box; raises :class:`Unreadable`."""
    values: dict[str, str] = json.loads(_decrypt(box, key, b"box:" + uid.bytes))
    return values


def wrap(key: bytes, uid: uuid.UUID) -> tuple[bytes, str]:
    """A person's key under the operator's first one, and that one's fingerprint."""
    operators = operators_keys()[0]
    return _encrypt(key, operators, b"key:" + uid.bytes), fingerprint(operators)


def unwrap(wrapped: bytes, wrapped_by: str, uid: uuid.UUID) -> bytes:
    """A person's key; raises :class:`Unreadable` where the operator's key is missing or another one."""
    operators = next((each for each in operators_keys() if fingerprint(each) == wrapped_by), None)
    if operators is None:
        raise Unreadable(f"wrapped by {wrapped_by}, which is not at hand")
    return _decrypt(wrapped, operators, b"key:" + uid.bytes)


def operators_keys() -> list[bytes]:
    """The keys from the environment, the one that wraps now first; outside production one that is no secret.

    Raises ImproperlyConfigured for a malformed one, and in production where there is none.
    """
    if not settings.PERSONAL_KEYS:
        if settings.PRODUCTION:
            raise ImproperlyConfigured("YIYANG_PERSONAL_KEYS must be set in production (docs/personal-data.md)")
        return [hashlib.sha256(b"personal data of demo and tests only").digest()]
    return [_parsed(text) for text in settings.PERSONAL_KEYS]


def fingerprint(key: bytes) -> str:
    """What tells one of the operator's keys from another without saying anything about it."""
    return hashlib.sha256(b"yiyang personal key" + key).hexdigest()[:16]


def _parsed(text: str) -> bytes:
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY:
        raise ImproperlyConfigured("YIYANG_PERSONAL_KEYS: each must be 32 bytes in Base64 (docs/personal-data.md)")
    return key


def _encrypt(plain: bytes, key: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _decrypt(sealed: bytes, key: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("changed, or of another person") from error
