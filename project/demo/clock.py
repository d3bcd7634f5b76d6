"""The demonstration's own present: it begins on the twelfth of May 2021 and moves on with the real time.

Only what goes through ``cases.clock.now`` is shifted; sessions, cookies and their expiry keep to the real time.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # no summer time there
TODAY = dt.datetime(2021, 5, 12, 10, 0, tzinfo=SHANGHAI)
FILE = "demo-clock.json"


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
    return dt.datetime.fromisoformat(note["starts_at"]) - dt.datetime.fromisoformat(note["seeded_at"])


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
