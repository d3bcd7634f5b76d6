"""The alarm sweep among ten thousand and among a million open items, and against the same rows written by hand.

What is due decides the cost, not what is open. A round is a rung: the same work comes due at each rung of its ladder,
so that every sweep finds its share as it would in the year. By hand means: what is due is read with one SELECT, each
event is sealed with its hash, the other values are there already, and everything is written with multi-row inserts and
prepared updates, in the sweeps' own transactions of a thousand items.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.forms.models import model_to_dict

from cases.access import SYSTEM
from cases.clock import end_of_day
from cases.events import canonical
from cases.immutability import rewriting
from cases.ladders import reaches
from cases.models import Case, CaseEvent, EventDelivery, WorkItem
from cases.orgtree import add_unit
from cases.roles import Role
from notifications.alarms import fire_alarms
from notifications.models import Alarm, Message
from notifications.outbox import deliver_events
from tests.bench.inbox import run
from tests.bench.measure import report, seconds
from tests.worlds import BEGINNING, World, moment, person
from workflows.quality_cycle.opening import open_year

FEW, MANY = 10_000, int(os.environ.get("BENCH_ITEMS", "1000000"))
DUE = {100: dt.date(2021, 4, 29), 10_000: dt.date(2021, 4, 30)}
ROUNDS = 3  # the first three rungs of both groups, before the fourth of either
CASES, UNITS = 10_100, 100
BATCH, ROWS = 1000, 500
BEYOND = 10_000_000  # keys and numbers that the rows written by hand have to themselves
NEVER = "2031-01-01 00:00:00"

NUMBERS = {
    "sqlite": """(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {count})
                 SELECT n FROM s) numbers""",
    "postgresql": "generate_series(0, {count} - 1) numbers(n)",
}
FIND = """
    SELECT i.id, i.due_at, i.due_since, i.due_revision, i.ladder, c.id, c.uid, c.state, c.event_count, c.chain_head
    FROM cases_workitem i JOIN cases_case c ON c.id = i.process_id WHERE i.id IN ({keys})
"""
NOW = "CURRENT_TIMESTAMP"
UNIT_OF_CASE = "(SELECT unit_id FROM cases_case WHERE id = {case})"

Timed = dict[str, list[float]]


def alarms(world: World) -> bool:
    """Sweeps with nothing, a hundred and ten thousand due, among few and among many; then what was told, by hand."""
    WorkItem.objects.update(next_alarm_at=None)  # of the benchmarks before this one
    EventDelivery.objects.filter(done_at=None).update(done_at=moment("2021-01-01"))
    first_case = _open(world)
    times: Timed = {}
    _fill(first_case, 0, FEW + 100)
    _play(times, f"N = {FEW}", by_hand=False)
    _fill(first_case, FEW + 100, MANY)
    _play(times, f"N = {MANY}", by_hand=True)
    medians = {name: sorted(values)[len(values) // 2] for name, values in times.items()}
    for count in (FEW, MANY):
        medians[f"one of 100 due, N = {count}"] = medians[f"100 due, N = {count}"] / 100
        medians[f"one of 10000 due, N = {count}"] = medians[f"10000 due, N = {count}"] / 10_000
    claims = {
        (f"nothing due, N = {MANY}", f"nothing due, N = {FEW}"): 1.5,
        (f"10000 due, N = {MANY}", f"10000 due, N = {FEW}"): 1.5,
        (f"one of 10000 due, N = {MANY}", f"one of 100 due, N = {MANY}"): 1.5,
        ("10000 told with their messages", "the same rows by hand"): 3.0,
    }
    return report(f"alarm sweep among {WorkItem.objects.open().count()} open items", medians, claims)


def _play(times: Timed, among: str, *, by_hand: bool) -> None:
    """Travel along the rungs of both groups in the order of time."""
    _rewind()
    ladder = Case.objects.latest("pk").edition.parsed.ladders["standard"]
    rungs = [(rung.at, count) for count, day in DUE.items() for rung in list(reaches(ladder, end_of_day(day)))[:ROUNDS]]
    for at, count in sorted(rungs):
        for _time in range(20):
            _clock(times, f"nothing due, {among}", partial(_until_none, fire_alarms, at - dt.timedelta(hours=1)))
        last = CaseEvent.objects.latest("pk").pk
        told = _clock(times, f"{count} due, {among}", partial(_until_none, fire_alarms, at))
        assert told == count, told
        messages = _clock(times, f"messages of {count}, {among}", partial(_until_none, deliver_events, at))
        assert messages == count, messages
        if by_hand and count == max(DUE):
            sweep, delivery = times[f"{count} due, {among}"][-1], times[f"messages of {count}, {among}"][-1]
            times.setdefault(f"{count} told with their messages", []).append(sweep + delivery)
            copy = _copied(last)
            _clock(times, "the same rows by hand", partial(_write, copy))
            _forget_copy(copy)


def _clock(times: Timed, name: str, run: Callable[[], int]) -> int:
    elapsed, result = seconds(run)
    times.setdefault(name, []).append(elapsed)
    return result


def _until_none(sweep: Callable[..., int], at: dt.datetime) -> int:
    """As a scheduler calls it."""
    total = 0
    while done := sweep(at):
        total += done
    return total


# ── the same rows by hand ────────────────────────────────────────────────────

Statement = tuple[str, list[list[Any]]]


@dataclass(frozen=True)
class Written:
    """What one batch has written, ready to be written again under keys of its own: what was told, then its messages."""

    keys: str
    sealed: list[dict[str, Any]]
    told: list[Statement]
    moved: list[Statement]
    restored: Statement
    messages: Statement


def _copied(last: int) -> list[Written]:
    """The rows of every event after ``last``, a thousand at a time."""
    events = list(CaseEvent.objects.filter(pk__gt=last).order_by("pk").select_related("case"))
    return [_copy_of(events[first : first + BATCH]) for first in range(0, len(events), BATCH)]


def _copy_of(events: list[CaseEvent]) -> Written:
    keys = [event.pk for event in events]
    items = {event.item_id for event in events}
    undone = {"event_id": BEYOND, "done_at": None}
    return Written(
        keys=", ".join(str(key) for key in items),
        sealed=[{**model_to_dict(event), "case": str(event.case.uid), "at": event.at.isoformat()} for event in events],
        told=[
            _insert(CaseEvent, "id", keys, {"id": BEYOND, "seq": BEYOND}),
            _insert(EventDelivery, "event_id", keys, undone),
            _insert(Alarm, "event_id", keys, {"id": BEYOND, "event_id": BEYOND, "revision": 1000}),
        ],
        moved=[
            _update(Case, {event.case_id for event in events}, ("event_count", "chain_head")),
            _update(WorkItem, items, ("next_alarm_at",), by=dt.timedelta(minutes=1)),
        ],
        restored=_update(WorkItem, items, ("next_alarm_at",)),
        messages=_insert(Message, "event_id", keys, {"id": BEYOND, "event_id": BEYOND}),
    )


def _insert(model: Any, column: str, keys: list[int], moved: dict[str, int | None]) -> Statement:
    """The rows with some columns shifted, or emptied where the shift is None."""
    names = [field.column for field in model._meta.concrete_fields]
    wanted = ", ".join(_as_text(field) for field in model._meta.concrete_fields)
    table, listed = model._meta.db_table, ", ".join(str(key) for key in keys)
    rows = run(f"SELECT {wanted} FROM {table} WHERE {column} IN ({listed})", [])  # noqa: S608
    values = [[_shifted(name, value, moved) for name, value in zip(names, row, strict=True)] for row in rows]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ", values  # noqa: S608


def _shifted(name: str, value: Any, moved: dict[str, int | None]) -> Any:
    if name not in moved:
        return value
    shift = moved[name]
    return None if shift is None else value + shift


def _as_text(field: Any) -> str:
    json = field.get_internal_type() == "JSONField" and connection.vendor == "postgresql"
    return f"{field.column}::text" if json else field.column


def _update(model: Any, keys: set[Any], names: tuple[str, ...], by: dt.timedelta | None = None) -> Statement:
    fields = [model._meta.get_field(name) for name in (*names, "id")]
    columns = ", ".join(f"{name} = %s" for name in names)
    found: list[Sequence[Any]] = list(model.objects.filter(pk__in=keys).values_list(*names, "pk"))
    if by is not None:
        found = [(moment_ + by, key) for moment_, key in found]
    rows = [[f.get_db_prep_save(v, connection) for f, v in zip(fields, row, strict=True)] for row in found]
    return f"UPDATE {model._meta.db_table} SET {columns} WHERE id = %s", rows  # noqa: S608


def _write(copy: list[Written]) -> int:
    """As the sweeps do it: what is told in one transaction, its messages and the finished deliveries in another."""
    for batch in copy:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FIND.format(keys=batch.keys))
            cursor.fetchall()
            for body in batch.sealed:
                hashlib.sha256(canonical(body)).hexdigest()
            for statement in batch.told:
                _insert_all(cursor, statement)
            for sql, rows in batch.moved:
                cursor.executemany(sql, rows)
        with transaction.atomic(), connection.cursor() as cursor:
            _insert_all(cursor, batch.messages)
            done = ", ".join(str(row[0]) for row in batch.told[1][1])
            cursor.execute(f"UPDATE cases_eventdelivery SET done_at = {NOW} WHERE event_id IN ({done})")  # noqa: S608
    return len(copy)


def _insert_all(cursor: Any, statement: Statement) -> None:
    sql, rows = statement
    for first in range(0, len(rows), ROWS):
        group = rows[first : first + ROWS]
        marks = f"({', '.join(['%s'] * len(group[0]))})"
        cursor.execute(sql + ", ".join([marks] * len(group)), [value for row in group for value in row])


def _forget_copy(copy: list[Written]) -> None:
    """Remove what was written by hand; alarms and keys go on where they were."""
    with rewriting(), connection.cursor() as cursor:
        for batch in copy:
            cursor.executemany(*batch.restored)
        for model in (Message, Alarm, EventDelivery, CaseEvent):
            table, column = model._meta.db_table, "id" if model is CaseEvent else "event_id"
            cursor.execute(f"DELETE FROM {table} WHERE {column} > {BEYOND}")  # noqa: S608
            if connection.vendor == "sqlite" and model is not EventDelivery:
                last = f"(SELECT MAX(id) FROM {table})"  # noqa: S608
                cursor.execute(f"UPDATE sqlite_sequence SET seq = {last} WHERE name = '{table}'")  # noqa: S608


# ── a region with much open work ─────────────────────────────────────────────


def _open(world: World) -> int:
    """Cases with a chain each, spread over institutions with somebody at work; the first of their running keys."""
    county = add_unit(world.prefecture, kind="county", name="the county", code="alarms", opened_on=BEGINNING)
    units = [
        add_unit(county, kind="institution", name=f"institution {n}", code=f"alarms-{n}", opened_on=BEGINNING)
        for n in range(UNITS)
    ]
    for each in units:
        person("filler", Role.INSTITUTION_FILLER, each)
        person("head", Role.INSTITUTION_HEAD, each)
    person("officer", Role.COUNTY_OFFICER, county)
    case = open_year(units[0], 2021, by=SYSTEM, at=moment("2021-01-04"), keep_cases=True).cases[0]
    changed = {
        "uid": _random_key(),
        "number": "''",
        "slot": "NULL",
        "unit_id": f"{units[0].pk} + n % {UNITS}",
    }
    assert units[-1].pk - units[0].pk == UNITS - 1
    _copy(Case, case.pk, CASES, changed)
    first: int = Case.objects.order_by("pk").filter(pk__gt=case.pk).values_list("pk", flat=True)[0]
    return first


def _fill(first_case: int, begin: int, end: int) -> None:
    """Open items number ``begin`` to ``end``; the first of them are the ones that come due."""
    template = WorkItem.objects.exclude(due_at=None).filter(process__lt=first_case).latest("pk")
    later = f"'{NEVER}'" if connection.vendor == "sqlite" else f"timestamptz '{NEVER}Z'"
    case = f"{first_case} + (n + {begin}) % {CASES}"
    changed = {
        "process_id": case,
        "unit_id": UNIT_OF_CASE.format(case=case),
        "next_alarm_at": later,
        "due_trace": "'[]'",
    }
    _copy(WorkItem, template.pk, end - begin, changed)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rewind() -> None:
    """Both groups have a new revision of their date, before the first rung."""
    items = WorkItem.objects.filter(next_alarm_at__isnull=False, process__number="").order_by("pk")
    keys = list(items.values_list("pk", flat=True)[: sum(DUE)])
    ladder = Case.objects.latest("pk").edition.parsed.ladders["standard"]
    begin = 0
    for count, day in DUE.items():
        due_at = end_of_day(day).astimezone(dt.UTC)
        first = next(iter(reaches(ladder, due_at))).at
        fresh = {
            "due_at": due_at,
            "due_since": moment("2021-01-04"),
            "next_alarm_at": first,
            "due_revision": _revision(),
        }
        for start in range(begin, begin + count, 5_000):
            WorkItem.objects.filter(pk__in=keys[start : min(start + 5_000, begin + count)]).update(**fresh)
        begin += count


def _revision() -> int:
    last = Alarm.objects.order_by("-revision").values_list("revision", flat=True).first()
    return 0 if last is None else last + 1


def _copy(model: Any, key: int, count: int, changed: dict[str, str]) -> None:
    """So many copies of one row, with some columns computed from ``n``."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    table = model._meta.db_table
    numbers = NUMBERS[connection.vendor].format(count=count)
    insert = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {numbers}, {table} t WHERE t.id = {key}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(insert)


def _random_key() -> str:
    return "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
