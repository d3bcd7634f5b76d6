"""``close_unit``: units that exist no more from a day on; with ``--into`` they are merged into another first."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from cases.clock import now
from cases.errors import Refusal
from cases.orgtree import close_unit
from workflows.management.units import a_day, person_named, unit_coded
from workflows.moving import merge_units


class Command(BaseCommand):
    """All of them or none. The open cycle of an institution stays until its county cancels it, with the reason."""

    help = "Close units from a day on, or merge them into another of their kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("units", nargs="+", metavar="CODE", help="codes of the units that close")
        parser.add_argument("--into", metavar="CODE", help="code of the unit that takes over what is below them")
        parser.add_argument("--on", required=True, type=a_day, help="the first day that no longer counts")
        parser.add_argument("--by", required=True, metavar="LOGIN", help="login name of the person who enters it")

    def handle(self, *_args: Any, **options: Any) -> None:
        units, by, at = [unit_coded(code) for code in options["units"]], person_named(options["by"]), now()
        followed = 0
        try:
            if options["into"]:
                followed = merge_units(units, unit_coded(options["into"]), on=options["on"], by=by, at=at)
            else:
                with transaction.atomic():
                    for unit in units:
                        close_unit(unit, on=options["on"], by=by, at=at)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.hint}".strip()) from refusal
        words = {"units": len(units), "work": followed}
        self.stdout.write(_("Closed: %(units)d. Open work that went elsewhere: %(work)d.") % words)
