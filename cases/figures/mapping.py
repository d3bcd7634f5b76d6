"""Which row of Annex 2 a problem feeds, as the edition says it (附件2; design, Readings: Annex 2)."""

from __future__ import annotations

from cases.editions.quality import QualityEdition
from cases.models import Finding

SELFCHECK, SPOTCHECK = "selfcheck", "spotcheck"
POPULATIONS = (SELFCHECK, SPOTCHECK)


def lines_of(edition: QualityEdition) -> dict[str, dict[str, str]]:
    """Row by facet of the items that feed the table; empty for a facet that feeds none.

    Facet codes are unique only within their item. A finding that names no facet, written as an empty one, feeds a row
    only where all facets of its item do.
    """
    found: dict[str, dict[str, str]] = {}
    for item in edition.items.values():
        rows = {facet.annex2 for facet in item.facets}
        if any(rows):
            whole = {"": rows.pop() if len(rows) == 1 else ""}
            found[item.code] = whole | {facet.code: facet.annex2 for facet in item.facets}
    return found


def beside_sources(edition: QualityEdition) -> list[str]:
    """The sources whose findings are shown beside the table, not in it."""
    counted = {source for sources in edition.annex2.sources.values() for source in sources}
    return [source for source in Finding.Source if source in Finding.OF_CYCLES and source not in counted]
