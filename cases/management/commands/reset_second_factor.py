"""``reset_second_factor LOGIN``: for administrators, auditors and inspectors, whom no page resets."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from cases import audit
from cases.access import SYSTEM
from cases.clock import now
from cases.models import User
from cases.second_factor import devices


class Command(BaseCommand):
    help = "Forget the second factor of an account; the password stays. Recorded in the system's chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")

    def handle(self, *_args: Any, **options: Any) -> None:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(username=options["login"]).first()
            if user is None:
                raise CommandError(_("There is no such account."))
            if not devices.has_factor(user):
                raise CommandError(_("This account has no second factor."))
            devices.remove(user)
            audit.note("reset_second_factor", by=SYSTEM, at=now(), subject=user)
        self.stdout.write(
            _("The second factor has been forgotten; change the password, too, if the telephone was lost.")
        )
