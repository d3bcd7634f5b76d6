"""The programmes and pilots that somebody may see, opening a programme, and applying for a pilot."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, WrongRole
from cases.keyset import page_of
from cases.models import OrgUnit
from cases.web import actor_of, viewer_of
from workflows.alliance.forms import ROWS, ApplicationForm, MemberRows, ProgrammeForm
from workflows.alliance.newcomers import newcomers
from workflows.alliance.opening import KIND, PILOT, apply, may_open, open_programme
from workflows.alliance.shown import applicants_units, pilots_of, programmes_of, units_that_join
from workflows.alliance.states import PHASE_OF, ProgrammeState, State
from workflows.desk.beside import beside
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

ENDED = "ended"


@require_safe
def pilots(request: HttpRequest) -> HttpResponse:
    """The pilots that are visible, the latest first; ``?phase=`` shows one phase, or those that have ended."""
    viewer, phase = viewer_of(request), request.GET.get("phase", "")
    rows = pilots_of(viewer)
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    states = {
        code: [state for state in State if _phase(state) == code] for code in ("start", "practice", "evaluation", ENDED)
    }
    if phase in states:
        rows = rows.filter(state__in=states[phase])
    page = page_of(rows, "pk", after=request.GET.get("after", ""), descending=True)
    for case in page.rows:
        case.state_word, case.running = State(case.state).label, case.finished is None
    names = {"start": _("Start"), "practice": _("Practice"), "evaluation": _("Evaluation"), ENDED: _("Ended")}
    context = {
        "page": page,
        "phase": phase,
        "phases": [(code, names[code], sum(counted.get(state, 0) for state in states[code])) for code in states],
        "all": sum(counted.values()),
        "programmes": [
            (case, ProgrammeState(case.state).label) for case in programmes_of(viewer).order_by("-year")[:10]
        ],
        "may_open": (city := city_of(viewer)) is not None and may_open(city, viewer.on),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/pilots.html", context)


def _phase(state: State) -> str:
    """Where the list puts a pilot: what has ended stands apart, whatever its phase was."""
    ended = state in (State.PROMOTED, State.STOPPED, State.DECLINED, State.WITHDRAWN)
    return ENDED if ended else PHASE_OF[state]


def city_of(viewer: Viewer) -> OrgUnit | None:
    """The city whose pilots the viewer runs."""
    units = viewer.unit_ids("run_pilots")
    return OrgUnit.objects.filter(pk__in=units, kind=OrgUnit.Kind.PREFECTURE).first() if units else None


@require_http_methods(["GET", "HEAD", "POST"])
def programme_new(request: HttpRequest) -> HttpResponse:
    """Open the programme of this year for the viewer's city."""
    viewer = viewer_of(request)
    city = city_of(viewer)
    if city is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The officers of the city’s health commission open its pilots."),
        )
    form, status = ProgrammeForm(request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            try:
                case = open_programme(
                    city, **form.cleaned_data, year=viewer.on.year, by=actor_of(request), at=viewer.at
                )
            except (Invalid, Conflict) as refusal:
                take_over(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The programme is open: districts and hospitals can apply."))
                return redirect(KIND, case.pk)
        else:
            status = 422
    context = {"form": form, "unit": city, "year": viewer.on.year, "nav_current": "pilots"}
    return render(request, "workflows/alliance/programme_new.html", context, status=status)


@require_safe
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme with its phases, its notice and the applications that the viewer may see."""
    return _programme_page(request, case_in_scope(request, pk, KIND), None, 200)


@require_POST
def programme_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish the selection; a refusal shows the page with what is still to be decided."""
    case = case_in_scope(request, pk, KIND)
    try:
        perform_from(request, case, "finish_selection")
    except Conflict as refusal:
        return _programme_page(request, case_in_scope(request, pk, KIND), refusal, refusal.status)
    messages.success(request, _("The selection is finished."))
    return redirect(KIND, pk)


def _programme_page(request: HttpRequest, case: Any, refusal: Any, status: int) -> HttpResponse:
    viewer, item = viewer_of(request), open_item(case)
    rows = list(pilots_of(viewer).filter(parent=case.pk).order_by("pk"))
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    context = {
        "case": case,
        "record": case.pilot_programme,
        "state": ProgrammeState(case.state).label,
        "selecting": case.state == ProgrammeState.SELECTING,
        "item": item,
        "phases": [(phase, *phase.window(case.year)) for phase in edition_of(case).phases],
        "rows": [(row, State(row.state).label, row.finished is None) for row in rows],
        "waiting": sum(row.state == State.APPLIED for row in rows),
        "may_apply": "apply" in verbs,
        "nominates": viewer.may("party:district", case),
        "may_finish": "finish_selection" in verbs,
        "new_units": [unit for _part, unit in newcomers(case, viewer.on)] if "invite" in verbs else [],
        **beside(request, case, item),
        "refusal": refusal,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/programme.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def pilot_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply as the lead hospital, or nominate one as a district; a refusal keeps all that was typed."""
    viewer, case = viewer_of(request), case_in_scope(request, pk, KIND)
    if "apply" not in {verb.name for verb in possible_verbs(request, case)}:
        if case.state != ProgrammeState.SELECTING:
            raise Conflict("wrong_state", _("The selection is finished; no applications are taken any more."))
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Hospitals of the city apply, districts nominate."),
        )
    joining = {"units": units_that_join(case.unit, viewer.on)}
    data = request.POST or None
    form = ApplicationForm(data, leads=applicants_units(viewer, case))
    rows: Any = MemberRows(_with_more_rows(request), prefix="members", form_kwargs=joining)
    status = 200
    if request.method == "POST" and "more" not in request.POST:
        status = 422
        if form.is_valid() & rows.is_valid():
            members = [row.details for row in rows.forms if row.has_changed()]
            try:
                opened = apply(case, {**form.cleaned_data, "members": members}, by=actor_of(request), at=viewer.at)
            except (Invalid, Conflict, WrongRole) as refusal:
                take_over(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The application is with the commission."))
                return redirect(PILOT, opened.pk)
    elif request.method == "POST":
        form = ApplicationForm(leads=applicants_units(viewer, case), initial=request.POST.dict())
    context = {
        "case": case,
        "record": case.pilot_programme,
        "form": form,
        "rows": rows,
        "nominates": viewer.may("party:district", case),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/apply.html", context, status=status)


def _with_more_rows(request: HttpRequest) -> Any:
    """What was posted, with further empty rows where they were asked for."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if "more" in data:
        total = data.get("members-TOTAL_FORMS", "")
        data["members-TOTAL_FORMS"] = str(min(int(total) if total.isdecimal() else 0, 100) + ROWS)
    return data
