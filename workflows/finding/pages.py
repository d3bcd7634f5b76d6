"""The ledger's pages: the list with its filters, and the Excel file of what is filtered (整改台账)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.clock import local_date
from cases.errors import Invalid
from cases.lights import SIGNS
from cases.web import viewer_of
from workflows.finding.export import MAX_ROWS, MEDIA_TYPE, write_ledger
from workflows.finding.filters import CURSORS, Editions, FilterForm, is_own_list, places_for, years_of_ledger
from workflows.finding.ledger_query import (
    ALL,
    COUNT_CAP,
    ORDERS,
    PAGE,
    UNSETTLED,
    Criteria,
    findings_for,
    page_of,
    read,
    tally,
)
from workflows.finding.rows import row_of

PRINT_SIZE = 500  # a longer list is exported, not read on paper
MAX_PICKED = 500


class Listing:
    """The ledger as one address asks for it: viewer, filters, order."""

    def __init__(self, request: HttpRequest) -> None:
        self.query: QueryDict = request.GET
        self.viewer: Viewer = viewer_of(request)
        self.editions = Editions()
        self.years = years_of_ledger()
        self.places = places_for(self.viewer, self.query)
        latest = self.editions.latest
        items = latest.form.items.values() if latest else ()
        self.form = FilterForm(self.query, places=self.places, years=self.years, items=items)
        self.valid = self.form.is_valid()
        self.order = self.query.get("sort", "") if self.query.get("sort") in ORDERS else ORDERS[0]

    @cached_property
    def criteria(self) -> Criteria:
        return self.form.criteria(self.picked if "chosen" in self.query else ())

    @property
    def picked(self) -> tuple[int, ...]:
        keys = [key for key in self.query.getlist("pick") if key.isdecimal() and len(key) < 19]
        return tuple(int(key) for key in keys[:MAX_PICKED])


def ledger(request: HttpRequest) -> HttpResponse:
    """One page of the ledger within the viewer's scope; wrong filters are shown as such and list nothing (422)."""
    listing = Listing(request)
    return _page(request, listing)


def ledger_export(request: HttpRequest) -> HttpResponse | FileResponse:
    """The filtered findings, or the chosen ones among them, as an Excel file of at most 50,000 rows."""
    listing = Listing(request)
    if not listing.valid:
        return _page(request, listing)
    try:
        _check_exportable(listing)
    except Invalid as refusal:
        listing.form.add_error(None, [refusal.message])
        return _page(request, listing)
    rows = findings_for(listing.viewer, listing.criteria)
    chips = [(chip["label"], chip["value"]) for chip in listing.form.chips(listing.query)]
    file = write_ledger(rows, chips, listing.viewer.at)
    name = f"{_('Rectification ledger')}-{local_date(listing.viewer.at).isoformat()}.xlsx"
    response = FileResponse(file, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f"attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


def _check_exportable(listing: Listing) -> None:
    if "chosen" in listing.query and not listing.picked:
        raise Invalid("nothing_chosen", _("Choose the rows first, then export them."))
    if findings_for(listing.viewer, listing.criteria).order_by()[: MAX_ROWS + 1].count() > MAX_ROWS:
        message = _("More than %(limit)d rows are filtered; narrow the list, for example to one prefecture or year.")
        raise Invalid("too_many_rows", message % {"limit": MAX_ROWS})


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    context: dict[str, Any] = {
        "form": listing.form,
        "own": is_own_list(listing.viewer),
        "order": listing.order,
        "years": listing.years if listing.valid else [],
        "printing": "print" in request.GET,
        "nav_current": "ledger",
    }
    status = 422
    request.GET = _without(listing.query, "pick", "chosen")  # type: ignore[assignment]
    if listing.valid and not listing.form.errors:
        context |= _list(listing)
        status = 200
    return render(request, "workflows/finding/ledger.html", context, status=status)


def _list(listing: Listing) -> dict[str, Any]:
    viewer, query, criteria = listing.viewer, listing.query, listing.criteria
    backward = bool(query.get("before"))
    cursor = read(listing.order, query.get("before") or query.get("after") or "", backward=backward)
    size = PRINT_SIZE if "print" in query else PAGE
    page = page_of(findings_for(viewer, criteria), listing.order, cursor, size)
    rows = [row_of(finding, page.items.get(finding.pk), listing.editions, viewer) for finding in page.rows]
    counts = tally(viewer, criteria)
    kept = [(name, value) for name, values in _without(query, *CURSORS).lists() for value in values]
    return {
        "rows": rows,
        "page": page,
        "criteria": criteria,
        "year": criteria.year,
        "place": listing.places.narrowest,
        "short": listing.places.in_one_county and criteria.year is not None,
        "chips": listing.form.chips(query),
        "counts": {name: shown(count) for name, count in counts.items()},
        "lights": [(code, shown(counts[code])) for code in SIGNS if code in ("late", "soon", "ok") or counts[code]],
        "any_at_all": counts["total"] > 0,
        "unsettled": criteria.state == UNSETTLED and not criteria.light,
        "everything": ALL,
        "kept": kept,
    }


def _without(query: QueryDict, *names: str) -> QueryDict:
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    return rest


def shown(count: int) -> str:
    """A count as far as it was counted."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)
