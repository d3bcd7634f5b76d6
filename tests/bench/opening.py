"""Opening a year's cycles in bulk, against plain ``bulk_create`` of the same rows, in constant memory."""

from __future__ import annotations

import statistics
import tracemalloc
from functools import partial
from typing import Any

from django.db import connection, transaction

from cases.access import SYSTEM
from cases.immutability import rewriting
from cases.models import Case, CaseEvent, OrgUnit, SelfCheck, WorkItem
from cases.orgtree import add_unit
from tests.bench.measure import report, seconds
from tests.worlds import World, moment
from workflows.quality_cycle.opening import CHUNK, open_year
from workflows.step import history_of

AT = moment("2021-01-04")
CaseHistory, _columns = history_of(Case)
ROUNDS = 5
MEMORY_MB = 64


def opening(world: World, size: int) -> bool:
    """Open ``size`` cycles; each round takes another year for ours and rewrites the same rows for the baseline."""
    county = county_of(world, size)
    ours: list[float] = []
    plain: list[float] = []
    for number in range(ROUNDS):
        year = 2020 + number % 2
        elapsed, result = seconds(partial(open_year, county, year, by=SYSTEM, at=AT))
        ours.append(elapsed)
        assert result.opened == size
        plain.append(_rewritten(county))
        clear(county)
    tracemalloc.start()
    open_year(county, 2020, by=SYSTEM, at=AT)
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    clear(county)
    medians = {"open_year": statistics.median(ours), "plain bulk_create": statistics.median(plain)}
    kept = report(f"opening {size} cycles", medians, {("open_year", "plain bulk_create"): 1.5})
    verdict = "ok" if peak <= MEMORY_MB else "TOO MUCH"
    print(f"  peak memory of Python objects: {peak:.0f} MB (at most {MEMORY_MB} at every size) {verdict}")
    return kept and peak <= MEMORY_MB


def county_of(world: World, size: int, *, start: int = 650_000) -> OrgUnit:
    """A county with so many institutions; its tree is written in bulk. ``start`` keeps its code apart from others'."""
    county = add_unit(
        world.prefecture, kind="county", name=f"county of {size}", code=f"{start + size}", opened_on=AT.date()
    )
    steps = [county.path + OrgUnit._int2str(number).rjust(OrgUnit.steplen, "0") for number in range(1, size + 1)]
    OrgUnit.objects.bulk_create(
        [
            OrgUnit(
                path=path,
                depth=county.depth + 1,
                kind="institution",
                name=f"institution {number}",
                code=f"{start + size}-{number}",
                superior=county,
                opened_on=AT.date().replace(year=2019),
            )
            for number, path in enumerate(steps)
        ],
        batch_size=1000,
    )
    OrgUnit.objects.filter(pk=county.pk).update(numchild=size)
    return county


def _rewritten(county: OrgUnit) -> float:
    """Seconds that plain Django takes, chunk by chunk, to build and bulk_create the rows that the opening wrote."""
    cases = Case.objects.filter(unit__superior=county)
    tables: list[list[Any]] = [
        list(cases.order_by("pk")),
        list(SelfCheck.objects.filter(case__in=cases).order_by("pk")),
        list(SelfCheck.history.filter(case__in=cases).order_by("history_id")),
        list(WorkItem.objects.filter(process__in=cases).order_by("pk")),
        list(CaseEvent.objects.filter(case__in=cases).order_by("pk")),
        list(CaseHistory.objects.filter(unit__superior=county).order_by("history_id")),
    ]
    values = [(type(rows[0]), [values_of(row) for row in rows]) for rows in tables]
    clear(county)

    def rewrite() -> None:
        for first in range(0, len(tables[0]), CHUNK):
            with transaction.atomic():
                for model, rows in values:
                    model.objects.bulk_create([model(**row) for row in rows[first : first + CHUNK]], batch_size=1000)

    return seconds(rewrite)[0]


def values_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def clear(county: OrgUnit) -> None:
    """Take the cycles of the county away again, in the order of their keys to each other."""
    cases = Case.objects.filter(unit__superior=county)
    with rewriting():
        for rows in (
            CaseEvent.objects.filter(case__in=cases),
            WorkItem.objects.filter(process__in=cases),
            SelfCheck.history.filter(case__in=cases),
            SelfCheck.objects.filter(case__in=cases),
            CaseHistory.objects.filter(unit__superior=county),
            cases,
        ):
            rows._raw_delete(using=rows.db)
            if connection.vendor == "postgresql":
                # Else the foreign-key checks of the next deletion wade through the rows that are gone.
                with connection.cursor() as cursor:
                    cursor.execute(f"VACUUM {rows.model._meta.db_table}")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
