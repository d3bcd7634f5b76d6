"""``import_roster``: a roster file as a named administrator, first as a dry run; all or nothing, safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.access import Actor, Viewer
from cases.audit import note
from cases.clock import now
from cases.errors import Refusal
from cases.models import RosterImport, User
from cases.roster.apply import check_roster, import_roster
from cases.roster.links import LINKS, fresh_links, links_file, waiting
from cases.roster.plan import Plan, What


class Command(BaseCommand):
    """The rules are those of the page: the named administrator's area, every fault with its place."""

    help = "Check a roster file (xlsx) and, with --apply, import it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="login", required=True, help="login name of the system administrator")
        parser.add_argument("--apply", action="store_true", help="import the file instead of checking it only")
        parser.add_argument(
            "--links", type=Path, help="write the new people's links for setting a password here (xlsx)"
        )
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="address of the site, for the links")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["login"], is_active=True).first()
        if user is None:
            raise CommandError(_("There is no account called %(login)s.") % {"login": options["login"]})
        viewer = Viewer(user, now())
        path: Path = options["file"]
        try:
            content = path.read_bytes()
            plan = check_roster(content, viewer)
            self._tell(plan)
            done = import_roster(content, name=path.name, viewer=viewer) if options["apply"] else None
        except OSError as error:
            raise CommandError(str(error)) from error
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.hint}") from refusal
        if done is None:
            self.stdout.write(_("Nothing was changed."))
            return
        self.stdout.write(_("The roster has been imported."))
        if options["links"]:
            self._write_links(options["links"], done, viewer, options["address"].rstrip("/"))

    def _tell(self, plan: Plan) -> None:
        for fault in plan.faults:
            self.stderr.write(
                f"{fault.sheet}!{fault.cell} {fault.column} “{fault.value}”: {fault.message} {fault.hint}"
            )
        if plan.faults:
            raise CommandError(_("Nothing was imported: the file has faults."))
        for what, number in plan.counts.items():
            self.stdout.write(f"{What(what).label}: {number}")

    def _write_links(self, path: Path, done: RosterImport, viewer: Viewer, address: str) -> None:
        """Readable by the owner only: whoever has a link has the account."""
        path.touch(mode=0o600)
        path.chmod(0o600)
        links = fresh_links(waiting(done, viewer), lambda where: address + where)
        by: Any = viewer.user
        note(LINKS, by=Actor(by), at=viewer.at, unit=done.unit_id, subject=done, details={"count": len(links)})
        path.write_bytes(links_file(links))
        self.stdout.write(_("The links are in %(file)s.") % {"file": path})
