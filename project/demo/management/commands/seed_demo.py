"""Make the demonstration in an empty database: ``seed_demo``, or a part of it: ``seed_demo --only 6501``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.models import Case, OrgUnit
from project.demo import clock
from project.demo.seed import seed


class Command(BaseCommand):
    help = "Make the demonstration in an empty database: invented institutions, people and cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="only the prefectures whose code begins so, e.g. 6501")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("The demonstration is not for production: its password is public."))
        if OrgUnit.objects.exists():
            if not self._is_complete():
                raise CommandError(_("The database is not empty. Start over with an empty one: make demo-reset."))
            self.stdout.write(_("The demonstration is there already; nothing was changed."))
            return
        seed(options["only"], progress=self.stdout.write)
        first = Case.objects.order_by("pk").values_list("uid", flat=True)[0]
        clock.write(settings.VAR_DIR, dt.datetime.now(dt.UTC), str(first))

    def _is_complete(self) -> bool:
        """Whether the note of a finished seeding belongs to this very database."""
        first = clock.read(settings.VAR_DIR).get("first_case")
        return first is not None and Case.objects.filter(uid=first).exists()
