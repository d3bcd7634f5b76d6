"""The pages of the management committee: its seats, its meetings, and the plans of the years (管委会)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import AnnualPlan, CommitteeMember, Evidence, Meeting
from cases.web import viewer_of, whole_number
from workflows.alliance.committee.forms import EndSeatForm, MeetingForm, PlanForm, SeatForm, initial_of
from workflows.alliance.committee.verbs import code_of, lacking, seated_on, years_of
from workflows.alliance.states import RUNNING
from workflows.finding.forms import take_over
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = "pilot"
DONE = {
    "seat_member": gettext_lazy("Seated."),
    "end_seat": gettext_lazy("The seat has its end."),
    "write_annual_plan": gettext_lazy("The plan of the year has been written down."),
}


@require_safe
def pilot_meetings(request: HttpRequest, pk: int) -> HttpResponse:
    """The committee of a pilot with its meetings and plans, the latest first."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def seat_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a seat; a refusal names the clause and keeps what was typed."""
    case = case_in_scope(request, pk, KIND)
    return _act(request, case, "seat_member", SeatForm(request.POST, case=case, on=viewer_of(request).on))


@require_POST
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a seat on a day."""
    return _act(request, case_in_scope(request, pk, KIND), "end_seat", EndSeatForm(request.POST))


@require_POST
def plan_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the plan of a year, or write it anew."""
    case = case_in_scope(request, pk, KIND)
    return _act(request, case, "write_annual_plan", PlanForm(request.POST, case=case))


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a meeting that has been held."""
    case, viewer = case_in_scope(request, pk, KIND), viewer_of(request)
    if request.method != "POST":
        seats = list(seated_on(case.pilot, viewer.on).values_list("pk", flat=True))
        form = MeetingForm(initial={"held_on": viewer.on, "present": seats}, case=case)
        return _meeting_page(request, case, None, form, 200)
    form = MeetingForm(request.POST, request.FILES, case=case)
    return _meeting(request, case, None, form, "enter_meeting")


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One meeting with its minutes; POST corrects it."""
    case = case_in_scope(request, pk, KIND)
    record = Meeting.objects.filter(pilot=case.pk, pk=number).first()
    if record is None:
        raise OutOfScope("no_such_meeting", _("There is no such meeting of this committee."))
    if request.method != "POST":
        return _meeting_page(request, case, record, MeetingForm(initial=initial_of(record), case=case), 200)
    form = MeetingForm(request.POST, request.FILES, case=case)
    return _meeting(request, case, record, form, "correct_meeting", meeting=record.pk)


def _act(request: HttpRequest, case: Any, verb: str, form: Any) -> HttpResponse:
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    try:
        perform_from(request, case, verb, **getattr(form, "details", form.cleaned_data))
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, case.pk, KIND), {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect("pilot_meetings", case.pk)


def _meeting(
    request: HttpRequest, case: Any, record: Meeting | None, form: MeetingForm, verb: str, **more: Any
) -> HttpResponse:
    if not form.is_valid():
        return _meeting_page(request, case, record, form, 422)
    try:
        perform_from(request, case, verb, **form.details, **more)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _meeting_page(request, case_in_scope(request, case.pk, KIND), record, form, refusal.status)
    messages.success(request, _("The meeting has been written down."))
    return redirect("pilot_meetings", case.pk)


def _page(request: HttpRequest, case: Any, bound: dict[str, forms.Form], status: int) -> HttpResponse:
    viewer = viewer_of(request)
    verbs = {verb.name for verb in possible_verbs(request, case)}
    seats = CommitteeMember.objects.filter(pilot=case.pk).select_related("user", "unit")
    order = list(CommitteeMember.Seat.values)
    ended = Q(valid_until__lte=viewer.on)
    now = sorted(seats.exclude(ended), key=lambda seat: (order.index(seat.seat), seat.pk))
    plans = {plan.year: plan for plan in AnnualPlan.objects.filter(pilot=case.pk)}
    year = _year(request, case)
    context = {
        "case": case,
        "pilot": case.pilot,
        "seats": now,
        "former": seats.filter(ended).order_by("-valid_until", "pk"),
        "lacking": lacking(case, viewer.on) if case.state in RUNNING else [],
        "meetings": Meeting.objects.filter(pilot=case.pk),
        "plans": [plans[each] for each in sorted(plans, reverse=True)],
        "verbs": verbs,
        "seat_form": bound.get("seat_member") or SeatForm(initial={"valid_from": viewer.on}, case=case, on=viewer.on),
        "end_form": bound.get("end_seat") or EndSeatForm(initial={"valid_until": viewer.on}),
        "ending": whole_number(request.POST.get("member", "")) if "end_seat" in bound else None,
        "plan_form": bound.get("write_annual_plan")
        or PlanForm(initial=_plan_initial(plans.get(year), year), case=case),
        "bound": set(bound),
        "refused": next((form for form in bound.values() if form.errors), None),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/committee/committee.html", context, status=status)


def _year(request: HttpRequest, case: Any) -> int:
    """The year whose plan is written: the one asked for, else today's, within those of the pilot."""
    years = years_of(case)
    asked = whole_number(request.GET.get("year", ""), 4)
    return asked if asked in years else min(max(viewer_of(request).on.year, years[0]), years[-1])


def _plan_initial(plan: AnnualPlan | None, year: int) -> dict[str, Any]:
    if plan is None:
        return {"year": year, "row_version": 0}
    return {"year": year, "text": plan.text, "agreed_on": plan.agreed_on, "row_version": plan.row_version}


def _meeting_page(
    request: HttpRequest, case: Any, record: Meeting | None, form: MeetingForm, status: int
) -> HttpResponse:
    verbs = {verb.name for verb in possible_verbs(request, case)}
    files = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.MINUTES)
    there = CommitteeMember.objects.filter(pk__in=record.present) if record is not None else None
    context = {
        "case": case,
        "pilot": case.pilot,
        "record": record,
        "form": form if ("correct_meeting" if record is not None else "enter_meeting") in verbs else None,
        "files": files.filter(item_code=code_of(record)).order_by("pk") if record is not None else [],
        "present": there.select_related("user", "unit") if there is not None else [],
        "max_mb": edition_of(case).settings.max_upload_mb,
        "refused": form if form.errors else None,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/committee/meeting.html", context, status=status)
