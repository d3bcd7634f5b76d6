"""Restoring a backup: nothing is touched before every part is found sound, and everything is looked at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from cases.immutability import install, missing
from cases.models import Case, CaseEvent, Evidence
from project.operations import manifest as manifests
from project.operations.manifest import FILES, Manifest, Unusable, copy, digest
from project.operations.saving import engine_of, storage
from project.operations.tables import facts_of
from workflows.consistency import faults


@dataclass
class Report:
    """What was found after a restore."""

    cases: int = 0
    events: int = 0
    files: int = 0
    migrated: bool = False
    faults: list[str] = field(default_factory=list)


def restore(directory: Path, *, force: bool) -> tuple[Manifest, Report]:
    """Restore a backup into the database and the files of the settings, and check what came of it.

    Raises :class:`Unusable` where the backup is damaged or from a later release, or the target holds something and
    ``force`` is not given. The system must be stopped meanwhile.
    """
    manifest = manifests.read(directory)
    _check_backup(directory, manifest)
    if not force:
        _check_target()
    _bring_files(directory, manifest)
    engine = engine_of(connection)
    if connection.introspection.table_names():
        engine.empty(connection)
    engine.restore(connection, directory / manifest.database.path)
    report = Report(faults=list(_differing(manifest)))
    _remove_other_files(manifest)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
        report.migrated = True
    install(connection)
    _look_at(report)
    return manifest, report


def _check_backup(directory: Path, manifest: Manifest) -> None:
    reasons = list(manifests.faults(directory, manifest))
    if manifest.vendor != connection.vendor:
        reasons.append(f"the backup is of {manifest.vendor}, the database here is {connection.vendor}")
    if later := sorted(set(manifest.migrations) - _known()):
        reasons.append(f"the backup is of another release, {manifest.release}; unknown here: {', '.join(later)}")
    if reasons:
        raise Unusable(*reasons)


def _known() -> set[str]:
    """The migrations of this release, and those that they replace, which stay noted in the database."""
    found = MigrationLoader(None).disk_migrations or {}
    names = {*found, *(old for migration in found.values() for old in migration.replaces)}
    return {f"{app}.{name}" for app, name in names}


def _check_target() -> None:
    reasons = []
    if tables := connection.introspection.table_names():
        reasons.append(f"the database here has {len(tables)} tables")
    if any(storage().glob("*")):
        reasons.append(f"{storage()} is not empty")
    if reasons:
        raise Unusable(*reasons, "nothing was changed; --force replaces what is there")


def _bring_files(directory: Path, manifest: Manifest) -> None:
    for part in manifest.files:
        target = storage() / part.path.removeprefix(f"{FILES}/")
        if not (target.is_file() and target.stat().st_size == part.size and digest(target) == part.sha256):
            copy(directory / part.path, target)


def _remove_other_files(manifest: Manifest) -> None:
    """What the backup does not hold belongs to rows that are not there any more."""
    kept = {part.path.removeprefix(f"{FILES}/") for part in manifest.files}
    for path in storage().rglob("*"):
        if path.is_file() and path.relative_to(storage()).as_posix() not in kept:
            path.unlink()


def _differing(manifest: Manifest) -> Iterator[str]:
    """Tables that do not hold as many rows as the backup says."""
    with connection.cursor() as cursor:
        rows = facts_of(cursor, manifest.server).rows
    for table in sorted(rows.keys() | manifest.rows.keys()):
        if rows.get(table) != manifest.rows.get(table):
            yield f"{table}: {rows.get(table)} rows, the backup says {manifest.rows.get(table)}"


def _look_at(report: Report) -> None:
    """Triggers, the chain of every case, and every file against the digest in its row."""
    report.faults += [f"the trigger {name} is missing" for name in missing(connection)]
    cases = Case.objects.order_by("pk")
    report.cases, report.events = cases.count(), CaseEvent.objects.count()
    report.faults += faults(cases.iterator(chunk_size=500))
    for evidence in Evidence.objects.order_by("pk").iterator(chunk_size=500):
        path = storage() / str(evidence.file.name)
        report.files += 1
        if not path.is_file():
            report.faults.append(f"{evidence.file.name}: is missing (evidence {evidence.pk})")
        elif (path.stat().st_size, digest(path)) != (evidence.size, evidence.sha256):
            report.faults.append(f"{evidence.file.name}: does not match its row (evidence {evidence.pk})")
