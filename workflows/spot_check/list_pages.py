"""The spot-checks that the viewer may see, and planning a new one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.access import Viewer
from cases.editions.quality import quality_of
from cases.errors import Invalid, WrongRole
from cases.keyset import page_of
from cases.models import OrgUnit
from cases.web import actor_of, viewer_of
from workflows.finding.forms import take_over
from workflows.quality_cycle.opening import edition_for
from workflows.spot_check.forms import PlanForm
from workflows.spot_check.opening import plan_spot_check
from workflows.spot_check.planning import rules_used
from workflows.spot_check.shown import FACTOR_NAMES, STRATUM_NAMES, spot_checks_of
from workflows.spot_check.states import State


@require_safe
def spot_checks(request: HttpRequest) -> HttpResponse:
    """All that are visible, the latest first, with how far the visits are."""
    viewer = viewer_of(request)
    counted = spot_checks_of(viewer).annotate(
        visit_count=Count("children", filter=Q(children__kind="visit") & ~Q(children__state="cancelled")),
        concluded_count=Count("children", filter=Q(children__kind="visit", children__state="concluded")),
    )
    page = page_of(counted, "pk", after=request.GET.get("after", ""), descending=True)
    for case in page.rows:
        case.state_word, case.in_hand = State(case.state).label, case.finished is None
        case.whole = viewer.can("view", case.unit)
    context = {"page": page, "may_plan": unit_that_draws(viewer) is not None}
    return render(request, "workflows/spot_check/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def spot_check_new(request: HttpRequest) -> HttpResponse:
    """Plan a spot-check for the viewer's own region or nation."""
    viewer = viewer_of(request)
    unit = unit_that_draws(viewer)
    if unit is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Officers of the region draw for the region, those of the nation for the nation."),
        )
    form = PlanForm(request.POST or None)
    if request.method != "POST":
        return _form_page(request, unit, form, 200)
    if not form.is_valid():
        return _form_page(request, unit, form, 422)
    try:
        case = plan_spot_check(unit, form.cleaned_data, by=actor_of(request), at=viewer.at)
    except Invalid as refusal:
        take_over(form, refusal)
        return _form_page(request, unit, form, refusal.status)
    messages.success(request, _("The spot-check is planned; nothing has been drawn yet."))
    return redirect("spot_check", case.pk)


def unit_that_draws(viewer: Viewer) -> OrgUnit | None:
    """The region or nation at which the viewer is appointed to draw."""
    units = (
        OrgUnit.objects.filter(pk__in=viewer.unit_ids("draw")) if viewer.unit_ids("draw") else OrgUnit.objects.none()
    )
    return units.first()


def _form_page(request: HttpRequest, unit: OrgUnit, form: PlanForm, status: int) -> HttpResponse:
    rules = quality_of(edition_for(viewer_of(request).on.year)).draw
    used = rules_used(rules)
    context = {
        "unit": unit,
        "form": form,
        "strata": [STRATUM_NAMES[name] for name in used["strata"]],
        "factors": [(FACTOR_NAMES[name], used["factors"][name]) for name in FACTOR_NAMES],
        "beds_large": rules.beds_large,
        "basis": rules.basis,
        "nav_current": "spot_checks",
    }
    return render(request, "workflows/spot_check/plan.html", context, status=status)
