"""``move_unit``: institutions to another county, or a county to another prefecture, with the open work below them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.clock import now
from cases.errors import Refusal
from workflows.management.units import a_day, person_named, unit_coded
from workflows.moving import move_units


class Command(BaseCommand):
    """All of them or none; without units it only sends on the work that an interrupted move has left behind."""

    help = "Move units below another one from a day on; open work goes with them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("units", nargs="*", metavar="CODE", help="codes of the units that move; none: their work")
        parser.add_argument("--to", required=True, metavar="CODE", help="code of the new superior")
        parser.add_argument("--on", required=True, type=a_day, help="first day at the new place, e.g. 2021-06-01")
        parser.add_argument("--by", required=True, metavar="LOGIN", help="login name of the person who enters it")

    def handle(self, *_args: Any, **options: Any) -> None:
        units, to = [unit_coded(code) for code in options["units"]], unit_coded(options["to"])
        try:
            followed = move_units(units, to, on=options["on"], by=person_named(options["by"]), at=now())
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.hint}".strip()) from refusal
        words = {"units": len(units), "to": to, "work": followed}
        self.stdout.write(_("Moved below %(to)s: %(units)d. Open work that went with them: %(work)d.") % words)
