"""What a backup consists of: the manifest with the digest of every part, and what was true when it was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

NAME = "manifest.json"
FILES = "files"
FORMAT = 1
BLOCK = 1 << 20


class Unusable(Exception):
    """A backup that must not be restored, or a target that must not be written to; ``reasons`` has a line each."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass(frozen=True)
class Part:
    """One file of the backup, with its path below the backup's directory."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What the database held at the moment of the backup: tables with their rows, migrations, names of files."""

    server: str
    rows: dict[str, int]
    migrations: list[str]
    named: list[str]


@dataclass(frozen=True)
class Manifest:
    """``made_at`` is ISO in UTC; ``missing`` are files that rows named and that were not there."""

    made_at: str
    release: str
    vendor: str
    server: str
    database: Part
    rows: dict[str, int]
    migrations: list[str]
    files: list[Part] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def parts(self) -> list[Part]:
        return [self.database, *self.files]

    def write(self, directory: Path) -> str:
        """Write the manifest and return its own SHA-256, to be kept elsewhere."""
        content = (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()
        (directory / NAME).write_bytes(content)
        return hashlib.sha256(content).hexdigest()


def read(directory: Path) -> Manifest:
    """The manifest of a backup; raises :class:`Unusable` where there is none or another version wrote it."""
    try:
        data: dict[str, Any] = json.loads((directory / NAME).read_bytes())
    except (OSError, ValueError) as failure:
        raise Unusable(f"{directory}: no manifest of a whole backup: {failure}") from failure
    if data.get("format") != FORMAT:
        raise Unusable(f"{directory}: written in format {data.get('format')}, this release reads {FORMAT}")
    try:
        database, files = Part(**data.pop("database")), [Part(**part) for part in data.pop("files")]
        manifest = Manifest(database=database, files=files, **data)
    except (TypeError, KeyError) as failure:
        raise Unusable(f"{directory}: the manifest is damaged: {failure}") from failure
    if outside := [part.path for part in manifest.parts if not _lies_within(part.path)]:
        raise Unusable(*(f"{path}: lies outside the backup" for path in outside))
    return manifest


def _lies_within(path: str) -> bool:
    parts = Path(path).parts
    return bool(parts) and not Path(path).is_absolute() and ".." not in parts


def faults(directory: Path, manifest: Manifest) -> Iterator[str]:
    """Every part that is not as the manifest says."""
    for part in manifest.parts:
        path = directory / part.path
        if not path.is_file():
            yield f"{part.path}: is missing"
        elif (path.stat().st_size, digest(path)) != (part.size, part.sha256):
            yield f"{part.path}: does not match its digest"


def digest(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part_of(directory: Path, path: str) -> Part:
    whole = directory / path
    return Part(path, whole.stat().st_size, digest(whole))


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file for its owner alone and return the size and digest of what was copied; it is whole or not there."""
    total, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".part")
    with source.open("rb") as reading, fresh.open("wb") as writing:
        fresh.chmod(0o600)
        while block := reading.read(BLOCK):
            total.update(block)
            size += len(block)
            writing.write(block)
    fresh.replace(target)
    return size, total.hexdigest()
