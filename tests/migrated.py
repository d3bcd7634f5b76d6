"""The test database is migrated once a run; every worker takes a copy of it, triggers and all.

``python -m tests.migrated`` makes the original beforehand; else the first worker that needs it does.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def migrate_once() -> str:
    """The name of the original of this run, which this process makes, or waits for while another one does."""
    directory = Path(os.environ["YIYANG_TEST_DIRECTORY"])
    directory.mkdir(parents=True, exist_ok=True)
    done = directory / f"migrated-{connection.vendor}"
    with (directory / f"{done.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            before = connection.settings_dict["NAME"]
            name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            # Nobody may be connected to what PostgreSQL copies; SQLite moves its log into the file.
            connection.close()
            connection.settings_dict["NAME"] = before
            done.write_text(name)
        return done.read_text()


@contextmanager
def copied(worker: str) -> Iterator[None]:
    """This process works on a copy of its own, which is removed in the end."""
    original = migrate_once()
    creation, settings = connection.creation, connection.settings_dict
    before, settings["NAME"] = settings["NAME"], original
    creation.clone_test_db(worker, verbosity=0, autoclobber=True)
    settings.update(creation.get_test_db_clone_settings(worker))
    yield
    connection.close()
    creation.destroy_test_db(str(before), verbosity=0)


if __name__ == "__main__":
    import django

    django.setup()
    migrate_once()
