"""Celery as the project starts it, with a beat that asks five times a second and batches of seven: more encounters.

Workers note which process did how much, so that a test can tell that they really shared the work.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import cast

from celery.signals import worker_process_init

from project.celery import app
from project.clock import BY_NAME, SWEEPS, Sweep

table = cast("dict[str, Sweep]", BY_NAME)
table.update({sweep.name: replace(sweep, limit=7) for sweep in SWEEPS})
for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 0.2


@worker_process_init.connect
def note_who_works(**_signal: object) -> None:
    """Say in the log which process did how many rows."""
    told = logging.StreamHandler()
    told.setFormatter(logging.Formatter("process %(process)d: %(message)s"))
    log = logging.getLogger("project.clock")
    log.addHandler(told)
    log.setLevel(logging.INFO)
