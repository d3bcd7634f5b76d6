"""Pages about appointments: a security administrator proposes, a second person confirms, posts end (三员分立)."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.accounts import proposing, rosters
from cases.accounts.models import HEADS, Proposal
from cases.errors import OutOfScope, Refusal, WrongRole
from cases.models import Appointment, OrgUnit, RosterImport, User
from cases.roles import Role
from cases.tree import within
from cases.web import viewer_of
from cases.wording import cdate

SHOWN = 100
FIELDS = {"valid_from": "first", "valid_until": "last", "user": "login", "ends": "role", "unit": "unit"}


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RefusableForm(forms.Form):
    """A form that shows a refusal where the reader can mend it."""

    def refuse(self, refusal: Refusal) -> None:
        for name, faults in refusal.faults.items():
            for fault in faults:
                field = FIELDS.get(name, name)
                self.add_error(field if field in self.fields else None, fault)
        if not refusal.faults:
            self.add_error(None, f"{refusal.message} {refusal.hint}".strip())


class ProposalForm(RefusableForm):
    """Whom, for which post, from which day to which. People name the last day; the record keeps the day after it."""

    login = forms.CharField(label=gettext_lazy("Login name"), max_length=150)
    unit = forms.CharField(label=gettext_lazy("Unit code"), max_length=18)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    first = forms.DateField(label=gettext_lazy("First day"), widget=day_input())
    last = forms.DateField(label=gettext_lazy("Last day"), widget=day_input(), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=proposing.MOST_REASON)


class EndForm(RefusableForm):
    """The last day of a post, and why."""

    last = forms.DateField(label=gettext_lazy("Last day"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=proposing.MOST_REASON)


def keeper(request: HttpRequest) -> tuple[Viewer, User]:
    """The viewer, who must keep roles somewhere; WrongRole (403) otherwise."""
    viewer = viewer_of(request)
    if not viewer.paths("manage_roles"):
        raise WrongRole(
            "not_a_granter",
            _("Only a security administrator grants roles."),
            hint=_("Ask the security administrator of your region or prefecture."),
        )
    return viewer, cast("User", request.user)


@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """[appointments] What waits for a second person, and who holds what (``?asked=`` a name or unit code)."""
    viewer = viewer_of(request)
    keeps = bool(viewer.paths("manage_roles"))
    reads = keeps or bool(viewer.paths("audit_system")) or any(role in HEADS for _unit, role in viewer.own_seats)
    if not reads:
        raise WrongRole("not_a_granter", _("Only who keeps, confirms or audits appointments reads them here."))
    waiting = Proposal.objects.visible_to(viewer).waiting()
    single = waiting.filter(roster=None).select_related("user", "unit", "proposed_by")
    imports = RosterImport.objects.filter(pk__in=waiting.values("roster")).select_related("by", "unit")
    asked = request.GET.get("asked", "").strip()[:60]
    shown = {
        "keeps": keeps,
        "waiting": [(each, proposing.may_confirm(each, viewer)) for each in single.order_by("pk")[:SHOWN]],
        "imports": imports.annotate(posts=Count("proposals", filter=Q(proposals__state="waiting"))).order_by("pk"),
        "asked": asked,
        "held": _held(viewer, asked)[:SHOWN] if asked and keeps else (),
        "nav_current": "appointments",
    }
    return render(request, "accounts/appointments.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def appointment_new(request: HttpRequest) -> HttpResponse:
    """[appointment_new] Propose somebody for a post; ``?ends=`` names the appointment that they succeed."""
    viewer, user = keeper(request)
    ends = _appointment(viewer, request.POST.get("ends") or request.GET.get("ends") or "")
    if request.method != "POST":
        start: dict[str, Any] = {"first": viewer.on}
        if ends is not None:
            start |= {"unit": ends.unit.code, "role": ends.role}
        return _new(request, ProposalForm(initial=start), ends)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _new(request, form, ends)
    given = form.cleaned_data
    person = User.objects.filter(username=given["login"].strip()).first()
    unit = OrgUnit.objects.filter(code=given["unit"].strip()).first()
    if person is None:
        form.add_error("login", _("There is no account of that login name. The system administrator opens it first."))
    if unit is None or not viewer.can("manage_roles", unit):
        form.add_error("unit", _("There is no such unit, or it is outside your area."))
    if person is None or unit is None or form.errors:
        return _new(request, form, ends)
    last = given["last"]
    try:
        made = proposing.propose(
            person,
            unit,
            given["role"],
            valid_from=given["first"],
            valid_until=last + dt.timedelta(days=1) if last else None,
            by=user,
            at=viewer.at,
            reason=given["reason"],
            ends=ends,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _new(request, form, ends, status=refusal.status)
    messages.success(request, _("Proposed. It counts when a second person has confirmed it."))
    return redirect("proposal", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def appointment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """[appointment_end] End a post after its last day."""
    viewer, user = keeper(request)
    held = _appointment(viewer, str(pk))
    assert held is not None  # noqa: S101 - a key was given
    form = EndForm(request.POST or None, initial={"last": viewer.on})
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proposing.end_appointment(held, last_day=given["last"], by=user, at=viewer.at, reason=given["reason"])
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("The appointment ends with %(day)s.") % {"day": cdate(given["last"])})
            return redirect("appointments")
    shown = {"held": held, "form": form, "nav_current": "appointments"}
    return render(request, "accounts/appointment_end.html", shown, status=max(status, 422) if form.errors else status)


@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """[proposal] One proposal: who proposed whom for what, and who has to confirm it."""
    return _proposal_page(request, _proposal(viewer_of(request), pk))


@require_POST
def proposal_do(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """[proposal_do] ``confirm``, ``decline`` with a reason, or ``withdraw``."""
    viewer, user = viewer_of(request), cast("User", request.user)
    found = _proposal(viewer, pk)
    try:
        if act == "confirm":
            proposing.confirm(found, by=user, at=viewer.at)
            messages.success(request, _("Confirmed. The appointment counts."))
        elif act == "decline":
            proposing.decline(found, by=user, at=viewer.at, reason=request.POST.get("reason", ""))
            messages.success(request, _("Declined."))
        elif act == "withdraw":
            proposing.withdraw(found, by=user, at=viewer.at)
            messages.success(request, _("Withdrawn."))
        else:
            raise OutOfScope("no_such_act", _("There is no such page."))
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _proposal_page(request, found, refusal)
    return redirect("proposal", found.pk)


@require_POST
def roster_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """[roster_confirm] Confirm what an import granted, as its second person."""
    viewer, user = keeper(request)
    done = RosterImport.objects.filter(pk__in=Proposal.objects.visible_to(viewer).values("roster"), pk=pk).first()
    if done is None:
        raise OutOfScope("no_such_import", _("There is no such import, or it is outside your area."))
    number = rosters.confirm_all(done, by=user, at=viewer.at)
    messages.success(request, _("%(n)d appointments confirmed.") % {"n": number})
    return redirect("appointments")


def _held(viewer: Viewer, asked: str) -> Any:
    held = Appointment.objects.own().exclude(valid_until__lte=viewer.on)
    found = held.filter(within("unit__path", viewer.paths("manage_roles")))
    named = found.filter(Q(user__name=asked) | Q(user__username=asked) | Q(unit__code=asked))
    return named.select_related("user", "unit").order_by("unit__path", "role", "pk")


def _appointment(viewer: Viewer, key: str) -> Appointment | None:
    """The appointment of a key, if it is one that the viewer keeps; None without a key, OutOfScope (404) else."""
    if not key:
        return None
    found = None
    if key.isascii() and key.isdigit() and len(key) < 18:
        found = Appointment.objects.own().select_related("unit", "user").filter(pk=int(key)).first()
    if found is None or not viewer.can("manage_roles", found.unit):
        raise OutOfScope("no_such_appointment", _("There is no such appointment, or it is outside your area."))
    return found


def _proposal(viewer: Viewer, pk: int) -> Proposal:
    rows = Proposal.objects.visible_to(viewer).select_related("user", "unit", "proposed_by", "decided_by", "ends__user")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfScope("no_such_proposal", _("There is no such proposal, or it is not among those that you may see."))
    return found


def _new(request: HttpRequest, form: ProposalForm, ends: Appointment | None, *, status: int = 422) -> HttpResponse:
    shown = {"form": form, "ends": ends, "nav_current": "appointments"}
    return render(request, "accounts/appointment_new.html", shown, status=status if form.errors else 200)


def _proposal_page(request: HttpRequest, found: Proposal, refusal: Refusal | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    role, people = proposing.confirmers(found, viewer.on)
    shown = {
        "proposal": found,
        "refusal": refusal,
        "may_confirm": found.state == Proposal.State.WAITING and people.filter(pk=viewer.user.pk or 0).exists(),
        "may_withdraw": found.state == Proposal.State.WAITING and found.proposed_by_id == viewer.user.pk,
        "second": Role(role).label if role else "",
        "people": list(people.order_by("name")[:5]),
        "nav_current": "appointments",
    }
    return render(request, "accounts/proposal.html", shown, status=refusal.status if refusal else 200)
