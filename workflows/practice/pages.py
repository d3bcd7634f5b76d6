"""Pages of typical cases and good practices: write, file, select or decline; who has which (典型案例, 好经验)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.keyset import PAGE_SIZE, page_of
from cases.models import Case, CaseEvent, OrgUnit, WorkItem
from cases.naming import ACTOR
from cases.practice_drafts import save_practice
from cases.web import actor_of, viewer_of, whole_number
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.kinds import KINDS
from workflows.practice.forms import PracticeForm, ReasonForm
from workflows.practice.kind import FILING, FINALS, PRACTICE, State
from workflows.practice.opening import begin_practice, filing_grant
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = PRACTICE.code
MOST_EVENTS = 50
VIEWS = {
    "queue": gettext_lazy("To be decided by me"),
    "mine": gettext_lazy("Of my unit"),
    "below": gettext_lazy("Of the units below"),
}
ASKING = ("return_", "decline", "retract")
ONWARD = ("forward", "select", "publish")
DONE = {
    "file": gettext_lazy("Filed. You will hear what becomes of it."),
    "forward": gettext_lazy("Recommended to the prefecture."),
    "select": gettext_lazy("Selected for the region."),
    "publish": gettext_lazy("Published in the bulletin; everybody of the region can read it."),
    "return_": gettext_lazy("Returned to the writer."),
    "decline": gettext_lazy("Not selected; the writer reads your reason."),
    "withdraw": gettext_lazy("Withdrawn."),
    "retract": gettext_lazy("Taken out of the bulletin."),
}


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    """One list at a time: what waits for the viewer, what the own unit has filed, what the units below have."""
    viewer = viewer_of(request)
    offered = _views(viewer)
    view = request.GET.get("view", "")
    view = view if view in offered else offered[0]
    rows = _listed(viewer, view).select_related("unit", "practice__institution")
    page = page_of(rows, "pk", after=request.GET.get("after", ""), size=PAGE_SIZE, descending=True)
    context = {
        "view": view,
        "views": [(name, VIEWS[name]) for name in offered],
        "page": page,
        "lines": [(case, State(case.state).label, case.state in FINALS) for case in page.rows],
        "may_file": filing_grant(viewer) is not None,
        "nav_current": "practices",
    }
    return render(request, "workflows/practice/list.html", context)


def _views(viewer: Viewer) -> list[str]:
    """Institutions have no queue, and those above the counties file nothing themselves."""
    above = any(viewer.paths(grant) for grant in ("verify", "approve", "oversee", "inspect", "acknowledge"))
    files = filing_grant(viewer) is not None
    return [*(["queue", "below"] if above else []), *(["mine"] if files or not above else [])]


def _listed(viewer: Viewer, view: str) -> QuerySet[Case]:
    """The cases of one list; what others are still writing is theirs."""
    cases = Case.objects.visible_to(viewer).filter(kind=KIND)
    own = Q(unit__in=viewer.unit_ids("view"))
    if view == "queue":
        waiting = WorkItem.objects.open().addressed_to(viewer).filter(process__kind=KIND)
        return cases.filter(pk__in=waiting.exclude(process__state=State.DRAFTING).values("process"))
    return cases.filter(own) if view == "mine" else cases.exclude(own).exclude(state=State.DRAFTING)


@require_http_methods(["GET", "HEAD", "POST"])
def practice_new(request: HttpRequest) -> HttpResponse:
    """GET shows an empty form, POST keeps what was written, and files it where that button was pressed."""
    viewer = viewer_of(request)
    grant = filing_grant(viewer)
    if grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("Institutions and counties file good practices; counties nominate typical cases."),
        )
    unit = OrgUnit.objects.get(pk=grant.unit_id)
    if request.method != "POST":
        return _new_page(request, PracticeForm(unit=unit), unit, 200)
    form = PracticeForm(request.POST, unit=unit)
    if not form.is_valid() or not _may_be_kept(form):
        return _new_page(request, form, unit, 422)
    case = begin_practice(form.cleaned_data, by=actor_of(request), at=viewer.at)
    if "file" not in request.POST:
        messages.success(request, _("Kept; nobody else sees it until you file it."))
        return redirect(KIND, case.pk)
    return _file(request, case)


def _may_be_kept(form: PracticeForm) -> bool:
    """A draft has a title at least, so that it can be found again; all of it is needed to file it."""
    needed = ("title", "text") if "file" in form.data else ("title",)
    for name in needed:
        if not form.cleaned_data.get(name):
            form.add_error(name, _("This is needed."))
    return not form.errors


def _new_page(request: HttpRequest, form: PracticeForm, unit: OrgUnit, status: int) -> HttpResponse:
    context = {"form": form, "unit": unit, "nav_current": "practices"}
    return render(request, "workflows/practice/new.html", context, status=status)


@require_safe
def practice(request: HttpRequest, pk: int) -> HttpResponse:
    """One typical case or good practice: its words, whose turn it is, and what the reader may do."""
    return _page(request, case_in_scope(request, pk, KIND), None, {}, 200)


@require_POST
def practice_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was written, and file it where that button was pressed; a refusal shows all that was typed."""
    case, viewer = case_in_scope(request, pk, KIND), viewer_of(request)
    if not _writes(viewer, case):
        raise WrongRole("wrong_role", _("Your role does not include this action."))
    form = PracticeForm(request.POST, unit=case.unit)
    if not form.is_valid() or not _may_be_kept(form):
        return _page(request, case, form, {}, 422)
    shown = whole_number(request.POST.get("row_version", ""))
    person: Any = request.user
    try:
        save_practice(case, form.cleaned_data, row_version=shown, by=person, at=viewer.at)
    except Conflict as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), form, {}, refusal.status)
    if "file" not in request.POST:
        messages.success(request, _("Kept; nobody else sees it until you file it."))
        return redirect(KIND, pk)
    return _file(request, case)


def _file(request: HttpRequest, case: Case) -> HttpResponse:
    perform_from(request, case, "file")
    messages.success(request, DONE["file"])
    return redirect(KIND, case.pk)


@require_POST
def practice_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Recommend, select, publish, return, decline, withdraw; a refusal shows the page with what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in DONE or verb == "file":
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form: forms.Form = ReasonForm(request.POST, auto_id=f"{verb}-%s") if verb in ASKING else forms.Form(request.POST)
    if not form.is_valid():
        return _page(request, case, None, {verb: form}, 422)
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), None, {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(KIND, pk)


def _writes(viewer: Viewer, case: Case) -> bool:
    return any(grant.unit_id == case.unit_id for grant in viewer.grants if grant.permission in FILING)


def _page(
    request: HttpRequest, case: Any, form: PracticeForm | None, bound: dict[str, forms.Form], status: int
) -> HttpResponse:
    """The page; what was typed into a form that it no longer offers is shown for copying."""
    viewer, item, record = viewer_of(request), open_item(case), case.practice
    own = _writes(viewer, case)
    writing = own and case.state == State.DRAFTING
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    if not own:
        verbs.discard("withdraw")
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    refused = next((each for each in (form, *bound.values()) if each is not None and each.errors), None)
    context = {
        "case": case,
        "record": record,
        "item": item,
        "state": State(case.state).label,
        "over": case.state in FINALS,
        "hidden": case.state == State.DRAFTING and not viewer.unit_ids("view").count(case.unit_id),
        "form": (form or PracticeForm.of(record, case.unit)) if writing else None,
        "onward": [(name, KINDS[KIND].verbs[name].rule.label) for name in ONWARD if name in verbs],
        "asking": [
            (name, KINDS[KIND].verbs[name].rule.label, bound.get(name) or ReasonForm(auto_id=f"{name}-%s"))
            for name in ASKING
            if name in verbs
        ],
        "may_withdraw": "withdraw" in verbs,
        "refused": refused,
        "kept": _kept([form] if form is not None and not writing else [], bound, verbs),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "practices",
    }
    return render(request, "workflows/practice/practice.html", context, status=status)


def _kept(gone: list[forms.Form], bound: dict[str, forms.Form], verbs: set[str]) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, for copying."""
    forms_gone = [*gone, *(form for verb, form in bound.items() if verb not in verbs)]
    pairs = ((str(field.label), field.value()) for form in forms_gone for field in form)
    return [(label, value) for label, value in pairs if isinstance(value, str) and value.strip()]
