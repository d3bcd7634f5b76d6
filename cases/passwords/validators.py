"""Django's validators of the profile in force; the last one also keeps what a profile has to remember."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.passwords.profiles import in_words, profile

KINDS = (str.islower, str.isupper, str.isdigit)


class LengthValidator:
    """Long enough for the profile in force."""

    def validate(self, password: str, _user: Any = None) -> None:
        least = profile().length
        if len(password) < least:
            raise ValidationError(_("Use at least %(n)d characters.") % {"n": least}, code="password_too_short")

    def get_help_text(self) -> str:
        return in_words()


class ClassesValidator:
    """As many kinds of characters as the profile asks for; a Chinese character counts as a sign."""

    def validate(self, password: str, _user: Any = None) -> None:
        found = {next((kind.__name__ for kind in KINDS if kind(char)), "sign") for char in password}
        least = profile().classes
        if len(found) < least:
            message = _("Use %(n)d of: small letters, capital letters, figures, signs.") % {"n": least}
            raise ValidationError(message, code="password_too_plain")

    def get_help_text(self) -> str:
        return ""


class HistoryValidator:
    """Refuses what the person has used lately, and keeps the hash and the moment of every change."""

    def validate(self, password: str, user: Any = None) -> None:
        from cases.accounts.models import UsedPassword

        last = profile().history
        if not last or user is None or user.pk is None:
            return
        used = UsedPassword.objects.filter(user=user.pk).order_by("-set_at", "-pk").values_list("digest", flat=True)
        digests = dict.fromkeys([user.password, *used[:last]])
        if any(check_password(password, digest) for digest in digests):
            message = _("You have used this password before; choose one that is new.")
            raise ValidationError(message, code="password_used")

    def password_changed(self, _password: str, user: Any = None) -> None:
        """Called by Django after a password has been saved."""
        from cases.accounts.models import Account, UsedPassword

        rules = profile()
        if user is None or user.pk is None or not (rules.history or rules.days):
            return
        now = timezone.now()
        Account.objects.update_or_create(user=user, defaults={"password_set_at": now, "one_time_until": None})
        if rules.history and user.has_usable_password():
            UsedPassword.objects.create(user=user, digest=user.password, set_at=now)
            kept = UsedPassword.objects.filter(user=user.pk).order_by("-set_at", "-pk").values("pk")[: rules.history]
            UsedPassword.objects.filter(user=user.pk).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

    def get_help_text(self) -> str:
        return ""
