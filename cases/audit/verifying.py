"""The whole proof, part by part, as of one moment: what does not agree, where exactly, and how much was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop as _

from cases.audit.anchored import Anchored
from cases.audit.anchors import held
from cases.audit.coverage import Coverage
from cases.audit.drift import drift
from cases.audit.faults import Counts, Fault, fault
from cases.audit.files import editions, files
from cases.audit.frozen import Frozen
from cases.audit.reading_chains import case_chains, system_chains
from cases.audit.snapshot import snapshot
from cases.immutability import SWITCH, is_switched_off, missing
from cases.models import Case


def verify(counts: Counts, *, anchors: Path | None = None, with_files: bool = True) -> Iterator[Fault]:
    """Every fault, in the order of the parts: triggers, anchors, chains, versions submitted and filed, history,
    drift, files.

    Nobody is kept from working meanwhile. ``anchors`` is a copy that was kept elsewhere. Memory does not grow with
    what is verified, but for one bit a history row.
    """
    anchored, coverage, frozen = Anchored(counts), Coverage(counts), Frozen(counts)

    def told(name: str, seq: int, head: str, case_id: int | None, sealed: list[Any], where: str) -> Iterator[Fault]:
        yield from anchored.check(name, seq, head)
        if sealed:
            yield from coverage.add(where, case_id, sealed)

    try:
        with ExitStack() as reading:
            with held():  # the moment begins while no anchor is being written
                reading.enter_context(snapshot())
                Case.objects.exists()
                loaded = list(anchored.load(anchors))
            yield from loaded
            yield from _triggers()
            yield from anchored.known_to_the_chain()
            yield from case_chains(counts, told, frozen.add)
            yield from system_chains(counts, told)
            yield from anchored.finish()
            yield from anchored.left_over()
            yield from frozen.compare()
            yield from frozen.uncovered()
            yield from coverage.compare()
            yield from coverage.waiting_rows()
            yield from coverage.uncovered()
            yield from drift(counts)
            yield from editions()
            if with_files:
                yield from files(counts)
    finally:
        anchored.close()


def _triggers() -> Iterator[Fault]:
    for name in missing(connection):
        yield fault(
            "triggers", name, _("is missing or was altered: rows could have been changed unnoticed by the database")
        )
    if is_switched_off(connection):
        yield fault("triggers", SWITCH, _("is on: the triggers refuse nothing"))
