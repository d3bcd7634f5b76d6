"""``add_closure``: days on which the offices of a unit are closed; the dates counted over them move at once."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.access import SYSTEM
from cases.clock import now
from cases.closures import add_closure
from cases.errors import Refusal
from cases.models import OrgUnit
from workflows.redating import recompute


class Command(BaseCommand):
    help = "Record that the offices of a unit are closed, and recompute the dates of its open work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("unit", help="code of the unit, e.g. 650102")
        parser.add_argument("first", type=dt.date.fromisoformat, help="first day, e.g. 2021-07-20")
        parser.add_argument("last", type=dt.date.fromisoformat, help="last day, counted too")
        parser.add_argument("--reason", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        unit = OrgUnit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(_("There is no unit with the code %(code)s.") % {"code": options["unit"]})
        at = now()
        days = {"first_on": options["first"], "last_on": options["last"], "reason": options["reason"]}
        try:
            add_closure(unit, **days, by=SYSTEM, at=at)
        except Refusal as refusal:
            faults = [str(message) for messages in refusal.faults.values() for message in messages]
            raise CommandError(" ".join(faults) or str(refusal.message)) from refusal
        moved = sum(1 for each in recompute(at, unit=unit) if not each.refusal and not each.affirmed)
        self.stdout.write(_("Recorded for %(unit)s. Dates moved: %(n)d.") % {"unit": unit, "n": moved})
