"""The demonstration's own present: it begins on the twelfth of May 2021 and moves on with the real time.

Only what goes through ``cases.clock.now`` is shifted; sessions, cookies and their expiry keep to the real time.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
from pathlib import Path

SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # no summer time there
TODAY = dt.datetime(2021, 5, 12, 10, 0, tzinfo=SHANGHAI)
FILE = "demo-clock.json"
FARTHEST = dt.timedelta(days=366)


def offset(directory: Path, start: str, now: dt.datetime) -> dt.timedelta:
    """What is added to the real time: from ``start`` (ISO date or time, Asia/Shanghai), else as the seeding noted it.

    Nothing where there is neither. Raises ValueError for what is no date.
    """
    if start:
        begin = dt.datetime.fromisoformat(start)
        return (begin if begin.tzinfo else begin.replace(tzinfo=SHANGHAI)) - now
    note = read(directory)
    if not note:
        return dt.timedelta(0)
    begun = dt.datetime.fromisoformat(note["starts_at"]) - dt.datetime.fromisoformat(note["seeded_at"])
    return begun + dt.timedelta(seconds=int(note.get("moved_seconds", 0)))


def write(directory: Path, now: dt.datetime, first_case: str) -> None:
    """Note that the demonstration is complete, when that was, and by a random key to which database it belongs."""
    directory.mkdir(parents=True, exist_ok=True)
    note = {"starts_at": TODAY.isoformat(), "seeded_at": now.isoformat(), "first_case": first_case}
    (directory / FILE).write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


def read(directory: Path) -> dict[str, str]:
    """The note of the seeding; empty where there is none."""
    path = directory / FILE
    if not path.exists():
        return {}
    note: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return note


def move_on(by: dt.timedelta) -> dt.datetime:
    """Move the demonstration's present forward, note it beside the data, run what has become due; returns the present.

    Holds in this process at once, and in others of the same demonstration at their next round. Where
    ``YIYANG_CLOCK_START`` names a beginning, the next start begins there again. Raises ValueError outside the
    demonstration, and for a step back or of more than a year: what was recorded must not come to lie in the future.
    """
    from django.conf import settings

    from cases.clock import now
    from project.running.loop import wake_embedded

    if settings.MODE != "demo":
        raise ValueError("only the demonstration's clock can be moved")
    if not dt.timedelta(0) < by <= FARTHEST:
        raise ValueError(f"the clock moves forward, by a year at most: {by}")
    if settings.CLOCK_START:
        settings.CLOCK_OFFSET += by
    else:
        _note_move(settings.VAR_DIR, by)
        follow()
    wake_embedded()
    return now()


def follow() -> None:
    """Take over a move of the clock that another process has noted."""
    from django.conf import settings

    if not settings.CLOCK_START and read(settings.VAR_DIR):
        settings.CLOCK_OFFSET = offset(settings.VAR_DIR, "", dt.datetime.now(dt.UTC))


def _note_move(directory: Path, by: dt.timedelta) -> None:
    """Add to the note under a lock, whole or not at all: two people may press at once."""
    if not read(directory):
        raise ValueError("no demonstration lies here")
    with (directory / f"{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = read(directory)
        note["moved_seconds"] = str(int(note.get("moved_seconds", 0)) + round(by.total_seconds()))
        fresh = directory / f"{FILE}.new"
        fresh.write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
        fresh.replace(directory / FILE)
