"""Open a year's quality cycles for every active institution of a unit; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.access import SYSTEM
from cases.clock import now
from cases.errors import Refusal
from cases.models import OrgUnit
from workflows.quality_cycle.opening import open_year


class Command(BaseCommand):
    help = "Open a year's quality cycles for every active institution of a unit. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--unit", required=True, help="code of the unit, e.g. 650000 for the whole region")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = OrgUnit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"there is no unit with the code {options['unit']}")
        try:
            result = open_year(unit, options["year"], by=SYSTEM, at=now(), progress=self._progress)
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"opened {result.opened}, already there {result.present}, edition {result.edition}")

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"{done}/{total}")
