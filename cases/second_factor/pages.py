"""Pages of the second factor: the second step of signing in, and setting it up on one's own page."""

from __future__ import annotations

from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django import forms
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.accounts import gates
from cases.accounts.recording import note
from cases.models import User
from cases.second_factor import devices
from cases.web import next_of, viewer_of


class CodeForm(forms.Form):
    """One code: of the telephone, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class OwnerForm(forms.Form):
    """The person's password again, before the second factor is changed."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        words: str = self.cleaned_data["password"]
        if not self.user.check_password(words):
            raise forms.ValidationError(_("This is not your password."))
        return words


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """[second_step] The code after the password; wrong ones count towards the lock as wrong passwords do."""
    user = cast("User", request.user)
    if gates.SECOND not in gates.left(request):
        return redirect(next_of(request))
    credentials = {"username": user.username}
    if request.method == "POST" and not AxesProxyHandler.is_allowed(request, credentials):
        return cast("HttpResponse", get_lockout_response(request, credentials))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if devices.check(user, form.cleaned_data["code"]):
            gates.passed(request, gates.SECOND)
            note("second_step", request=request, unit=None, subject=user, at=viewer_of(request).at)
            return redirect(next_of(request))
        user_login_failed.send(__name__, credentials=credentials, request=request)
        form.add_error("code", _("This code is wrong or no longer valid. Wait for the next one."))
    shown = {"form": form, "next": next_of(request, "")}
    return render(request, "registration/second_step.html", shown, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """[second_factor] Set up, renew the recovery codes, or remove; POST names what in ``do``."""
    user = cast("User", request.user)
    if not devices.has_factor(user):
        return _set_up(request, user)
    forced = devices.is_forced(user, viewer_of(request).on)
    form = OwnerForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "codes":
            codes = devices.renew_codes(user)
            note("renew_codes", request=request, unit=None, subject=user, at=viewer_of(request).at)
            return _codes(request, codes)
        if request.POST.get("do") == "remove" and not forced:
            devices.remove(user)
            note("remove_second_factor", request=request, unit=None, subject=user, at=viewer_of(request).at)
            messages.success(request, _("The second factor has been removed."))
            return redirect("me")
        form.add_error(None, _("Your post needs a second factor; it can be renewed and not removed."))
    shown = {"form": form, "left": devices.codes_left(user), "forced": forced, "nav_current": "me"}
    return render(request, "registration/second_factor.html", shown, status=422 if form.errors else 200)


def _set_up(request: HttpRequest, user: User) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = devices.confirm(user, form.cleaned_data["code"])
        if codes is not None:
            gates.passed(request, gates.ENROL)
            note("set_up_second_factor", request=request, unit=None, subject=user, at=viewer_of(request).at)
            return _codes(request, codes)
        form.add_error("code", _("This code is wrong or no longer valid. Wait for the next one."))
    device = devices.begun(user)
    shown = {
        "form": form,
        "drawing": mark_safe(devices.qr_code(device)),  # noqa: S308 - drawn here from a secret made here
        "secret": devices.secret_of(device),
        "forced": gates.ENROL in gates.left(request),
        "nav_current": "me",
    }
    return render(request, "registration/second_factor_new.html", shown, status=422 if form.errors else 200)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, this once."""
    return render(request, "registration/recovery_codes.html", {"codes": codes, "next": next_of(request)})
