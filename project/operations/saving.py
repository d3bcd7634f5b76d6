"""Making a backup: the database first, then the files, so that every file that a row names is there."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from project.operations import postgresql, sqlite
from project.operations.manifest import FILES, Manifest, Part, Unusable, copy, part_of

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def engine_of(database: BaseDatabaseWrapper) -> ModuleType:
    return ENGINES[database.vendor]


def storage() -> Path:
    """Where the uploaded files lie."""
    return Path(default_storage.location)  # type: ignore[attr-defined]


def release() -> str:
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def back_up(directory: Path, at: dt.datetime) -> tuple[Manifest, str]:
    """Write a backup into a directory that is not there yet; returns its manifest and that manifest's SHA-256.

    Safe while the system works. The directory gets its name when everything is in it, so that what carries the name is
    whole. ``at`` is the moment noted, in UTC. Raises :class:`Unusable` and OSError.
    """
    if directory.exists():
        raise Unusable(f"{directory}: is there already")
    making = directory.with_name(directory.name + ".making")
    if making.exists():
        raise Unusable(f"{making}: left by a backup that was broken off, or another one is at work; remove it first")
    making.mkdir(parents=True, mode=0o700)
    engine = engine_of(connection)
    facts = engine.dump(connection, making)
    files = _copy_files(making)
    manifest = Manifest(
        made_at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        release=release(),
        vendor=connection.vendor,
        server=facts.server,
        database=part_of(making, engine.PART),
        rows=facts.rows,
        migrations=facts.migrations,
        files=files,
        missing=sorted(set(facts.named) - {part.path.removeprefix(f"{FILES}/") for part in files}),
    )
    sealed = manifest.write(making)
    making.rename(directory)
    return manifest, sealed


def _copy_files(directory: Path) -> list[Part]:
    source, target = storage(), directory / FILES
    target.mkdir(mode=0o700)
    copied = []
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if not path.is_file():
            continue
        try:
            copied.append(Part(f"{FILES}/{name}", *copy(path, target / name)))
        except FileNotFoundError:
            # An import that was waiting for its confirmation; a file that a row names is never removed.
            continue
    return copied
