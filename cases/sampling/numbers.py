"""Random numbers that anyone can compute again: SHA-256 of the seed, the stratum and a counter."""

from __future__ import annotations

import hashlib

DIGITS = 13  # hexadecimal digits, 52 bits: a spreadsheet still holds such a number exactly
LIMIT = 16**DIGITS


def number(seed: str, stratum: str, counter: int) -> int:
    """The counter's number in the stratum, from 0 up to but not including ``LIMIT``."""
    text = f"{seed}/{stratum}/{counter}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:DIGITS], 16)


def seed_from(system: str, public: str) -> str:
    """The seed of a draw: the SHA-256 of what the system drew and what the officer typed, with a slash between them.

    The public part may be empty; lottery numbers of a day to come bind the one who draws.
    """
    return hashlib.sha256(f"{system}/{public}".encode()).hexdigest()
