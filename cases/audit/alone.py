"""What only one process of the machine may do at a time, and nobody waits for."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether this process has the name to itself until the block ends; another one that has it keeps it."""
    directory = Path(settings.AUDIT_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
