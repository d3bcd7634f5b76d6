"""Wakes the workers once events were recorded; a request never waits for the broker."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from cases.signals import recorded
from project.celery import publish
from project.clock import RECORDED, account_of

log = logging.getLogger(__name__)

SETTLE = 0.2  # seconds in which the nudges of many steps become one


class Nudger:
    """A thread that publishes what was asked for, at most once in ``SETTLE`` seconds.

    It starts with the first nudge of a process, so that a server that forks has one in each worker.
    """

    def __init__(self) -> None:
        self._called = threading.Event()
        self._starting = threading.Lock()
        self._process = 0

    def __call__(self, **_signal: Any) -> None:
        if self._process != os.getpid():
            self._start()
        self._called.set()

    def _start(self) -> None:
        with self._starting:
            if self._process != os.getpid():
                self._called = threading.Event()
                threading.Thread(target=self._run, args=(self._called,), name="nudge", daemon=True).start()
                self._process = os.getpid()

    @staticmethod
    def _run(called: threading.Event) -> None:
        while called.wait():
            called.clear()
            try:
                publish(RECORDED)
            except Exception as fault:  # noqa: BLE001 - the next nudge must find the thread alive
                log.error("a nudge failed\n%s", account_of(fault))
            threading.Event().wait(SETTLE)


def nudge_when_recorded() -> None:
    """From now on, every recorded event wakes the workers."""
    recorded.connect(Nudger(), weak=False, dispatch_uid="nudge")
