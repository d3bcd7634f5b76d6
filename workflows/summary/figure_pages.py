"""The records behind a figure, and changing a figure by hand (design, Figures)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, OutOfScope
from cases.figures.annex2 import BEDS, FIXED, HOME_BEDS, MISSING_BEDS, SELF_REPORTED, Figures, only_rectified
from cases.models import Finding, OrgUnit, SummaryEntry, SummaryVersion
from cases.placements import counties_on
from cases.summaries import overrides, reading
from cases.summaries.cells import Cell, cells_of, numbers_of
from cases.web import viewer_of, whole_number
from workflows.finding.forms import take_over
from workflows.summary.scope import (
    BEFORE_FILING,
    OPEN_STATES,
    completing,
    may_complete,
    reads_draft,
    summary_in_scope,
    version_of,
)
from workflows.summary.shown import (
    beside_name,
    draft_sheet,
    filed_sheet,
    records_name,
    rectified_word,
    self_reported,
    status_name,
)

PER_PAGE = 100


class FigureForm(forms.Form):
    """Another number in place of the computed one, and why."""

    value = forms.IntegerField(label=gettext_lazy("Number to be printed"), required=False, localize=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=overrides.LONGEST_REASON,
        widget=forms.Textarea,
        help_text=gettext_lazy("It is printed below the table, with the computed number beside it."),
    )


@dataclass
class Place:
    """An institution behind a figure: what it adds to a count, or its findings with how they stood."""

    unit: Any
    county: Any
    amount: int = 0
    findings: list[tuple[Any, str]] = field(default_factory=list)

    @property
    def has_moved(self) -> bool:
        """Whether it belongs to another county now than on the cut-off day."""
        return bool(self.county.pk != self.unit.superior_id)


@require_http_methods(["GET", "HEAD", "POST"])
def summary_cell(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The institutions and findings behind a figure; POST puts another number in its place, or takes it away again."""
    if request.method != "POST":
        return _page(request, summary_in_scope(request, pk), code)
    viewer = viewer_of(request)
    user: Any = viewer.user
    form = FigureForm(request.POST)
    if not form.is_valid():
        return _page(request, summary_in_scope(request, pk), code, form=form, status=422)
    seen = whole_number(request.POST.get("seen", ""))
    try:
        with completing(request, pk) as case:
            if _cell_of(case, code) is None:
                raise _no_such_figure()
            if "drop" in request.POST:
                overrides.drop(case.summary, code, seen=seen, by=user, at=viewer.at)
            else:
                overrides.change(
                    case.summary,
                    quality_of(case.edition).annex2,
                    code,
                    form.cleaned_data["value"],
                    reason=form.cleaned_data["reason"],
                    seen=seen,
                    computed=numbers_of(reading.figures_of(case)),
                    by=user,
                    at=viewer.at,
                )
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _page(request, summary_in_scope(request, pk), code, form=form, status=refusal.status)
    done = _("The computed number stands again.") if "drop" in request.POST else _("The number has been changed.")
    messages.success(request, done)
    return redirect("summary_cell", pk, code)


def _page(
    request: HttpRequest, case: Any, code: str, *, form: FigureForm | None = None, status: int = 200
) -> HttpResponse:
    asked = request.GET.get("version", "")
    version = version_of(case, asked) if asked else None
    figures = Figures.from_dict(version.figures) if version is not None else reading.figures_of(case)
    if version is not None:
        sheet = filed_sheet(case, version)
    else:
        sheet = draft_sheet(case, figures, own=reads_draft(request, case))
    annex2, cell, number = quality_of(case.edition).annex2, _cell_of(case, code), None
    if cell is not None:
        every = [*sheet.counts, *(each for line in sheet.lines for each in line.numbers)]
        number = next(each for each in every if each.cell.code == code)
    if cell is None and (code not in figures.beside or code.endswith(SELF_REPORTED)) and code != MISSING_BEDS:
        raise _no_such_figure()
    places = _places(_entries(case, version, code, cell))
    page = max(whole_number(request.GET.get("page", ""), 4) or 1, 1)
    shown = places[(page - 1) * PER_PAGE : page * PER_PAGE]
    can_change = version is None and cell is not None and case.state in OPEN_STATES and may_complete(request, case)
    change = number.change if number is not None else None
    context = {
        "case": case,
        "version": version,
        "code": code,
        "cell": cell,
        "number": number,
        "heading": records_name(annex2, code),
        "full_text": cell.row.text if cell is not None and not cell.is_count else "",
        "total": figures.beside.get(code, figures.missing_beds) if cell is None else None,
        "is_beds": code in (BEDS, HOME_BEDS),
        "fixed_word": rectified_word(annex2) if cell is not None and cell.column == FIXED else "",
        "self_reported": self_reported(figures, cell) if cell is not None else None,
        "beside": _beside_of_row(figures, cell) if cell is not None and not cell.is_count else [],
        "places": _named(case, version, shown),
        "institutions": len(places),
        "page": page,
        "pages": (len(places) + PER_PAGE - 1) // PER_PAGE,
        "form": form or FigureForm(initial={"value": change.value if change else None, "reason": _reason(change)}),
        "can_change": can_change,
        "seen": change.value if change else "",
        "is_draft": version is None and case.state in BEFORE_FILING,
        "back": _back(case, version),
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/cell.html", context, status=status)


def _reason(change: Any) -> str:
    return change.reason if change is not None else ""


def _back(case: Any, version: SummaryVersion | None) -> str:
    if version is not None:
        return reverse("summary_version", args=[case.pk, version.no])
    return reverse(case.kind, args=[case.pk])


def _cell_of(case: Any, code: str) -> Cell | None:
    return cells_of(quality_of(case.edition).annex2).get(code)


def _no_such_figure() -> OutOfScope:
    return OutOfScope("no_such_figure", _("Annex 2 has no such figure."))


def _entries(case: Any, version: SummaryVersion | None, code: str, cell: Cell | None) -> list[Any]:
    """The records behind a figure: the frozen ones of a filed version, else those of now."""
    if version is None:
        return reading.entries_of(case, code)
    stored = list(SummaryEntry.objects.filter(version=version, cell=cell.records if cell is not None else code))
    if cell is None or cell.column != FIXED:
        return stored
    return only_rectified(quality_of(case.edition), FIXED, stored)


def _places(entries: Iterable[Any]) -> list[tuple[int, list[Any]]]:
    """The records by institution, in the order of their keys."""
    found: dict[int, list[Any]] = {}
    for entry in entries:
        found.setdefault(entry.institution_id, []).append(entry)
    return sorted(found.items())


def _named(case: Any, version: SummaryVersion | None, places: list[tuple[int, list[Any]]]) -> list[Place]:
    """One page of institutions with their names, their counties on the cut-off day and findings, in three queries."""
    cutoff_on = version.cutoff_on if version is not None else case.summary.round.cutoff_on
    known_at = version.at if version is not None else None
    counties = counties_on([key for key, _found in places], cutoff_on, known_at=known_at)
    units = OrgUnit.objects.select_related("superior").in_bulk([key for key, _found in places])
    keys = {entry.finding_id for _key, found in places for entry in found if entry.finding_id}
    findings = Finding.objects.select_related("case").in_bulk(keys) if keys else {}
    return [
        Place(
            units[key],
            counties.get(key, units[key].superior),
            sum(entry.amount for entry in found if not entry.finding_id),
            [(findings[entry.finding_id], status_name(entry.status)) for entry in found if entry.finding_id],
        )
        for key, found in places
    ]


def _beside_of_row(figures: Figures, cell: Cell) -> list[tuple[str, int, str]]:
    """What stands beside the row: by name, with the key of its records."""
    start = f"{cell.row.code}."
    keys = [key for key in figures.beside if key.startswith(start) and key.count(".") == 1]
    return [(beside_name(key.removeprefix(start)), figures.beside[key], key) for key in keys if figures.beside[key]]
