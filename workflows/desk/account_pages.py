"""Signing in, and the reader's own page: appointments, language, keys, password."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.models import Appointment, User
from cases.passwords.forms import SignInForm
from cases.passwords.pages import chosen
from cases.passwords.profiles import in_words
from cases.second_factor.devices import has_factor
from cases.web import viewer_of
from workflows.desk.delegation_pages import given_and_received, validity


class SignIn(LoginView):
    """The sign-in page; whoever is signed in already is sent on."""

    redirect_authenticated_user = True
    authentication_form = SignInForm

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """A wrong password is a form with a fault: 422."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """My appointments with their dates, language, keys and password; POST changes the password."""
    viewer, user = viewer_of(request), cast("User", request.user)
    form = PasswordChangeForm(user, request.POST or None)
    form.fields["old_password"].widget.attrs.pop("autofocus", None)  # the password is not what most come for
    if request.method == "POST" and form.is_valid():
        chosen(request, form)
        return redirect("me")
    appointments = Appointment.objects.own().filter(user=user.pk).select_related("unit")
    context = {
        "form": form,
        "password_hint": in_words(),
        "has_factor": has_factor(user),
        "appointments": [
            (appointment, validity(appointment, viewer.on)) for appointment in appointments.order_by("-valid_from")
        ],
        **given_and_received(user, viewer.on),
    }
    return render(request, "workflows/desk/me.html", context, status=422 if form.errors else 200)
