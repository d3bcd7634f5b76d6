"""What production does not start with: a secret that is known, a superuser, a password that came with the product."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_CHARACTERS = 8
LEFT_IN_PLACE = ("yiyang-demo-2021", "changeme", "admin", "password")


def require_secret_key(key: str, *, public: str) -> None:
    """Refuse a key that is missing, public, or short enough to be guessed."""
    if not key:
        raise ImproperlyConfigured("YIYANG_SECRET_KEY must be set in production")
    if key == public or key.startswith("django-insecure-"):
        raise ImproperlyConfigured("YIYANG_SECRET_KEY is a public one; make your own")
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise ImproperlyConfigured(f"YIYANG_SECRET_KEY must have at least {SHORTEST_KEY} characters, chosen at random")


def require_safe_start() -> None:
    """Refuse superusers and accounts of the demonstration or of the first day with the password they came with.

    Nobody may do everything: rights come from appointments (docs/adr on separate duties). Raises ImproperlyConfigured.
    """
    from django.db import DatabaseError

    try:
        faults = unsafe_accounts()
    except DatabaseError:  # /readyz says so; without its database the server lets nobody in
        return
    if faults:
        raise ImproperlyConfigured("; ".join(faults))


def unsafe_accounts() -> list[str]:
    """What is wrong with the accounts, as an operator reads it."""
    from django.contrib.auth.hashers import check_password

    from cases.management.commands.create_first_administrators import ACCOUNTS
    from cases.models import User
    from project.demo.personas import PERSONAS

    faults = []
    superusers = User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    if keys := list(superusers):
        faults.append(f"superusers do not exist in production: accounts {keys}; take the flag from them")
    known = {persona.login for persona in PERSONAS} | {login for _role, _option, login, _name in ACCOUNTS} | {"admin"}
    faults.extend(
        f"account {user.pk} still has a password that came with the product; change or disable it"
        for user in User.objects.filter(username__in=known, is_active=True).order_by("pk")
        if user.has_usable_password() and any(check_password(words, user.password) for words in LEFT_IN_PLACE)
    )
    return faults
