"""The inbox: what waits for the reader, what they did and started, and what is late (待办, 已办, 我发起的, 逾期)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.clock import local_date
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.keyset import PAGE_SIZE, Page
from cases.lights import LIGHTS, SIGNS
from cases.models import Case, WorkItem
from cases.web import viewer_of
from workflows.bulk import MOST, OF_THE_FORM, BulkForm, may_nudge, nudge_many, picked, tell
from workflows.desk import inbox as lists
from workflows.desk.counting import shown, years_of
from workflows.desk.destinations import address_if_any
from workflows.desk.lines import Line, case_lines, lines_of
from workflows.desk.this_year import this_year
from workflows.programme.shown import asks_something
from workflows.reporting.national import reports_of
from workflows.saved.store import views_of
from workflows.step import edition_of

VIEWS = ("todo", "done", "started", "overdue", "waiting")
OTHERS = ("overdue", "waiting")  # lists that name those whose turn it is
PRINT_SIZE = 300  # a longer list is not read on paper


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One list at a time, with its filters; on top the institution's year, below what institutions owe the county."""
    return _shown(request)


@require_POST
def inbox_nudge(request: HttpRequest) -> HttpResponse:
    """Nudge the ticked work of others, or all that is filtered; says how many were, which were not, and why (催办)."""
    viewer, bulk = viewer_of(request), BulkForm(request.POST)
    kept = request.POST.copy()
    for name in OF_THE_FORM:
        kept.pop(name, None)
    request.GET = kept  # type: ignore[assignment]
    view, filters = _view(viewer, kept), lists.Filters.read(kept)
    if not _nudgeable(viewer, view):
        raise WrongRole("wrong_role", _("Only the work of others can be nudged, by those who oversee it."))

    def keys_of(everything: bool) -> Iterable[int]:
        if not everything:
            return picked(request.POST.getlist("pick"))
        cases = _items(viewer, view, filters).order_by().values_list("process", flat=True)
        return cases.distinct()[: MOST + 1]

    try:
        outcome = nudge_many(request, bulk, keys_of)
    except (Invalid, Conflict) as refusal:
        return _shown(request, refusal, bulk)
    tell(request, outcome)
    kept.pop("after", None)
    return redirect(f"{reverse('inbox')}?{kept.urlencode()}")


def _view(viewer: Viewer, query: QueryDict) -> str:
    """The list that an address names; the first one where it names none of this person's."""
    view = query.get("view", "todo")
    return view if view in VIEWS and (view != "waiting" or lists.is_county(viewer)) else "todo"


def _nudgeable(viewer: Viewer, view: str) -> bool:
    """Whether the list shows what others have to do; nobody nudges themselves."""
    return view in OTHERS and (view == "waiting" or lists.is_watching(viewer)) and may_nudge(viewer)


def _items(viewer: Viewer, view: str, filters: lists.Filters) -> QuerySet[WorkItem]:
    items = {"todo": lists.to_do, "overdue": lists.overdue, "waiting": lists.waiting}[view](viewer)
    return lists.narrow_items(items, filters, viewer.at)


def _shown(request: HttpRequest, refusal: Refusal | None = None, bulk: BulkForm | None = None) -> HttpResponse:
    """The list; after a refusal with its words, and with everything that was ticked and typed."""
    viewer = viewer_of(request)
    filters = lists.Filters.read(request.GET)
    county, watches = lists.is_county(viewer), lists.is_watching(viewer)
    view = _view(viewer, request.GET)
    counts = lists.inbox_counts(viewer, filters)
    request.to_do_count = counts["todo"]  # type: ignore[attr-defined]  # spares the frame its own count
    years = years_of(counts)
    printing = "print" in request.GET
    size = PRINT_SIZE if printing else PAGE_SIZE
    page = _page(viewer, view, filters, request.GET.get("after", ""), size)
    lines = case_lines(page.rows) if view == "started" else lines_of(page.rows, viewer, people=view in OTHERS)
    first = view == "todo" and not request.GET.get("after") and not printing
    context: dict[str, Any] = {
        "view": view,
        "tabs": _tabs(counts, county),
        "tally": [("", shown(counts["all"])), *_signs(counts)],
        "total": shown(counts[view]),
        "counts": counts,
        "filters": filters,
        "steps": _steps(viewer, view),
        "units": lists.institutions_to_choose(viewer) if county or watches else [],
        "lines": lines,
        "page": page,
        "year": filters.year or local_date(viewer.at).year,
        "years": years,
        "phase": _phase(page.rows, viewer),
        "has_seats": bool(viewer.seats) or viewer.is_party,
        "watches": watches,
        "printing": printing,
        "ledger_url": address_if_any("ledger"),
        "cycles_url": address_if_any("cycles"),
        "saved_views": views_of(viewer.user, "inbox", request.GET),
        "may_nudge": _nudgeable(viewer, view) and not printing,
        "kept": [(name, value) for name, values in request.GET.lists() for value in values],
        "bulk_form": bulk or BulkForm(),
        "refusal": refusal,
        "picked": picked(request.POST.getlist("pick")),
    }
    if first:
        context["panel"] = this_year(viewer, filters.year)
        context["requirements_url"] = reverse("requirements") if asks_something(viewer) else ""
    if first and viewer.paths("acknowledge") and not filters.any:
        context["reports"] = reports_of(viewer, local_date(viewer.at).year)
    if first and county and not filters.any:
        context["waiting"] = _waiting(viewer)
        context["waiting_total"] = shown(counts["waiting"])
    return render(request, "workflows/desk/inbox.html", context, status=refusal.status if refusal else 200)


def _page(viewer: Viewer, view: str, filters: lists.Filters, after: str, size: int) -> Page:
    """The page of the list that was asked for."""
    if view == "started":
        return lists.by_start(lists.narrow_cases(lists.started(viewer), filters), after, size)
    if view == "done":
        unlit = lists.Filters(filters.text, filters.step, filters.unit, "", filters.year)
        return lists.by_finish(lists.narrow_items(lists.done(viewer), unlit, viewer.at), after, size)
    return lists.by_due(_items(viewer, view, filters), after, size)


def _waiting(viewer: Viewer) -> list[Line]:
    page = lists.by_due(lists.waiting(viewer), size=lists.WAITING_ROWS)
    return lines_of(page.rows, viewer, people=True)


def _signs(counts: dict[str, Any]) -> list[tuple[str, str]]:
    """The lights with their counts; what is on hold is named where there is any."""
    return [(code, shown(counts[code])) for code in SIGNS if code in LIGHTS or counts[code]]


def _tabs(counts: dict[str, Any], county: bool) -> list[tuple[str, str, str]]:
    words = {
        "todo": _("To do"),
        "done": _("Done"),
        "started": _("Started by me"),
        "overdue": _("Overdue"),
        "waiting": _("Waiting for institutions"),
    }
    return [(view, words[view], shown(counts[view])) for view in VIEWS if view != "waiting" or county]


def _steps(viewer: Viewer, view: str) -> list[tuple[str, Any]]:
    """The steps to choose from: those of the viewer's roles, or all where others' work is listed."""
    if view == "started":
        return []
    roles = {role for _unit, role in viewer.seats | viewer.vacant_seats}
    return [
        (code, node.task_title)
        for code, node in lists.steps().items()
        if node.role and (view in ("overdue", "waiting") or roles & set(node.roles))
    ]


def _phase(rows: list[Any], viewer: Viewer) -> str:
    """The phase of this year's plan on the day, read off a case of this year that is listed anyway."""
    for row in rows:
        case: Case = row if isinstance(row, Case) else row.process
        if case.year != viewer.on.year:
            continue
        for phase in edition_of(case).phases:
            start, end = phase.window(case.year)
            if start <= viewer.on <= end and start.year == end.year:  # those of several years are not this year’s
                months = _("%(from)d–%(to)d") % {"from": start.month, "to": end.month}
                return _("%(phase)s (months %(months)s)") % {"phase": phase.label, "months": months}
    return ""
