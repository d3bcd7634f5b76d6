"""Run the clock in a process of its own, without a broker."""

from __future__ import annotations

import datetime as dt
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.clock import now
from project.clock import SWEEPS, Rounds
from project.running.loop import Loop


class Command(BaseCommand):
    help = "Run every sweep when it is due, until SIGTERM or Ctrl-C; the batch that was begun is finished first."
    # It is started again after every fault; the release was checked when it was installed.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="until nothing is left to do, then end")
        parser.add_argument("--at", help="with --once: for this past moment (ISO, Asia/Shanghai), not for the present")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            run_once(moment(options["at"]))
        elif options["at"]:
            raise CommandError("--at needs --once")
        else:
            run_until_stopped()


def moment(text: str | None) -> dt.datetime:
    """The moment that the option names, else the present; a rung fired early would be lost, so no later one."""
    present = now()
    if text is None:
        return present
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as fault:
        raise CommandError(f"--at is no ISO date or time: {text}") from fault
    at = timezone.make_aware(at) if timezone.is_naive(at) else at
    if at > present:
        raise CommandError("--at lies in the future; a dry run of the ladder tells what will happen then")
    return at


def run_once(at: dt.datetime) -> None:
    """Every sweep, and again while one says that there is more; a fault makes the command fail."""
    rounds = Rounds()
    while rounds.go(at, time.monotonic(), [sweep.name for sweep in SWEEPS]) <= time.monotonic():
        continue
    if rounds.faults:
        raise CommandError(f"failed: {', '.join(rounds.faults)}; the log says where")


def run_until_stopped() -> None:
    """The loop, until SIGTERM ends it as Ctrl-C does: after the batch that was begun. A second one ends it at once."""
    loop = Loop()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    loop.start()
    try:
        loop.thread.join()
    except KeyboardInterrupt:
        loop.stop()
