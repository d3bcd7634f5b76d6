"""What the system administrator does to accounts: open, disable, enable, lend a password, reset the second factor.

An account belongs to the area of its appointments in force, or of the unit at which it was opened. Nobody administers
their own account, nor those of security administrators, auditors and inspectors: who keeps accounts must not be able to
become their own supervision. Those go through the server (docs/operations.md).
"""

from __future__ import annotations

import datetime as dt
import re

from axes.utils import reset as unlock
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.accounts.models import Account
from cases.accounts.recording import acting, note
from cases.duties import ALONE
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import Appointment, OrgUnit, User
from cases.passwords import one_time
from cases.saving import sign
from cases.second_factor import devices
from cases.tree import within

LOGIN = re.compile(r"[\w.@+-]{3,150}", re.ASCII)
MOST_NAME = 60


def accounts_in(viewer: Viewer) -> QuerySet[User]:
    """The people whom the viewer administers: with a post in the area now or later, or an account opened there."""
    paths = viewer.paths("manage_people")
    held = Appointment.objects.own().exclude(valid_until__lte=viewer.on)
    here = held.filter(within("unit__path", paths)).values("user")
    opened = Account.objects.filter(within("unit__path", paths)).values("user")
    return User.objects.filter(Q(pk__in=here) | (Q(pk__in=opened) & ~Q(pk__in=held.values("user"))))


def account_of(viewer: Viewer, pk: int) -> User:
    """One of them; OutOfScope (404) else."""
    found = accounts_in(viewer).filter(pk=pk).first()
    if found is None:
        raise OutOfScope(
            "no_such_account", _("There is no such account, or it is outside the area that you administer.")
        )
    return found


def is_apart(user: User, on: dt.date) -> bool:
    """Whether the person supervises, so that no administrator touches the account."""
    held = Appointment.objects.filter(user=user.pk, role__in=ALONE).exclude(valid_until__lte=on)
    return held.exists()


@acting("open_account")
def open_account(login: str, name: str, phone: str, unit: OrgUnit, *, by: User, at: dt.datetime) -> tuple[User, str]:
    """A new account without any post, and its one-time password, said once."""
    viewer = Viewer(by, at)
    if not viewer.can("manage_people", unit):
        raise OutOfScope("no_such_unit", _("There is no such unit, or it is outside your area."))
    if not LOGIN.fullmatch(login):
        message = _("A login name has only letters, digits and @ . + - _")
        raise Invalid("bad_login", message, faults={"login": [message]})
    user = User(
        username=login, name=name.strip()[:MOST_NAME], phone=phone, password=make_password(None), date_joined=at
    )
    sign(user, by, at)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        message = _("This login name is taken.")
        raise Invalid("login_taken", message, faults={"login": [message]}) from error
    Account.objects.create(user=user, unit=unit)
    words = one_time.lend(user)
    note("open_account", unit=unit, by=by, at=at, subject=user)
    return user, words


@acting("lend_password")
def lend_password(user: User, *, by: User, at: dt.datetime, factor_too: bool = False) -> str:
    """A one-time password for whoever forgot theirs; their sessions end and a lock is lifted.

    ``factor_too`` also forgets the second factor, for whoever lost the telephone.
    """
    found = _administered(user, by, at)
    sign(found, by, at)
    words = one_time.lend(found)
    if factor_too:
        devices.remove(found)
    unlock(username=found.username)
    note("reset_second_factor" if factor_too else "lend_password", unit=None, by=by, at=at, subject=found)
    return words


@acting("set_active")
def set_active(user: User, active: bool, *, by: User, at: dt.datetime) -> User:
    """Disable an account (every session of it ends, its posts no longer count) or enable it again."""
    found = _administered(user, by, at)
    if found.is_active == active:
        raise Conflict("so_already", _("This has been done already."))
    found.is_active = active
    sign(found, by, at, "enable_account" if active else "disable_account")
    found.save(update_fields=["is_active"])
    note("enable_account" if active else "disable_account", unit=None, by=by, at=at, subject=found)
    return found


def _administered(user: User, by: User, at: dt.datetime) -> User:
    viewer = Viewer(by, at)
    found = User.objects.select_for_update().get(pk=account_of(viewer, user.pk).pk)
    if found.pk == by.pk:
        raise WrongRole("own_account", _("Nobody administers their own account."))
    if is_apart(found, viewer.on):
        raise WrongRole(
            "supervising_account",
            _("Accounts of administrators, auditors and inspectors are not changed from here."),
            hint=_("Whoever runs the server does it there, and it is recorded (see the operations guide)."),
        )
    return found
