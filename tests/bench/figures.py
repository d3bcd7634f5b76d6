"""Annex 2 of a prefecture and of the whole region, against the best single statement for the same table."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db import connection

from cases.clock import end_of_day
from cases.editions.pinned import edition_by
from cases.editions.quality import quality_of
from cases.figures import statements
from cases.figures.annex2 import compute, compute_many
from cases.figures.mapping import lines_of
from cases.figures.statements import Scope
from cases.models import Case, CycleFact, Edition, Finding, FindingFact, OrgUnit, Placement
from cases.orgtree import add_unit
from tests.bench.measure import report, side_by_side
from tests.worlds import BEGINNING, World, moment
from workflows.kinds import KINDS

PREFECTURES, FINDINGS, YEAR, CUTOFF = 100, 5, 2021, dt.date(2021, 9, 30)
OPENED, FIXED, CLOSED = moment("2021-03-01"), moment("2021-06-01"), moment("2021-07-01")
# The five counts and nothing else; nobody has been visited, so that the fifth is a constant.
COUNTS_BY_HAND = """
    SELECT COUNT(*), SUM(CASE WHEN c.verified THEN c.medical_beds END), SUM(CASE WHEN c.verified THEN c.home_beds END),
           SUM(CASE WHEN c.self_checked THEN 1 ELSE 0 END), 0
    FROM cases_placement p
    LEFT JOIN cases_cyclefact c ON c.institution_id = p.institution_id AND c.year = %s AND c.valid_from <= %s
         AND (c.valid_until IS NULL OR c.valid_until > %s)
    WHERE p.{unit} = %s AND p.valid_from <= %s AND (p.valid_until IS NULL OR p.valid_until > %s)
          AND p.known_until IS NULL
"""
# The table and nothing else: nothing beside it; worded for this edition, whose items feed one row each.
BY_HAND = """
    SELECT line, population, COUNT(*), SUM(closed) FROM (
        SELECT f.institution_id, CASE f.item_code {rows} END AS line,
               CASE f.source WHEN 'region' THEN 'spotcheck' ELSE 'selfcheck' END AS population,
               MIN(CASE f.status WHEN 'closed' THEN 1 ELSE 0 END) AS closed
        FROM cases_placement p
        JOIN cases_findingfact f ON f.institution_id = p.institution_id AND f.year = %s AND f.valid_from <= %s
             AND (f.valid_until IS NULL OR f.valid_until > %s)
        WHERE p.{unit} = %s AND p.valid_from <= %s AND (p.valid_until IS NULL OR p.valid_until > %s)
              AND p.known_until IS NULL AND f.source IN ('self_check', 'county', 'region')
              AND f.item_code || '.' || f.facet IN ({facets})
              AND (f.source = 'region' OR EXISTS (
                  SELECT 1 FROM cases_cyclefact c
                  WHERE c.institution_id = p.institution_id AND c.year = f.year AND c.cycle_id = f.cycle_id
                        AND c.self_checked AND c.valid_from <= %s AND (c.valid_until IS NULL OR c.valid_until > %s)))
        GROUP BY 1, 2, 3
    ) AS institution GROUP BY line, population
"""


def figures(world: World) -> bool:
    """One prefecture of a hundred, and the region with all of them; BENCH_INSTITUTIONS says how many there are."""
    size = int(os.environ.get("BENCH_INSTITUTIONS", "10000"))
    region = build_region(world, size)
    edition = quality_of(edition_by(Edition.objects.get(version=str(YEAR)).pk))
    prefectures = list(OrgUnit.objects.filter(superior=region))
    kept = True
    for name, unit, rounds in (("one prefecture", prefectures[0], 60), ("the region", region, 10)):
        by_hand, counted = statements_by_hand(edition, unit)
        computed = compute(edition, unit=unit, cycle_year=YEAR, cutoff_on=CUTOFF)
        assert list(computed.counts.values()) == [int(value) for value in counted()[0]]
        told = {f"{line}.{population}": (found, closed) for line, population, found, closed in by_hand()}
        cells = {key: (computed.cells[f"{key}.problem"], computed.cells[f"{key}.fixed"]) for key in told}
        assert cells == told
        assert len(told) > 5
        scope = Scope(edition, str(unit.kind), [unit.pk], YEAR, CUTOFF)
        medians = side_by_side(
            {
                "the table and beside it": lambda scope=scope: statements.table(scope).rows(),  # type: ignore[misc]
                "compute": partial(compute, edition, unit=unit, cycle_year=YEAR, cutoff_on=CUTOFF),
                "the table by hand": by_hand,
                "counts and table by hand": lambda by_hand=by_hand, counted=counted: (counted(), by_hand()),  # type: ignore[misc]
            },
            rounds,
        )
        title = f"Annex 2 of {name}, {size} institutions with {FINDINGS} findings each"
        claims = {("the table and beside it", "the table by hand"): 2.0, ("compute", "counts and table by hand"): 2.0}
        kept = report(title, medians, claims) and kept
    medians = side_by_side(
        {
            "every prefecture": lambda: compute_many(edition, prefectures, cycle_year=YEAR, cutoff_on=CUTOFF),
            "the region": lambda: compute(edition, unit=region, cycle_year=YEAR, cutoff_on=CUTOFF),
        },
        5,
    )
    return report("Annex 2 of every prefecture at once", medians, {("every prefecture", "the region"): 2.0}) and kept


Run = Callable[[], list[tuple[Any, ...]]]


def statements_by_hand(edition: Any, unit: OrgUnit) -> tuple[Run, Run]:
    """The statements by hand, ready to run: of the table, and of the counts."""
    fed = [(item, facet, row) for item, facets in lines_of(edition).items() for facet, row in facets.items() if row]
    rows = {item: row for item, _facet, row in fed}
    column = f"{unit.kind}_id"
    text = BY_HAND.format(
        unit=column,
        rows=" ".join(f"WHEN '{item}' THEN '{row}'" for item, row in rows.items()),
        facets=", ".join(f"'{item}.{facet}'" for item, facet, _row in fed),
    )
    at = connection.ops.adapt_datetimefield_value(end_of_day(CUTOFF))
    day = connection.ops.adapt_datefield_value(CUTOFF)
    values = [YEAR, at, at, unit.pk, day, day]
    return _run(text, [*values, at, at]), _run(COUNTS_BY_HAND.format(unit=column), values)


def _run(text: str, values: list[Any]) -> Run:
    def run() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    return run


def build_region(world: World, size: int) -> OrgUnit:
    """A region of a hundred prefectures of one county each, with its institutions, their cycles, findings and facts."""
    region = add_unit(world.region.superior, kind="region", name="region", code="figures", opened_on=BEGINNING)
    places = [place for number in range(PREFECTURES) for place in _prefecture(region, number, size // PREFECTURES)]
    _write(Placement, (_placement(place, region) for place in places))
    edition = Edition.objects.get(version=str(YEAR))
    common = {"year": YEAR, "edition": edition, "state": "rectifying"}
    cycles = _write(
        Case,
        (Case(kind="quality_cycle", flow_class=KINDS["quality_cycle"].flow, unit=place, **common) for place in places),
    )
    _write(CycleFact, (fact for cycle in cycles for fact in _cycle_facts(cycle)))
    cases = _write(
        Case,
        (
            Case(
                kind="finding",
                flow_class=KINDS["finding"].flow,
                unit=cycle.unit,
                parent=cycle,
                number=f"{cycle.pk}-{number}",
                **common,
            )
            for cycle in cycles
            for number in range(FINDINGS)
        ),
    )
    chance, items = random.Random(1), list(edition_by(edition.pk).items.values())
    found = _write(Finding, (_finding(case, chance, items) for case in cases))
    _write(FindingFact, (fact for finding in found for fact in _finding_facts(finding, chance)))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return region


def _prefecture(region: OrgUnit, number: int, size: int) -> list[OrgUnit]:
    code = f"figures-{number}"
    prefecture = add_unit(region, kind="prefecture", name=code, code=code, opened_on=BEGINNING)
    county = add_unit(prefecture, kind="county", name=code, code=f"{code}c", opened_on=BEGINNING)
    rows = [
        OrgUnit(
            path=county.path + OrgUnit._int2str(each).rjust(OrgUnit.steplen, "0"),
            depth=county.depth + 1,
            kind="institution",
            name=f"institution {each}",
            code=f"f{number}-{each}",
            superior=county,
            opened_on=BEGINNING,
        )
        for each in range(1, size + 1)
    ]
    return _write(OrgUnit, rows)


def _placement(place: OrgUnit, region: OrgUnit) -> Placement:
    county: Any = place.superior
    where = {"county": county, "prefecture": county.superior, "region": region}
    return Placement(institution=place, **where, valid_from=BEGINNING, known_from=moment("2019-01-01"))


def _cycle_facts(cycle: Case) -> Iterator[CycleFact]:
    common = {"cycle": cycle, "institution": cycle.unit, "year": YEAR, "self_checked": True}
    yield CycleFact(**common, verified=False, valid_from=OPENED, valid_until=FIXED)
    yield CycleFact(**common, verified=True, medical_beds=80, home_beds=12, valid_from=FIXED)


def _finding(case: Case, chance: random.Random, items: list[Any]) -> Finding:
    source = chance.choices(["self_check", "county", "region", "nation"], [6, 3, 2, 1])[0]
    item = items[(case.pk * 7) % len(items)]
    facets = [chance.choice(item.facets).code] if item.facets else []
    return Finding(case=case, cycle=case.parent, source=source, item_code=item.code, facets=facets)


def _finding_facts(finding: Finding, chance: random.Random) -> Iterator[FindingFact]:
    """Open, and of most of them also rectified and closed."""
    common = {
        "finding": finding,
        "cycle": finding.cycle,
        "institution": finding.case.unit,
        "year": YEAR,
        "source": finding.source,
        "item_code": finding.item_code,
        "facet": "".join(finding.facets),
    }
    last = chance.choice(["open", "fixed", "closed", "closed", "referred"])
    if last == "open":
        yield FindingFact(**common, status="open", valid_from=OPENED)
        return
    yield FindingFact(**common, status="open", valid_from=OPENED, valid_until=FIXED)
    yield FindingFact(**common, status="fixed", valid_from=FIXED, valid_until=None if last == "fixed" else CLOSED)
    if last != "fixed":
        yield FindingFact(**common, status=last, valid_from=CLOSED)


def _write(model: Any, rows: Iterable[Any]) -> list[Any]:
    written: list[Any] = model.objects.bulk_create(rows, batch_size=1000)
    return written
