"""Messages to a local receiver, against the same rows claimed, read, posted and finished by hand-made batched SQL.

What becomes of events until they are messages is measured with the alarms.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.db import connection
from django.template import Context
from django.test.utils import override_settings

from cases.access import SYSTEM
from cases.events import build_event
from cases.immutability import rewriting
from cases.models import Case, CaseEvent, EventDelivery, OrgUnit, WorkItem
from notifications.channels.signature import headers, key_of
from notifications.models import Dispatch, Message, Webhook
from notifications.outbox import send_dispatches
from notifications.strictness import parsed
from tests.bench.measure import report, seconds
from tests.bench.opening import clear, county_of
from tests.worlds import World, moment
from workflows.quality_cycle.opening import open_year

ROOT = Path(__file__).resolve().parent.parent.parent
AT = moment("2021-03-01 10:00")
CALLS = 1_500
BATCH = 100
ROUNDS = 5

CLAIM = """
    UPDATE notifications_dispatch SET token = %s, lease_until = %s, attempts = attempts + 1 WHERE id IN (
        SELECT id FROM notifications_dispatch WHERE state = 'waiting' AND lease_until IS NULL ORDER BY id LIMIT %s
    ) RETURNING id
"""
READ = """
    SELECT d.id, d.key, m.level, m.facts, u.username, o.name, c.number, c.year, e.verb
    FROM notifications_dispatch d JOIN notifications_message m ON m.id = d.message_id
    JOIN cases_user u ON u.id = m.recipient_id JOIN cases_case c ON c.id = m.case_id
    JOIN cases_orgunit o ON o.id = c.unit_id JOIN cases_caseevent e ON e.id = m.event_id
    WHERE d.id IN ({marks}) ORDER BY d.id
"""
FINISH = """
    UPDATE notifications_dispatch SET state = 'sent', done_at = %s, token = NULL, lease_until = NULL
    WHERE id IN ({marks})
"""


def delivery(world: World, calls: int = CALLS) -> bool:
    """One reminder to somebody for every institution of a county of its own, to be posted."""
    county = county_of(world, calls)
    open_year(county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    messages = _reminders(county, world)
    with _receiver() as port, override_settings(WEBHOOK_NETWORKS=[ip_network("127.0.0.0/8")]):
        hook = Webhook.objects.create(url=f"http://127.0.0.1:{port}/hook", created_at=AT)
        ours: list[float] = []
        by_hand: list[float] = []
        for _round in range(ROUNDS):
            ours.append(_seconds(_sent_by_us, hook, messages))
            by_hand.append(_seconds(_sent_by_hand, hook, messages))
    _forget(county)
    medians = {"send_dispatches": statistics.median(ours), "SQL and a loop": statistics.median(by_hand)}
    return report(f"{calls} signed calls to a local receiver", medians, {("send_dispatches", "SQL and a loop"): 3.0})


def _reminders(county: OrgUnit, world: World) -> list[int]:
    """A message about every open item of the county, as the outbox makes them of alarms."""
    reader = world.actor("institution_filler").user
    rows = []
    for item in WorkItem.objects.filter(process__unit__superior=county, finished=None).select_related("process"):
        case: Case = item.process
        event = build_event(case, "remind", actor=SYSTEM, at=AT, source=case.state, target=case.state, item=item)
        facts = {"due": "2021-03-08", "days": 7, "missed": 0}
        rows.append((event, Message(recipient=reader, case=case, item=item, facts=facts, created_at=AT)))
    CaseEvent.objects.bulk_create([event for event, _message in rows], batch_size=1000)
    for event, message in rows:
        message.event, message.rule, message.template, message.level = event, "reminder", "reminder", "info"
    return [row.pk for row in Message.objects.bulk_create([message for _event, message in rows], batch_size=1000)]


def _seconds(send: Any, hook: Webhook, messages: list[int]) -> float:
    """How long it takes until all of them are sent."""
    Dispatch.objects.all()._raw_delete(using="default")
    waiting = [
        Dispatch(message_id=key, webhook=hook, channel="webhook", created_at=AT, not_before=AT) for key in messages
    ]
    Dispatch.objects.bulk_create(waiting, batch_size=500)
    elapsed, _sent = seconds(lambda: send(hook))
    assert Dispatch.objects.filter(state="sent").count() == len(messages)
    return elapsed


def _sent_by_us(_hook: Webhook) -> None:
    while send_dispatches(AT):
        pass


def _sent_by_hand(hook: Webhook) -> None:
    """Claim, read, word by the same template, sign, post and finish a hundred at a time."""
    line = http.client.HTTPConnection("127.0.0.1", int(hook.url.split(":")[2].split("/")[0]))
    key = key_of(hook)
    until, token = Dispatch._meta.get_field("lease_until"), Dispatch._meta.get_field("token")
    at, held = until.get_db_prep_save(AT, connection), token.get_db_prep_save(uuid.uuid4(), connection)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(CLAIM, [held, at, BATCH])
            keys = [row[0] for row in cursor.fetchall()]
            if not keys:
                break
            marks = ", ".join(["%s"] * len(keys))
            cursor.execute(READ.format(marks=marks), keys)
            for row in cursor.fetchall():
                _post(line, key, row)
            cursor.execute(FINISH.format(marks=marks), [at, *keys])
    line.close()


def _post(line: http.client.HTTPConnection, key: bytes, row: tuple[Any, ...]) -> None:
    identifier, level, facts, login, unit, number, year, verb = row[1:]
    due = (json.loads(facts) if isinstance(facts, str) else facts)["due"]
    words = {"unit": unit, "work": f"{year} {number} {verb}", "days": 7, "due": dt.date.fromisoformat(due)}
    text = parsed("notifications/messages/reminder.txt").render(Context(words, autoescape=False))
    data = {"recipient": login, "level": level, "subject": unit, "text": text, "language": "zh-hans"}
    payload = {"type": f"message.{level}", "timestamp": AT.isoformat(), "data": data}
    body = json.dumps(payload, ensure_ascii=False).encode()
    signed = headers(key, str(identifier), int(time.time()), body)
    line.request("POST", "/hook", body, {"Content-Type": "application/json; charset=utf-8", **signed})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 204


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


def _forget(county: OrgUnit) -> None:
    """Take messages and the county away again."""
    with rewriting():
        for model in (Dispatch, Message, EventDelivery, Webhook):
            model.objects.all()._raw_delete(using="default")
    clear(county)
