"""The page of one pilot: its phases, what is to be done next and by whom, its members and what each step needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import CaseEvent, OrgUnit, Pilot
from cases.naming import ACTOR
from cases.web import viewer_of
from workflows.alliance import forms as asked
from workflows.alliance.agreements import ending_soon, renewable
from workflows.alliance.deciding import require_begun
from workflows.alliance.filing_state import missing
from workflows.alliance.membership import composition_faults
from workflows.alliance.opening import PILOT
from workflows.alliance.overview import overview
from workflows.alliance.shown import (
    former_members,
    own_memberships,
    parts_of,
    people_for,
    stages_of,
    tiers_of,
    units_that_join,
)
from workflows.alliance.states import FINALS, NEVER_SELECTED, RUNNING, State
from workflows.alliance.summary import files_of_report
from workflows.desk.beside import beside
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

MOST_EVENTS = 50
SCORED = (State.SCORING, State.JOINT, State.COUNTERSIGNING)
FORMS: dict[str, type[forms.Form]] = {
    "select": forms.Form,
    "decline": ReasonForm,
    "withdraw": ReasonForm,
    "admit": asked.MemberForm,
    "end_membership": asked.EndForm,
    "renew_membership": asked.RenewForm,
    "name_contact": asked.ContactForm,
    "set_up_group": asked.GroupForm,
    "begin_practice": forms.Form,
    "begin_evaluation": forms.Form,
    "report": asked.SummaryForm,
    "hold_exchange": asked.ExchangeForm,
    "promote": forms.Form,
    "extend_practice": asked.ProlongForm,
    "stop": ReasonForm,
    "publish_experience": asked.ExperienceForm,
}
DONE = {
    "select": gettext_lazy("Selected; the lead hospital’s office files plan and agreement next."),
    "decline": gettext_lazy("Declined; the applicant reads your reasons."),
    "withdraw": gettext_lazy("The application has been withdrawn."),
    "admit": gettext_lazy("The member has joined and reads the pilot from today."),
    "end_membership": gettext_lazy("The membership ends on the day that you gave."),
    "renew_membership": gettext_lazy("The agreement goes on; the member stays what it is."),
    "name_contact": gettext_lazy("The contact has been named."),
    "set_up_group": gettext_lazy("The working group has been noted."),
    "begin_practice": gettext_lazy("The practice has begun."),
    "begin_evaluation": gettext_lazy("The evaluation has begun."),
    "report": gettext_lazy("The summary report is with the commission; the columns can be scored now."),
    "hold_exchange": gettext_lazy("The meeting is on record; the head of the commission decides next."),
    "promote": gettext_lazy("The pilot is promoted; the officers of the commission publish its experience next."),
    "extend_practice": gettext_lazy("The practice goes on until the day that you gave."),
    "stop": gettext_lazy("The pilot has been stopped."),
    "publish_experience": gettext_lazy("Published; everybody of the city and the region can read it."),
}
ON_THE_FORM = {"valid_until": "last_on"}
# Begun by the clock; offered where the day has come and the clock stands still.
BY_THE_CLOCK = {"begin_practice": "practice", "begin_evaluation": "evaluation"}


@require_safe
def pilot(request: HttpRequest, pk: int) -> HttpResponse:
    """One pilot, for everybody who takes part in it or stands above it."""
    return _page(request, case_in_scope(request, pk, PILOT), {}, 200)


@require_POST
def pilot_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take a step; a refusal shows the page again with what was typed."""
    case = case_in_scope(request, pk, PILOT)
    if verb not in FORMS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = _form(verb, viewer_of(request), case, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    details = dict(getattr(form, "details", form.cleaned_data))
    details.pop("reason", None)
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        # People write the last day of an agreement; the verb speaks of the first that no longer counts.
        refusal.faults = {ON_THE_FORM.get(name, name): said for name, said in refusal.faults.items()}
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, PILOT), {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(PILOT, pk)


def _form(verb: str, viewer: Viewer, case: Any, data: Any = None, files: Any = None) -> forms.Form:
    record: Pilot = case.pilot
    kind: Any = FORMS[verb]
    given: dict[str, Any] = {"auto_id": f"{verb}-%s"}
    if verb == "admit":
        given["units"] = units_that_join(case.unit, viewer.on) if case.finished is None else OrgUnit.objects.none()
    if verb == "renew_membership":
        given["memberships"] = renewable(record)
    if verb in ("end_membership", "name_contact"):
        rows = own_memberships(viewer, record)
        given["memberships"] = rows.exclude(tier="lead") if verb == "end_membership" else rows
        if verb == "name_contact":
            given["people"] = people_for(rows, viewer.on)
    texts = {"set_up_group": "working_group", "report": "summary", "publish_experience": "experience"}
    if verb in texts:
        given["initial"] = {texts[verb]: getattr(record, texts[verb])}
    form: forms.Form = kind(data, files, **given)
    return form


def _has_begun(record: Pilot, phase: str, viewer: Viewer) -> bool:
    try:
        require_begun(record, phase, viewer.on)
    except Conflict:
        return False
    return True


def _page(request: HttpRequest, case: Any, bound: dict[str, forms.Form], status: int) -> HttpResponse:
    viewer, item, record = viewer_of(request), open_item(case), case.pilot
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & set(FORMS)
    if not set(viewer.unit_ids("view")) & {record.applicant_id}:
        verbs.discard("withdraw")
    verbs -= {verb for verb, phase in BY_THE_CLOCK.items() if not _has_begun(record, phase, viewer)}
    if "renew_membership" in verbs and not renewable(record).exists():
        verbs.discard("renew_membership")
    running = case.state in RUNNING
    events = list(CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")[:MOST_EVENTS])
    context = {
        "case": case,
        "record": record,
        "today": viewer.on,
        "tiles": overview(case, viewer) if case.state not in NEVER_SELECTED else [],
        "report_files": files_of_report(case),
        "max_mb": edition_of(case).settings.max_upload_mb,
        "item": item,
        "state": State(case.state).label,
        "over": case.state in FINALS,
        "scored": case.state in SCORED,
        "unpublished": record.published_at is None,
        "stages": stages_of(case),
        "tiers": tiers_of(record, viewer.on),
        "former": former_members(record, viewer.on),
        "ending": {row.pk for row in ending_soon(record, viewer.on)} if case.finished is None else set(),
        "agreements": alliance_of(edition_of(case)).agreements,
        "faults": composition_faults(record, viewer.on) if case.finished is None else [],
        "missing": missing(case) if running else [],
        "parts": parts_of(case) if case.state != State.APPLIED else [],
        "verbs": verbs | set(bound),  # what was refused stands there with what was typed, whoever typed it
        "forms": {verb: bound.get(verb) or _form(verb, viewer, case) for verb in verbs | set(bound)},
        "refused": next((form for form in bound.values() if form.errors), None),
        "opened": next(iter(bound), ""),
        **beside(request, case, item),
        "ended": next((event for event in events if event.target in FINALS and event.reason), None),
        "entries": entries(case, events),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/pilot.html", context, status=status)
