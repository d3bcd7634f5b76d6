"""The ledger's pages: the list with its filters, its Excel file, and reminders to many at once (整改台账)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.clock import local_date
from cases.errors import Conflict, Invalid, Refusal
from cases.lights import SIGNS
from cases.spreadsheets import download
from workflows.bulk import MOST, BulkForm, may_nudge, nudge_many, tell
from workflows.finding.export import MAX_ROWS, write_ledger
from workflows.finding.filters import CURSORS, is_own_list
from workflows.finding.ledger_query import (
    ALL,
    COUNT_CAP,
    PAGE,
    UNSETTLED,
    Criteria,
    findings_for,
    page_of,
    read,
    tally,
)
from workflows.finding.listing import Listing, without
from workflows.finding.rows import row_of
from workflows.saved.store import views_of

PRINT_SIZE = 1_000  # a longer list is exported, not read on paper
USUAL_SIGNS = ("late", "soon", "ok")


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """One page of the ledger within the viewer's scope; wrong filters are shown as such and list nothing (422)."""
    return _page(request, Listing(request))


@require_http_methods(["GET", "HEAD", "POST"])
def ledger_export(request: HttpRequest) -> HttpResponse | FileResponse:
    """The filtered findings, or the ticked ones among them, as an Excel file of at most 50,000 rows."""
    listing = Listing(request)
    if not listing.valid:
        return _page(request, listing)
    only_ticked = "chosen" in listing.query and "all" not in request.POST
    criteria = listing.chosen if only_ticked else listing.criteria
    try:
        _check_exportable(listing, criteria, only_ticked)
    except Invalid as refusal:
        return _page(request, listing, refusal)
    rows = findings_for(listing.viewer, criteria)
    chips = [(chip["label"], chip["value"]) for chip in listing.form.chips(listing.address)]
    file = write_ledger(rows, chips, listing.viewer)
    name = f"{_('Rectification ledger')}-{local_date(listing.viewer.at).isoformat()}"
    return download(request, file, name, "ledger", details={"ticked": only_ticked})


def _check_exportable(listing: Listing, criteria: Criteria, only_ticked: bool) -> None:
    if only_ticked and not listing.picked:
        raise Invalid("nothing_chosen", _("Choose the rows first, then export them."))
    if findings_for(listing.viewer, criteria).order_by()[: MAX_ROWS + 1].count() > MAX_ROWS:
        message = _("More than %(limit)d rows are filtered; narrow the list, for example to one prefecture or year.")
        raise Invalid("too_many_rows", message % {"limit": MAX_ROWS})


@require_POST
def ledger_nudge(request: HttpRequest) -> HttpResponse:
    """Nudge the ticked findings, or all that are filtered; says how many were, which were not, and why (催办)."""
    listing, bulk = Listing(request), BulkForm(request.POST)
    if not listing.valid:
        return _page(request, listing, bulk=bulk)
    try:
        outcome = nudge_many(request, bulk, lambda everything: _to_nudge(listing, everything))
    except (Invalid, Conflict) as refusal:
        return _page(request, listing, refusal, bulk)
    tell(request, outcome)
    return redirect(f"{reverse('ledger')}?{listing.address.urlencode()}")


def _to_nudge(listing: Listing, everything: bool) -> Iterable[int]:
    """Ticked rows are taken as they were ticked, also where they no longer match: each is told its own fate."""
    if not everything:
        return listing.picked
    rows = findings_for(listing.viewer, listing.criteria).order_by("pk")
    return rows.values_list("pk", flat=True)[: MOST + 1]


def _page(
    request: HttpRequest, listing: Listing, refusal: Refusal | None = None, bulk: BulkForm | None = None
) -> HttpResponse:
    """The list; after a refusal with its words, and with everything that was ticked and typed."""
    context: dict[str, Any] = {
        "form": listing.form,
        "own": is_own_list(listing.viewer),
        "order": listing.order,
        "years": listing.years if listing.valid else [],
        "printing": "print" in listing.query,
        "nav_current": "ledger",
        "refusal": refusal,
        "bulk_form": bulk or BulkForm(),
        "picked": listing.picked if refusal else (),
    }
    request.GET = listing.address  # type: ignore[assignment]
    if listing.valid:
        context |= _list(listing)
    status = refusal.status if refusal else 200 if listing.valid else 422
    return render(request, "workflows/finding/ledger.html", context, status=status)


def _list(listing: Listing) -> dict[str, Any]:
    viewer, query, criteria = listing.viewer, listing.query, listing.criteria
    backward = bool(query.get("before"))
    cursor = read(listing.order, query.get("before") or query.get("after") or "", backward=backward)
    printing = "print" in query
    page = page_of(findings_for(viewer, criteria), listing.order, cursor, PRINT_SIZE if printing else PAGE)
    rows = [row_of(finding, page.marks, listing.editions, viewer) for finding in page.rows]
    counts = tally(viewer, criteria)
    address = listing.address
    return {
        "rows": rows,
        "page": page,
        "criteria": criteria,
        "year": criteria.year,
        "place": listing.places.narrowest,
        "short": listing.places.in_one_county and criteria.year is not None,
        "chips": listing.form.chips(address),
        "counts": {name: shown(count) for name, count in counts.items()},
        "lights": [(code, shown(counts[code])) for code in SIGNS if code in USUAL_SIGNS or counts[code]],
        "any_at_all": counts["total"] > 0,
        "unsettled": criteria.state == UNSETTLED and not criteria.light,
        "all_settled": criteria.state == UNSETTLED and counts["total"] > 0 and not counts[UNSETTLED],
        "everything": ALL,
        "kept": [(name, value) for name, values in address.lists() for value in values],
        "may_nudge": may_nudge(viewer),
        "saved_views": views_of(viewer.user, "ledger", without(address, *CURSORS)),
        "cut_at": PRINT_SIZE if printing and page.after else 0,
    }


def shown(count: int) -> str:
    """A count as far as it was counted."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)
