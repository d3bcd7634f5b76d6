"""``restore DIRECTORY [--force]``: a backup into the database and files of the settings, checked before and after."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from project.operations.manifest import Unusable
from project.operations.restoring import restore


class Command(BaseCommand):
    help = "Restore a backup; stop the system first."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="what the command backup has written")
        parser.add_argument("--force", action="store_true", help="replace a database and files that are not empty")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            manifest, report = restore(options["directory"], force=options["force"])
        except (Unusable, OSError) as failure:
            raise CommandError(f"Not restored.\n{failure}") from failure
        self.stdout.write(f"restored: the backup of {manifest.made_at}, release {manifest.release}")
        if report.migrated:
            self.stdout.write("brought to this release by its migrations")
        self.stdout.write(f"looked at: {report.cases} cases with {report.events} events, {report.files} files")
        if report.faults:
            lines = "\n".join(report.faults)
            raise CommandError(f"{len(report.faults)} faults were found in what was restored:\n{lines}")
        self.stdout.write("every chain, every trigger and every file is as it should be")
