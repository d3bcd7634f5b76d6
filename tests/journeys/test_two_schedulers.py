"""Two schedulers and eight workers at once, through Celery: every rung fires once."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cases.models import EventDelivery, WorkItem
from notifications.models import Alarm, Dispatch, Webhook
from tests.clockwork import Ledger, Process, environment, program, receiver, world_of_work
from tests.fast_clock import FastClock
from tests.topology import eventually
from tests.worlds import moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.redis]

INSTITUTIONS = 100
WORKED = re.compile(r"process (\d+): sweep alarms: (\d+) rows")


def test_two_schedulers_and_eight_workers_at_once_fire_each_rung_once(
    database_url: str, redis_url: str, tmp_path: Path, settings: Any, tries: Callable[[int, int], int]
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    world_of_work(INSTITUTIONS)
    ledger = Ledger(FastClock.starting(moment("2021-05-12 09:30"), speed=1))
    env = environment(database_url, ledger.clock, YIYANG_CLOCK="celery", CELERY_SKIP_CHECKS="1")
    celery = [program("celery"), "--app", "tests.hurried"]
    processes: list[Process] = []

    def start(name: str, *words: str) -> None:
        processes.append(Process([*celery, *words, "--loglevel", "WARNING"], env, tmp_path / name))

    def words() -> str:
        return "\n".join(process.words() for process in processes)

    def idle() -> bool:
        due = WorkItem.objects.open().filter(next_alarm_at__lte=ledger.clock.now())
        waiting = Dispatch.objects.filter(state=Dispatch.State.WAITING)
        return not (due.exists() or EventDelivery.objects.filter(done_at=None).exists() or waiting.exists())

    with receiver() as far_end:
        Webhook.objects.create(url=far_end.url, created_at=ledger.clock.now())
        try:
            for name in ("first", "second"):
                start(name, "worker", "--concurrency", "4", "--hostname", f"{name}@test")
                start(f"beat-{name}", "beat", "--schedule", str(tmp_path / f"schedule-{name}"), "--pidfile=")
            for _again in range(tries(3, 50)):
                ledger.feed()
                eventually(idle, "everything has been told", words)
            assert all(process.alive() for process in processes), words()
        finally:
            for process in processes:
                process.kill()
        ledger.check(far_end.calls)
    assert Alarm.objects.count() == tries(3, 50) * INSTITUTIONS
    shares = {number for process in processes for number, _rows in WORKED.findall(process.log.read_text())}
    assert len(shares) >= 2, "one worker did everything: nobody met"
