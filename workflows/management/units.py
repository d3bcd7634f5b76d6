"""What commands about units are told: codes, days and the person who enters it; CommandError for what is not there."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentTypeError

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from cases.models import OrgUnit, User


def a_day(text: str) -> dt.date:
    """A day written as 2021-06-01."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("%(text)s is not a day like 2021-06-01.") % {"text": text}) from error


def unit_coded(code: str) -> OrgUnit:
    unit: OrgUnit | None = OrgUnit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(_("There is no unit with the code %(code)s.") % {"code": code})
    return unit


def person_named(login: str) -> User:
    user = User.objects.filter(username=login, is_active=True).first()
    if user is None:
        raise CommandError(_("There is no active account %(login)s.") % {"login": login})
    return user
