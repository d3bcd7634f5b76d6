"""Guidance centres and the numeric targets of the plan: who has reached what, who is behind (pilot plan, 2 (1))."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.alliance import AllianceEdition, alliance_of
from cases.errors import Conflict, Invalid, OutOfScope
from cases.models import Case, OrgUnit, WorkItem
from cases.targets import districts_without_centre, progress_of_years, shares_of
from cases.tree import within
from cases.web import actor_of, viewer_of, whole_number
from workflows.alliance.editions import edition_on
from workflows.alliance.guidance.forms import ReadingForm
from workflows.alliance.guidance.kind import GUIDANCE_YEAR, State
from workflows.alliance.guidance.opening import centres_without, open_guidance_years, opening_grant
from workflows.alliance.guidance.reading import enter_reading
from workflows.alliance.opening import KIND as PROGRAMME
from workflows.finding.forms import take_over

MOST_CENTRES = 200
SUPERVISING = ("verify", "approve", "decide_pilots", "inspect")  # whose navigation leads here, centre or not


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """The centres that the viewer may see with their progress; the city’s shares and districts for the commission."""
    return _page(request, None, 200)


@require_POST
def guidance_open(request: HttpRequest) -> HttpResponse:
    """Open this year's registers of all centres of the viewer's unit that have none."""
    viewer = viewer_of(request)
    unit = _opener(viewer)
    if unit is None:
        raise _nothing_here()
    try:
        cases = open_guidance_years(unit, local_date(viewer.at).year, by=actor_of(request), at=viewer.at)
    except Conflict as refusal:
        messages.warning(request, refusal.message)
        return redirect("guidance")
    said = ngettext("The register of %(n)d centre is open.", "The registers of %(n)d centres are open.", len(cases))
    messages.success(request, said % {"n": len(cases)})
    return redirect("guidance")


@require_POST
def guidance_reading(request: HttpRequest) -> HttpResponse:
    """Enter a share of the city; a refusal shows the page with what was typed."""
    viewer = viewer_of(request)
    city = _city(viewer)
    if city is None:
        raise _nothing_here()
    form = ReadingForm(request.POST, edition=_edition(viewer.on))
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        enter_reading(city, form.cleaned_data, by=actor_of(request), at=viewer.at)
    except Invalid as refusal:
        take_over(form, refusal)
        return _page(request, form, refusal.status)
    messages.success(request, _("The share has been entered."))
    return redirect("guidance")


def _page(request: HttpRequest, form: ReadingForm | None, status: int) -> HttpResponse:
    viewer = viewer_of(request)
    city, opener = _city(viewer), _opener(viewer)
    cases = Case.objects.visible_to(viewer).filter(kind=GUIDANCE_YEAR.code)
    if not (cases.exists() or opener or city or any(viewer.unit_ids(grant) for grant in SUPERVISING)):
        raise _nothing_here()
    years = sorted(set(cases.values_list("year", flat=True).order_by()), reverse=True)
    today = local_date(viewer.at)
    year = whole_number(request.GET.get("year", "")) or (years[0] if years else today.year)
    rows = list(cases.filter(year=year).select_related("unit__superior", "edition").order_by("unit__path"))
    shown = rows[:MOST_CENTRES]
    edition = _edition(min(today, dt.date(year, 12, 31)))
    context = {
        "lines": _lines(edition, shown, today),
        "more": len(rows) > MOST_CENTRES,
        "year": year,
        "years": years or [year],
        "missing": centres_without(opener, today.year, today) if opener else [],
        "may_open": opener is not None and year == today.year,
        "this_year": today.year,
        "shares": shares_of(edition, city, today) if city else [],
        "city": city,
        "districts": districts_without_centre(city, today) if city else [],
        "own_missing": _own_districts_without(viewer, today),
        "reading": next((each.text for each in edition.readings if each.code == "guidance-districts"), ""),
        "form": form if city is None or form else ReadingForm(edition=edition),
        "refused": form if form is not None and form.errors else None,
        "checks": edition.guidance,
        "nav_current": "guidance",
    }
    return render(request, "workflows/alliance/guidance/list.html", context, status=status)


def _lines(edition: AllianceEdition, cases: list[Case], today: dt.date) -> list[dict[str, Any]]:
    progress = progress_of_years(edition, [(case.pk, case.year) for case in cases], today)
    items = {
        item.process_id: item for item in WorkItem.objects.open().filter(process__in=cases).select_related("process")
    }
    return [
        {
            "case": case,
            "targets": progress[case.pk],
            "behind": sum(row.behind for row in progress[case.pk]),
            "item": items.get(case.pk),
            "closed": case.state == State.CLOSED,
        }
        for case in cases
    ]


def _edition(day: dt.date) -> AllianceEdition:
    return alliance_of(edition_on(day))


def _city(viewer: Viewer) -> OrgUnit | None:
    """The city whose commission the viewer works for."""
    held = viewer.unit_ids("run_pilots")
    return OrgUnit.objects.filter(pk__in=held).first() if held else None


def _opener(viewer: Viewer) -> OrgUnit | None:
    """The unit whose centres' registers the viewer may open: the city, or the own centre."""
    city = _city(viewer)
    if city is not None:
        return city
    own = OrgUnit.objects.filter(within("path", viewer.paths("keep_register")), kind=OrgUnit.Kind.GUIDANCE_CENTRE)
    unit = own.first() if viewer.paths("keep_register") else None
    return unit if unit is not None and opening_grant(viewer, unit) else None


def _own_districts_without(viewer: Viewer, today: dt.date) -> list[OrgUnit]:
    """The viewer's own districts that have no centre, where the city has a programme that asks for one."""
    held = [*viewer.unit_ids("verify"), *viewer.unit_ids("approve")]
    own = OrgUnit.objects.filter(pk__in=held, kind=OrgUnit.Kind.COUNTY, superior__cases__kind=PROGRAMME)
    cities = OrgUnit.objects.filter(pk__in=own.values("superior"))
    missing = {unit.pk for city in cities for unit in districts_without_centre(city, today)}
    return [unit for unit in own.distinct() if unit.pk in missing]


def _nothing_here() -> OutOfScope:
    return OutOfScope(
        "no_guidance",
        _("There is no guidance centre among the units that you may see."),
        hint=_("Centres belong to the city or to a district; the administrator enters them with the roster."),
    )
