"""The clock: everything that happens by itself is a sweep in the one table below (design, idea 5).

A sweep is a function ``(at, limit) -> int``: it claims a batch of committed rows that are due, does them, and says how
many they were. It is safe to repeat and to run many times at once. The embedded loop, ``manage.py run_clock`` and
Celery run the same table; no state is kept but the rows.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import OperationalError
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

MAX_BATCHES = 50
MAX_SECONDS = 30.0
MAX_PAUSE = 300.0
SPEAKING = (OperationalError, ImportError)  # their words are of the database and the code, never of a row


@dataclass(frozen=True)
class Sweep:
    """One line of the table: what runs, how often without being asked, how many rows at once, and who is next.

    ``every`` is in seconds. ``wakes`` names the later sweeps that find work when this one has done some. What runs
    ``beside`` the others may take hours: nobody waits for it, and no limit of time ends it half-way.
    """

    name: str
    path: str
    every: int
    limit: int
    wakes: tuple[str, ...]
    purpose: str
    beside: bool = False


# In the order in which one hands on to the next. A new sweep is one line here and nothing anywhere else.
SWEEPS: tuple[Sweep, ...] = (
    Sweep("guidance", "workflows.alliance.guidance.behind.remind_those_behind", 3600, 100, ("events",), "targets"),
    Sweep("alarms", "notifications.alarms.fire_alarms", 15, 1000, ("events",), "reminders and escalation"),
    Sweep("phases", "workflows.alliance.clock.turn_phases", 60, 500, ("events",), "phases of pilots"),
    Sweep("newcomers", "workflows.alliance.newcomers.invite", 600, 100, ("events",), "units new to a programme"),
    Sweep(
        "agreements",
        "workflows.alliance.agreements.remind_of_agreements",
        3600,
        100,
        ("events",),
        "agreements that end",
    ),
    Sweep("events", "notifications.outbox.deliver_events", 15, 1000, ("dispatches",), "events become messages"),
    Sweep("digests", "notifications.digests.gather_digests", 60, 500, ("dispatches",), "the day's e-mail of a person"),
    Sweep("dispatches", "notifications.outbox.send_dispatches", 15, 100, (), "e-mail and webhook calls"),
    Sweep("rows", "cases.audit.sealing.seal_rows", 60, 500, (), "history rows of drafts get into a chain"),
    Sweep("anchors", "cases.audit.anchors.write_anchor", 600, 1, ("anchor_mail",), "the day's anchor of all chains"),
    Sweep("anchor_mail", "notifications.audit_mail.mail_anchors", 600, 30, (), "anchors leave for their witnesses"),
    Sweep("proof", "cases.audit.daily.verify_daily", 600, 1, ("faults",), "the day's verification of the trail", True),
    Sweep("faults", "notifications.audit_mail.tell_faults", 600, 1, (), "faults of the trail are told", True),
    Sweep("proposals", "notifications.proposals_mail.tell_proposals", 60, 100, (), "who has to confirm a post is told"),
    Sweep("scans", "cases.quarantine.scan_pending", 60, 20, (), "files that the virus scanner has not seen"),
)
BRIEF = tuple(sweep for sweep in SWEEPS if not sweep.beside)
BESIDE = tuple(sweep for sweep in SWEEPS if sweep.beside)
BY_NAME: Mapping[str, Sweep] = {sweep.name: sweep for sweep in SWEEPS}
# What finds work once an event was recorded.
RECORDED = ("events",)


@dataclass(frozen=True)
class Outcome:
    """What became of one run: rows done, whether more may be waiting, and whether it broke off with a fault."""

    done: int = 0
    more: bool = False
    failed: bool = False


def always() -> bool:
    return True


def run(sweep: Sweep, at: dt.datetime, go_on: Callable[[], bool] = always) -> Outcome:
    """Repeat a sweep until it finds nothing, and never raise: a fault is logged and the next sweep goes on.

    A run ends early, with ``more``, when it has had its share, so that no sweep starves the others, and when ``go_on``
    says no: the batch that was begun is finished first.
    """
    done, batches, begun = 0, 0, time.monotonic()
    try:
        function = import_string(sweep.path)
        while go_on():
            found = function(at, limit=sweep.limit)
            done, batches = done + found, batches + 1
            if not found:
                return _told(sweep, Outcome(done))
            if batches >= MAX_BATCHES or time.monotonic() - begun >= MAX_SECONDS:
                break
    except Exception as fault:  # noqa: BLE001 - whatever a sweep raises must not stop the others; it is logged in full
        log.error("sweep %s failed after %d rows\n%s", sweep.name, done, account_of(fault))
        return Outcome(done, failed=True)
    return _told(sweep, Outcome(done, more=True))


def _told(sweep: Sweep, outcome: Outcome) -> Outcome:
    if outcome.done:
        log.info("sweep %s: %d rows%s", sweep.name, outcome.done, ", more to come" if outcome.more else "")
    return outcome


def account_of(fault: BaseException | None) -> str:
    """The traceback of a fault and its causes without the words of the exceptions, which may hold personal data.

    A mail server's refusal names the address, a constraint's violation the values of the row. What a database says of
    itself (locks, connections) is kept.
    """
    parts: list[str] = []
    while fault is not None:
        said = str(fault).partition("\n")[0] if isinstance(fault, SPEAKING) else ""
        kind = f"{type(fault).__module__}.{type(fault).__qualname__}"
        parts.insert(0, f"{''.join(traceback.format_tb(fault.__traceback__))}{kind}: {said}".rstrip(": "))
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\nwhich led to\n".join(parts)


@dataclass
class Rounds:
    """What a loop knows of its sweeps: when each is due again, and how long one that fails is left alone.

    ``tick`` is in seconds of a monotonic clock.
    """

    sweeps: tuple[Sweep, ...] = SWEEPS
    due: dict[str, float] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    def go(self, at: dt.datetime, tick: float, woken: Iterable[str] = (), go_on: Callable[[], bool] = always) -> float:
        """One round of the table: what is due or woken, and what that wakes. Returns the tick of the next round."""
        called = set(woken)
        for sweep in self.sweeps:
            is_called = sweep.name in called and not self.faults.get(sweep.name)
            if not (is_called or tick >= self.due.get(sweep.name, tick)):
                continue
            outcome = run(sweep, at, go_on)
            self._note(sweep, outcome, tick)
            if outcome.done:
                called.update(sweep.wakes)
        return min(self.due.values())

    def _note(self, sweep: Sweep, outcome: Outcome, tick: float) -> None:
        if outcome.failed:
            # 15, 30, 60 … seconds; a nudge does not shorten the pause.
            count = self.faults[sweep.name] = self.faults.get(sweep.name, 0) + 1
            self.due[sweep.name] = tick + min(sweep.every * 2.0 ** min(count - 1, 10), MAX_PAUSE)
            return
        self.faults.pop(sweep.name, None)
        self.due[sweep.name] = tick if outcome.more else tick + sweep.every
