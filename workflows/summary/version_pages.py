"""Filed versions: the list, two of them side by side, and one computed again from the dated facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.editions.quality import quality_of
from cases.models import CaseEvent, Finding, OrgUnit, SummaryVersion
from cases.summaries.cells import cells_of
from cases.summaries.comparing import Comparison, Difference, compare, recompute
from cases.summaries.freezing import Row
from cases.summaries.passages import headings_of, key_of
from cases.web import viewer_of
from workflows.summary.scope import summary_in_scope, version_of
from workflows.summary.shown import records_name, status_name

MOST_RECORDS = 200


@require_safe
def summary_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every filed version, the latest first, with why it was corrected."""
    case = summary_in_scope(request, pk)
    versions = list(SummaryVersion.objects.filter(summary=pk).select_related("by").order_by("-no"))
    reasons = _reasons(case)
    context = {
        "case": case,
        "lines": [(version, reasons.get(version.no, "")) for version in versions],
        "back": reverse(case.kind, args=[case.pk]),
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/versions.html", context)


@require_safe
def summary_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs between two versions: ``?a=1&b=2``."""
    case = summary_in_scope(request, pk)
    if not {"a", "b"} <= request.GET.keys():
        return redirect("summary_versions", pk)
    before, after = (version_of(case, request.GET[name]) for name in ("a", "b"))
    found = compare(before, after)
    context = {
        "case": case,
        "before": before,
        "after": after,
        "reason": _reasons(case).get(after.no, ""),
        **_told(case, found, (before, after)),
        "back": reverse("summary_versions", args=[case.pk]),
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/compare.html", context)


@require_safe
def summary_recompute(request: HttpRequest, pk: int, no: int) -> HttpResponse:
    """A filed version computed again, as of its cut-off and as it was known when it was filed."""
    case = summary_in_scope(request, pk)
    version = version_of(case, str(no))
    found = recompute(case, version)
    context = {
        "case": case,
        "version": version,
        "found": found,
        "at": viewer_of(request).at,
        **_told(case, found.comparison),
        "back": reverse("summary_version", args=[case.pk, no]),
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/recompute.html", context)


def _reasons(case: Any) -> dict[int, str]:
    """Why a version was filed after another: the return's or correction's reason, by the number that followed it."""
    found: dict[int, str] = {}
    reason = ""
    events = CaseEvent.objects.filter(case=case.pk, verb__in=("return_", "correct", "submit")).order_by("seq")
    for verb, words, details in events.values_list("verb", "reason", "details"):
        if verb != "submit":
            reason = words
        elif reason and "no" in details:
            found[details["no"]], reason = reason, ""
    return found


def _told(case: Any, found: Comparison, printed_in: tuple[SummaryVersion, ...] = ()) -> dict[str, Any]:
    """A comparison in words: cells by name, records by institution and number of the finding.

    A printed number that was changed by hand is marked; ``printed_in`` are the two versions, none where what was
    computed is compared.
    """
    annex2 = quality_of(case.edition).annex2
    labels = {key_of(part, no): label for (part, no), label in headings_of(annex2).items()}
    return {
        "same": found.is_same,
        "numbers": [
            (_name(annex2, each), each.before, each.after, *_by_hand(each.cell, printed_in))
            for each in _in_printed_order(annex2, found.numbers)
        ],
        "added": _records(annex2, found.added[:MOST_RECORDS]),
        "removed": _records(annex2, found.removed[:MOST_RECORDS]),
        "more": max(len(found.added), len(found.removed)) > MOST_RECORDS,
        "texts": [(labels.get(key, key), old, new) for key, old, new in found.texts],
    }


def _name(annex2: Any, difference: Difference) -> str:
    cell = cells_of(annex2).get(difference.cell)
    return cell.name if cell is not None else difference.cell


def _in_printed_order(annex2: Any, numbers: Iterable[Difference]) -> list[Difference]:
    """Stored figures come in the order in which their database keeps keys."""
    places = {code: place for place, code in enumerate(cells_of(annex2))}
    return sorted(numbers, key=lambda each: places.get(each.cell, len(places)))


def _by_hand(cell: str, versions: tuple[SummaryVersion, ...]) -> tuple[bool, bool]:
    """Whether each of the two versions prints a number that was changed by hand."""
    before, after = (cell in version.overrides for version in versions) if versions else (False, False)
    return before, after


def _records(annex2: Any, rows: Iterable[Row]) -> list[tuple[str, Any, Any, str, int]]:
    """What the record stands behind, the institution, the finding, how it stood, the amount; two queries."""
    rows = list(rows)
    units = OrgUnit.objects.in_bulk({place for _cell, place, *_rest in rows}) if rows else {}
    keys = {finding for _cell, _place, finding, *_rest in rows if finding}
    findings = Finding.objects.select_related("case").in_bulk(keys) if keys else {}
    return [
        (records_name(annex2, cell), units.get(place), findings.get(finding), status_name(status), amount)
        for cell, place, finding, status, amount in rows
    ]
