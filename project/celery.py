"""Celery, at scale: beat and nudges put names of sweeps into Redis, workers run them (design, idea 5).

The broker only wakes workers. There are no results, no countdowns and no state in it: what is lost with it is asked
for again by the next beat, and what comes twice finds nothing left to do.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from celery import Celery
from celery.signals import beat_init
from django.conf import settings
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from project.clock import BY_NAME, SWEEPS, Outcome, Sweep, run

log = logging.getLogger(__name__)

QUEUE = "sweeps"
NUDGE_EXPIRES = 15
SOFT_LIMIT, HARD_LIMIT = 420, 480  # seconds; the longest sweep gives up of itself after 300
A_DAY = 24 * 3600  # of what runs beside the others: verifying a large trail with its files
PUBLISHING = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 1, "interval_start": 0}
QUIET = 60.0  # seconds between two complaints about the broker


def limits(sweep: Sweep) -> dict[str, int]:
    """The limits of time of one run, where they are not those of all. The broker brings what takes longer than its
    patience to another worker, who finds it in hand and leaves it.
    """
    return {"soft_time_limit": A_DAY, "time_limit": A_DAY + 60} if sweep.beside else {}


def schedule(sweeps: Iterable[Sweep] = SWEEPS) -> dict[str, dict[str, Any]]:
    """Beat's table, made from the clock's own. What waits longer than the interval is dropped, so nothing piles up."""
    return {
        sweep.name: {
            "task": "run_sweep",
            "schedule": float(sweep.every),
            "args": [sweep.name],
            "options": {"expires": sweep.every, **limits(sweep)},
        }
        for sweep in sweeps
    }


app = Celery("yiyang")
app.conf.update(
    broker_url=settings.REDIS_URL or None,
    # The nameless exchange goes straight to the queue: another one's bindings would be lost with Redis's memory.
    task_queues=[Queue(QUEUE, Exchange(""), routing_key=QUEUE)],
    task_default_queue=QUEUE,
    task_default_exchange="",
    task_default_routing_key=QUEUE,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"visibility_timeout": 2 * HARD_LIMIT},
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_soft_time_limit=SOFT_LIMIT,
    task_time_limit=HARD_LIMIT,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    beat_schedule=schedule(),
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
    timezone=settings.TIME_ZONE,
)


@app.task(name="run_sweep")
def run_sweep(name: str) -> None:
    """Run one sweep of the table for the present, then wake those that find work now, itself if more is left."""
    from cases.clock import now

    sweep = BY_NAME[name]
    outcome = run(sweep, now())
    publish(woken_by(sweep, outcome))


def woken_by(sweep: Sweep, outcome: Outcome) -> tuple[str, ...]:
    """The sweeps that find work after this one."""
    woken = sweep.wakes if outcome.done else ()
    return (*woken, sweep.name) if outcome.more else woken


class Complaints:
    """Says once a minute that the broker is away, not at every nudge."""

    def __init__(self) -> None:
        self._said = -QUIET
        self._lock = threading.Lock()

    def say(self, fault: BaseException, tick: float) -> None:
        with self._lock:
            if tick - self._said < QUIET:
                return
            self._said = tick
        log.warning("the broker does not answer (%s); the next beat does what is due", type(fault).__qualname__)


complaints = Complaints()


def publish(names: Iterable[str]) -> bool:
    """Ask the workers for these sweeps; says whether the broker took it, and never raises because it is away."""
    wanted = list(names)
    if not wanted:
        return True
    try:
        with app.connection_for_write(transport_options=PUBLISHING) as connection:
            for name in wanted:
                sweep = BY_NAME[name]
                run_sweep.apply_async(
                    (name,), connection=connection, retry=False, expires=NUDGE_EXPIRES, **limits(sweep)
                )
    except (OperationalError, OSError) as fault:
        complaints.say(fault, time.monotonic())
        return False
    return True


@beat_init.connect
def catch_up(**_signal: Any) -> None:
    """A beat that starts does not wait for the first interval: something may have been waiting for it."""
    publish(BY_NAME)
