"""Whoever runs the sweeps is killed in the middle of them: nothing is lost and nothing happens twice.

A kill counts only if something was in flight. The processes are stopped first, so that what is looked at is what is
killed: a transaction of theirs that has written, or a lease that none of the dead has left behind.
"""

from __future__ import annotations

import itertools
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from cases.models import EventDelivery
from notifications.models import Dispatch, Webhook
from project.celery import publish
from project.clock import BY_NAME
from tests.clockwork import Ledger, Process, environment, program, receiver, world_of_work
from tests.fast_clock import FastClock
from tests.worlds import moment

pytestmark = [pytest.mark.slow(30), pytest.mark.django_db(transaction=True)]

INSTITUTIONS = 60
SPEED = 60  # a lease of ten minutes runs out in ten seconds
SECONDS = 30.0
MARK = "clock-of-a-test"


@dataclass
class Flight:
    """What is in flight, seen from outside while the processes stand still."""

    dead: set[UUID] = field(default_factory=set)

    def transaction(self) -> bool:
        """A transaction of theirs is open and has written."""
        if connection.vendor == "sqlite":
            return locked(str(connection.settings_dict["NAME"]))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
                " AND state = 'idle in transaction' AND backend_xid IS NOT NULL",
                [MARK],
            )
            return bool(cursor.fetchone()[0])

    def remains(self) -> bool:
        """The server still does the last statement of somebody dead, and holds its locks meanwhile."""
        if connection.vendor == "sqlite":
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()",
                [MARK],
            )
            return bool(cursor.fetchone()[0])

    def events(self) -> bool:
        """Events have been claimed."""
        return bool(self._tokens(EventDelivery.objects.filter(done_at=None)))

    def messages(self) -> bool:
        """The messages of claimed events are being written."""
        return self.events() and self.transaction()

    def dispatches(self) -> bool:
        """Messages are on their way out."""
        return bool(self._tokens(Dispatch.objects.filter(state=Dispatch.State.WAITING)))

    def bury(self) -> None:
        """What is held now is held by the dead."""
        self.dead |= self._tokens(EventDelivery.objects.filter(done_at=None))
        self.dead |= self._tokens(Dispatch.objects.filter(state=Dispatch.State.WAITING))

    def _tokens(self, rows: Any) -> set[UUID]:
        return set(rows.exclude(token=None).order_by().values_list("token", flat=True).distinct()) - self.dead


def locked(name: str) -> bool:
    """Whether somebody holds SQLite's write lock."""
    database = sqlite3.connect(name, timeout=0, isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        database.close()
    return False


def killed_in_flight(processes: list[Process], is_in_flight: Callable[[], bool], nudge: Callable[[], None]) -> bool:
    """Watch until there is work in hand, stop the processes to be sure of it, and kill them."""
    dice = random.Random()
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        nudge()
        assert all(process.alive() for process in processes), "\n".join(process.words() for process in processes)
        threading.Event().wait(dice.uniform(0.0, 0.005))
        if not is_in_flight():
            continue
        for process in processes:
            process.send(signal.SIGSTOP)
        # Twice: what was on its way to the server when they stopped has arrived by then.
        if is_in_flight() and not threading.Event().wait(0.01) and is_in_flight():
            for process in processes:
                process.kill()
            return True
        for process in processes:
            process.send(signal.SIGCONT)
    return False


Start = Callable[[], list[Process]]


def series(ledger: Ledger, kills: int, start: Start, nudge: Callable[[], None] = lambda: None) -> None:
    """So many kills in flight, of alarms, events, messages and dispatches in turn; then the rest is done in peace."""
    flight, done = Flight(), 0
    kinds = itertools.cycle([flight.transaction, flight.events, flight.messages, flight.dispatches])
    with receiver() as far_end:
        Webhook.objects.create(url=far_end.url, created_at=ledger.clock.now())
        for _try in range(2 * kills):
            ledger.feed()
            processes = start()
            try:
                done += killed_in_flight(processes, next(kinds), nudge)
            finally:
                for process in processes:
                    process.kill()
            flight.bury()
            if done == kills:
                break
        assert done == kills, f"only {done} of {kills} kills met something in flight"
        limit = time.monotonic() + SECONDS
        while flight.remains():
            assert time.monotonic() < limit, "the server keeps the sessions of the dead"
            threading.Event().wait(0.05)
        ledger.finish()
        ledger.check(far_end.calls)


@pytest.fixture
def ledger(settings: Any) -> Ledger:
    from ipaddress import ip_network

    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    world_of_work(INSTITUTIONS)
    return Ledger(FastClock.starting(moment("2021-05-12 09:30"), SPEED))


def test_two_clocks_killed_in_mid_work_lose_and_double_nothing(
    ledger: Ledger, database_url: str, tmp_path: Path, tries: Callable[[int, int], int]
) -> None:
    env = environment(database_url, ledger.clock, PGAPPNAME=MARK)
    command = [sys.executable, "manage.py", "run_clock"]
    series(ledger, tries(5, 100), lambda: [Process(command, env, tmp_path / f"clock-{n}.log") for n in range(2)])


@pytest.mark.redis
def test_celery_workers_killed_in_mid_work_lose_and_double_nothing(
    ledger: Ledger, database_url: str, redis_url: str, tmp_path: Path, tries: Callable[[int, int], int]
) -> None:
    env = environment(database_url, ledger.clock, PGAPPNAME=MARK, YIYANG_CLOCK="celery", CELERY_SKIP_CHECKS="1")
    command = [program("celery"), "--app", "project", "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    asked = 0.0

    def beat() -> None:
        nonlocal asked
        if time.monotonic() - asked > 0.5:
            publish(BY_NAME)
            asked = time.monotonic()

    series(ledger, tries(5, 100), lambda: [Process(command, env, tmp_path / "worker.log")], beat)
