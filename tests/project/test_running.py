"""The ways in which the clock runs: within the server, in a process of its own, and through Celery."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.beat import Service
from django.core.management import CommandError, call_command

from cases.models import Case
from cases.signals import recorded
from notifications.models import Alarm
from project import celery as workers
from project.celery import Complaints, publish, run_sweep, woken_by
from project.clock import BY_NAME, RECORDED, SWEEPS, Outcome, Rounds, Sweep
from project.running import loop as loops
from project.running import nudge as nudges
from project.running.loop import Loop
from project.running.nudge import Nudger
from tests.story import Story
from tests.worlds import World, build_world

ROOT = Path(__file__).resolve().parents[2]
LATE = "2021-12-31T12:00"


class Noted(Rounds):
    """Rounds that only note what they were woken for."""

    def __init__(self) -> None:
        super().__init__()
        self.woken: list[set[str]] = []
        self.fails = False
        self.noted = threading.Semaphore(0)

    def go(self, at: dt.datetime, tick: float, woken: Iterable[str] = (), go_on: Any = None) -> float:
        self.woken.append(set(woken))
        self.noted.release()
        if self.fails:
            self.fails = False
            raise RuntimeError
        return tick + 1000.0

    def wait(self) -> set[str]:
        assert self.noted.acquire(timeout=20), "no round came"
        return self.woken[-1]


@pytest.fixture
def loop() -> Iterator[tuple[Loop, Noted]]:
    rounds = Noted()
    loop = Loop(rounds)
    loop.start()
    assert rounds.wait() == set()
    yield loop, rounds
    loop.stop(20)
    assert not loop.thread.is_alive()


def test_a_recorded_event_wakes_the_loop(loop: tuple[Loop, Noted]) -> None:
    recorded.send(Case)
    assert loop[1].wait() == set(RECORDED)


def test_a_jump_of_the_clock_wakes_every_sweep(loop: tuple[Loop, Noted], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_embedded", loop[0])
    loops.wake_embedded()
    assert loop[1].wait() == set(BY_NAME)


def test_the_loop_outlives_a_fault_beside_its_sweeps(
    loop: tuple[Loop, Noted], caplog: pytest.LogCaptureFixture
) -> None:
    loop[1].fails = True
    loop[0].wake("alarms")
    assert loop[1].wait() == {"alarms"}
    loop[0].wake("digests")
    assert loop[1].wait() == {"digests"}
    assert "the clock's round failed" in caplog.text


def test_a_loop_that_has_stopped_hears_nothing_more(loop: tuple[Loop, Noted]) -> None:
    loop[0].stop(20)
    recorded.send(Case)
    assert len(loop[1].woken) == 1


BUSY, GOING_ON = threading.Event(), threading.Semaphore(0)


def takes_hours(at: dt.datetime, limit: int) -> int:
    BUSY.set()
    while BUSY.is_set():
        threading.Event().wait(0.01)
    return 0


def goes_on(at: dt.datetime, limit: int) -> int:
    GOING_ON.release()
    return 0


def test_nobody_waits_for_what_runs_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "BESIDE", (Sweep("long", f"{__name__}.takes_hours", 600, 1, (), "a test", True),))
    monkeypatch.setattr(loops, "BRIEF", (Sweep("brief", f"{__name__}.goes_on", 600, 1, (), "a test"),))
    loop = Loop()
    loop.start()
    try:
        assert BUSY.wait(20)
        while GOING_ON.acquire(blocking=False):
            pass
        loop.wake("brief")
        assert GOING_ON.acquire(timeout=20)
    finally:
        BUSY.clear()
        loop.stop(20)
    assert loop.beside is not None
    assert not loop.beside.thread.is_alive()


def test_the_verification_is_ended_by_no_limit_of_time() -> None:
    entries = workers.app.conf.beat_schedule
    for sweep in SWEEPS:
        limit = entries[sweep.name]["options"].get("soft_time_limit", workers.SOFT_LIMIT)
        assert limit == (workers.A_DAY if sweep.beside else workers.SOFT_LIMIT)
    assert BY_NAME["proof"].beside
    assert set(BY_NAME["proof"].wakes) <= {sweep.name for sweep in SWEEPS if sweep.beside}


def test_no_clock_runs_where_nobody_asked_for_one(settings: Any) -> None:
    assert settings.CLOCK == "none"
    loops.wake_embedded()
    assert loops._embedded is None
    assert "clock" not in {thread.name for thread in threading.enumerate()}


def environment(database_url: str, **more: str) -> dict[str, str]:
    return {**os.environ, "YIYANG_TEST_DATABASE": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings", **more}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("clock", "module", "runs"),
    [
        ("embedded", "project.wsgi", True),
        ("none", "project.wsgi", False),
        ("embedded", "project.running.management.commands.run_clock", False),
    ],
)
def test_only_a_server_that_was_asked_runs_the_clock(database_url: str, clock: str, module: str, runs: bool) -> None:
    program = (
        f"import django; django.setup(); import {module}, threading; print([t.name for t in threading.enumerate()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(database_url, YIYANG_CLOCK=clock),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("'clock'" in done.stdout) is runs


@pytest.mark.parametrize(
    ("clock", "redis", "reason"),
    [("sometimes", "", "must be embedded, celery or none"), ("celery", "", "must name the broker")],
)
def test_a_clock_that_cannot_run_stops_the_start(clock: str, redis: str, reason: str) -> None:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("YIYANG_")}
    said = subprocess.run(
        [sys.executable, "-c", "import project.settings"],
        cwd=ROOT,
        env={**keep, "YIYANG_CLOCK": clock, "YIYANG_REDIS": redis},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert reason in said.stderr


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def test_run_clock_once_does_what_was_due_at_the_named_moment(world: World) -> None:
    Story.open(world)
    call_command("run_clock", "--once", "--at", "2021-01-04T12:00")
    assert not Alarm.objects.exists()
    call_command("run_clock", "--once", "--at", LATE)
    assert Alarm.objects.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--at", LATE], "needs --once"),
        (["--once", "--at", "may"], "no ISO date"),
        (["--once", "--at", "2999-01-01"], "in the future"),
    ],
)
def test_run_clock_refuses_a_moment_that_makes_no_sense(words: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("run_clock", *words)


@pytest.mark.django_db(transaction=True)
def test_run_clock_works_until_it_is_told_to_stop_and_ends_in_order(database_url: str) -> None:
    Story.open(build_world())
    command = [sys.executable, "manage.py", "run_clock"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(database_url), stderr=subprocess.PIPE) as process:
        try:
            for _try in range(400):
                if Alarm.objects.exists() or process.poll() is not None:
                    break
                threading.Event().wait(0.05)
            process.send_signal(signal.SIGTERM)
            _out, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert Alarm.objects.exists(), said.decode()
    assert process.returncode == 0
    assert b"Traceback" not in said


def test_beat_asks_for_every_sweep_of_the_table_and_drops_what_nobody_took_in_time() -> None:
    entries = workers.app.conf.beat_schedule
    assert set(entries) == set(BY_NAME)
    for sweep in SWEEPS:
        entry = entries[sweep.name]
        assert (entry["schedule"], entry["args"]) == (float(sweep.every), [sweep.name])
        assert entry["options"]["expires"] == sweep.every
    assert set(Service(workers.app).get_scheduler(lazy=True).app.conf.beat_schedule) == set(BY_NAME)


def test_the_broker_keeps_nothing_that_matters() -> None:
    conf = workers.app.conf
    assert conf.result_backend is None
    assert conf.task_ignore_result
    assert conf.accept_content == ["json"]
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (True, 1)
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    assert Path(conf.beat_schedule_filename).parent.name != ROOT.name
    assert [task for task in workers.app.tasks if not task.startswith("celery.")] == ["run_sweep"]


def test_a_sweep_that_did_something_wakes_the_next_and_itself_while_there_is_more() -> None:
    alarms = BY_NAME["alarms"]
    assert woken_by(alarms, Outcome()) == ()
    assert woken_by(alarms, Outcome(done=3)) == ("events",)
    assert woken_by(alarms, Outcome(done=3, more=True)) == ("events", "alarms")
    assert woken_by(alarms, Outcome(done=3, failed=True)) == ("events",)


def test_the_task_runs_the_sweep_that_it_names_for_the_present(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []
    monkeypatch.setattr(workers, "publish", published.extend)
    Story.open(world)
    run_sweep("alarms")
    assert Alarm.objects.exists()
    assert published == ["events"]


@pytest.fixture
def broker(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The test's Redis as the workers' broker."""
    import redis

    monkeypatch.setattr(workers.app.conf, "broker_url", redis_url)
    monkeypatch.setattr(workers.app.conf, "broker_write_url", redis_url)
    with redis.Redis.from_url(redis_url) as client:
        yield client


def waiting(client: Any) -> list[str]:
    """The sweeps that lie in the queue, oldest first."""
    messages = [json.loads(text) for text in reversed(client.lrange(workers.QUEUE, 0, -1))]
    assert all(message["headers"]["expires"] for message in messages)
    return [
        json.loads(message["headers"]["argsrepr"].replace("'", '"').replace(",)", "]").replace("(", "["))[0]
        for message in messages
    ]


@pytest.mark.redis
def test_a_nudge_lies_in_redis_and_another_after_redis_lost_its_memory(broker: Any) -> None:
    assert publish(["events", "dispatches"])
    assert waiting(broker) == ["events", "dispatches"]
    assert publish(["proof"])
    assert json.loads(broker.lrange(workers.QUEUE, 0, 0)[0])["headers"]["timelimit"] == [
        workers.A_DAY + 60,
        workers.A_DAY,
    ]
    broker.lpop(workers.QUEUE)
    broker.flushdb()
    assert publish(["events"])
    assert waiting(broker) == ["events"]


@pytest.mark.redis
def test_a_beat_that_starts_asks_for_everything_at_once(broker: Any) -> None:
    workers.catch_up()
    assert waiting(broker) == list(BY_NAME)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_broker_that_is_away_is_told_of_and_hinders_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "complaints", Complaints())
    away = f"redis://:secret@127.0.0.1:{closed_port()}/0"
    monkeypatch.setattr(workers.app.conf, "broker_url", away)
    monkeypatch.setattr(workers.app.conf, "broker_write_url", away)
    assert not publish(["events"])
    assert not publish(["events"])
    assert [record.levelname for record in caplog.records if record.name == "project.celery"] == ["WARNING"]
    assert "secret" not in caplog.text


def test_the_complaint_comes_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints()
    with caplog.at_level(logging.WARNING, "project.celery"):
        for second in range(180):
            complaints.say(OSError(), float(second))
    assert len(caplog.records) == 3


def test_a_request_does_not_wait_for_the_broker_and_many_nudges_become_few(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    begun, let_go, again = threading.Event(), threading.Event(), threading.Event()

    def slow(names: tuple[str, ...]) -> bool:
        asked.append(names)
        (again if begun.is_set() else begun).set()
        assert let_go.wait(20)
        if len(asked) == 1:
            raise RuntimeError("the thread has to outlive this")
        return True

    monkeypatch.setattr(nudges, "publish", slow)
    nudger = Nudger()
    nudger()
    assert begun.wait(20)
    for _step in range(100):
        nudger()
    let_go.set()
    assert again.wait(20)
    assert asked == [RECORDED, RECORDED]
