"""Do the draw of a spot-check again from its stored frame and seed, and say whether it comes out the same."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import SpotCheck
from cases.sampling.entries import reproduce


class Command(BaseCommand):
    help = "Do the draw of a spot-check again from its stored frame and seed (docs/sampling.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("spot_check", help="number of the spot-check, e.g. 2021-650000-CC01")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["spot_check"]
        record = SpotCheck.objects.select_related("case").filter(case__number=number, case__kind="spot_check").first()
        if record is None:
            raise CommandError(f"there is no spot-check with the number {number}")
        if not record.seed:
            raise CommandError(f"{number} has not been drawn yet")
        again = reproduce(record)
        self.stdout.write(f"seed {record.seed}\nframe {record.frame_digest}, {again.institutions} institutions")
        if not again.frame_holds:
            raise CommandError("not the same: the stored frame does not have the digest that was recorded")
        if again.differing:
            raise CommandError(f"not the same: {', '.join(again.differing)}")
        self.stdout.write(f"{number}: the same")
