"""The list of annual cycles, and the opening of a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Refusal, WrongRole
from cases.keyset import PAGE_SIZE
from cases.lights import SIGNS
from cases.models import Case, Edition, OrgUnit
from cases.web import actor_of, viewer_of
from cases.wording import light_word
from workflows.desk import cycles as lists
from workflows.desk.counting import capped_count, counts_for, shown, year_asked, years_of
from workflows.desk.destinations import address_if_any, page_of_case
from workflows.desk.inbox import is_county, is_watching
from workflows.quality_cycle.kind import QUALITY_CYCLE, State
from workflows.quality_cycle.opening import edition_for, open_year
from workflows.saved.store import views_of

MANAGE = "manage_cycles"
YEARS_BACK = 6


@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """The cycles of one year; an institution, which has one, is led to it."""
    viewer = viewer_of(request)
    years = years_of(counts_for(viewer))
    year = year_asked(request.GET.get("year", "")) or _year_to_show(years, viewer)
    chosen = lists.cycles_of(viewer, year)
    if not (is_county(viewer) or is_watching(viewer)):
        own = list(chosen[:2])
        if len(own) == 1:
            return redirect(page_of_case(own[0]))
    filters = lists.CycleFilters.read(request.GET)
    narrowed = lists.narrow(chosen, filters, lists.area_asked(viewer, filters.area), viewer.at)
    context: dict[str, Any] = {
        "year": year,
        "years": years,
        "filters": filters,
        "states": State.choices,
        "lights": [(code, light_word(code)) for code in SIGNS if code != "idle"],
        "areas": lists.areas_to_choose(viewer),
        "total": shown(capped_count(narrowed)),
        "page": lists.cycle_page(narrowed, request.GET.get("after", ""), PAGE_SIZE, viewer.at),
        "saved_views": views_of(viewer.user, "cycles", request.GET),
        "may_open": bool(viewer.paths(MANAGE)),
        "ledger_url": address_if_any("ledger"),
    }
    return render(request, "workflows/desk/cycles.html", context)


def _year_to_show(years: list[int], viewer: Viewer) -> int:
    """This year, or the latest that was opened before it."""
    now = local_date(viewer.at).year
    return next((year for year in years if year <= now), now)


class OpenYearForm(forms.Form):
    """For which unit and year to open cycles."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=OrgUnit.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, units: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = units
        chosen: Any = self.fields["year"]
        chosen.choices = [(year, str(year)) for year in years]


@require_http_methods(["GET", "HEAD", "POST"])
def open_cycles(request: HttpRequest) -> HttpResponse:
    """GET says for how many institutions a year would be opened, POST opens it (行动方案 三: every year)."""
    viewer = viewer_of(request)
    units = OrgUnit.objects.filter(pk__in=viewer.unit_ids(MANAGE))
    if not viewer.unit_ids(MANAGE):
        raise WrongRole(
            "wrong_role",
            _("Your role does not open a year's cycles."),
            hint=_("The officers of the regional health commission do that."),
        )
    years = _years_to_open(viewer.on)
    first = units.first()
    asked = {"unit": first.pk if first else "", "year": _default_year(years, viewer.on)}
    given = request.POST if request.method == "POST" else {**asked, **request.GET.dict()}
    form = OpenYearForm(given, units=units, years=years)
    if not form.is_valid():
        return _open_page(request, form, {}, 422)
    unit, year = form.cleaned_data["unit"], form.cleaned_data["year"]
    if request.method == "POST":
        try:
            result = open_year(unit, year, by=actor_of(request), at=viewer.at)
        except Refusal as refusal:
            form.add_error("year", str(refusal.message))
            return _open_page(request, form, {}, refusal.status)
        messages.success(
            request,
            _("%(year)d: %(opened)d cycles opened, %(present)d were open already.")
            % {"year": year, "opened": result.opened, "present": result.present},
        )
        return redirect(f"{reverse('cycles')}?year={year}")
    return _open_page(request, form, _preview(unit, year, viewer), 200)


def _open_page(request: HttpRequest, form: OpenYearForm, preview: dict[str, Any], status: int) -> HttpResponse:
    context = {"form": form, "nav_current": "cycles", **preview}
    return render(request, "workflows/desk/open_year.html", context, status=status)


def _preview(unit: OrgUnit, year: int, viewer: Viewer) -> dict[str, Any]:
    """What opening would do, before anybody confirms it."""
    active = OrgUnit.objects.within(unit.path).active(viewer.on).filter(kind=OrgUnit.Kind.INSTITUTION)
    total = active.count()
    present = Case.objects.filter(kind=QUALITY_CYCLE.code, year=year, unit__in=active).values("unit").distinct().count()
    return {
        "unit": unit,
        "chosen_year": year,
        "edition": edition_for(year),
        "total": total,
        "present": present,
        "to_open": total - present,
    }


def _years_to_open(on: dt.date) -> list[int]:
    """The years that an edition is in force for, up to the next one, newest first."""
    editions = list(Edition.objects.filter(code=PROGRAMME).values_list("valid_from", "valid_until"))
    return [
        year
        for year in range(on.year + 1, on.year - YEARS_BACK, -1)
        if any(start <= dt.date(year, 1, 1) and (end is None or end > dt.date(year, 1, 1)) for start, end in editions)
    ]


def _default_year(years: list[int], on: dt.date) -> int | str:
    return next((year for year in years if year <= on.year), years[0] if years else "")
