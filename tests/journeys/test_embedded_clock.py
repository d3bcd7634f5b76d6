"""A server that runs the clock itself: reminders and messages come without any other process."""

from __future__ import annotations

import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cases.models import EventDelivery
from notifications.models import Message, Webhook
from scripts.servers import free_port
from tests.clockwork import Ledger, Process, environment, receiver, world_of_work
from tests.fast_clock import FastClock
from tests.topology import eventually
from tests.worlds import moment


@pytest.mark.django_db(transaction=True)
def test_two_workers_of_one_server_that_both_run_the_clock_tell_everything_once(
    database_url: str, tmp_path: Path, settings: Any
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    world_of_work(10)
    ledger = Ledger(FastClock.starting(moment("2021-05-12 09:30"), speed=1))
    command = [sys.executable, "-m", "gunicorn", "project.wsgi", "--workers", "2", "--threads", "2"]
    command += ["--bind", f"127.0.0.1:{free_port()}", "--no-control-socket"]

    def told() -> bool:
        waiting = EventDelivery.objects.filter(done_at=None)
        return Message.objects.filter(rule="reminder").count() == len(ledger.asked) and not waiting.exists()

    with receiver() as far_end:
        Webhook.objects.create(url=far_end.url, created_at=ledger.clock.now())
        ledger.feed()
        env = environment(database_url, ledger.clock, YIYANG_CLOCK="embedded")
        server = Process(command, env, tmp_path / "server.log")
        try:
            eventually(told, "everybody has been told", server.words)
        finally:
            server.kill()
        ledger.finish()
        ledger.check(far_end.calls)
