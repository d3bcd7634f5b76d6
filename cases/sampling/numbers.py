"""Random numbers that anyone can compute again: SHA-256 of the seed, the stratum and a counter."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

DIGITS = 13  # hexadecimal digits, 52 bits: a spreadsheet still holds such a number exactly
LIMIT = 16**DIGITS
BYTES = 32  # of the system's part of a seed


def _from_the_operating_system() -> str:
    return secrets.token_hex(BYTES)


_source: ContextVar[Callable[[], str]] = ContextVar("seed", default=_from_the_operating_system)


def number(seed: str, stratum: str, counter: int) -> int:
    """The counter's number in the stratum, from 0 up to but not including ``LIMIT``."""
    text = f"{seed}/{stratum}/{counter}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:DIGITS], 16)


def seed_from(system: str, public: str) -> str:
    """The seed of a draw: the SHA-256 of what the system drew and what the officer typed, with a slash between them.

    The public part may be empty; lottery numbers of a day to come bind the one who draws.
    """
    return hashlib.sha256(f"{system}/{public}".encode()).hexdigest()


def system_part() -> str:
    """The system's part of a new seed: 32 bytes of the operating system's random source, in hexadecimal."""
    return _source.get()()


@contextmanager
def seeded_by(source: Callable[[], str]) -> Iterator[None]:
    """Let the draws inside take the system's part from ``source``: for the demonstration's past, and for tests.

    No step, form or setting leads here. Raises RuntimeError in production, where a draw that could be foreseen is none.
    """
    if settings.PRODUCTION:
        raise RuntimeError("in production the seed of a draw comes from the operating system")
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)
