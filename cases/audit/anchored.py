"""What the anchors hold against the database: signatures, roots, and the head of each chain at each anchor.

The heads are kept in a temporary database on disk while the chains are read, so that memory does not grow with them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_noop as _

from cases.audit import keys, merkle
from cases.audit.anchors import ANCHORED, GENESIS, Anchor, heads_file, put_aside, read_anchors
from cases.audit.faults import Counts, Fault, fault
from cases.models.audit import SystemEvent

PART = "anchor"


class Anchored:
    """The anchored heads by chain; close it when the chains have been read."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.store = sqlite3.connect("")
        self.store.execute("PRAGMA cache_size = -2000")
        self.store.execute(
            "CREATE TABLE heads (chain TEXT, count INTEGER, head TEXT, anchor INTEGER, PRIMARY KEY (chain, count))"
            " WITHOUT ROWID"
        )
        self.hashes: set[tuple[int, str]] = set()
        self.chain, self.heads, self.reached = "", dict[int, tuple[str, int]](), 0

    def close(self) -> None:
        self.store.close()

    def load(self, path: Path | None = None) -> Iterator[Fault]:
        """Read and check every anchor with its heads."""
        trusted, previous = keys.trusted_keys(), GENESIS
        for number, anchor in enumerate(read_anchors(path), start=1):
            unfit = _fault_of(anchor, number, previous)
            if unfit:
                yield fault(PART, f"anchor {number}", unfit)
                return
            previous = anchor.hash
            self.hashes.add((number, previous))
            self.counts.anchors += 1
            yield from self._check_signature(anchor, trusted)
            yield from self._load_heads(anchor)

    def _check_signature(self, anchor: Anchor, trusted: set[str]) -> Iterator[Fault]:
        signature, key = anchor.said["signature"], anchor.said["key"]
        if not signature:
            self.counts.unsigned_anchors += 1
            if trusted:
                yield fault(PART, f"anchor {anchor.number}", _("is not signed although there is a key"))
        elif not keys.is_signed(anchor.content, signature, key):
            yield fault(PART, f"anchor {anchor.number}", _("does not match its signature"))
        elif key not in trusted:
            yield fault(PART, f"anchor {anchor.number}", _("is signed with a key that is not known here"))

    def _load_heads(self, anchor: Anchor) -> Iterator[Fault]:
        path = heads_file(anchor.number)
        if not path.exists():
            yield fault(PART, f"anchor {anchor.number}", _("the file of its heads is gone"))
            return
        with path.open("rb") as file:
            total, self.found = merkle.root(self._stored(file, anchor.number)), 0
        if total.hex() != anchor.said["root"]:
            yield fault(PART, f"anchor {anchor.number}", _("the heads beside it do not lead to its root"))

    def _stored(self, lines: Iterator[bytes], number: int) -> Iterator[bytes]:
        for line in lines:
            leaf = line.rstrip(b"\n")
            try:
                _kind, chain, count, head = json.loads(leaf)
                self.store.execute("INSERT OR IGNORE INTO heads VALUES (?, ?, ?, ?)", (chain, count, head, number))
            except (ValueError, TypeError, sqlite3.Error):
                pass  # such a line leads to another root, and that is told
            yield leaf

    def known_to_the_chain(self) -> Iterator[Fault]:
        """The chains remember which anchors were written: the file must still hold them, or one that was put aside."""
        for path in put_aside():
            for anchor in read_anchors(path):
                self.counts.put_aside += 1
                self.hashes.add((int(anchor.said.get("number", 0)), anchor.hash))
        written = SystemEvent.objects.filter(verb=ANCHORED).order_by("pk").values_list("details", flat=True)
        for details in written.iterator(chunk_size=500):
            if (details["number"], details["hash"]) not in self.hashes:
                yield fault(
                    PART, f"anchor {details['number']}", _("the file no longer holds what was written that day")
                )

    def check(self, chain: str, seq: int, head: str) -> Iterator[Fault]:
        """Take up the next event of a chain; events of a chain come one after the other."""
        if chain != self.chain:
            yield from self.finish()
            rows = self.store.execute("SELECT count, head, anchor FROM heads WHERE chain = ?", (chain,))
            self.chain, self.heads = chain, {count: (known, number) for count, known, number in rows}
            self.reached = max(self.heads, default=0)
        if seq > self.reached:
            self.counts.not_anchored += 1
        anchored = self.heads.pop(seq, None)
        if anchored is not None and anchored[0] != head:
            where = f"chain {chain}, up to event {seq}"
            yield fault(
                PART, where, _("is not what anchor %(anchor)s covers: it was rewritten afterwards"), anchor=anchored[1]
            )
            self.heads = {}

    def finish(self) -> Iterator[Fault]:
        """The chain has ended: whatever was anchored of it beyond its end is missing."""
        if self.heads and max(self.heads) > 0:
            seq = min(count for count in self.heads if count)
            where = f"chain {self.chain}, event {seq}"
            yield fault(PART, where, _("is missing although anchor %(anchor)s covers it"), anchor=self.heads[seq][1])
        if self.chain:
            self.store.execute("DELETE FROM heads WHERE chain = ?", (self.chain,))
        self.chain, self.heads = "", {}

    def left_over(self) -> Iterator[Fault]:
        """Chains that were anchored and are not there at all."""
        rows = self.store.execute("SELECT chain, MAX(count), MIN(anchor) FROM heads WHERE count > 0 GROUP BY chain")
        for chain, count, number in rows:
            yield fault(
                PART,
                f"chain {chain}",
                _("is gone with %(count)s events that anchor %(anchor)s covers"),
                count=count,
                anchor=number,
            )


def _fault_of(anchor: Anchor, number: int, previous: str) -> str | None:
    wanted = {"format", "number", "at", "previous", "leaves", "root", "events", "system_events", "key", "signature"}
    if set(anchor.said) != wanted:
        return _("is not readable")
    if anchor.said["number"] != number:
        return _("is missing, or another stands in its place")
    if anchor.said["previous"] != previous:
        return _("does not follow the anchor before it")
    return None
