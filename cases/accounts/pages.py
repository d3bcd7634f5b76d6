"""Pages of the system administrator about accounts. Posts are granted elsewhere, by others (三员分立)."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.accounts import administering
from cases.errors import Invalid, OutOfScope
from cases.models import Appointment, OrgUnit, User
from cases.roster.apply import require_manager
from cases.second_factor.devices import has_factor
from cases.web import viewer_of

SHOWN = 50


class NewAccountForm(forms.Form):
    """Who it is and to which unit they belong; posts follow from the security administrator."""

    login = forms.CharField(label=gettext_lazy("Login name"), max_length=150)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=administering.MOST_NAME)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=20, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit code"), max_length=18)

    def refuse(self, refusal: Invalid) -> None:
        for name, faults in refusal.faults.items():
            for fault in faults:
                self.add_error(name, fault)


def administrator(request: HttpRequest) -> tuple[Viewer, User]:
    """The viewer, who must manage people somewhere; WrongRole (403) otherwise."""
    viewer = viewer_of(request)
    require_manager(viewer)
    return viewer, cast("User", request.user)


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """[accounts] The people of the area by name or login name (``?asked=``)."""
    viewer, _user = administrator(request)
    asked = request.GET.get("asked", "").strip()[:60]
    found = administering.accounts_in(viewer)
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(username__icontains=asked))
    rows = list(found.order_by("username")[: SHOWN + 1])
    shown = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "most": SHOWN, "asked": asked, "nav_current": "accounts"}
    return render(request, "accounts/accounts.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    """[account_new] Open an account; its one-time password is shown this once."""
    viewer, user = administrator(request)
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = OrgUnit.objects.filter(code=given["unit"].strip()).first()
        if unit is None or not viewer.can("manage_people", unit):
            form.add_error("unit", _("There is no such unit, or it is outside your area."))
        else:
            try:
                made, words = administering.open_account(
                    given["login"].strip(), given["name"], given["phone"], unit, by=user, at=viewer.at
                )
            except Invalid as refusal:
                form.refuse(refusal)
            else:
                return _lent(request, made, words)
    shown = {"form": form, "nav_current": "accounts"}
    return render(request, "accounts/account_new.html", shown, status=422 if form.errors else 200)


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """[account] One account: its posts, its state, and what can be done to it."""
    viewer, user = administrator(request)
    person = administering.account_of(viewer, pk)
    held = Appointment.objects.filter(user=person).select_related("unit").order_by("-valid_from", "-pk")
    shown = {
        "person": person,
        "appointments": held[:SHOWN],
        "has_factor": has_factor(person),
        "apart": person.pk == user.pk or administering.is_apart(person, viewer.on),
        "nav_current": "accounts",
    }
    return render(request, "accounts/account.html", shown)


@never_cache
@require_POST
def account_do(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """[account_do] ``password``, ``factor``, ``disable`` or ``enable``."""
    viewer, user = administrator(request)
    person = administering.account_of(viewer, pk)
    if act in {"password", "factor"}:
        words = administering.lend_password(person, by=user, at=viewer.at, factor_too=act == "factor")
        return _lent(request, person, words)
    if act not in {"disable", "enable"}:
        raise OutOfScope("no_such_act", _("There is no such page."))
    administering.set_active(person, act == "enable", by=user, at=viewer.at)
    messages.success(
        request, _("The account has been enabled.") if act == "enable" else _("The account has been disabled.")
    )
    return redirect("account", person.pk)


def _lent(request: HttpRequest, person: User, words: str) -> HttpResponse:
    shown = {"person": person, "words": words, "days": administering.one_time.VALID_FOR.days, "nav_current": "accounts"}
    return render(request, "accounts/lent.html", shown)
