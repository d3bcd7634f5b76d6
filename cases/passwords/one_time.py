"""A password that is lent: set by the system administrator for whoever forgot theirs, and changed at the first use."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone

from cases.accounts.models import Account
from cases.models import User
from cases.passwords.profiles import profile

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
VALID_FOR = dt.timedelta(days=3)


def new_words() -> str:
    """Something that can be read out on the telephone: four groups of four, about 90 bits; fulfils every profile."""
    while True:
        text = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        if any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text)):
            return text


@transaction.atomic
def lend(user: User) -> str:
    """Set a one-time password and say it, once; every session of the person ends with the old one."""
    words = new_words()
    user.set_password(words)
    user.save(update_fields=["password"])
    Account.objects.update_or_create(user=user, defaults={"one_time_until": timezone.now() + VALID_FOR})
    return words


def ran_out(user: User) -> bool:
    """Whether the person's password was lent and its days are over."""
    until = Account.objects.filter(user=user.pk).values_list("one_time_until", flat=True).first()
    return until is not None and until <= timezone.now()


def has_to_change(user: User) -> bool:
    """Whether the password was lent, or is older than the profile in force allows."""
    row = Account.objects.filter(user=user.pk).values_list("password_set_at", "one_time_until").first()
    set_at, one_time_until = row or (None, None)
    if one_time_until is not None:
        return True
    days = profile().days
    return days is not None and (set_at or user.date_joined) + dt.timedelta(days=days) <= timezone.now()


def changed(user: User) -> None:
    """The person has chosen a password of their own."""
    Account.objects.filter(user=user.pk).update(one_time_until=None)
