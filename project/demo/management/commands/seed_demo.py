"""Make the demonstration in an empty database: ``seed_demo``, or a part of it: ``seed_demo --only 6501``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from cases.models import Case, OrgUnit
from project.demo import clock
from project.demo.by_itself import in_the_system_only
from project.demo.seed import seed


class Command(BaseCommand):
    help = "Make the demonstration in an empty database: invented institutions, people and cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="only one prefecture or county, e.g. 6501 or 650102")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("The demonstration is not for production: its password is public."))
        if OrgUnit.objects.exists():
            if not self._is_complete():
                raise CommandError(_("The database is not empty. Start over with an empty one: make demo-reset."))
            self.stdout.write(_("The demonstration is there already; nothing was changed."))
            return
        with unsynchronised(), in_the_system_only():
            seed(options["only"], progress=self.stdout.write)
        first = Case.objects.order_by("pk").values_list("uid", flat=True)[0]
        clock.write(settings.VAR_DIR, dt.datetime.now(dt.UTC), str(first))

    def _is_complete(self) -> bool:
        """Whether the note of a finished seeding belongs to this very database."""
        first = clock.read(settings.VAR_DIR).get("first_case")
        return first is not None and Case.objects.filter(uid=first).exists()


@contextmanager
def unsynchronised() -> Iterator[None]:
    """Let SQLite write thousands of transactions without waiting for the disk each time, and once at the end.

    A demonstration that loses its power half-way is not complete and is made anew.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        cursor.execute("PRAGMA synchronous=OFF")
        yield
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
