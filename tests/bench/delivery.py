"""From recorded events to messages, and from messages to a receiver, each against the same work written by hand."""

from __future__ import annotations

import datetime as dt
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test.utils import override_settings

from cases.access import SYSTEM
from cases.events import build_event
from cases.immutability import rewriting
from cases.models import Appointment, Case, CaseEvent, EventDelivery, OrgUnit, Post, User, WorkItem
from cases.roles import Role
from notifications.channels.signature import headers, key_of
from notifications.models import Dispatch, Message, Preference, Webhook
from notifications.outbox import deliver_events, send_dispatches
from notifications.sending import payload_of
from tests.bench.measure import report
from tests.bench.opening import _clear, _county
from tests.worlds import BEGINNING, World, moment
from workflows.quality_cycle.opening import open_year

ROOT = Path(__file__).resolve().parent.parent.parent
AT = moment("2021-03-01 10:00")
EVENTS = 10_000
CALLS = 1_500
ROUNDS = 5
MEMORY_MB = 64
ROWS = 500  # of one INSERT of the hand-made SQL


def delivery(world: World, size: int = EVENTS) -> bool:
    """Both claims, on a county of its own with a filler in every institution."""
    county = _county(world, size + 1)
    open_year(county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    people = _fillers(county)
    _announce(county)
    kept = [_recording(size), _sending()]
    _forget(people)
    with rewriting():
        EventDelivery.objects.all()._raw_delete(using="default")
    _clear(county)
    return all(kept)


def _fillers(county: OrgUnit) -> list[User]:
    """One person with an address for every institution, who wants to be told at once."""
    places = list(OrgUnit.objects.filter(superior=county))
    people = User.objects.bulk_create(
        [User(username=f"d{place.pk}", name=place.name, email=f"d{place.pk}@example.cn") for place in places]
    )
    groups = Group.objects.bulk_create([Group(name=f"filler@{place.pk}") for place in places])
    Post.objects.bulk_create(
        [
            Post(group=group, unit=place, role=Role.INSTITUTION_FILLER)
            for group, place in zip(groups, places, strict=True)
        ]
    )
    Appointment.objects.bulk_create(
        [
            Appointment(user=user, unit=place, role=Role.INSTITUTION_FILLER, post_id=group.pk, valid_from=BEGINNING)
            for user, place, group in zip(people, places, groups, strict=True)
        ]
    )
    Preference.objects.bulk_create([Preference(user=user, email=Preference.Email.AT_ONCE) for user in people])
    return people


def _announce(county: OrgUnit) -> None:
    """A reminder on every open item of the county, as the alarms record it."""
    items = WorkItem.objects.filter(process__unit__superior=county, finished=None).select_related("process")
    events = []
    cases: list[Case] = []
    for item in items:
        case = item.process
        details = {"item": item.pk, "rungs": ["-7"], "missed": [], "due": "2021-03-08", "days": -7, "to": ["person"]}
        events.append(
            build_event(
                case, "remind", actor=SYSTEM, at=AT, source=case.state, target=case.state, item=item, details=details
            )
        )
        cases.append(case)
    CaseEvent.objects.bulk_create(events, batch_size=1000)
    Case.objects.bulk_update(cases, ["event_count", "chain_head"], batch_size=500)
    EventDelivery.objects.bulk_create([EventDelivery(event=event) for event in events], batch_size=1000)


# ── recording the messages ──


def _recording(size: int) -> bool:
    """All deliveries become messages; by hand, the very same rows are written in batched SQL."""
    ours: list[float] = []
    by_hand: list[float] = []
    tables: list[tuple[Any, list[str], list[tuple[Any, ...]]]] = []
    for _round in range(ROUNDS):
        _reset()
        begun = time.perf_counter()
        done = _deliver_all()
        ours.append(time.perf_counter() - begun)
        assert done == size + 1, done
        assert Message.objects.count() == Dispatch.objects.count() == size + 1
        tables = [_rows(Message), _rows(Dispatch)]
        _reset()
        by_hand.append(_written(tables))
        assert Dispatch.objects.count() == size + 1
    _reset()
    tracemalloc.start()
    _deliver_all()
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    medians = {"deliver_events": statistics.median(ours), "batched SQL": statistics.median(by_hand)}
    title = f"{size} events to messages and e-mails"
    kept = report(title, medians, {("deliver_events", "batched SQL"): 3.0})
    verdict = "ok" if peak <= MEMORY_MB else "TOO MUCH"
    print(f"  peak memory of Python objects: {peak:.0f} MB (at most {MEMORY_MB}) {verdict}")
    return kept and peak <= MEMORY_MB


def _deliver_all() -> int:
    done = 0
    while count := deliver_events(AT):
        done += count
    return done


def _rows(model: Any) -> tuple[Any, list[str], list[tuple[Any, ...]]]:
    """The rows of a table as the database takes them."""
    fields = model._meta.concrete_fields
    rows = [
        tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields)
        for row in model.objects.order_by("pk")
    ]
    return model, [field.column for field in fields], rows


def _written(tables: list[tuple[Any, list[str], list[tuple[Any, ...]]]]) -> float:
    """Seconds that hand-made SQL takes for the same rows, a thousand a transaction, deliveries finished with them."""
    keys = list(EventDelivery.objects.order_by("pk").values_list("pk", flat=True))
    begun = time.perf_counter()
    for first in range(0, len(keys), 1000):
        with transaction.atomic(), connection.cursor() as cursor:
            for model, columns, rows in tables:
                for start in range(first, min(first + 1000, len(rows)), ROWS):
                    chunk = rows[start : min(start + ROWS, first + 1000)]
                    one = f"({', '.join(['%s'] * len(columns))})"
                    cursor.execute(
                        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "  # noqa: S608 - names of our own
                        f"VALUES {', '.join([one] * len(chunk))}",
                        list(itertools.chain.from_iterable(chunk)),
                    )
            batch = keys[first : first + 1000]
            marks = ", ".join(["%s"] * len(batch))
            done = "done_at = %s, token = NULL, lease_until = NULL, attempts = 1"
            statement = f"UPDATE cases_eventdelivery SET {done} WHERE event_id IN ({marks})"  # noqa: S608 - only marks
            cursor.execute(statement, [AT, *batch])
    return time.perf_counter() - begun


def _reset() -> None:
    """No messages, and every event waits again."""
    Dispatch.objects.all()._raw_delete(using="default")
    Message.objects.all()._raw_delete(using="default")
    EventDelivery.objects.update(done_at=None, token=None, lease_until=None, attempts=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in ("notifications_dispatch", "notifications_message", "cases_eventdelivery"):
                cursor.execute(f"VACUUM ANALYZE {table}")


# ── sending them ──


@contextmanager
def _receiver() -> Iterator[int]:
    """A receiver in a process of its own, so that it takes no time from either contestant."""
    command = [sys.executable, "-m", "tests.bench.receiver"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _sending() -> bool:
    """So many signed calls: claimed, worded, sent and finished by us; by hand, the same posts in one loop."""
    with _receiver() as port, override_settings(WEBHOOK_NETWORKS=[ip_network("127.0.0.0/8")]):
        hook = Webhook.objects.create(url=f"http://127.0.0.1:{port}/hook", created_at=AT)
        chosen = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:CALLS])
        Dispatch.objects.all()._raw_delete(using="default")
        posts = _posts(hook, chosen)
        ours: list[float] = []
        by_hand: list[float] = []
        for _round in range(ROUNDS):
            Dispatch.objects.all()._raw_delete(using="default")
            Dispatch.objects.bulk_create(_calls(hook, chosen), batch_size=500)
            begun = time.perf_counter()
            while send_dispatches(AT):
                pass
            ours.append(time.perf_counter() - begun)
            assert Dispatch.objects.filter(state="sent").count() == CALLS
            by_hand.append(_posted(port, posts))
    medians = {"send_dispatches": statistics.median(ours), "posts in a loop": statistics.median(by_hand)}
    title = f"{CALLS} signed calls to a local receiver"
    return report(title, medians, {("send_dispatches", "posts in a loop"): 3.0})


def _calls(hook: Webhook, messages: list[int]) -> list[Dispatch]:
    due: dt.datetime = AT
    return [
        Dispatch(message_id=key, webhook=hook, channel="webhook", created_at=due, not_before=due) for key in messages
    ]


def _posts(hook: Webhook, messages: list[int]) -> list[tuple[bytes, dict[str, str]]]:
    """The bodies and headers of the same calls, ready to be sent."""
    found = []
    rows = Message.objects.filter(pk__in=messages).select_related("event", "case__unit", "item", "recipient")
    for message in rows.order_by("pk"):
        body = json.dumps(payload_of(Dispatch(message=message), "zh-hans"), ensure_ascii=False).encode()
        signed = headers(key_of(hook), str(Dispatch().key), int(time.time()), body)
        found.append((body, {"Content-Type": "application/json; charset=utf-8", **signed}))
    return found


def _posted(port: int, posts: list[tuple[bytes, dict[str, str]]]) -> float:
    line = http.client.HTTPConnection("127.0.0.1", port)
    begun = time.perf_counter()
    for body, signed in posts:
        line.request("POST", "/hook", body, signed)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 204
    elapsed = time.perf_counter() - begun
    line.close()
    return elapsed


def _forget(people: list[User]) -> None:
    """Take messages and people away again."""
    _reset()
    Webhook.objects.all()._raw_delete(using="default")
    keys = [user.pk for user in people]
    with rewriting():
        for start in range(0, len(keys), 500):
            chunk = keys[start : start + 500]
            posts = list(Appointment.objects.filter(user__in=chunk).values_list("post_id", flat=True))
            Preference.objects.filter(pk__in=chunk)._raw_delete(using="default")
            Appointment.objects.filter(user__in=chunk)._raw_delete(using="default")
            Post.objects.filter(pk__in=posts)._raw_delete(using="default")
            Group.objects.filter(pk__in=posts)._raw_delete(using="default")
            User.objects.filter(pk__in=chunk)._raw_delete(using="default")
