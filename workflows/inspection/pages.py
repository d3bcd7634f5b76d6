"""The inspector's pages: the trails of all cases, one trail with its proof, two days of a case compared."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from cases import alarm_words
from cases.models import Case
from cases.web import viewer_of
from workflows.desk.destinations import address_if_any, page_of_case
from workflows.desk.timeline import what_of
from workflows.inspection.comparing import TwoDaysForm, compare
from workflows.inspection.proof import Proof, prove
from workflows.inspection.reading import inspected_case, note_search, note_verification, require_inspector
from workflows.inspection.search import SearchForm, search
from workflows.inspection.spans import times_of
from workflows.inspection.trail import trail_of
from workflows.kinds import kind_of

NAV = "inspection"
MOST_CHILDREN = 60


@require_safe
def inspection(request: HttpRequest) -> HttpResponse:
    """Search over all trails; filters that cannot be are refused (422) and keep what was typed."""
    viewer = viewer_of(request)
    require_inspector(viewer)
    form = SearchForm(request.GET)
    context: dict[str, Any] = {"filters": form, "nav_current": NAV, "after": request.GET.get("after", "")}
    if not form.is_valid():
        return render(request, "workflows/inspection/search.html", context, status=422)
    asked = form.cleaned_data
    note_search(request, asked)
    found = search(viewer, asked, after=context["after"])
    context |= {"found": found, "narrowed": any(asked.values()), "rows": [_row(event) for event in found.events]}
    return render(request, "workflows/inspection/search.html", context)


@require_safe
def inspection_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The trail of one case, with how long each step took."""
    return _trail_page(request, inspected_case(request, pk))


@require_POST
def inspection_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify one case now; it changes nothing, and that it was asked for is recorded."""
    case = inspected_case(request, pk)
    proof = prove(case)
    note_verification(request, case, len(proof.found))
    return _trail_page(request, case, proof)


@require_safe
def inspection_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """The case as it was at the end of a day against another day or now."""
    case, viewer = inspected_case(request, pk), viewer_of(request)
    form = TwoDaysForm(request.GET or None, today=viewer.on)
    form.fields["on"].required = True
    status, compared = 200, None
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        compared = compare(case, asked["on"], asked["against"], viewer.at, everything=asked["everything"])
    elif form.is_bound:
        status = 422
    context = {
        **_head(case),
        "form": form,
        "compared": compared,
        "asked": form.cleaned_data if compared is not None else {},
    }
    return render(request, "workflows/inspection/compare.html", context, status=status)


def _trail_page(request: HttpRequest, case: Any, proof: Proof | None = None) -> HttpResponse:
    before = request.GET.get("before", "")
    children = Case.objects.visible_to(viewer_of(request)).filter(parent=case.pk).select_related("unit")
    context = {
        **_head(case),
        "trail": trail_of(case, before=before),
        "older": before,
        "times": times_of(case, viewer_of(request).at),
        "proof": proof,
        "children": [_titled(child) for child in children.order_by("pk")[:MOST_CHILDREN]],
        "dossier_url": address_if_any("case_dossier", case.pk),
    }
    return render(request, "workflows/inspection/trail.html", context)


def _head(case: Case) -> dict[str, Any]:
    kind = kind_of(case)
    return {
        "case": case,
        "title": title_of(case),
        "state": kind.state_label(case.state),
        "case_url": page_of_case(case),
        "nav_current": NAV,
    }


def title_of(case: Case) -> str:
    """The kind of case with its number, or its year where it has none."""
    return f"{kind_of(case).label} {case.number or case.year}"


def _titled(case: Case) -> dict[str, Any]:
    return {"pk": case.pk, "title": title_of(case), "state": kind_of(case).state_label(case.state)}


def _row(event: Any) -> dict[str, Any]:
    kind = kind_of(event.case)
    moved = event.source != event.target
    return {
        "event": event,
        "detail": alarm_words.detail_of(event) if event.verb in alarm_words.VERBS else "",
        "what": what_of(kind, event),
        "title": title_of(event.case),
        "old": kind.state_label(event.source) if moved and event.source else "",
        "new": kind.state_label(event.target) if moved else "",
    }
