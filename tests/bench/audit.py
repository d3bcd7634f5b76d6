"""Verifying the whole trail, against merely reading the same rows; in memory that does not grow."""

from __future__ import annotations

import os
import tracemalloc
from typing import Any

from django.db import connection

from cases.access import SYSTEM
from cases.audit.faults import Counts
from cases.audit.layouts import layout_of, tracked_tables
from cases.audit.sealing import seal_rows
from cases.audit.verifying import verify
from cases.models import AuditChain, Case, CaseEvent, EventDelivery, SystemEvent
from notifications.alarms import fire_alarms
from notifications.models import Alarm
from tests.bench.measure import report, side_by_side
from tests.bench.opening import clear, county_of
from tests.worlds import World, moment
from workflows.quality_cycle.opening import open_year

CASES = int(os.environ.get("BENCH_TRAILS", "10000"))
ROUNDS = 3
MEMORY_MB = 16
AT = moment("2021-01-04")


def audit(world: World) -> bool:
    """The trail of a region's year that has been opened and reminded of, verified and merely read."""
    county = county_of(world, CASES, start=750_000)
    open_year(county, 2021, by=SYSTEM, at=AT)
    while fire_alarms(moment("2021-04-25")):
        pass
    while seal_rows(AT, limit=5000):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does on a database that was not filled in one minute
    found = Counts()
    faults = sum(1 for _fault in verify(found, with_files=False))
    medians = side_by_side({"verifying": _verify, "reading the same rows": _read}, ROUNDS)
    tracemalloc.start()
    _verify()
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    rows = f"{found.events} events, {found.history_rows} versions, {found.live_rows} rows, {faults} faults of the world"
    kept = report(f"trail of {rows}", medians, {("verifying", "reading the same rows"): 3.0})
    _forget(county)
    verdict = "ok" if peak <= MEMORY_MB else "TOO MUCH"
    print(f"  peak memory of Python objects: {peak:.0f} MB (at most {MEMORY_MB} at every size) {verdict}")
    return kept and peak <= MEMORY_MB


def _forget(county: Any) -> None:
    """The next benchmarks count open work among their own."""
    events = CaseEvent.objects.filter(case__unit__superior=county)
    Alarm.objects.filter(event__in=events).delete()
    EventDelivery.objects.filter(event__in=events).delete()
    clear(county)


def _verify() -> None:
    for _fault in verify(Counts(), with_files=False):
        pass


def _read() -> None:
    """Every row that the verification looks at, once, through the ORM as plain values."""
    for model in (Case, CaseEvent, AuditChain, SystemEvent):
        _all(model.objects.order_by("pk").values_list())
    for table in tracked_tables():
        _all(table.objects.order_by("history_id").values_list("history_id", *layout_of(table).columns))
        _all(table.instance_type._base_manager.values_list())


def _all(rows: Any) -> None:
    for _row in rows.iterator(chunk_size=2000):
        pass
