"""Archive the settled cycles of a year that is over; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.access import SYSTEM
from cases.clock import local_date, now
from cases.models import Case
from workflows.engine import perform_many
from workflows.quality_cycle.kind import QUALITY_CYCLE, State


class Command(BaseCommand):
    help = "Archive the settled cycles of a year that is over. Cycles that are not settled are left as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        at, year = now(), options["year"]
        if local_date(at).year <= year:
            raise CommandError(f"{year} is not over yet")
        cycles = Case.objects.filter(kind=QUALITY_CYCLE.code, year=year)
        settled = cycles.filter(state=State.VERIFIED).order_by("pk").iterator(chunk_size=500)
        outcomes = [refusal for _case, refusal in perform_many(settled, "archive", by=SYSTEM, at=at)]
        left = cycles.exclude(state__in=QUALITY_CYCLE.finals).count()
        self.stdout.write(f"archived {outcomes.count(None)}, not settled yet {left}")
