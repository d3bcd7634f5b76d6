"""The forms of signing in and of choosing a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.passwords import one_time


class SignInForm(AuthenticationForm):
    """Account and password; a lent password counts for its days only."""

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if one_time.ran_out(user):
            raise ValidationError(
                _("Your one-time password is too old. Ask your system administrator for a new one."), code="too_old"
            )
