"""Compute a filed summary again from the dated facts, as of its cut-off, and compare it with what was filed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import Case, SummaryVersion
from cases.summaries.comparing import Recomputation, recompute
from cases.web import whole_number
from workflows.summary.scope import OWN


class Command(BaseCommand):
    help = "Compute every filed version of a summary again, and say whether the numbers are the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("summary", help="number of the case (2021-650100-HZ02), or its key")

    def handle(self, *args: Any, **options: Any) -> None:
        case = _case(options["summary"])
        versions = SummaryVersion.objects.filter(summary=case.pk).select_related("summary__round").order_by("no")
        if not versions:
            raise CommandError("nothing has been filed")
        wrong = 0
        for version in versions:
            found = recompute(case, version)
            self._tell(version, found)
            wrong += not found.is_same
        if wrong:
            raise CommandError(f"{wrong} of {len(versions)} versions do not agree")

    def _tell(self, version: SummaryVersion, found: Recomputation) -> None:
        comparison = found.comparison
        said = "the same numbers" if comparison.is_same else "differs"
        self.stdout.write(f"version {version.no}: {said}, as of {version.cutoff_on}")
        for each in comparison.numbers:
            self.stdout.write(f"  {each.cell}: filed {each.before}, computed {each.after}")
        for sign, rows in (("+", comparison.added), ("-", comparison.removed)):
            for cell, institution, finding, status, amount in rows:
                self.stdout.write(f"  {sign} {cell}: institution {institution}, finding {finding} {status} {amount}")
        if not found.intact:
            self.stdout.write("  its digest does not agree: the filed version has been changed")


def _case(name: str) -> Case:
    cases = Case.objects.filter(kind__in=OWN).select_related("unit", "edition", "summary__round")
    key = whole_number(name)
    case = cases.filter(number=name).first() or (cases.filter(pk=key).first() if key is not None else None)
    if case is None:
        raise CommandError(f"there is no summary {name}")
    return case
