"""``scan_files``: ask the virus scanner about every file again, as after new signatures or with a first scanner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.clock import now
from cases.models import Evidence
from cases.quarantine import judge


class Command(BaseCommand):
    """Safe to repeat and to break off. What it warns of goes into quarantine; what it no longer warns of leaves it."""

    help = "Ask the virus scanner about every file that is kept."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.SCANNER:
            raise CommandError(_("There is no virus scanner: set YIYANG_SCANNER."))
        keys = Evidence.objects.order_by("pk").values_list("pk", flat=True)
        judged = 0
        for file in judge(keys, now()):
            judged += 1
            if file.scan == Evidence.Scan.QUARANTINED:
                self.stdout.write(f"{file.pk}  {file.sha256}  {file.get_scan_display()}")
        self.stdout.write(_("Files looked at: %(count)d of %(all)d") % {"count": judged, "all": keys.count()})
