"""Who would be told what on a chosen day, and why; nothing is sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.alarm_words import missed_named, rung_named
from cases.clock import local_date, now
from cases.models import OrgUnit
from cases.wording import cdate, climit
from notifications.dry_run import Line, lines, plan


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=dt.date.fromisoformat, help="the day, as 2021-05-16; today if left out")
        parser.add_argument("--unit", metavar="CODE", help="only work of this unit and everything below it")
        parser.add_argument("--limit", type=int, default=200, help="lines that are printed; all are counted")

    def handle(self, *args: Any, on: dt.date | None, unit: str | None, limit: int, **options: Any) -> None:
        at = now()
        day = on or local_date(at)
        planned = plan(day, at=at, paths=None if unit is None else [_path(unit)])
        self.stdout.write(cdate(day))
        for line in lines(planned[: max(limit, 0)], day):
            self.stdout.write(_words(line))
        words = ngettext(
            "%(n)d notice on this day; nothing was sent.", "%(n)d notices on this day; nothing was sent.", len(planned)
        )
        self.stdout.write(words % {"n": len(planned)})


def _path(code: str) -> str:
    unit = OrgUnit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(_("There is no unit with the code %(code)s.") % {"code": code})
    path: str = unit.path
    return path


def _words(line: Line) -> str:
    """One notice in a paragraph: what, when, why, to whom."""
    due_at: Any = line.alert.item.due_at
    people = pgettext("list separator", ", ").join(person.name for person in line.people) or _("nobody")
    rows = [
        f"\n{rung_named(line.alert.reached.days, line.alert.reached.hours)}  {line.title}  {line.unit}",
        "  " + _("due %(day)s: %(basis)s") % {"day": climit(due_at), "basis": line.rule_basis},
        f"  {line.ladder}: {line.ladder_basis}",
        "  " + _("told: %(people)s") % {"people": people},
    ]
    if line.alert.missed:
        rows.append("  " + missed_named(len(line.alert.missed)))
    if line.planned.told:
        rows.append("  " + _("has been told already"))
    return "\n".join(rows)
