"""The loop that runs the sweeps without a broker: in a thread of the server, or in ``manage.py run_clock``.

Any number of loops may run at once: rows are claimed by the sweeps themselves.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from cases import clock
from cases.signals import recorded
from project.clock import BESIDE, BRIEF, BY_NAME, RECORDED, Rounds, account_of
from project.demo import clock as demo_clock

log = logging.getLogger(__name__)

SETTLE = 0.1  # seconds in which several nudges become one
LONGEST_WAIT = 15.0
GRACE = 10.0


class Loop:
    """Rounds of the table, at once when woken and else when a sweep is due, until told to stop.

    Without rounds of its own it runs the whole table, and what may take long in a second loop beside it.
    """

    def __init__(self, rounds: Rounds | None = None, name: str = "clock") -> None:
        self.rounds = rounds or Rounds(BRIEF)
        self.beside = None if rounds else Loop(Rounds(BESIDE), "clock-beside")
        self._woken: set[str] = set()
        self._waking = threading.Lock()
        self._called = threading.Event()
        self._stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        recorded.connect(self._recorded, weak=False, dispatch_uid=id(self))
        self.thread.start()
        if self.beside is not None:
            self.beside.thread.start()

    def stop(self, seconds: float | None = None) -> None:
        """Finish the batch that was begun and end; wait for that as long as given.

        What runs beside it writes nothing before its end, so that it may be left half-way and is done again.
        """
        recorded.disconnect(dispatch_uid=id(self))
        self._stopped.set()
        self._called.set()
        if self.beside is not None:
            self.beside.stop(GRACE / 2)
        self.thread.join(seconds)

    def wake(self, *names: str) -> None:
        """Run these sweeps now; all of them if none is named."""
        with self._waking:
            self._woken.update(names or BY_NAME)
            self._called.set()
        if self.beside is not None:
            self.beside.wake(*names)

    def _recorded(self, **_signal: Any) -> None:
        with self._waking:
            self._woken.update(RECORDED)
            self._called.set()

    def _go_on(self) -> bool:
        return not self._stopped.is_set()

    def _run(self) -> None:
        while self._go_on():
            self._called.wait(self._round())
            self._stopped.wait(SETTLE)

    def _round(self) -> float:
        """One round; returns how many seconds may pass until the next. Nothing ends the loop but ``stop``."""
        with self._waking:
            self._called.clear()
            woken, self._woken = self._woken, set()
        tick = time.monotonic()
        try:
            close_old_connections()
            if settings.MODE == "demo":
                demo_clock.follow()
            soonest = self.rounds.go(clock.now(), tick, woken, self._go_on)
        except Exception as fault:  # noqa: BLE001 - the loop outlives whatever happens beside the sweeps
            log.error("the clock's round failed\n%s", account_of(fault))
            return LONGEST_WAIT
        finally:
            close_old_connections()
        return min(max(soonest - time.monotonic(), 0.0), LONGEST_WAIT)


_embedded: Loop | None = None


def start_embedded() -> Loop:
    """Start the loop of this process; a second call changes nothing. Ends with the process, after its batch."""
    global _embedded  # noqa: PLW0603 - one loop a process, however often the server asks
    if _embedded is None:
        _embedded = Loop()
        atexit.register(_embedded.stop, GRACE)
        _embedded.start()
    return _embedded


def wake_embedded() -> None:
    """Run every sweep now, if this process runs the clock: the time has jumped."""
    if _embedded is not None:
        _embedded.wake()
