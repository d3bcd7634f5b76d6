"""``load_editions``: the project's edition files, or those named, into the database; safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, pgettext_lazy

from cases.editions.load import available
from cases.editions.store import EditionsRefused, store_editions

_OUTCOMES = {
    "created": pgettext_lazy("edition file", "loaded"),
    "updated": pgettext_lazy("edition file", "updated"),
    "unchanged": pgettext_lazy("edition file", "unchanged"),
    "kept": pgettext_lazy("edition file", "kept as it is: in use"),
}


class Command(BaseCommand):
    """All files or none; a malformed file is refused with the place of every fault.

    An edition in use is kept where its file says something else, unless ``--strict`` makes that a fault.
    """

    help = "Load the editions of the annual quality cycle from their JSON files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="edition files; those of the project when left out")
        parser.add_argument("--strict", action="store_true", help="refuse another content for an edition in use")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            stored = store_editions(options["files"] or available(), strict=options["strict"])
        except EditionsRefused as refusal:
            raise CommandError(gettext("No edition was loaded.") + "\n" + str(refusal)) from refusal
        for each in stored:
            self.stdout.write(f"{each.edition.code} {each.edition.version}: {_OUTCOMES[each.outcome]}")
