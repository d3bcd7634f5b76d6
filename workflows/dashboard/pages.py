"""The dashboard of a county, prefecture, region or the nation, and the records behind its numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.errors import OutOfScope
from cases.models import Case, Finding, FindingFact, OrgUnit, WorkItem
from cases.web import viewer_of
from cases.wording import remaining
from workflows.bulk import may_nudge
from workflows.dashboard import links, records
from workflows.dashboard.asked import standing_asked, unit_asked, unit_key
from workflows.dashboard.drawn import progress, two_years
from workflows.dashboard.figures import MOST_MISSING, Tally, missing, months, tallies, together, top_items
from workflows.dashboard.rows import item_lines, ranking
from workflows.dashboard.standing import BELOW, Standing
from workflows.desk.counting import counts_for, years_of
from workflows.desk.destinations import page_of_case
from workflows.finding.filters import Editions
from workflows.finding.ledger_query import UNSETTLED
from workflows.kinds import KINDS

FILED = ("summary", "regional_report")
MOST_FILED = 6
CLOSED = FindingFact.Status.CLOSED
ELSEWHERE = {
    "reporting": gettext_lazy("Completeness and timeliness"),
    "spot_checks": gettext_lazy("Spot-checks"),
    "bulletin": gettext_lazy("Bulletin"),
}

# How the units one level below are called, and their ranking.
HEADS = {
    OrgUnit.Kind.NATION: (pgettext_lazy("level", "Region"), gettext_lazy("Ranking of the regions")),
    OrgUnit.Kind.REGION: (gettext_lazy("Prefecture"), gettext_lazy("Ranking of the prefectures")),
    OrgUnit.Kind.PREFECTURE: (pgettext_lazy("level", "County"), gettext_lazy("Ranking of the counties")),
    OrgUnit.Kind.COUNTY: (gettext_lazy("Institution"), gettext_lazy("Ranking of the institutions")),
}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """One unit's year as of today or of a day that is over; a day that cannot be is refused (422), today shown."""
    viewer = viewer_of(request)
    years = years_of(counts_for(viewer))
    standing, form = standing_asked(request, unit_asked(viewer, unit_key(request)), years)
    level = _level(request, standing)
    below = tallies(standing, level=level)
    whole = together(below.values())
    before = standing.year_before
    context: dict[str, Any] = {
        "standing": standing,
        "unit": standing.unit,
        "above": standing.unit.superior is not None and viewer.can("view", standing.unit.superior),
        "form": form,
        "year": standing.year,
        "years": years,
        "whole": whole,
        "kpis": _addresses(viewer, standing),
        "sources": _sources(viewer, standing, whole),
        "oldest": remaining(whole.oldest, standing.moment) if whole.oldest else "",
        "ranking": ranking(viewer, standing, below),
        "heads": HEADS[OrgUnit.Kind.PREFECTURE if level else OrgUnit.Kind(standing.unit.kind)],
        "level": level,
        "may_rank_counties": standing.unit.kind == OrgUnit.Kind.REGION,
        "missing": _missing(viewer, standing) if whole.missing else [],
        "more_missing": max(0, whole.missing - MOST_MISSING),
        "progress": progress(standing, months(standing)),
        "items": item_lines(viewer, standing, top_items(standing)),
        "two_years": two_years(standing, whole, together(tallies(before, with_work=False).values())),
        "filed": _filed(viewer, standing),
        "elsewhere": [(label, address) for name, label in ELSEWHERE.items() if (address := _address(name))],
        "nudge": _nudge(viewer, standing, whole),
        "nav_current": "dashboard",
    }
    return render(request, "workflows/dashboard/dashboard.html", context, status=200 if form.is_valid() else 422)


@require_safe
def dashboard_records(request: HttpRequest) -> HttpResponse:
    """What a number counts, as it stood on its day; an institution of a county's ranking may be asked for, too."""
    viewer, given = viewer_of(request), request.GET
    what = given.get("what", "")
    if what not in records.KINDS:
        raise OutOfScope("no_such_list", pgettext("dashboard", "There is no such list."))
    unit = unit_asked(viewer, unit_key(request) or 0, (*BELOW, OrgUnit.Kind.INSTITUTION))
    standing, form = standing_asked(request, unit, [])
    narrowed = records.Narrowed.read(given)
    after = given.get("after", "")
    context: dict[str, Any] = {
        "standing": standing,
        "unit": unit,
        "form": form,
        "what": what,
        "narrowed": narrowed,
        "back": links.dashboard(standing, unit) if unit.kind in BELOW else "",
        "nav_current": "dashboard",
    }
    if what == records.FINDINGS:
        editions = Editions()
        page = records.finding_page(standing, narrowed, after, viewer)
        context |= {
            "page": page,
            "total": records.findings(standing, narrowed).count(),
            "lines": [(line, _item_of(editions, line.finding)) for line in page.rows],
            "status": dict(FindingFact.Status.choices).get(narrowed.status, ""),
            "source": dict(Finding.Source.choices).get(narrowed.source, ""),
        }
    else:
        context |= {
            "page": records.unit_page(standing, what, after, viewer),
            "total": records.institutions(standing, what).count(),
        }
    return render(request, "workflows/dashboard/records.html", context, status=200 if form.is_valid() else 422)


def _level(request: HttpRequest, standing: Standing) -> str:
    """A region may rank all its counties instead of its prefectures."""
    by_county = standing.unit.kind == OrgUnit.Kind.REGION and request.GET.get("by") == OrgUnit.Kind.COUNTY
    return str(OrgUnit.Kind.COUNTY) if by_county else ""


def _addresses(viewer: Viewer, standing: Standing) -> dict[str, str]:
    """Where the key figures lead."""
    return {
        "institutions": links.records(standing, records.INSTITUTIONS),
        "reported": links.records(standing, records.REPORTED),
        "missing": links.records(standing, records.MISSING),
        "found": links.findings(viewer, standing, standing.unit),
        "closed": links.findings(viewer, standing, standing.unit, status=CLOSED),
        "referred": links.findings(viewer, standing, standing.unit, status=FindingFact.Status.REFERRED),
        "late": links.late(viewer, standing, standing.unit),
    }


def _sources(viewer: Viewer, standing: Standing, whole: Tally) -> list[tuple[str, int, str]]:
    """How many findings came from where, the largest first."""
    names = dict(Finding.Source.choices)
    found = sorted(whole.sources.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (str(names.get(source, source)), n, links.findings(viewer, standing, standing.unit, source=source))
        for source, n in found
    ]


def _missing(viewer: Viewer, standing: Standing) -> list[tuple[Any, Case | None]]:
    """The first institutions that have not reported, each with its cycle."""
    places = missing(standing)
    cases = records.cycles_of(viewer, standing.year, [place.institution_id for place in places])
    return [(place, cases.get(place.institution_id)) for place in places]


def _filed(viewer: Viewer, standing: Standing) -> list[tuple[Any, Any, str, WorkItem | None]]:
    """What the unit files of the year: kind, state, address and the work that is open; two queries."""
    cases = Case.objects.visible_to(viewer).filter(kind__in=FILED, unit=standing.unit.pk, year=standing.year)
    found = list(cases.order_by("-pk")[:MOST_FILED])
    items = WorkItem.objects.open().filter(process__in=[case.pk for case in found]).select_related("process")
    open_items = {item.process_id: item for item in items.order_by("-pk")}
    return [
        (KINDS[case.kind].label, KINDS[case.kind].state_label(case.state), page_of_case(case), open_items.get(case.pk))
        for case in found
        if case.kind in KINDS
    ]


def _nudge(viewer: Viewer, standing: Standing, whole: Tally) -> dict[str, str]:
    """What the ledger's bulk nudge is told; nothing where there is nothing to nudge, or nobody who may."""
    if not whole.late or not may_nudge(viewer):
        return {}
    return links.ledger_filters(viewer, standing, standing.unit, state=UNSETTLED, light="late")


def _item_of(editions: Editions, finding: Finding) -> Any:
    return editions.item(finding.case.edition_id, finding.item_code)


def _address(name: str) -> str:
    """The address of a page of another area; empty where there is none, or where it is about one unit."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
