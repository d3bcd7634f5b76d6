"""The page at which somebody must choose a password of their own before going on."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.accounts import gates
from cases.accounts.recording import acting, note
from cases.models import User
from cases.passwords import one_time
from cases.passwords.profiles import in_words
from cases.saving import sign
from cases.web import next_of, viewer_of


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """[password_change] Old and new password; who has no need to change goes to their own page."""
    if gates.PASSWORD not in gates.left(request):
        return redirect("me")
    form = PasswordChangeForm(cast("User", request.user), request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen(request, form)
        return redirect(next_of(request))
    shown = {"form": form, "password_hint": in_words(), "next": next_of(request, "")}
    return render(request, "registration/password_change.html", shown, status=422 if form.errors else 200)


def chosen(request: HttpRequest, form: PasswordChangeForm) -> None:
    """Save the password that a person has chosen, and let them go on; their other sessions end."""
    at = viewer_of(request).at
    with acting("change_password"):
        sign(form.user, form.user, at, "change_password")
        user = form.save()
        one_time.changed(user)
        note("change_password", request=request, unit=None, subject=user, at=at)
    update_session_auth_hash(request, user)
    gates.passed(request, gates.PASSWORD)
    messages.success(request, _("The password has been changed."))
