"""What production does not start with: a secret that is known, a superuser, a password that came with the product."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_CHARACTERS = 8
LEFT_IN_PLACE = ("yiyang-demo-2021", "changeme", "admin", "password")
# What examples and images of databases, brokers and mail servers are shipped with.
KNOWN_PASSWORDS = {
    *LEFT_IN_PLACE,
    "postgres",
    "postgresql",
    "redis",
    "root",
    "secret",
    "test",
    "guest",
    "123456",
    "yiyang",
}


def require_secret_key(key: str, *, public: str) -> None:
    """Refuse a key that is missing, public, or short enough to be guessed."""
    if not key:
        raise ImproperlyConfigured("YIYANG_SECRET_KEY must be set in production")
    if key == public or key.startswith("django-insecure-"):
        raise ImproperlyConfigured("YIYANG_SECRET_KEY is a public one; make your own")
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise ImproperlyConfigured(f"YIYANG_SECRET_KEY must have at least {SHORTEST_KEY} characters, chosen at random")


def require_own_passwords(**addresses: str) -> None:
    """Refuse an address of a server whose password is its user's name, or one that things are shipped with.

    ``addresses``: name of the setting → URL. An address without a password rests on the network or on a socket's owner.
    """
    for name, address in addresses.items():
        parts = urlsplit(address)
        password = unquote(parts.password or "")
        if not password:
            continue
        if password.lower() in KNOWN_PASSWORDS | {unquote(parts.username or "").lower()}:
            raise ImproperlyConfigured(f"{name} has a password that everybody knows; make your own")


def require_own_keys() -> None:
    """Refuse to work without the operator's keys, or with keys that are malformed or of one letter."""
    from cases.audit.keys import signing_key
    from cases.personal.box import operators_keys

    signing_key()
    if any(len(set(key)) < FEWEST_CHARACTERS for key in operators_keys()):
        raise ImproperlyConfigured("YIYANG_PERSONAL_KEYS: each must be 32 random bytes (docs/personal-data.md)")


def require_hosts(hosts: list[str]) -> None:
    """Refuse to answer to nobody, or to any name that a forged link gives the site."""
    if not hosts or any(host in {"*", "."} for host in hosts):
        raise ImproperlyConfigured("YIYANG_HOSTS must name the hosts of the site in production, and none may be *")


def require_safe_start() -> None:
    """Refuse superusers, accounts of the demonstration or of the first day with the password they came with, keys that
    are none, and a site without names.

    Nobody may do everything: rights come from appointments (docs/adr on separate duties). Raises ImproperlyConfigured.
    """
    from django.conf import settings
    from django.db import DatabaseError

    require_own_keys()
    require_hosts(settings.ALLOWED_HOSTS)
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
