"""The case page: where the case stands, who must act by when, what happened, and what the reader may do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.editions.quality import quality_of
from cases.keyset import Page
from cases.models import Case, SelfCheck, SelfCheckSubmission, WorkItem
from cases.web import viewer_of
from cases.wording import cday
from workflows.dates.shown import dates_of
from workflows.desk import case_file
from workflows.desk.counting import year_asked
from workflows.desk.destinations import address_if_any, destination_of, href_of, page_of_case
from workflows.desk.inbox import heads_of, people_at
from workflows.desk.lines import names_of, role_of, year_title
from workflows.desk.memberships import memberships_of
from workflows.desk.stages import stages
from workflows.desk.timeline import timeline_page
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import colleagues_of, offers
from workflows.kinds import kind_of
from workflows.step import edition_of, held_by_another
from workflows.supervision.shown import active_on
from workflows.web import case_in_scope


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case; ``?year=`` leads to the same institution's cycle of that year, ``?only=state`` narrows the timeline."""
    viewer = viewer_of(request)
    case = case_in_scope(request, pk)
    elsewhere = _elsewhere(request, case)
    if elsewhere:
        return redirect(elsewhere)
    kind, item = kind_of(case), open_item(case)
    only_states, before = request.GET.get("only") == "state", request.GET.get("before", "")
    page = timeline_page(case, only_states=only_states, before=before)
    context: dict[str, Any] = {
        "case": case,
        "kind": kind,
        "subtitle": year_title(case) if kind.code == "quality_cycle" else f"{kind.label} {case.number}",
        "state": kind.state_label(case.state),
        "over": case.state in kind.finals,
        "turn": _turn(item, request),
        "offers": offers(request, case, item, colleagues_of(item, viewer)),
        "supervisions": active_on(case.pk),
        **dates_of(case),
        "only_states": only_states,
        "older": before,
        "page": page,
        "people": case_file.people(case, viewer.on),
        "nav_current": "cycles",
        "cycles_url": address_if_any("cycles"),
        "unit_url": address_if_any("unit", case.unit_id),
        "dossier_url": address_if_any("case_dossier", case.pk) if viewer.may("inspect", case) else None,
    }
    if kind.code == "quality_cycle":
        context |= _cycle_context(request, case, page)
    else:
        context["limits"] = case_file.limits(case, ())
    return render(request, "workflows/desk/case.html", context)


def _elsewhere(request: HttpRequest, case: Case) -> str:
    """A finding has a page of its own; another year of the menu has a case of its own."""
    if page_of_case(case) != request.path:
        return page_of_case(case)
    year = year_asked(request.GET.get("year", ""))
    if year is None or year == case.year:
        return ""
    other = case_file.past_years(case, viewer_of(request)).filter(year=year).first()
    return page_of_case(other) if other is not None else ""


def _cycle_context(request: HttpRequest, case: Case, page: Page) -> dict[str, Any]:
    """What only an annual cycle has: stages, squares, versions, findings and other years."""
    viewer = viewer_of(request)
    submissions = case_file.submissions_of(case)
    findings = case_file.finding_lines(case)
    past = list(case_file.past_years(case, viewer))
    paper = address_if_any("paper", case.pk, "pdf")
    return {
        "stages": stages(
            case,
            kind_of(case).state_label(case.state),
            _notes(case, submissions, findings, request),
            memberships_of([case])[case.pk],
            viewer,
        ),
        "squares": case_file.squares(case, viewer, submissions),
        "versions": case_file.versions(case, viewer, submissions, paper),
        "findings": findings,
        "findings_live": sum(line.live for line in findings),
        "findings_referred": sum(line.finding.case.state == "referred" for line in findings),
        "limits": case_file.limits(case, findings),
        "past": past,
        "year": case.year,
        "years": sorted({case.year, *(other.year for other in past)}, reverse=True),
        "facts": _facts(case, submissions, viewer),
    }


def _turn(item: WorkItem | None, request: HttpRequest) -> dict[str, Any] | None:
    """Who must act, on what and by when; nobody where the case waits for other cases or is over."""
    if item is None:
        return None
    viewer = viewer_of(request)
    names = people_at([(item.unit_id, item.role)], viewer.on) if item.role else {}
    seated = bool(item.role) and viewer.sits_at(item)
    others = held_by_another(item, viewer) is not None
    return {
        "item": item,
        "task": item.flow_task.task_title if item.flow_task else "",
        "role": role_of(item.role) if item.role else "",
        "names": names_of(names.get((item.unit_id, item.role), [])),
        "instead": "" if names or not item.role else heads_of(item.unit, viewer.on),
        "claimed_by": item.owner,
        "href": href_of(item) if seated and not others else "",
        "button": destination_of(item).button,
    }


def _notes(
    case: Case, submissions: list[SelfCheckSubmission], findings: list[case_file.FindingLine], request: HttpRequest
) -> dict[int, str]:
    """What stands at the stages that are over."""
    now = viewer_of(request).at
    notes = {2: _("findings %(n)d, all settled") % {"n": len(findings)} if findings else _("no findings")}
    if submissions:
        notes[0] = _("submitted %(day)s · v%(no)d") % {"day": cday(submissions[0].at, now), "no": submissions[0].no}
    approved = submissions and case.verifications.order_by("-pk").values_list("approved_at", flat=True).first()
    if approved:
        notes[1] = _("approved %(day)s") % {"day": cday(approved, now)}
    if case.finished:
        notes[6] = _("archived %(day)s") % {"day": cday(case.finished, now)}
    return notes


def _facts(case: Case, submissions: list[SelfCheckSubmission], viewer: Any) -> list[str]:
    """Kind, ownership and beds of the institution, as far as the reader may see them."""
    if submissions:
        basic = SelfCheckSubmission.objects.values_list("snapshot__basic", flat=True).get(pk=submissions[0].pk)
    elif case_file.may_see_draft(viewer, case):
        basic = SelfCheck.objects.values_list("basic", flat=True).get(pk=case.pk)
    else:
        return []
    return basic_facts(case, basic)


def basic_facts(case: Case, basic: dict[str, Any]) -> list[str]:
    """The choices and the beds of the basic information in a line's few words."""
    fields = quality_of(edition_of(case)).form.basic_fields
    facts = []
    for code in ("medical_type", "medical_ownership", "medical_grade", "care_type"):
        options = {option.code: option.label for option in fields[code].options} if code in fields else {}
        if basic.get(code) in options:
            facts.append(options[basic[code]])
    if isinstance(basic.get("medical_beds"), int):
        facts.append(_("medical beds %(n)d") % {"n": basic["medical_beds"]})
    if isinstance(basic.get("home_beds"), int):
        facts.append(_("home sickbeds %(n)d") % {"n": basic["home_beds"]})
    return facts
