"""What tests of the running clock share: processes, work for them that is due, a receiver, and what must hold after.

The work is real: cycles with a reminder due today, whose event becomes a message to the institution's head, which
leaves by the webhook. ``Ledger`` remembers what was asked for and compares it with what came of it.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.access import SYSTEM, appoint
from cases.clock import end_of_day, local_date, start_of_day
from cases.models import Case, CaseEvent, EventDelivery, User, WorkItem
from notifications.models import Alarm, Dispatch, Message, Preference
from notifications.sending import LEASE, PAUSES
from project.clock import SWEEPS, Rounds
from tests.fast_clock import FastClock
from tests.worlds import BEGINNING, World, build_world, moment, unit
from workflows.consistency import faults
from workflows.quality_cycle.opening import open_year

ROOT = Path(__file__).resolve().parent.parent
RUNG = "-7"
DAYS = 7


class Receiver:
    """The far end of the webhook: counts calls by their idempotency key, as a gateway would to act once on each."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls[self.headers["webhook-id"]] += 1
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                """Nothing on the test's output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A caller that is killed in mid-call is what the tests are about.
        self.server.handle_error = lambda *_request: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/inbox"


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that listens."""
    far_end = Receiver()
    thread = threading.Thread(target=far_end.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield far_end
    finally:
        far_end.server.shutdown()
        far_end.server.server_close()
        thread.join()


def world_of_work(institutions: int) -> World:
    """A county with so many institutions, each with an open cycle, one filler for them all, and no quiet hours."""
    world = build_world()
    filler = world.people["institution_filler"]
    for number in range(3, institutions + 1):
        place = unit("institution", f"天山区第{number}护理院", f"650102-{number:03d}", world.county)
        appoint(filler, place, "institution_filler", valid_from=BEGINNING)
    appoint(filler, world.sibling, "institution_filler", valid_from=BEGINNING)
    Preference.objects.bulk_create(
        Preference(user=user, quiet_from=dt.time(0), quiet_until=dt.time(0)) for user in User.objects.all()
    )
    open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    WorkItem.objects.update(next_alarm_at=None)
    return world


@dataclass
class Ledger:
    """What was made due, by work item and revision of its date."""

    clock: FastClock
    asked: set[tuple[int, int]] = field(default_factory=set)

    @transaction.atomic
    def feed(self) -> int:
        """Give every item that waits for nothing a new date, a week ahead, whose reminder is due now."""
        at = self.clock.now()
        day = local_date(at)
        # As the engine does it: the case's lock is the item's.
        cases = list(Case.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        items = WorkItem.objects.open().human().filter(process__in=cases).exclude(next_alarm_at__lte=at)
        count = 0
        for item in items:
            item.due_revision += 1
            item.due_at, item.due_since = end_of_day(day + dt.timedelta(days=DAYS)), start_of_day(day)
            item.next_alarm_at = start_of_day(day) + dt.timedelta(hours=9)
            item.save(update_fields=["due_revision", "due_at", "due_since", "next_alarm_at"])
            self.asked.add((item.pk, item.due_revision))
            count += 1
        return count

    def finish(self) -> None:
        """Let the rest be done in this process, after every lease has run out, the longest pause included."""
        rounds = Rounds()
        at = self.clock.now() + LEASE + PAUSES[-1]
        tick = 0.0
        while rounds.go(at, tick, [sweep.name for sweep in SWEEPS]) <= tick:
            tick += 1.0
        assert not rounds.faults

    def check(self, calls: Counter[str]) -> None:
        """Nothing lost and nothing doubled: rungs, events, messages, and what the receiver acted on."""
        assert self.asked, "nothing was asked for"
        alarms = list(Alarm.objects.values_list("item_id", "revision", "rung", "event_id"))
        assert Counter(alarm[:3] for alarm in alarms) == Counter((*asked, RUNG) for asked in self.asked)
        reminders = list(CaseEvent.objects.filter(verb="remind").values_list("pk", "details"))
        told = Counter((details["item"], details["revision"]) for _pk, details in reminders)
        assert told == Counter(self.asked)
        assert {event for *_rung, event in alarms} == {pk for pk, _details in reminders}
        assert not EventDelivery.objects.filter(done_at=None).exists()
        messages = Counter(Message.objects.filter(event__verb="remind").values_list("event_id", flat=True))
        assert messages == Counter(pk for pk, _details in reminders)
        sent = Dispatch.objects.filter(channel="webhook")
        assert not sent.exclude(state=Dispatch.State.SENT).exists()
        assert {str(key) for key in sent.values_list("key", flat=True)} == set(calls)
        assert sent.count() == Message.objects.filter(rule="reminder").count()
        assert list(faults(Case.objects.all())) == []


def environment(database_url: str, clock: FastClock, **more: str) -> dict[str, str]:
    """Of a process of the product that works on the test's own data, in the test's own time."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "YIYANG_TEST_DATABASE": database_url,
        "YIYANG_TEST_CLOCK": str(clock),
        "YIYANG_WEBHOOK_NETWORKS": "127.0.0.0/8",
        **more,
    }


class Process:
    """A process of the product in a group of its own, so that a signal reaches its children too."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path, **how: Any) -> None:
        self.command, self.log = command, log
        self.how = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "env": env, **how}
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as file:
            self.popen = subprocess.Popen(self.command, stdout=file, stderr=file, start_new_session=True, **self.how)

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait for its end."""
        victim = self.popen
        with suppress(ProcessLookupError):
            os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()

    def alive(self) -> bool:
        return self.popen.poll() is None

    def words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def program(name: str) -> str:
    """A program of this environment."""
    return str(Path(sys.executable).parent / name)
