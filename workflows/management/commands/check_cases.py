"""Check that what is stored of every case agrees with itself; exit status 1 when it does not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Case
from workflows.consistency import faults


class Command(BaseCommand):
    help = "Check events, work items, state and history of every case against each other."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for fault in faults(Case.objects.order_by("pk").iterator(chunk_size=500)):
            count += 1
            self.stderr.write(fault)
        if count:
            raise CommandError(f"{count} faults")
        self.stdout.write("every case agrees with itself")
