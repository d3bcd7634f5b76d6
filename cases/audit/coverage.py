"""The other direction: is every history row that is there in some chain, with the digest that the chain gives it?

Entries are looked up in chunks as the chains are read; what was found is remembered as one bit a row, so that a row
that was put in beside the chains is found in the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop as _

from cases.audit.faults import Counts, Fault, fault
from cases.audit.layouts import FILE, Layout, label_of, layout_named, tables_by_label, tracked_tables
from cases.models import Evidence
from cases.models.audit import UnsealedRow

PART = "history"
CHUNK = 500


class Marks:
    """Which rows of a table have been met: one bit each."""

    def __init__(self) -> None:
        self.bits = bytearray()

    def add(self, key: int) -> None:
        place = key >> 3
        if place >= len(self.bits):
            self.bits.extend(bytes(place + 1 - len(self.bits) + 4096))
        self.bits[place] |= 1 << (key & 7)

    def __contains__(self, key: int) -> bool:
        place = key >> 3
        return place < len(self.bits) and bool(self.bits[place] & (1 << (key & 7)))


class Coverage:
    """Entries of chains on their way to be compared with the history rows that they name."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.marks: dict[str, Marks] = defaultdict(Marks)
        self.rows: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        self.openings: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        self.files: list[tuple[int, str, str]] = []
        self.waiting = 0

    def add(self, where: str, case_id: int | None, entries: list[Any]) -> Iterator[Fault]:
        """Take up what an event seals; compares whenever enough has gathered."""
        for name, key, digest in entries:
            if name.startswith(FILE):
                self.files.append((key, digest, where))
            elif key is not None:
                self.rows[name].append((key, digest, where))
            elif case_id is not None:
                self.openings[name].append((case_id, digest, where))
        self.waiting += len(entries)
        if self.waiting >= CHUNK:
            yield from self.compare()

    def compare(self) -> Iterator[Fault]:
        """Compare everything that has gathered."""
        for name, wanted in self.rows.items():
            yield from self._compare_rows(name, wanted)
        for name, wanted in self.openings.items():
            yield from self._compare_openings(name, wanted)
        if self.files:
            yield from self._compare_files()
        self.rows.clear()
        self.openings.clear()
        self.files.clear()
        self.waiting = 0

    def _compare_rows(self, name: str, wanted: list[tuple[int, str, str]]) -> Iterator[Fault]:
        layout = layout_named(name)
        if layout is None:
            yield from self._unknown(name, wanted)
            return
        marks, found = self.marks[layout.label], dict[int, str]()
        keys = [key for key, _digest, _where in wanted]
        for start in range(0, len(keys), CHUNK):
            found.update(_digests(layout, keys[start : start + CHUNK]))
        for key, digest, where in wanted:
            marks.add(key)
            if key not in found:
                yield fault(PART, f"{layout.label} history row {key}", _("is gone; %(event)s seals it"), event=where)
            elif found[key] != digest:
                yield fault(PART, f"{layout.label} history row {key}", _("is not as %(event)s sealed it"), event=where)

    def _compare_openings(self, name: str, wanted: list[tuple[int, str, str]]) -> Iterator[Fault]:
        layout = layout_named(name)
        if layout is None:
            yield from self._unknown(name, wanted)
            return
        column = "id" if layout.label == "cases.case" else "case_id"
        marks, found = self.marks[layout.label], dict[tuple[int, str], int]()
        asked = {(case, digest) for case, digest, _where in wanted}
        rows = layout.table.objects.filter(history_type="+", **{f"{column}__in": {case for case, _digest in asked}})
        read = rows.order_by().values_list("history_id", column, *layout.columns)
        for key, case_id, *values in read.iterator(chunk_size=CHUNK):
            place = case_id, layout.digest_at_opening(values)
            if place in asked:
                found[place] = key
        for case_id, digest, where in wanted:
            key = found.get((case_id, digest))
            if key is None:
                yield fault(
                    PART,
                    f"first {layout.label} history row of case {case_id}",
                    _("is not as %(event)s sealed it"),
                    event=where,
                )
            else:
                marks.add(key)

    def _compare_files(self) -> Iterator[Fault]:
        known = dict(Evidence.objects.filter(pk__in=[key for key, _d, _w in self.files]).values_list("pk", "sha256"))
        for key, digest, where in self.files:
            if key not in known:
                yield fault("files", f"evidence {key}", _("is gone; %(event)s sealed its file"), event=where)
            elif known[key] != digest:
                yield fault("files", f"evidence {key}", _("does not name the file that %(event)s sealed"), event=where)

    def _unknown(self, name: str, wanted: list[tuple[int, str, str]]) -> Iterator[Fault]:
        """Rows that cannot be checked any more, because a release took the table or a column away: said, not hidden."""
        label = name.partition("/")[0]
        if label in tables_by_label():
            for key, _digest, _where in wanted:
                self.marks[label].add(key)
        note = f"{name}: this release cannot read the layout; its rows are not checked"
        if note not in self.counts.notes:
            self.counts.notes.append(note)
        yield from ()

    def waiting_rows(self) -> Iterator[Fault]:
        """Rows that no chain has taken up yet: they are as they were when they were written."""
        rows = UnsealedRow.objects.order_by("pk").values_list("pk", "label", "row", "digest")
        for pk, name, key, digest in rows.iterator(chunk_size=CHUNK):
            self.counts.unsealed_rows += 1
            if digest:
                yield from self.add(f"waiting row {pk}", None, [[name, key, digest]])
            else:
                self.marks[name].add(key)
        yield from self.compare()

    def uncovered(self) -> Iterator[Fault]:
        """History rows that no chain names."""
        present = set(connection.introspection.table_names())
        for table in tracked_tables():
            if table._meta.db_table not in present:
                continue
            label, marks = label_of(table), self.marks[label_of(table)]
            keys = table.objects.order_by("history_id").values_list("history_id", flat=True)
            for key in keys.iterator(chunk_size=5000):
                self.counts.history_rows += 1
                if key not in marks:
                    yield fault(
                        PART, f"{label} history row {key}", _("is in no chain: it was put in beside the system")
                    )


def _digests(layout: Layout, keys: list[int]) -> Iterator[tuple[int, str]]:
    rows = layout.table.objects.filter(history_id__in=keys).order_by()
    for key, *values in rows.values_list("history_id", *layout.columns):
        yield key, layout.digest(values)
