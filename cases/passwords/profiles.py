"""The password profiles as data (``settings.PASSWORD_PROFILES``), and what they say in words.

``mlps3`` follows the third level of classified protection (GB/T 22239-2019, 8.1.4.1: complexity, regular change);
``modern`` follows NIST SP 800-63B-4: length and a list of common passwords, no composition, no change without cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Profile:
    """One profile: characters at least, kinds of characters, passwords that do not come back, days until a change."""

    name: str
    length: int
    classes: int = 1
    history: int = 0
    days: int | None = None

    def __post_init__(self) -> None:
        if (
            self.length < 8
            or not 1 <= self.classes <= 4
            or self.history < 0
            or (self.days is not None and self.days < 1)
        ):
            raise ValueError(f"password profile {self.name!r} makes no sense")


def profile() -> Profile:
    """The profile in force."""
    name: str = settings.PASSWORD_PROFILE
    values: dict[str, Any] = settings.PASSWORD_PROFILES[name]
    return Profile(name, **values)


def in_words() -> str:
    """What the profile asks of a new password, as a hint under its field."""
    rules = profile()
    said = [
        ngettext("At least %(n)d character.", "At least %(n)d characters.", rules.length) % {"n": rules.length},
        _("No common word, not only figures, and not like your name or account."),
    ]
    if rules.classes > 1:
        said.append(_("%(n)d of: small letters, capital letters, figures, signs.") % {"n": rules.classes})
    if rules.history:
        said.append(_("None of your last %(n)d passwords.") % {"n": rules.history})
    return " ".join(said)
