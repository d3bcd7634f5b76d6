"""Where self-reports are least reliable: institutions, counties and items in order, with the records behind each.

The action plan, part 4 (2): 自查和整改工作坚持实事求是，严禁弄虚作假.
Ranked by the lower end of Wilson's interval, so that a single look does not stand above twenty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from cases.access import Viewer
from cases.disagreement import Belied, Place, Tally, belied, lower_bound, ranked, tallies
from cases.disagreement.counting import Key
from cases.editions.form import CheckItem
from cases.errors import Invalid, OutOfScope, WrongRole
from cases.models import Finding, OrgUnit, Visit
from cases.roles import AUTHORITY
from cases.spreadsheets import add_about, add_sheet, download, new_book, saved
from cases.web import viewer_of, whole_number
from cases.wording import cdatetime
from workflows.desk.counting import year_asked
from workflows.quality_cycle.opening import edition_for

PAGE = 50
YEARS_BACK = 4
KEYS: tuple[Key, ...] = ("institution", "county", "item")
FOUND_BY = (Finding.Source.COUNTY, Finding.Source.REGION, Finding.Source.NATION)


@dataclass(frozen=True)
class Row:
    """One institution, county or item with its place in the order."""

    rank: int
    name: str
    sub: str
    tally: Tally
    href: str

    @property
    def share(self) -> str:
        return percent(self.tally.belied / self.tally.looked)

    @property
    def bound(self) -> str:
        return percent(lower_bound(self.tally.belied, self.tally.looked))


@dataclass(frozen=True)
class Record:
    """One item that was said to be compliant and was not, with where that is written."""

    unit: OrgUnit | None
    county: OrgUnit | None
    item: str
    by_county: bool
    by_team: bool
    findings: list[Finding]
    visits: list[Visit]


def percent(share: float) -> str:
    return f"{share * 100:.1f} %"


@require_safe
def disagreement(request: HttpRequest) -> HttpResponse:
    """One ranking of the year at a time, within what the viewer may read."""
    viewer = _reader(request)
    year, by = _year(request, viewer), _key(request)
    found = ranked(tallies(Place.seen_by(viewer), year, by))
    start = (whole_number(request.GET.get("start", ""), 6) or 0) // PAGE * PAGE
    looked, untrue = sum(each.looked for each in found), sum(each.belied for each in found)
    context = {
        "nav_current": "disagreement",
        "by": by,
        "tabs": [(key, label) for key, label in zip(KEYS, _labels(), strict=True)],
        "rows": _rows(found, year, by, start, start + PAGE),
        "total": len(found),
        "looked": looked,
        "belied": untrue,
        "share": percent(untrue / looked) if looked else "—",
        "records_url": f"{reverse('disagreement_records')}?year={year}",
        "method": method(),
        "year": year,
        "years": _years(viewer),
        "before": max(start - PAGE, 0) if start else None,
        "after": start + PAGE if len(found) > start + PAGE else None,
    }
    return render(request, "workflows/visit/disagreement.html", context)


@require_safe
def disagreement_records(request: HttpRequest) -> HttpResponse:
    """The items behind a number: of an institution, a county, a check item, or of all that the viewer may read."""
    viewer = _reader(request)
    year = _year(request, viewer)
    place, unit = _narrowed(request, viewer)
    wanted = request.GET.get("item", "")
    found = [each for each in belied(place, year) if wanted in ("", each.item_code)]
    start = (whole_number(request.GET.get("start", ""), 6) or 0) // PAGE * PAGE
    items = _items(year)
    context = {
        "nav_current": "disagreement",
        "unit": unit,
        "item": _item_name(items, wanted) if wanted else "",
        "records": _records(found[start : start + PAGE], items, viewer),
        "total": len(found),
        "year": year,
        "before": max(start - PAGE, 0) if start else None,
        "after": start + PAGE if len(found) > start + PAGE else None,
    }
    return render(request, "workflows/visit/disagreement_records.html", context)


@require_safe
def disagreement_export(request: HttpRequest) -> FileResponse:
    """The three rankings of the year as an Excel file, with what the numbers mean."""
    viewer = _reader(request)
    year = _year(request, viewer)
    book = new_book()
    for by, label in zip(KEYS, _labels(), strict=True):
        found = ranked(tallies(Place.seen_by(viewer), year, by))
        _sheet(book, label, _rows(found, year, by, 0, len(found)))
    lines = [(_("As of"), cdatetime(viewer.at)), (_("Year"), str(year)), (_("How it is counted"), method())]
    add_about(book, lines, widths=(24, 80))
    name = f"{_('Reliability of self-checks')}-{year}"
    return download(request, saved(book), name, "reliability", details={"year": year})


def method() -> str:
    """How the numbers are found, in the words of page and file."""
    return _(
        "An item counts where the institution called it compliant or reported a problem, and the county or a team "
        "looked at it. It is belied where the institution had called it compliant and the county or the team found a "
        "problem. The order is that of the lower end of the interval of the share at 95 in 100 (Wilson 1927), so that "
        "few looks weigh little: 1 of 1 stands behind 20 of 30."
    )


def _sheet(book: Workbook, label: str, rows: list[Row]) -> None:
    headings = (
        (_("Rank"), 6),
        (label, 36),
        (_("Belongs to"), 30),
        (_("Looked at"), 12),
        (_("Belied"), 12),
        (_("Share"), 12),
        (_("Lower bound"), 14),
        (_("By the county"), 14),
        (_("By a spot-check"), 14),
        (_("Of these looked at"), 14),
    )
    sheet, cells = add_sheet(book, label, headings, freeze="C2")
    for row in rows:
        tally = row.tally
        team = f"{tally.county_looked} / {tally.team_looked}"
        values = (
            row.rank,
            row.name,
            row.sub,
            tally.looked,
            tally.belied,
            row.share,
            row.bound,
            tally.county_belied,
            tally.team_belied,
            team,
        )
        sheet.append([cells.of(value) for value in values])


def _reader(request: HttpRequest) -> Viewer:
    """An authority; an institution does not rank others, and its own records are in its file."""
    viewer = viewer_of(request)
    if not any(viewer.paths(permission) for permission in AUTHORITY):
        raise WrongRole("wrong_role", _("Only commissions and inspectors see how reliable self-checks are."))
    return viewer


def _labels() -> tuple[str, str, str]:
    return _("Institutions"), _("Counties"), _("Check items")


def _key(request: HttpRequest) -> Key:
    asked = request.GET.get("by", "")
    return next((key for key in KEYS if key == asked), "institution")


def _year(request: HttpRequest, viewer: Viewer) -> int:
    return year_asked(request.GET.get("year", "")) or viewer.on.year


def _years(viewer: Viewer) -> list[int]:
    return [viewer.on.year - back for back in range(YEARS_BACK + 1)]


def _narrowed(request: HttpRequest, viewer: Viewer) -> tuple[Place, OrgUnit | None]:
    """The place that an address names, within what the viewer may read; raises OutOfScope."""
    asked = next((request.GET[name] for name in ("institution", "county") if request.GET.get(name)), "")
    if not asked:
        return Place.seen_by(viewer), None
    unit = OrgUnit.objects.visible_to(viewer).filter(pk=whole_number(asked) or 0).first()
    if unit is None:
        raise OutOfScope("no_such_unit", _("There is no such unit, or it is not among those that you may see."))
    return Place(paths=(unit.path,)), unit


def _items(year: int) -> Mapping[str, CheckItem]:
    """The items of the year's edition; none where no edition is in force."""
    try:
        return edition_for(year).parsed.items
    except Invalid:
        return {}


def _item_name(items: Mapping[str, CheckItem], code: str) -> str:
    item = items.get(code)
    return _("Item %(no)d %(name)s") % {"no": item.no, "name": item.short} if item is not None else code


def _rows(found: list[Tally], year: int, by: Key, start: int, end: int) -> list[Row]:
    shown = found[start:end]
    units = {} if by == "item" else _units(each.key for each in shown)
    items = _items(year) if by == "item" else {}
    rows = []
    for rank, tally in enumerate(shown, start=start + 1):
        unit = units.get(tally.key)
        name = _item_name(items, tally.key) if by == "item" else unit.name if unit else _("Without a county")
        sub = unit.superior.name if unit is not None and unit.superior is not None else ""
        href = f"{reverse('disagreement_records')}?{urlencode({'year': year, by: tally.key or ''})}"
        rows.append(Row(rank, name, sub, tally, href))
    return rows


def _units(keys: Any) -> dict[int, OrgUnit]:
    wanted = {key for key in keys if key is not None}
    return {unit.pk: unit for unit in OrgUnit.objects.filter(pk__in=wanted).select_related("superior").order_by()}


def _records(found: list[Belied], items: Mapping[str, CheckItem], viewer: Viewer) -> list[Record]:
    """The records behind belied items, in three queries: units, findings, visits."""
    units = _units(each.institution for each in found)
    cycles = {each.cycle_id for each in found}
    findings: dict[tuple[int, str], list[Finding]] = {}
    rows = Finding.objects.visible_to(viewer).filter(
        case__unit__in=units, item_code__in={each.item_code for each in found}, source__in=FOUND_BY
    )
    for finding in rows.exclude(case__state__in=("rejected", "cancelled")).select_related("case").order_by("case"):
        findings.setdefault((finding.case.unit_id, finding.item_code), []).append(finding)
    visits: dict[int, list[Visit]] = {}
    for visit in Visit.objects.filter(cycle__in=cycles, concluded_at__isnull=False).select_related("case"):
        visits.setdefault(visit.cycle_id or 0, []).append(visit)
    return [
        Record(
            unit=units.get(each.institution),
            county=units[each.institution].superior if each.institution in units else None,
            item=_item_name(items, each.item_code),
            by_county=each.by_county,
            by_team=each.by_team,
            findings=findings.get((each.institution, each.item_code), []),
            visits=visits.get(each.cycle_id, []) if each.by_team else [],
        )
        for each in found
    ]
