"""Verify the audit trail: chains, anchors, history, files; exit status 1 when something does not agree."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit.faults import Counts
from cases.audit.verifying import verify

SHOWN = 100


class Command(BaseCommand):
    help = "Verify chains, anchors, history rows, live rows and files; says where the first fault is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, help="a copy of anchors.jsonl that was kept elsewhere")
        parser.add_argument("--no-files", action="store_true", help="leave out the files on the disk")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = Counts()
        faults = verify(counts, anchors=options["anchors"], with_files=not options["no_files"])
        shown = list(islice(faults, SHOWN))
        more = sum(1 for _fault in faults)
        for fault in shown:
            self.stderr.write(str(fault))
        if more:
            self.stderr.write(f"and {more} more")
        self.stdout.write(
            f"{counts.cases} cases with {counts.events} events, {counts.system_chains} chains of the system with "
            f"{counts.system_events} events, {counts.history_rows} history rows, {counts.live_rows} live rows, "
            f"{counts.frozen} versions submitted or filed, {counts.files} files, {counts.anchors} anchors"
        )
        for line in counts.notes:
            self.stdout.write(line)
        if counts.unsealed_rows:
            self.stdout.write(f"not sealed yet: {counts.unsealed_rows} history rows")
        if counts.not_anchored:
            self.stdout.write(f"not anchored: {counts.not_anchored} events")
        if counts.unsigned_anchors:
            self.stdout.write(f"not signed: {counts.unsigned_anchors} anchors")
        if counts.put_aside:
            self.stdout.write(f"put aside: {counts.put_aside} anchors, which prove nothing here any more")
        if shown:
            raise CommandError(f"{len(shown) + more} faults; the first: {shown[0]}")
        self.stdout.write("what is anchored is sound; what is not anchored agrees with itself")
