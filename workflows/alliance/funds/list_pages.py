"""The funds that the viewer allocates, holds or checks, and allocating one (pilot plan, 4 (3))."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Invalid, WrongRole
from cases.keyset import PAGE_SIZE, page_of
from cases.models import Case, Fund, OrgUnit
from cases.web import actor_of, viewer_of, whole_number
from workflows.alliance.funds.forms import AllocationForm
from workflows.alliance.funds.kind import FUND
from workflows.alliance.funds.opening import allocate
from workflows.alliance.funds.states import State
from workflows.alliance.funds.subsidy import CLAUSE, Entitlement, entitlements
from workflows.alliance.funds.uses import FEN
from workflows.finding.forms import take_over
from workflows.web import case_in_scope


@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    """Every fund that the viewer may see, the newest first."""
    return _list(request, Case.objects.visible_to(viewer_of(request)), None)


@require_safe
def pilot_funds(request: HttpRequest, pk: int) -> HttpResponse:
    """The funds of one pilot: earmarked for it, or given to its lead."""
    pilot = case_in_scope(request, pk, "pilot")
    cases = Case.objects.visible_to(viewer_of(request))
    return _list(request, cases.filter(Q(fund__pilot=pk) | Q(fund__holder=pilot.pilot.lead_id)), pilot)


def _list(request: HttpRequest, cases: QuerySet[Case], pilot: Any) -> HttpResponse:
    viewer = viewer_of(request)
    city = OrgUnit.objects.filter(pk__in=viewer.unit_ids("run_pilots")).first()
    rows = (
        cases.filter(kind=FUND.code)
        .select_related("fund__holder", "fund__pilot")
        .annotate(spent=Sum("fund__uses__amount", filter=Q(fund__uses__struck_at=None)))
    )
    page = page_of(rows, "pk", after=request.GET.get("after", ""), size=PAGE_SIZE, descending=True)
    context = {
        "pilot": pilot,
        "page": page,
        "lines": [
            (case, State(case.state).label, case.state == State.CHECKED, (case.spent or Decimal(0)).quantize(FEN))
            for case in page.rows
        ],
        "may_allocate": city is not None,
        "unsettled": _unsettled(city, viewer.on) if city is not None and pilot is None else [],
        "clause": CLAUSE,
        "nav_current": "pilots" if pilot else "funds",
    }
    return render(request, "workflows/alliance/funds/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def fund_new(request: HttpRequest) -> HttpResponse:
    """GET shows the form, POST allocates; a refusal keeps what was typed."""
    viewer = viewer_of(request)
    city = OrgUnit.objects.filter(pk__in=viewer.unit_ids("run_pilots")).first()
    if city is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The city’s commission allocates the funds of the pilots."),
        )
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "")
    if kind not in Fund.Kind.values:
        context = {"kinds": Fund.Kind.choices, "pilot": request.GET.get("pilot", ""), "nav_current": "funds"}
        status = 200 if request.method != "POST" else 422
        return render(request, "workflows/alliance/funds/choose.html", context, status=status)
    if request.method != "POST":
        year = whole_number(request.GET.get("year", "")) or viewer.on.year
        chosen = {"year": year, "pilot": request.GET.get("pilot"), "holder": request.GET.get("holder")}
        return _new(request, city, AllocationForm(city=city, kind=kind, initial=chosen), 200)
    form = AllocationForm(request.POST, city=city, kind=kind)
    if not form.is_valid():
        return _new(request, city, form, 422)
    try:
        case = allocate(city, form.details, by=actor_of(request), at=viewer.at)
    except Invalid as refusal:
        take_over(form, refusal)
        return _new(request, city, form, refusal.status)
    messages.success(request, _("The fund has been allocated; the recipient accounts for its use."))
    return redirect("fund", case.pk)


def _new(request: HttpRequest, city: OrgUnit, form: AllocationForm, status: int) -> HttpResponse:
    year = whole_number(str(form["year"].value() or "")) or viewer_of(request).on.year
    context = {
        "form": form,
        "kind": form.kind,
        "label": Fund.Kind(form.kind).label,
        "lines": entitlements(city, year) if form.kind == Fund.Kind.SUBSIDY else [],
        "year": year,
        "clause": CLAUSE,
        "nav_current": "funds",
    }
    return render(request, "workflows/alliance/funds/new.html", context, status=status)


def _unsettled(city: OrgUnit, today: dt.date) -> list[Entitlement]:
    """The yearly subsidies of this year and the last that have not been given yet."""
    years = (today.year, today.year - 1)
    return [line for year in years for line in entitlements(city, year) if line.fund is None]
