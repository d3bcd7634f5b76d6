"""``create_first_administrators``: the roots of the tree and three separate accounts (三员分立) on an empty system."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.access import SYSTEM, appoint
from cases.audit import noting
from cases.clock import local_date, now
from cases.models import Appointment, OrgUnit, User
from cases.orgtree import add_unit
from cases.roles import Role
from cases.roster.links import days_valid, path_for
from cases.roster.units import DIVISION_CODE

NATION_CODE, NATION_NAME = "000000", "国家卫生健康委"
ACCOUNTS = (
    (Role.SYSTEM_ADMIN, "system", "sysadmin", "系统管理员"),
    (Role.SECURITY_ADMIN, "security", "secadmin", "安全管理员"),
    (Role.AUDITOR, "auditor", "auditor", "安全审计员"),
)


class Command(BaseCommand):
    """Refuses where anybody holds an appointment already: administrators are then made by administrators."""

    help = "Create the first administrators on an empty system and print a link for each to set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region-code", help="six-digit code of the region, e.g. 650000; without it: the nation")
        parser.add_argument("--region-name", help="name of the region's health commission")
        parser.add_argument("--region-division", default="", help="name of the region")
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="address of the site, for the links")
        for _role, option, login, _name in ACCOUNTS:
            parser.add_argument(f"--{option}", default=login, metavar="LOGIN", help=f"login name ({login})")

    def handle(self, *_args: Any, **options: Any) -> None:
        logins = [options[option] for _role, option, _login, _name in ACCOUNTS]
        self._check(logins, options["region_code"], options["region_name"])
        at = now()
        with noting("first_administrators", by=SYSTEM, at=at):
            if Appointment.objects.exists():
                raise CommandError(
                    _("There are appointments already, so this is not an empty system; nothing was changed.")
                    + " "
                    + _("For a forgotten password use: manage.py changepassword LOGIN")
                )
            if taken := list(User.objects.filter(username__in=logins).values_list("username", flat=True)):
                raise CommandError(_("These login names are taken: %(names)s.") % {"names": ", ".join(taken)})
            seat = self._seat(at, options)
            people = [
                self._account(role, login, name, seat, at)
                for (role, _o, _l, name), login in zip(ACCOUNTS, logins, strict=True)
            ]
        self.stdout.write(
            _("At %(unit)s. Each link sets a password once, within %(days)d days:")
            % {"unit": seat, "days": days_valid()}
        )
        for (role, *_rest), user in zip(ACCOUNTS, people, strict=True):
            self.stdout.write(f"{role.label}\t{user.username}\t{options['address'].rstrip('/')}{path_for(user)}")

    def _check(self, logins: list[str], code: str | None, name: str | None) -> None:
        if len(set(logins)) < len(logins):
            raise CommandError(_("The three accounts must be different people."))
        for login in logins:
            try:
                UnicodeUsernameValidator()(login)
            except ValidationError as error:
                raise CommandError(f"{login}: {error.messages[0]}") from error
        if bool(code) != bool(name):
            raise CommandError(_("A region needs both --region-code and --region-name."))
        if code and not DIVISION_CODE.fullmatch(code):
            raise CommandError(_("The code of a region has six digits."))

    def _seat(self, at: dt.datetime, options: dict[str, Any]) -> OrgUnit:
        """The unit at which the administrators sit: the region if one is named, else the nation."""
        nation = OrgUnit.objects.filter(depth=1).first()
        if nation is None:
            nation = add_unit(None, at=at, kind=OrgUnit.Kind.NATION, code=NATION_CODE, name=NATION_NAME)
        if not options["region_code"]:
            return nation
        region: OrgUnit | None = OrgUnit.objects.filter(code=options["region_code"]).first()
        if region is None:
            values = {
                "code": options["region_code"],
                "name": options["region_name"],
                "division": options["region_division"],
            }
            region = add_unit(nation, at=at, kind=OrgUnit.Kind.REGION, **values)
        elif region.kind != OrgUnit.Kind.REGION:
            raise CommandError(_("The code belongs to a unit of another kind."))
        return region

    def _account(self, role: str, login: str, name: str, seat: OrgUnit, at: dt.datetime) -> User:
        user = User(username=login, name=name, password=make_password(None), date_joined=at)
        user.save()
        appoint(user, seat, role, valid_from=local_date(at), at=at)
        return user
