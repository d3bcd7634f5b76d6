"""“Why this date?” (为什么是这一天): rule, clause and every step of a date, as a page or inside another one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.audit.people import note_reading
from cases.calendars import calendar_of
from cases.clock import local_date
from cases.deadlines import Due, known
from cases.editions.pinned import edition_of
from cases.errors import OutOfScope
from cases.explaining import explain
from cases.models import Case, Finding, WorkItem
from cases.web import viewer_of
from cases.wording import remaining
from workflows.desk.destinations import page_of_case, title_of
from workflows.finding.record import limit_of
from workflows.kinds import about_of, kind_of


@require_safe
def work_item_due(request: HttpRequest, pk: int) -> HttpResponse:
    """The date of one work item, open or done."""
    items = WorkItem.objects.visible_to(viewer_of(request)).filter(pk=pk)
    item = items.select_related("process__unit", "process__edition").first()
    if item is None:
        raise OutOfScope("no_such_item", _("There is no such work item, or it is not among those that you may see."))
    date = known(local_date(item.due_at), item.due_trace) if item.due_at is not None else Due(None, item.due_trace)
    context = {"item": item, "title": title_of(item), "open": item.finished is None and item.process.held_at is None}
    return _page(request, item.process, date, item.due_rule, context)


@require_safe
def finding_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """The limit that a finding's record carries, whoever's turn it is."""
    in_scope = Case.objects.visible_to(viewer_of(request)).filter(pk=pk)
    found = Finding.objects.filter(pk=pk, case__in=in_scope).select_related("case__unit", "case__edition")
    finding = found.first()
    if finding is None:
        raise OutOfScope("no_such_case", _("There is no such case, or it is not among those that you may see."))
    title = _("Limit of rectification of %(number)s") % {"number": finding.case.number}
    return _page(request, finding.case, limit_of(finding), "rectify", {"title": title, "open": False})


def _page(request: HttpRequest, case: Case, date: Due, rule: str, context: dict[str, Any]) -> HttpResponse:
    note_reading(request, case)
    edition, viewer = edition_of(case), viewer_of(request)
    calendar = calendar_of(case.unit)
    explained = explain(
        date.trace,
        on=date.on,
        rule=edition.deadlines.get(rule),
        edition=edition,
        provisional=date.provisional,
    )
    context |= {
        "case": case,
        "about": about_of(case),
        "explained": explained,
        "left": remaining(date.at, viewer.at, calendar) if date.at is not None and context["open"] else "",
        "edition": edition,
        "back": page_of_case(case),
        "nav_current": kind_of(case).section,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "workflows/dates/_why.html" if part else "workflows/dates/why.html", context)
