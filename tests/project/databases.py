"""Further databases of the kind that the tests run on, empty and gone afterwards, for processes that a test starts.

A test that uses one and no other asks for ``django_db_setup``, so that it runs on both kinds.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def empty_database(directory: Path) -> Iterator[str]:
    """The address (YIYANG_DATABASE) of a database without tables: a file in the directory, or one on the server."""
    values: dict[str, Any] = connection.settings_dict
    name = f"yiyang_{secrets.token_hex(6)}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{directory / name}.sqlite3"
        return
    import psycopg

    place = f"{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}"
    with psycopg.connect(f"postgresql://{place}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql://{place}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pg_bin() -> str:
    """The programs beside the server that runs: another version of them may lie in PATH. Empty on SQLite."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        return str(cursor.fetchone()[0])


def run_python(words: Sequence[str | Path], environment: Mapping[str, str], *, root: Path = ROOT) -> str:
    """What a Python process on the code below ``root`` prints; its complaints come with the failure."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YIYANG_", "DJANGO_", "PYTEST"))}
    own = {"DJANGO_SETTINGS_MODULE": "project.settings", "PYTHONPATH": str(root), **environment}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env={**kept, **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
