"""Who had not self-checked by the cut-off, as a summary names them (附件2: 开展自查的机构数量)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import Case, OrgUnit, Summary, User
from cases.saving import StaleRow, sign
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


def explain(summary: Summary, text: str, *, row_version: int, by: User, at: dt.datetime) -> None:
    """Keep why reports are missing; the same words again write nothing. Raises StaleRow (409)."""
    if text == summary.missing_reason:
        return
    if row_version != summary.row_version:
        raise StaleRow(summary)
    summary.missing_reason, summary.row_version = text, summary.row_version + 1
    sign(summary, by, at)
    summary.save(update_fields=["missing_reason", "row_version"])
