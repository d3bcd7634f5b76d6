"""Anchors: once a day the heads of all chains that have moved, under one signed Merkle root, outside the database.

An anchor names the one before it, so that all of them together cover every chain. The heads stand in a file of their
own beside it, by which a chain that was rewritten is not only noticed but named.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import Max

from cases.access import SYSTEM
from cases.audit import keys, merkle
from cases.audit.chains import note
from cases.audit.snapshot import snapshot
from cases.clock import local_date
from cases.events import canonical
from cases.models import Case, CaseEvent
from cases.models.audit import AuditChain, SystemEvent

GENESIS = "0" * 64
ANCHORED = "anchor"
CHUNK = 2000


@dataclass(frozen=True)
class Anchor:
    """One line of the file of anchors."""

    line: bytes
    said: dict[str, Any]

    @property
    def number(self) -> int:
        return int(self.said["number"])

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.line).hexdigest()

    @property
    def content(self) -> bytes:
        """What the signature is over: everything but itself."""
        return canonical({name: value for name, value in self.said.items() if name != "signature"})

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.said["at"])


def directory() -> Path:
    return Path(settings.AUDIT_DIR)


def anchors_file() -> Path:
    return directory() / "anchors.jsonl"


def put_aside() -> list[Path]:
    """Files of anchors that an operator has put aside, after a backup was restored (docs/audit.md)."""
    return sorted(directory().glob("anchors-*.jsonl"))


def heads_file(number: int) -> Path:
    return directory() / "heads" / f"{number:06d}.jsonl"


def read_anchors(path: Path | None = None) -> Iterator[Anchor]:
    """The anchors of a file, the first one first; a line that is no anchor comes with nothing in it."""
    source = path or anchors_file()
    if not source.exists():
        return
    with source.open("rb") as file:
        for line in file:
            try:
                said = json.loads(line)
                yield Anchor(line.rstrip(b"\n"), said if isinstance(said, dict) else {})
            except ValueError:
                yield Anchor(line.rstrip(b"\n"), {})


def write_anchor(at: dt.datetime, limit: int = 1) -> int:
    """The anchor of the day (Asia/Shanghai) of ``at`` (UTC), where there is none yet; returns how many it wrote.

    The heads are on the disk before the anchor is, and the anchor before the database hears of it.
    """
    with held(fcntl.LOCK_EX) as file:
        known = list(read_anchors())[-2:]
        if known and local_date(known[-1].at) >= local_date(at):
            return 0
        anchor = _written(file, known, at)
        said = anchor.said
        details = {"number": anchor.number, "hash": anchor.hash, "leaves": said["leaves"], "root": said["root"]}
        note(ANCHORED, by=SYSTEM, at=at, details=details)
    return 1


def leaf_of(kind: str, name: str, count: int, head: str) -> bytes:
    """One leaf: a chain, how many events it has, and its head."""
    return canonical([kind, name, count, head])


def _written(file: IO[bytes], known: list[Anchor], at: dt.datetime) -> Anchor:
    number = known[-1].number + 1 if known else 1
    # From the anchor before the last one on: what committed late is covered by this one.
    since = known[0].said if len(known) == 2 else {"events": 0, "system_events": 0}
    bounds = {"events": _last(CaseEvent), "system_events": _last(SystemEvent)}
    path = heads_file(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as heads:
        counted = Counted(heads)
        with snapshot():
            root = merkle.root(counted.pass_on(_moved(since)))
        heads.flush()
        os.fsync(heads.fileno())
    key = keys.signing_key()
    said: dict[str, Any] = {
        "format": 1,
        "number": number,
        "at": at.astimezone(dt.UTC).isoformat(),
        "previous": known[-1].hash if known else GENESIS,
        "leaves": counted.count,
        "root": root.hex(),
        **bounds,
        "key": keys.public_text(key) if key else "",
    }
    said["signature"] = keys.sign(canonical(said), key) if key else ""
    anchor = Anchor(canonical(said), said)
    file.write(anchor.line + b"\n")
    file.flush()
    os.fsync(file.fileno())
    return anchor


class Counted:
    """Writes leaves to their file on their way into the tree."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.count = file, 0

    def pass_on(self, leaves: Iterable[bytes]) -> Iterator[bytes]:
        for leaf in leaves:
            self.count += 1
            self.file.write(leaf + b"\n")
            yield leaf


def _moved(since: dict[str, Any]) -> Iterator[bytes]:
    """The heads of the chains that have moved since the bounds of an earlier anchor: cases, then the system's own."""
    cases = Case.objects.order_by("pk")
    if since["events"]:
        cases = cases.filter(pk__in=CaseEvent.objects.filter(pk__gt=since["events"]).order_by().values("case_id"))
    for uid, count, head in cases.values_list("uid", "event_count", "chain_head").iterator(chunk_size=CHUNK):
        yield leaf_of("case", str(uid), count, head)
    chains = AuditChain.objects.order_by("pk")
    if since["system_events"]:
        moved = SystemEvent.objects.filter(pk__gt=since["system_events"]).order_by().values("chain_id")
        chains = chains.filter(pk__in=moved)
    for name, count, head in chains.values_list("key", "count", "head").iterator(chunk_size=CHUNK):
        yield leaf_of("system", name, count, head)


def _last(model: Any) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


@contextmanager
def held(how: int = fcntl.LOCK_SH) -> Iterator[IO[bytes]]:
    """The file of anchors, opened for appending; nobody writes an anchor meanwhile."""
    directory().mkdir(parents=True, exist_ok=True)
    with anchors_file().open("ab") as file:
        fcntl.flock(file, how)
        yield file
