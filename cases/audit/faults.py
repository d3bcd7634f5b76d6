"""What a verification finds, in words that name the place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True)
class Fault:
    """One thing that does not agree: in which part of the proof, where exactly, and what.

    ``what`` is in English, for logs and commands; ``template`` and ``values`` are what a page translates.
    """

    part: str
    where: str
    what: str
    template: str = field(default="", compare=False)
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.part}: {self.where}: {self.what}"


def fault(part: str, where: str, template: str, **values: Any) -> Fault:
    """A fault whose words can be translated later."""
    return Fault(part, where, template % values if values else template, template, values)


def in_words(said: dict[str, Any]) -> str:
    """What a fault that was kept as JSON says, in the reader's language."""
    template = said.get("template")
    if not template:
        return str(said["what"])
    words = gettext(template)
    return words % said["values"] if said["values"] else words


@dataclass
class Counts:
    """How much was looked at, and how much of it nothing outside the database proves yet."""

    cases: int = 0
    events: int = 0
    system_chains: int = 0
    system_events: int = 0
    history_rows: int = 0
    live_rows: int = 0
    frozen: int = 0
    files: int = 0
    anchors: int = 0
    put_aside: int = 0
    unsealed_rows: int = 0
    not_anchored: int = 0
    unsigned_anchors: int = 0
    notes: list[str] = field(default_factory=list)
