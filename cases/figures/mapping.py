"""Which row of Annex 2 a problem feeds, as the edition says it (附件2; design, Readings: Annex 2)."""

from __future__ import annotations

from collections.abc import Iterator

from cases.editions.schema import EditionData
from cases.models import Finding

SELFCHECK, SPOTCHECK = "selfcheck", "spotcheck"
POPULATIONS = (SELFCHECK, SPOTCHECK)


def lines_of(edition: EditionData) -> Iterator[tuple[str, str, str]]:
    """(item, facet, row) of every facet of the form; the row is empty where the facet feeds none.

    Facet codes are unique only within their item. A finding that names no facet, written as an empty one, feeds a row
    only where all facets of its item do.
    """
    for item in edition.form.items.values():
        rows = {facet.annex2 for facet in item.facets}
        yield item.code, "", rows.pop() if len(rows) == 1 else ""
        for facet in item.facets:
            yield item.code, facet.code, facet.annex2


def populations_of(edition: EditionData) -> dict[str, str]:
    """The population of each source of findings; a source that the table does not count is one of its own."""
    counted = {source: population for population, sources in edition.annex2.sources.items() for source in sources}
    return {source: counted.get(source, source) for source in Finding.Source.values}


def beside_sources(edition: EditionData) -> list[str]:
    """The sources whose findings are shown beside the table, not in it."""
    return [source for source, population in populations_of(edition).items() if population not in POPULATIONS]
