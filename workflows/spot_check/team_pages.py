"""One drawn institution: its team, and its replacement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import DrawEntry, User
from cases.web import viewer_of
from workflows.engine import no_such_case
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.spot_check.forms import TeamForm
from workflows.spot_check.opening import KIND, drawing_grant
from workflows.spot_check.shown import lines_of, seen
from workflows.spot_check.states import State
from workflows.spot_check.teams import experts_of, involved_in
from workflows.visit.kind import State as VisitState
from workflows.web import case_in_scope, perform_from

TEAM, REPLACE = "assign_team", "replace"


@require_http_methods(["GET", "HEAD", "POST"])
def spot_check_entry(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """GET shows who goes and who might; POST assigns the team or replaces the institution."""
    case = case_in_scope(request, pk, KIND)
    row = DrawEntry.objects.select_related("institution").filter(pk=entry, spot_check=pk, drawn=True).first()
    if row is None:
        raise no_such_case()
    able, involved = _experts(request, case, row)
    if request.method != "POST":
        return _page(request, case, row, able, involved, {}, 200)
    verb = request.POST.get("verb", "")
    form: Any = {
        TEAM: lambda: TeamForm(request.POST, experts=able),
        REPLACE: lambda: ReasonForm(request.POST, auto_id="replace_%s"),
    }.get(verb, lambda: None)()
    if form is None:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    if not form.is_valid():
        return _page(request, case, row, able, involved, {verb: form}, 422)
    details = {"visit": row.visit.pk, "experts": form.team} if verb == TEAM else {"entry": row.pk}
    try:
        perform_from(request, case, verb, **details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), row, able, involved, {verb: form}, refusal.status)
    messages.success(request, _("The team is assigned.") if verb == TEAM else _said(row))
    return redirect("spot_check", pk)


def _said(dropped: DrawEntry) -> str:
    follower = DrawEntry.objects.filter(replaces=dropped).select_related("institution").first()
    if follower is None:
        return _("The institution has fallen out; nobody is left in its stratum to come in its place.")
    return _("%(name)s comes in its place.") % {"name": follower.institution}


def _experts(request: HttpRequest, case: Any, row: DrawEntry) -> tuple[Any, list[tuple[User, str]]]:
    """Who may go, and who may not because they belong or belonged to the place."""
    on = viewer_of(request).on
    everybody = list(experts_of(case.unit, on))
    involved = involved_in(row.institution, [user.pk for user in everybody], on)
    able = User.objects.filter(pk__in=[user.pk for user in everybody if user.pk not in involved])
    return able.order_by("name", "pk"), [(user, involved[user.pk]) for user in everybody if user.pk in involved]


def _page(
    request: HttpRequest,
    case: Any,
    row: DrawEntry,
    able: Any,
    involved: list[tuple[User, str]],
    given: dict[str, forms.Form],
    status: int,
) -> HttpResponse:
    viewer = viewer_of(request)
    found = seen(viewer, case.pk)
    line = next(line for line in lines_of(found, viewer) if line.entry.pk == row.pk)
    may = drawing_grant(viewer, case.unit) is not None and case.state == State.VISITING and not line.over
    team = line.team
    initial = {"leader": team[0].pk if team else None, "experts": [user.pk for user in team[1:]]}
    context = {
        "case": case,
        "record": found.record,
        "line": line,
        "entry": line.entry,
        "may": may,
        "may_replace": may and line.entry.visit.case.state == VisitState.VISITING,
        "able": able,
        "involved": involved,
        "team_form": given.get(TEAM) or TeamForm(initial=initial, experts=able),
        "replace_form": given.get(REPLACE) or ReasonForm(auto_id="replace_%s"),
        "errors_of": next(iter(given.values()), None),
        "nav_current": "spot_checks",
    }
    return render(request, "workflows/spot_check/entry.html", context, status=status)
