"""``rewrap_personal_keys``: after a new first key in YIYANG_PERSONAL_KEYS; then the old one may go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.clock import now
from cases.personal.box import Unreadable
from cases.personal.rewrapping import rewrap


class Command(BaseCommand):
    """Safe to repeat and to break off; nobody is kept from working meanwhile."""

    help = "Wrap the keys of patients' data by the first key of YIYANG_PERSONAL_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        total = 0
        try:
            while count := rewrap(now()):
                total += count
        except Unreadable as error:
            raise CommandError(
                _("A key cannot be opened: %(why)s. Add the earlier key to YIYANG_PERSONAL_KEYS.") % {"why": error}
            ) from error
        self.stdout.write(_("Keys wrapped anew: %(count)d") % {"count": total})
