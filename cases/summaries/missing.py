"""Who had not self-checked by the cut-off, as a summary names them (附件2: 开展自查的机构数量)."""

from __future__ import annotations

from typing import Any

from cases.models import Case, OrgUnit
from cases.summaries.reading import missing_of


def missing_counties(case: Case, **as_of: Any) -> dict[str, Any]:
    """The counties with institutions that have not reported, each with their names; empty where all have.

    Plain data: it is frozen with the version. ``all`` marks a county of which none has reported.
    """
    found = missing_of(case, **as_of)
    keys = {key for county in found for key in (county.county_id, *county.institution_ids)}
    units = OrgUnit.objects.in_bulk(keys) if keys else {}
    counties = [
        {
            "id": county.county_id,
            "name": units[county.county_id].name,
            "total": county.total,
            "all": len(county.institution_ids) == county.total,
            "institutions": [[key, units[key].name] for key in county.institution_ids],
        }
        for county in sorted(found, key=lambda county: units[county.county_id].path)
    ]
    return {"counties": counties} if counties else {}
