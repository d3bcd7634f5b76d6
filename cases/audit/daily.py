"""The daily verification: what it found stands in the system's own chain, and alarms start from there."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from itertools import islice
from typing import Any

from cases.access import SYSTEM, Actor
from cases.audit.alone import alone
from cases.audit.chains import note
from cases.audit.faults import Counts
from cases.audit.verifying import verify
from cases.clock import local_date, start_of_day
from cases.models.audit import SystemEvent

VERIFIED, ASKED = "verified", "verification_asked"
KEPT = 20  # faults that are named in the event; the command names more
SHOWN_COUNTS = tuple(name for name in asdict(Counts()) if name != "notes")


def verify_daily(at: dt.datetime, limit: int = 1) -> int:
    """Verify once on the day (Asia/Shanghai) of ``at`` (UTC), and whenever somebody has asked for it since then.

    What was found is noted; 0 where there was nothing to do.
    """
    with alone("proof") as ours:
        last = last_verification()
        done = last is not None and last.at >= start_of_day(local_date(at)) and not is_asked_for(last)
        if done or not ours:
            return 0
        verify_now(at, by=SYSTEM)
    return 1


def verify_now(at: dt.datetime, *, by: Actor, with_files: bool = True) -> SystemEvent:
    """Verify everything and note what was found: how many faults, the first of them, and how much was looked at."""
    counts = Counts()
    faults = verify(counts, with_files=with_files)
    first = list(islice(faults, KEPT))
    total = len(first) + sum(1 for _fault in faults)
    details: dict[str, Any] = {
        "faults": total,
        "first": [asdict(fault) for fault in first],
        "counts": {name: value for name, value in asdict(counts).items() if name in SHOWN_COUNTS},
        "files": with_files,
    }
    return note(VERIFIED, by=by, at=at, details=details)


def is_asked_for(last: SystemEvent | None) -> bool:
    """Whether somebody waits for a verification that has not been made."""
    asked = SystemEvent.objects.filter(verb=ASKED)
    return asked.filter(pk__gt=last.pk).exists() if last is not None else asked.exists()


def last_verification() -> SystemEvent | None:
    """What the last verification has found."""
    return SystemEvent.objects.filter(verb=VERIFIED).select_related("actor").order_by("-pk").first()
