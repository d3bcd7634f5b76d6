"""Where the numbers of a dashboard lead: the ledger where it shows the same today, else the records as of the day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from cases.access import Viewer
from cases.models import OrgUnit
from workflows.dashboard.standing import Standing
from workflows.finding.ledger_query import COUNTED, UNSETTLED

FILTERED = (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY, OrgUnit.Kind.INSTITUTION)  # by which the ledger narrows


def records(standing: Standing, what: str = "findings", **narrowed: Any) -> str:
    """The records behind a number as of the day; ``what`` is institutions, reported, missing or findings."""
    asked = {"unit": standing.unit.pk, "year": standing.year, "on": standing.on.isoformat(), "what": what}
    asked |= {name: value for name, value in narrowed.items() if value}
    return f"{reverse('dashboard_records')}?{urlencode(asked)}"


def dashboard(standing: Standing, unit: OrgUnit) -> str:
    """The dashboard of a unit below, for the same year and day."""
    asked = {"unit": unit.pk, "year": standing.year} | ({} if standing.is_today else {"on": standing.on.isoformat()})
    return f"{reverse('dashboard')}?{urlencode(asked)}"


def is_whole_view(viewer: Viewer, unit: OrgUnit) -> bool:
    """Whether the unit is all that the viewer sees, so that an unfiltered list is the unit's."""
    return all(path.startswith(unit.path) for path in viewer.paths("view"))


def ledger_filters(viewer: Viewer, standing: Standing, unit: OrgUnit, **asked: str) -> dict[str, str]:
    """The ledger's parameters for a unit; none where it cannot be narrowed to it, or the day is over."""
    whole = is_whole_view(viewer, unit)
    if not standing.is_today or not (whole or unit.kind in FILTERED):
        return {}
    place = {} if whole else {str(unit.kind): str(unit.pk)}
    return {"year": str(standing.year), **place, **asked}


def findings(viewer: Viewer, standing: Standing, unit: OrgUnit, **narrowed: str) -> str:
    """The findings that count of a unit; narrowed by ``status`` (closed, referred) and ``item`` as records are."""
    asked = {"state": narrowed.get("status") or COUNTED}
    asked |= {name: narrowed[name] for name in ("item", "source") if narrowed.get(name)}
    filters = ledger_filters(viewer, standing, unit, **asked)
    if filters:
        return f"{reverse('ledger')}?{urlencode(filters)}"
    return records(Standing(unit, standing.year, standing.on, standing.now), **narrowed)


def late(viewer: Viewer, standing: Standing, unit: OrgUnit) -> str:
    """The findings whose work is late."""
    filters = ledger_filters(viewer, standing, unit, state=UNSETTLED, light="late")
    if filters:
        return f"{reverse('ledger')}?{urlencode(filters)}"
    return records(Standing(unit, standing.year, standing.on, standing.now), late="yes")
