"""``backup DIRECTORY``: database and files, whole and with digests, while the system works."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from project.operations.manifest import Unusable
from project.operations.saving import back_up


class Command(BaseCommand):
    help = "Write a backup of the database and the files into a new directory."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a directory that is not there yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            manifest, sealed = back_up(directory, timezone.now())
        except (Unusable, OSError) as failure:
            raise CommandError(f"No backup was made.\n{failure}") from failure
        size = sum(part.size for part in manifest.parts) / 1e6
        self.stdout.write(
            f"{directory}: {sum(manifest.rows.values())} rows, {len(manifest.files)} files, {size:.1f} MB"
        )
        self.stdout.write(f"SHA-256 of the manifest: {sealed}")
        if manifest.missing:
            names = "\n".join(manifest.missing)
            raise CommandError(f"The backup is made, but files that rows name are missing from the system:\n{names}")
