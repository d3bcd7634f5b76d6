"""The common problems of a county or prefecture: what its institutions share, and the measures for it (普遍性问题)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case, CaseEvent, OrgUnit
from cases.naming import ACTOR
from cases.web import actor_of, viewer_of, whole_number
from workflows.common_problem.declaring import declare, declaring_grant
from workflows.common_problem.forms import CancelForm, MeasureForm, ResultForm
from workflows.common_problem.groups import findings_of, groups_of, names_of, year_of
from workflows.common_problem.kind import OFFICERS, people_of
from workflows.common_problem.states import State
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.finding.states import State as FindingState
from workflows.quality_cycle.opening import edition_for
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = "common_problem"
LEVELS = tuple(OFFICERS)
MOST_FINDINGS = 300
MOST_EVENTS = 50
FORMS: dict[str, type[forms.Form]] = {"set_measure": MeasureForm, "report": ResultForm, "cancel": CancelForm}


@require_safe
def common_problems(request: HttpRequest) -> HttpResponse:
    """What many institutions of a unit share, declared or not yet; the viewer's own unit, or one below."""
    return _list(request, whole_number(request.GET.get("unit", "")), None, 200)


@require_POST
def common_problem_declare(request: HttpRequest) -> HttpResponse:
    """Declare a problem common for the viewer's unit."""
    viewer = viewer_of(request)
    key = (request.POST.get("item", "")[:20], request.POST.get("facet", "")[:40])
    pk = whole_number(request.POST.get("unit", ""))
    unit = next((unit for unit in units_of(viewer) if unit.pk == pk), None)
    if unit is None:
        raise _no_such_unit()
    try:
        case = declare(unit, key, by=actor_of(request), at=viewer.at)
    except (Invalid, Conflict) as refusal:
        return _list(request, unit.pk, refusal, refusal.status)
    messages.success(request, _("The problem has been declared common; set the joint measure next."))
    return redirect(KIND, case.pk)


@require_safe
def common_problem(request: HttpRequest, pk: int) -> HttpResponse:
    """One common problem with its measure, its course and the findings that make it common."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def common_problem_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Set the measure, report its result or withdraw the declaration; a refusal shows what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in FORMS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = _form(verb, case, viewer_of(request), request.POST)
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    details = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), {verb: form}, refusal.status)
    done = {
        "set_measure": _("The joint measure has been set; the institutions can read it."),
        "report": _("The result has been reported."),
        "cancel": _("The declaration has been withdrawn."),
    }
    messages.success(request, done[verb])
    return redirect(KIND, pk)


def units_of(viewer: Viewer) -> list[OrgUnit]:
    """The counties and prefectures that the viewer sees, each prefecture before its counties."""
    return list(OrgUnit.objects.visible_to(viewer).filter(kind__in=LEVELS).order_by("path"))


def _form(verb: str, case: Case, viewer: Viewer, data: Any = None) -> forms.Form:
    if verb == "set_measure":
        return MeasureForm(data, people=people_of(case.unit, viewer.on))
    return FORMS[verb](data)


def _chosen(viewer: Viewer, units: list[OrgUnit], asked: int | None) -> OrgUnit:
    """The unit asked for, else the one where the viewer works, else the first."""
    if asked is not None:
        unit = next((unit for unit in units if unit.pk == asked), None)
        if unit is None:
            raise _no_such_unit()
        return unit
    own = {unit_id for unit_id, _role in viewer.seats}
    if not units:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this page."),
            hint=_("Officers of the county or prefecture declare what is common among their institutions."),
        )
    return next((unit for unit in units if unit.pk in own), units[0])


def _no_such_unit() -> OutOfScope:
    return OutOfScope("no_such_unit", _("There is no such unit, or it is not among those that you may see."))


def _list(request: HttpRequest, asked: int | None, refusal: Refusal | None, status: int) -> HttpResponse:
    viewer = viewer_of(request)
    units = units_of(viewer)
    unit = _chosen(viewer, units, asked)
    year = year_of(viewer.at)
    edition = edition_for(year).parsed
    common_from = edition.settings.common_from
    groups = groups_of(unit, year, common_from=common_from)
    context = {
        "unit": unit,
        "units": units if len(units) > 1 else [],
        "year": year,
        "common_from": common_from,
        "lines": [(group, *names_of(group.key, edition), _state_of(group.case)) for group in groups],
        "may_declare": declaring_grant(actor_of(request), unit, viewer.at) is not None,
        "refusal": refusal,
        "nav_current": "common_problems",
    }
    return render(request, "workflows/common_problem/list.html", context, status=status)


def _state_of(case: Case | None) -> Any:
    return State(case.state).label if case is not None else ""


def _page(request: HttpRequest, case: Any, bound: dict[str, forms.Form], status: int) -> HttpResponse:
    viewer, item, record = viewer_of(request), open_item(case), case.common_problem
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & FORMS.keys()
    key = (record.item_code, record.facet)
    findings = findings_of(case.unit, key, case.year)
    title, facet = names_of(key, edition_of(case))
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    context = {
        "case": case,
        "record": record,
        "item": item,
        "title": title,
        "facet": facet,
        "state": State(case.state).label,
        "verbs": verbs,
        "forms": {verb: bound.get(verb) or _form(verb, case, viewer) for verb in verbs},
        "refused": next((form for form in bound.values() if form.errors), None),
        "kept": _kept(bound, verbs),
        "findings": [(finding, FindingState(finding.case.state).label) for finding in findings[:MOST_FINDINGS]],
        "institutions": len({finding.case.unit_id for finding in findings}),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "common_problems",
    }
    return render(request, "workflows/common_problem/common_problem.html", context, status=status)


def _kept(bound: dict[str, forms.Form], verbs: set[str]) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    typed = (field for verb, form in bound.items() if verb not in verbs for field in form)
    pairs = ((str(field.label), field.value()) for field in typed)
    return [(label, value) for label, value in pairs if isinstance(value, str) and value.strip()]
