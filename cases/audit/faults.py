"""What a verification finds, in words that name the place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that does not agree: in which part of the proof, where exactly, and what."""

    part: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.part}: {self.where}: {self.what}"


@dataclass
class Counts:
    """How much was looked at, and how much of it nothing outside the database proves yet."""

    cases: int = 0
    events: int = 0
    system_chains: int = 0
    system_events: int = 0
    history_rows: int = 0
    live_rows: int = 0
    files: int = 0
    anchors: int = 0
    unsealed_rows: int = 0
    not_anchored: int = 0
    unsigned_anchors: int = 0
    notes: list[str] = field(default_factory=list)
