"""The region's pages of its year: the list, the draft with its dates, the opening, and the matrix of prefectures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.clock import local_date
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case, CaseEvent, OrgUnit
from cases.naming import ACTOR
from cases.saving import StaleRow
from cases.web import actor_of, viewer_of
from workflows.desk.timeline import entries
from workflows.programme import shown
from workflows.programme.drafts import drafting, save_programme
from workflows.programme.forms import ProgrammeForm, StartForm, theirs_of
from workflows.programme.kind import State
from workflows.programme.opening import AHEAD, KIND, MANAGE, missing_prefectures, prefectures_of, start_programme
from workflows.quality_cycle.kind import QUALITY_CYCLE
from workflows.quality_cycle.opening import edition_for, open_year
from workflows.quality_cycle.selfcheck_forms import row_version_of
from workflows.quality_cycle.selfcheck_pages import wants_json
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from

VERBS = ("open", "include_prefecture", "end")
YEARS_BACK = 2
MOST_EVENTS = 50


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """The region's programmes of all years; below the region there is “What is asked this year”."""
    return _list(request, None, None, 200)


@require_POST
def programme_start(request: HttpRequest) -> HttpResponse:
    """Begin to prepare a year for the region that the viewer works at."""
    viewer = viewer_of(request)
    region = _own_region(viewer)
    if region is None:
        raise WrongRole(
            "wrong_role",
            _("Only the region itself opens its year."),
            hint=_("The officers of the regional health commission do that."),
        )
    form = StartForm(request.POST, years=_years_to_start(viewer, region))
    if not form.is_valid():
        return _list(request, form, None, 422)
    try:
        case = start_programme(region, form.cleaned_data["year"], by=actor_of(request), at=viewer.at)
    except (Invalid, Conflict) as refusal:
        return _list(request, form, refusal, refusal.status)
    messages.success(request, _("The programme is prepared from the edition. Check the dates, then open the year."))
    return redirect("programme", case.pk)


@require_safe
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """The year's programme; whoever works below the region is led to what it asks of them."""
    try:
        case = case_in_scope(request, pk, KIND)
    except OutOfScope:
        asked = shown.programmes_above(viewer_of(request)).filter(pk=pk).first()
        if asked is None:
            raise
        return redirect(f"{reverse('requirements')}?year={asked.year}")
    return _page(request, case, None, None, 200)


@require_POST
def programme_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Save notice and dates: by itself while somebody types, or by the button."""
    viewer = viewer_of(request)
    with drafting(request, pk, KIND, MANAGE, [State.DRAFTING]) as case:
        record = case.programme
        rounds = list(record.rounds.all())
        form = ProgrammeForm(request.POST, rounds=rounds)
        status, theirs = 200, None
        if not form.is_valid():
            status = 422
        else:
            notice = form.cleaned_data["notice"]
            try:
                based_on, by = row_version_of(request), actor_of(request)
                save_programme(record, notice, form.dates, based_on=based_on, by=by, at=viewer.at)
            except StaleRow as stale:
                status, theirs = stale.status, theirs_of(rounds, stale.stored.notice)
    if wants_json(request):
        return draft_answer(request, record.row_version, form, theirs)
    if status != 200:
        return _page(request, case_in_scope(request, pk, KIND), form, None, status, stale=theirs is not None)
    messages.success(request, _("Saved."))
    return redirect("programme", pk)


@require_POST
def programme_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Open the year, take in new prefectures, or end it; opening goes on with the institutions' cycles."""
    case = case_in_scope(request, pk, KIND)
    if verb not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict, WrongRole) as refusal:
        return _page(request, case_in_scope(request, pk, KIND), None, refusal, refusal.status)
    messages.success(request, _done(verb))
    if verb == "open":
        _open_cycles(request, case)
    return redirect("programme", pk)


@require_POST
def programme_cycles(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the annual cycles of the institutions that have none yet: safe to repeat, and after an interruption."""
    case = case_in_scope(request, pk, KIND)
    if not viewer_of(request).can(MANAGE, case.unit):
        raise WrongRole("wrong_role", _("Your role does not open a year's cycles."))
    if case.state != State.RUNNING:
        raise Conflict("wrong_state", _("Cycles are opened while the programme runs."))
    _open_cycles(request, case)
    return redirect("programme", pk)


def draft_answer(
    request: HttpRequest, row_version: int, form: forms.Form, theirs: dict[str, str] | None
) -> JsonResponse:
    """What the autosave of a draft is answered (docs/ui.md)."""
    if form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    if theirs is not None:
        return JsonResponse({"row_version": row_version, "theirs": theirs}, status=409)
    saved_at = date_format(timezone.localtime(viewer_of(request).at), "TIME_FORMAT")
    return JsonResponse({"row_version": row_version, "saved_at": saved_at})


def _open_cycles(request: HttpRequest, case: Case) -> None:
    """A chunk is a transaction: what an interruption leaves out, the next press of the button opens."""
    result = open_year(case.unit, case.year, by=actor_of(request), at=viewer_of(request).at)
    messages.success(
        request,
        _("%(year)d: %(opened)d cycles opened, %(present)d were open already.")
        % {"year": case.year, "opened": result.opened, "present": result.present},
    )


def _done(verb: str) -> str:
    return {
        "open": _("The year is open. Prefectures and counties are told; each prefecture has its work plan to write."),
        "include_prefecture": _("The new prefectures are in the programme."),
        "end": _("The programme has ended."),
    }[verb]


def _own_region(viewer: Viewer) -> OrgUnit | None:
    return OrgUnit.objects.filter(pk__in=viewer.unit_ids(MANAGE), kind=OrgUnit.Kind.REGION).first()


def _years_to_start(viewer: Viewer, region: OrgUnit) -> list[int]:
    """The years near today that an edition is in force for and that have no programme yet, newest first."""
    taken = set(Case.objects.filter(kind=KIND, unit=region.pk).values_list("year", flat=True))
    today = viewer.on.year
    return [year for year in range(today + AHEAD, today - YEARS_BACK, -1) if year not in taken and _has_edition(year)]


def _has_edition(year: int) -> bool:
    try:
        edition_for(year)
    except Invalid:
        return False
    return True


def _list(request: HttpRequest, form: StartForm | None, refusal: Refusal | None, status: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = Case.objects.visible_to(viewer).filter(kind=KIND).select_related("unit").order_by("-year", "pk")
    region = _own_region(viewer)
    if region is None and not found and shown.programmes_above(viewer).exists():
        return redirect("requirements")
    years = _years_to_start(viewer, region) if region is not None else []
    if form is None and years:
        usual = next((year for year in years if year <= viewer.on.year), years[0])
        form = StartForm(initial={"year": usual}, years=years)
    context = {
        "lines": [(case, State(case.state).label) for case in found],
        "region": region,
        "form": form if years or (form is not None and form.errors) else None,
        "refusal": refusal,
    }
    return render(request, "workflows/programme/list.html", context, status=status)


def _page(
    request: HttpRequest,
    case: Any,
    form: ProgrammeForm | None,
    refusal: Refusal | None,
    status: int,
    *,
    stale: bool = False,
) -> HttpResponse:
    viewer = viewer_of(request)
    rounds = list(case.programme.rounds.all())
    may = viewer.can(MANAGE, case.unit)
    drafts = case.state == State.DRAFTING
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    context: dict[str, Any] = {
        "case": case,
        "record": case.programme,
        "state": State(case.state).label,
        "drafting": drafts,
        "running": case.state == State.RUNNING,
        "over": local_date(viewer.at).year > case.year,
        "may": may,
        "rounds": shown.round_lines(case, rounds),
        "readings": edition_of(case).readings,
        "phases": shown.phase_lines(edition_of(case), case.year, viewer.at),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "refusal": refusal,
        "stale": stale,
        "nav_current": "programmes",
    }
    if drafts:
        context["prefectures"] = prefectures_of(case.unit, viewer.on)
    else:
        context["rows"], context["reports"] = shown.matrix(case, rounds)
        context["missing"] = missing_prefectures(case, viewer.on) if context["running"] else []
        context["cycles"] = _cycles(case, viewer)
    if drafts and may:
        form = form or ProgrammeForm(rounds=rounds, initial={"notice": case.programme.notice})
        context |= {"form": form, "round_fields": form.fields_of(context["rounds"])}
    return render(request, "workflows/programme/programme.html", context, status=status)


def _cycles(case: Case, viewer: Viewer) -> dict[str, Any]:
    """How many institutions have the cycle of the year, and how many still lack it."""
    active = OrgUnit.objects.within(case.unit.path).active(viewer.on).filter(kind=OrgUnit.Kind.INSTITUTION)
    total = active.count()
    cycles = Case.objects.filter(kind=QUALITY_CYCLE.code, year=case.year, unit__in=active)
    present = cycles.values("unit").distinct().count()
    left = total - present
    words = ngettext("Open the missing cycle", "Open the %(n)d missing cycles", left) % {"n": left}
    return {"total": total, "present": present, "left": left, "button": words}
