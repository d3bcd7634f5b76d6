"""The pages of referrals: those of a pilot, the request, one referral with what is next and by which hour."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.keyset import PAGE_SIZE, page_of
from cases.models import CaseEvent, Membership, OrgUnit, Referral
from cases.naming import ACTOR
from cases.personal import hidden_from_reports, masked, unmask
from cases.web import actor_of, viewer_of, whole_number
from workflows.alliance.membership import members_of, membership_of
from workflows.alliance.referral.forms import ReferralForm, form_for
from workflows.alliance.referral.listing import MEASURE_LABELS, Filters, listed, measure_label, members_seen, rows_of
from workflows.alliance.referral.opening import asking_grant, request_referral
from workflows.alliance.referral.rules import require_open
from workflows.alliance.referral.states import DOWN, FINALS, KIND, UP, State
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import colleagues_of, offers
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.kinds import KINDS
from workflows.web import case_in_scope, perform_from, possible_verbs

MOST_EVENTS = 50
ONWARD = ("accept", "arrive", "inform", "close")
ASKING = ("decline", "cancel")
LEFT = ("claim", "release", "hand_over", "nudge")  # what the desk offers of every kind
DONE = {
    "accept": gettext_lazy("Accepted; the sender hears of it."),
    "arrive": gettext_lazy("The arrival is on record."),
    "inform": gettext_lazy("Handed over; it is sealed with the patient."),
    "close": gettext_lazy("The referral is closed."),
    "decline": gettext_lazy("Declined; the sender reads your reason."),
    "cancel": gettext_lazy("Cancelled; the receiver reads your reason."),
}


@require_safe
@never_cache
def pilot_referrals(request: HttpRequest, pk: int) -> HttpResponse:
    """The referrals of a pilot that the reader may see, and whether they may ask for one now."""
    pilot, viewer = case_in_scope(request, pk, "pilot"), viewer_of(request)
    filters = Filters.read(request.GET)
    rows = listed(pilot, viewer, filters)
    page = page_of(rows, "pk", after=request.GET.get("after", ""), size=PAGE_SIZE, descending=True)
    context = {
        "case": pilot,
        "pilot": pilot.pilot,
        "filters": filters,
        "asked_for": measure_label(filters.measure) if filters.measure else "",
        "states": list(MEASURE_LABELS.items())[1:],
        "directions": Referral.Direction.choices,
        "members": members_seen(pilot, viewer),
        "page": page,
        "rows": rows_of(page.rows),
        "may_ask": asking_grant(viewer, pilot.pilot) is not None,
        "closed_because": _closed_because(pilot, viewer),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/referral/list.html", context)


def _closed_because(pilot: Any, viewer: Viewer) -> Refusal | None:
    """Why nobody can be referred now; None while patients can be."""
    try:
        require_open(pilot.pilot, viewer.on)
    except Refusal as refusal:
        return refusal
    return None


@hidden_from_reports
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def referral_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the form, POST asks; a refusal shows all that was typed again."""
    pilot, viewer = case_in_scope(request, pk, "pilot"), viewer_of(request)
    wanted = whole_number(request.GET.get("from", "") or request.POST.get("sender", ""))
    grant = asking_grant(viewer, pilot.pilot, wanted)
    if grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The referral contact or the head of a member of the alliance asks for a referral."),
        )
    unit = OrgUnit.objects.get(pk=grant.unit_id)
    choice: dict[str, Any] = {"receivers": _receivers(pilot, unit, viewer), "today": viewer.on}
    if request.method != "POST":
        return _request_page(request, pilot, unit, ReferralForm(**choice), 200)
    form = ReferralForm(request.POST, **choice)
    if not form.is_valid():
        return _request_page(request, pilot, unit, form, 422)
    values = dict(form.cleaned_data)
    receiver = values.pop("receiver")
    try:
        case = request_referral(pilot, receiver, values, by=actor_of(request), at=viewer.at, sender=unit.pk)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _request_page(request, pilot, unit, form, refusal.status)
    messages.success(request, _("Sent; the receiver’s contact hears of it at once."))
    return redirect(KIND, case.pk)


def _receivers(pilot: Any, unit: OrgUnit, viewer: Viewer) -> list[OrgUnit]:
    """Where patients of a unit may go: members up to the lead hospital, the lead hospital down to members."""
    own = membership_of(pilot.pilot, unit, viewer.on)
    leads = own is not None and own.tier == Membership.Tier.LEAD
    members = members_of(pilot.pilot, viewer.on)
    return [row.unit for row in members if (row.tier == Membership.Tier.LEAD) is not leads]


def _request_page(request: HttpRequest, pilot: Any, unit: OrgUnit, form: ReferralForm, status: int) -> HttpResponse:
    up = pilot.pilot.lead_id != unit.pk
    context = {
        "case": pilot,
        "pilot": pilot.pilot,
        "unit": unit,
        "form": form,
        "up": up,
        "clause": UP if up else DOWN,
        "closed_because": _closed_because(pilot, viewer_of(request)) if status == 200 else None,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/referral/request.html", context, status=status)


@require_safe
@never_cache
def referral(request: HttpRequest, pk: int) -> HttpResponse:
    """One referral: where it stands, who waits until which hour, what the reader may do; the patient masked."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@hidden_from_reports
@require_POST
@never_cache
def referral_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Accept, decline, confirm the arrival, hand over, close, cancel; a refusal shows the page with what was typed."""
    case, viewer = case_in_scope(request, pk, KIND), viewer_of(request)
    if verb not in DONE:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    up = case.referral.direction == Referral.Direction.UP
    form = form_for(verb, request.POST, up=up, at=viewer.at) or ReasonForm(request.POST, auto_id=f"{verb}-%s")
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    details = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(KIND, pk)


@sensitive_variables("plain")
@require_POST
@never_cache
def referral_unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of the patient, in this answer only, for whoever says why; the reason is on record."""
    case, viewer = case_in_scope(request, pk, KIND), viewer_of(request)
    form = ReasonForm(request.POST, auto_id="unmask-%s")
    if not form.is_valid():
        return _page(request, case, {"unmask": form}, 422)
    try:
        perform_from(request, case, "unmask")
        plain = unmask(case.referral.patient, case=case, viewer=viewer, at=viewer.at)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), {"unmask": form}, refusal.status)
    return _page(request, case_in_scope(request, pk, KIND), {}, 200, patient=plain)


@sensitive_variables("patient", "context")
def _page(
    request: HttpRequest, case: Any, bound: dict[str, forms.Form], status: int, *, patient: Any = None
) -> HttpResponse:
    """The page; what was typed into a form that it no longer offers is shown for copying."""
    viewer, item, record = viewer_of(request), open_item(case), case.referral
    up = record.direction == Referral.Direction.UP
    verbs = [verb.name for verb in possible_verbs(request, case, item)]
    offered = [name for name in ONWARD if name in verbs and _belongs(name, case.state, up)]
    onward = [
        (name, KINDS[KIND].verbs[name].rule.label, bound.get(name) or form_for(name, up=up, at=viewer.at))
        for name in offered
    ]
    asking = [
        (name, KINDS[KIND].verbs[name].rule.label, bound.get(name) or ReasonForm(auto_id=f"{name}-%s"))
        for name in ASKING
        if name in verbs
    ]
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    colleagues = colleagues_of(item, viewer)
    context = {
        "case": case,
        "record": record,
        "pilot": record.pilot,
        "item": item,
        "up": up,
        "state": State(case.state).label,
        "over": case.state in FINALS,
        "patient": patient or masked(record.patient),
        "onward": onward,
        "asking": asking,
        "answers": "accept" in offered,  # declining stands with accepting
        "may_unmask": "unmask" in verbs and record.patient.erased_at is None,
        "unmask_form": bound.get("unmask") or ReasonForm(auto_id="unmask-%s"),
        "offers": [offer for offer in offers(request, case, item, colleagues) if offer.name in LEFT],
        "refused": next((form for form in bound.values() if form.errors), None),
        "kept": _kept(bound, {name for name, *_rest in (*onward, *asking)} | {"unmask"}),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/referral/referral.html", context, status=status)


def _belongs(verb: str, state: str, up: bool) -> bool:
    """Whether a verb that roles and state allow is also that of the direction."""
    if verb == "inform":
        return not up
    return verb != "close" or up or state == State.INFORMED


def _kept(bound: dict[str, forms.Form], shown: set[str]) -> list[tuple[str, str]]:
    gone = (form for verb, form in bound.items() if verb not in shown)
    pairs = ((str(field.label), field.value()) for form in gone for field in form)
    return [(label, value) for label, value in pairs if isinstance(value, str) and value.strip()]
