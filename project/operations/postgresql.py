"""PostgreSQL in a backup: pg_dump and pg_restore, of the server's major version or newer, on one snapshot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from project.operations.manifest import Facts, Unusable
from project.operations.tables import facts_of

PART = "database.dump"


def dump(connection: BaseDatabaseWrapper, directory: Path) -> Facts:
    """Dump the database into the directory and say what it held; both see the same snapshot."""
    with transaction.atomic(using=connection.alias, durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        options = [f"--snapshot={snapshot}", "--format=custom", f"--file={directory / PART}"]
        _run(connection, "pg_dump", *options, f"--dbname={connection.settings_dict['NAME']}")
        (directory / PART).chmod(0o600)
        return facts_of(cursor, f"PostgreSQL {_major_of(connection)}")


def restore(connection: BaseDatabaseWrapper, part: Path) -> None:
    """Fill the empty database, all or nothing; what is made belongs to the role that this runs as."""
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    connection.close()
    _run(connection, "pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(part))


def empty(connection: BaseDatabaseWrapper) -> None:
    """Remove every table; grants that the owner gives by default are kept for those that come."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        cursor.execute("DROP FUNCTION IF EXISTS cases_written_once() CASCADE")


def _major_of(connection: BaseDatabaseWrapper) -> int:
    number: int = connection.pg_version  # type: ignore[attr-defined]
    return number // 10000


def _run(connection: BaseDatabaseWrapper, name: str, *options: str) -> None:
    program = _program(connection, name)
    values = connection.settings_dict
    place = {"PGHOST": values["HOST"], "PGPORT": values["PORT"], "PGUSER": values["USER"]}
    secret = {"PGPASSWORD": values["PASSWORD"]}
    environment = {**os.environ, **{key: value for key, value in (place | secret).items() if value}}
    done = subprocess.run([program, *options], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unusable(f"{name}: {done.stderr.strip()[-2000:]}")


def _program(connection: BaseDatabaseWrapper, name: str) -> str:
    """The program where YIYANG_PG_BIN or PATH has it; an older one than the server cannot read it."""
    found = shutil.which(name, path=settings.PG_BIN or None)
    if found is None:
        raise Unusable(
            f"{name} is not here; install PostgreSQL's client programs or name their directory, YIYANG_PG_BIN"
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"(\d+)[.\d]*", said)
    if version is None or int(version[1]) < _major_of(connection):
        server = _major_of(connection)
        raise Unusable(f"{found} is {said.strip()}, the server {server}; name newer programs with YIYANG_PG_BIN")
    return found
