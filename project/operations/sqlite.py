"""SQLite in a backup: a copy through its online backup, whole and consistent while others write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from project.operations.manifest import Facts, Unusable
from project.operations.tables import facts_of

PART = "database.sqlite3"
SECONDS = 60


def dump(connection: BaseDatabaseWrapper, directory: Path) -> Facts:
    """Copy the database into the directory and say what it held."""
    target = directory / PART
    live = sqlite3.connect(connection.settings_dict["NAME"], timeout=SECONDS)
    with closing(live) as source, closing(sqlite3.connect(target)) as copy:
        target.chmod(0o600)
        source.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy, PART)
        return facts_of(copy.cursor(), f"SQLite {sqlite3.sqlite_version}")


def restore(connection: BaseDatabaseWrapper, part: Path) -> None:
    """Put the copy in the place of everything that is there."""
    connection.close()
    with closing(sqlite3.connect(part)) as source, closing(sqlite3.connect(connection.settings_dict["NAME"])) as target:
        _check(source, part.name)
        source.backup(target)


def empty(connection: BaseDatabaseWrapper) -> None:
    """Nothing to do: the restored pages replace every page there is."""


def _check(database: sqlite3.Connection, name: str) -> None:
    said = [row[0] for row in database.execute("PRAGMA integrity_check(10)")]
    if said != ["ok"]:
        raise Unusable(*(f"{name}: {line}" for line in said))
