"""``erase_personal_data``: forget the patients whose time of keeping is over; ``--dry-run`` only lists them."""

from __future__ import annotations

import datetime as dt
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.clock import local_date, now
from cases.models import Patient
from cases.personal import due_for_erasure, erase


class Command(BaseCommand):
    """Prints uids and dates, never a name. Nothing is erased by itself: a person runs this (docs/personal-data.md).

    Without ``--yes`` it asks first. Patients named by uid are erased whatever their date, as when the person asks for
    it, or after a backup was restored that still knew them.
    """

    help = "Erase the personal data of patients whose time of keeping is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patients", nargs="*", type=uuid.UUID, help="uids; those that are due when left out")
        parser.add_argument("--dry-run", action="store_true", help="list what would be erased, and erase nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask before erasing")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = now()
        named: list[uuid.UUID] = options["patients"]
        found = list(Patient.objects.filter(pk__in=named) if named else due_for_erasure(local_date(at)))
        if strangers := sorted({str(uid) for uid in named} - {str(patient.uid) for patient in found}):
            raise CommandError(_("Nobody has this uid: %(uids)s") % {"uids": ", ".join(strangers)})
        living = [patient for patient in found if patient.erased_at is None]
        for patient in living:
            self.stdout.write(f"{patient.uid}  {_day(patient.sealed_at)}  {patient.keep_until}")
        if options["dry_run"] or not living:
            self.stdout.write(_("To be erased: %(count)d") % {"count": len(living)})
            return
        if not options["yes"] and input(_("Erase %(count)d for good? (yes/no) ") % {"count": len(living)}) != "yes":
            raise CommandError(_("Nothing was erased."))
        for patient in living:
            erase(patient, at)
        self.stdout.write(_("Erased: %(count)d") % {"count": len(living)})


def _day(moment: dt.datetime) -> dt.date:
    return local_date(moment)
