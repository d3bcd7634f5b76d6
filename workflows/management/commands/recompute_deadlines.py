"""``recompute_deadlines``: the dates of open work by the calendar as it now is; moves them only when asked to."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.clock import now
from cases.models import OrgUnit
from cases.wording import cdate
from workflows.desk.destinations import title_of
from workflows.redating import Moved, due_to_move, recompute


class Command(BaseCommand):
    """Nothing is written without ``--apply``; safe to repeat, and after an interruption it goes on."""

    help = "Recompute the dates of open work after a calendar was announced or a closure recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="move the dates; without it they are only shown")
        parser.add_argument("--unit", help="code of a unit: only the work of its subtree")

    def handle(self, *_args: Any, **options: Any) -> None:
        unit = None
        if options["unit"]:
            unit = OrgUnit.objects.filter(code=options["unit"]).first()
            if unit is None:
                raise CommandError(_("There is no unit with the code %(code)s.") % {"code": options["unit"]})
        at = now()
        found = recompute(at, unit=unit) if options["apply"] else due_to_move(at, unit)
        counts = {"moved": 0, "affirmed": 0, "refused": 0}
        for moved in found:
            counts["refused" if moved.refusal else "affirmed" if moved.affirmed else "moved"] += 1
            if moved.refusal or not moved.affirmed:
                self.stdout.write(_line(moved))
        summary = _("Dates moved: %(moved)d. Affirmed, no longer provisional: %(affirmed)d. Refused: %(refused)d.")
        self.stdout.write(summary % counts)
        if not options["apply"]:
            self.stdout.write(_("Nothing was written; --apply moves the dates."))


def _line(moved: Moved) -> str:
    case = moved.item.process
    words = {"before": cdate(moved.before), "after": cdate(moved.after)}
    text = f"{case.unit} · {title_of(moved.item)}: " + _("%(before)s → %(after)s") % words
    return f"{text} ({moved.refusal.message})" if moved.refusal else text
