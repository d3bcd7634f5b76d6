"""Cover for absence on screen: giving a post into a colleague's hands for a time, and taking it back (委托代办)."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases import delegating
from cases.access import Viewer
from cases.errors import OutOfScope, Refusal
from cases.models import Appointment, User
from cases.web import viewer_of
from cases.wording import cdate

FIELDS = {"from_": "first", "until": "last"}


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class Colleague(forms.ModelChoiceField):
    """A colleague by name and post; two may bear the same name."""

    def label_from_instance(self, obj: Any) -> str:
        posts = {held.get_role_display() for held in obj.appointments.all() if held.delegated_by_id is None}
        return f"{obj.name} · {' / '.join(sorted(posts))}" if posts else str(obj)


class DelegationForm(forms.Form):
    """To whom, from which day to which, and why. People name the last day; the record keeps the day after it."""

    to = Colleague(label=gettext_lazy("Colleague"), queryset=User.objects.none())
    first = forms.DateField(label=gettext_lazy("First day"), widget=day_input())
    last = forms.DateField(label=gettext_lazy("Last day"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=delegating.MOST_REASON)

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = colleagues.prefetch_related("appointments").order_by("name", "pk")

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal where the reader can mend it."""
        for name, faults in refusal.faults.items():
            for fault in faults:
                self.add_error(FIELDS.get(name, name), fault)
        if not refusal.faults:
            self.add_error(None, f"{refusal.message} {refusal.hint}".strip())


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """[delegate] The form for one appointment: the reader's own, or one whose people they manage."""
    viewer = viewer_of(request)
    appointment = _appointment(viewer, pk)
    colleagues = delegating.candidates(appointment, viewer.on)
    if request.method != "POST":
        started = {"first": viewer.on}
        return _page(request, appointment, DelegationForm(initial=started, colleagues=colleagues))
    form = DelegationForm(request.POST, colleagues=colleagues)
    if not form.is_valid():
        return _page(request, appointment, form, status=422)
    given = form.cleaned_data
    try:
        made = delegating.delegate(
            appointment,
            given["to"],
            from_=given["first"],
            until=given["last"] + dt.timedelta(days=1),
            by=cast("User", request.user),
            at=viewer.at,
            reason=given["reason"],
        )
    except OutOfScope:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, appointment, form, status=refusal.status)
    words = {"name": made.user, "first": cdate(given["first"]), "last": cdate(given["last"])}
    messages.success(request, _("%(name)s stands in from %(first)s to %(last)s.") % words)
    return redirect(_back(appointment, viewer))


@require_POST
def end_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    """[delegation_end] End one that the reader gave, received or administers."""
    viewer = viewer_of(request)
    held = Appointment.objects.filter(pk=pk).first()
    if held is None:
        raise _no_such()
    source = held.delegated_by or held
    ended = delegating.end_delegation(held, by=cast("User", request.user), at=viewer.at)
    if ended is not None and ended.valid_until is not None and ended.valid_until > viewer.on:
        messages.success(request, _("Something was done under the delegation today, so it ends with this day."))
    else:
        messages.success(request, _("The delegation has ended."))
    mine = viewer.user.pk in (held.user_id, source.user_id)
    return redirect("me" if mine else _back(source, viewer))


def given_and_received(user: User, on: dt.date) -> dict[str, list[tuple[Appointment, str]]]:
    """The delegations of a person's page, each with whether it counts."""
    found: dict[str, list[tuple[Appointment, str]]] = {"given": [], "received": []}
    for each in delegating.delegations(user):
        found["received" if each.user_id == user.pk else "given"].append((each, validity(each, on)))
    return found


def validity(appointment: Appointment, on: dt.date) -> str:
    """Whether the appointment's dates hold on the day: the end is the first day that no longer does."""
    if appointment.valid_from > on:
        return "later"
    if appointment.valid_until is not None and appointment.valid_until <= on:
        return "over"
    return "valid"


def _appointment(viewer: Viewer, pk: int) -> Appointment:
    found = Appointment.objects.filter(pk=pk).select_related("unit", "user", "delegated_by").first()
    if found is None or (found.user_id != viewer.user.pk and not viewer.can("manage_people", found.unit)):
        raise _no_such()
    return found


def _no_such() -> OutOfScope:
    return OutOfScope(
        "no_such_appointment", _("There is no such appointment, or it is not among those that you may see.")
    )


def _back(appointment: Appointment, viewer: Viewer) -> str:
    return "me" if appointment.user_id == viewer.user.pk else "vacancies"


def _page(request: HttpRequest, appointment: Appointment, form: DelegationForm, *, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    own = appointment.user_id == viewer.user.pk
    shown = {
        "appointment": appointment,
        "form": form,
        "own": own,
        "days": delegating.MOST_DAYS,
        "back": _back(appointment, viewer),
        "nobody": not form.fields["to"].queryset.exists(),  # type: ignore[attr-defined]
        "nav_current": "me" if own else "vacancies",
    }
    return render(request, "workflows/desk/delegate.html", shown, status=status)
