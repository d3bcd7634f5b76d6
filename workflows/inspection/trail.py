"""The trail of one case: every event with who acted for whom, and with what it changed in any record of the case."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.audit.layouts import FILE
from cases.keyset import page_of
from cases.models import Case, CaseEvent
from cases.naming import ACTOR
from workflows.desk import timeline
from workflows.inspection.records import Place, Version, versions_of
from workflows.inspection.wording import Row, Words

ROWS = 20
NOW = 0  # what was written after the last event


@dataclass(frozen=True)
class Change:
    """What one event changed in one record; ``draft``: saved before it, without an event of its own.

    A draft says who saved it, and when last; what belongs to an event is the work of whoever the event names.
    """

    record: str
    rows: list[Row]
    draft: bool
    is_new: bool
    gone: bool
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Line:
    """An event as the timeline shows it, with its number, digest and changes."""

    entry: timeline.Entry
    seq: int
    hash: str
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Trail:
    """One page, the latest first; ``waiting`` is what was saved after the last event."""

    lines: list[Line]
    waiting: list[Change]
    next: str


def trail_of(case: Case, *, before: str = "") -> Trail:
    """A page of the trail. As many queries as the case has sorts of records, whatever their number."""
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR)
    page = page_of(events, "seq", after=before, size=ROWS, descending=True)
    versions = versions_of(case)
    grouped = _by_event(case, versions)
    shown = {event.seq for event in page.rows} | (set() if before else {NOW})
    words = Words(case, ((each.place, each.values) for each in versions), (each.by for each in versions))
    changes = {seq: _changes(grouped[seq], words) for seq in shown if seq in grouped}
    lines = [
        Line(entry, event.seq, event.hash, changes.get(event.seq, []))
        for entry, event in zip(timeline.entries(case, page.rows), page.rows, strict=True)
    ]
    return Trail(lines, changes.get(NOW, []), page.next)


Pair = tuple[Version | None, Version, bool]


def _by_event(case: Case, versions: list[Version]) -> dict[int, list[Pair]]:
    """The version before and the version after, by the number of the event that seals the latter or comes next."""
    sealed: dict[tuple[str, int], int] = {}
    opening: dict[str, int] = {}
    moments: list[tuple[dt.datetime, int]] = []
    for seq, at, entries in CaseEvent.objects.filter(case=case.pk).order_by("seq").values_list("seq", "at", "sealed"):
        moments.append((at, seq))
        for name, key, _digest in entries:
            label = name.partition("/")[0]
            if key is None:
                opening[label] = seq
            elif not name.startswith(FILE):
                sealed[label, key] = seq
    moments.sort()
    last: dict[Place, Version] = {}
    grouped: dict[int, list[Pair]] = defaultdict(list)
    for version in versions:
        label = version.place[0]
        before = last.get(version.place)
        known = sealed.get((label, version.row)) or (opening.get(label) if before is None else None)
        place = bisect_left(moments, (version.at, 0))
        following = moments[place][1] if place < len(moments) else NOW
        grouped[known or following].append((before, version, known is None))
        last[version.place] = version
    return grouped


def _changes(pairs: Iterable[Pair], words: Words) -> list[Change]:
    """One change a record: from before the first of its versions to the last one."""
    merged: dict[tuple[Place, bool], Pair] = {}
    for before, after, draft in pairs:
        key = after.place, draft
        first = merged[key][0] if key in merged else before
        merged[key] = first, after, draft
    found = []
    for before, after, draft in merged.values():
        label, old = after.place[0], before.values if before is not None and not before.gone else {}
        rows = words.changes(label, old, {} if after.gone else after.values)
        if rows or after.gone:
            name = words.record(label, after.values)
            by, at = (words.person(after.by), after.at) if draft else ("", None)
            found.append(Change(name, rows, draft, is_new=not old, gone=after.gone, by=by, at=at))
    return found
