"""The programmes whose editions have more than what all editions have; each module here registers one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from cases.editions.reader import FaultList
from cases.editions.schema import EditionData


@dataclass(frozen=True)
class Programme:
    """What the editions of a programme are read into, and the check of what only they have."""

    edition: type[EditionData] = EditionData
    check: Callable[[Any, FaultList], None] = lambda _edition, _faults: None


_registered: dict[str, Programme] = {}


def register(code: str, programme: Programme) -> None:
    _registered[code] = programme


def programme_of(code: Any) -> Programme:
    """The programme with this code; one that nobody registered has what all have."""
    _discover()
    return _registered.get(code, Programme()) if isinstance(code, str) else Programme()


@cache
def _discover() -> None:
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
