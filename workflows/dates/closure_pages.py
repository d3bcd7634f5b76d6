"""Local closures on screen: list, record, withdraw; the dates that were counted over them move (design, Deadlines)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from cases.closures import add_closure, known_to, may_record, units_to_close, withdraw_closure
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import LocalClosure, OrgUnit
from cases.web import actor_of, viewer_of
from workflows.extension.forms import day_input
from workflows.finding.forms import take_over
from workflows.redating import recompute

MOST_CLOSURES = 200


class ClosureForm(forms.Form):
    """Where, from when until when, and why."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=OrgUnit.objects.none(), empty_label=None)
    first_on = forms.DateField(label=gettext_lazy("First day"), widget=day_input())
    last_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=day_input(), help_text=gettext_lazy("This day is closed, too.")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = units


class WithdrawForm(forms.Form):
    """Why a closure was a mistake."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea)


@require_http_methods(["GET", "HEAD", "POST"])
def closures(request: HttpRequest) -> HttpResponse:
    """GET lists what holds in the viewer's units, POST records one; refused, it comes back with all that was typed."""
    viewer = viewer_of(request)
    units = units_to_close(viewer)
    if request.method != "POST":
        return _page(request, ClosureForm(units=units))
    form = ClosureForm(request.POST, units=units)
    if not units.exists():
        raise WrongRole("wrong_role", _("Your role does not record closures."))
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        closure = add_closure(**form.cleaned_data, by=actor_of(request), at=viewer.at)
    except (Invalid, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, form, refusal.status)
    messages.success(request, _with_count(_("The closure has been recorded."), request, closure))
    return redirect("closures")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A closure that was a mistake: it stays on record and counts no more."""
    viewer = viewer_of(request)
    closure = known_to(viewer).select_related("unit").filter(pk=pk).first()
    if closure is None:
        raise OutOfScope("no_such_closure", _("There is no such closure."))
    if not may_record(viewer, closure.unit):
        raise WrongRole("wrong_role", _("Your role does not record closures for this unit."))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                withdraw_closure(closure, reason=form.cleaned_data["reason"], by=actor_of(request), at=viewer.at)
            except (Invalid, Conflict) as refusal:
                take_over(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _with_count(_("The closure has been withdrawn."), request, closure))
                return redirect("closures")
    context = {"closure": closure, "form": form, "nav_current": "closures"}
    return render(request, "workflows/dates/closure_withdraw.html", context, status=status)


def _with_count(done: str, request: HttpRequest, closure: LocalClosure) -> str:
    """Recompute the dates of the unit's open work, now that the closure is committed, and say how many moved."""
    found = recompute(viewer_of(request).at, unit=closure.unit)
    count = sum(1 for moved in found if not moved.refusal and not moved.affirmed)
    words = ngettext("%(n)d date has moved.", "%(n)d dates have moved.", count)
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": done, "second": words % {"n": count}}


def _page(request: HttpRequest, form: ClosureForm, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    rows = known_to(viewer).select_related("unit", "created_by").order_by("-first_on", "-pk")
    listed = list(rows[:MOST_CLOSURES])
    reasons = dict(
        LocalClosure.history.filter(id__in=[row.pk for row in listed], withdrawn_at__isnull=False).values_list(
            "id", "history_change_reason"
        )
    )
    lines = [(row, may_record(viewer, row.unit), reasons.get(row.pk, "")) for row in listed]
    may_add = units_to_close(viewer).exists()
    context = {"lines": lines, "form": form, "may_add": may_add, "nav_current": "closures"}
    return render(request, "workflows/dates/closures.html", context, status=status)
