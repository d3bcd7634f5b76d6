"""The proof of one case: its chain, the versions that it seals, what was filed, its records, its files, its anchor.

What was saved as a draft is sealed in the system's own chains, which the whole verification reads (``verify_audit``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from cases.audit.anchors import Anchor, heads_file, read_anchors
from cases.audit.coverage import Coverage
from cases.audit.faults import Counts, Fault, fault, in_words
from cases.audit.files import digest_of_file
from cases.audit.frozen import Frozen
from cases.audit.pages import PARTS
from cases.audit.reading_chains import case_chain
from cases.audit.snapshot import snapshot
from cases.models import Case, CaseEvent, Evidence
from workflows.inspection.records import live_rows, versions_of
from workflows.inspection.wording import Row, Words

DRIFT = _("is not as its last version says: it was changed beside the system")
UNKNOWN = _("has no version at all: it was put in beside the system")
VANISHED = _("is gone, and no version says that it was deleted")
REWRITTEN = _("is not what the anchor of %(day)s covers: the chain was rewritten afterwards")
NO_FILE = _("is not the file that was uploaded, or is not on the disk")


@dataclass(frozen=True)
class Found:
    """One fault in words: the part of the proof, the place, what is wrong, and where in the trail (0: nowhere)."""

    part: Any
    where: str
    what: str
    seq: int = 0
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Proof:
    """What was looked at and what does not agree; ``anchor`` is the last one that covers the case, if any."""

    events: int
    versions: int
    files: int
    head: str
    found: list[Found]
    anchor: Anchor | None
    anchored: int


def prove(case: Case) -> Proof:
    """Verify one case. Reads the anchors' heads from the last day backwards until one names the case."""
    counts = Counts()
    with snapshot():
        case = Case.objects.select_related("unit", "edition").get(pk=case.pk)
        found = [_in_words(each) for each in _chain(case, counts)]
        anchor, leaf = _last_anchor(case)
        if anchor is not None and not _covers(case, leaf):
            where = f"case {case.uid}, event {leaf[0]}"
            found.append(_in_words(fault("anchor", where, REWRITTEN, day=f"{anchor.at:%Y-%m-%d}")))
        drifted, versions = _drift(case)
        found += drifted
        found += [_in_words(each) for each in _files(case, counts)]
    return Proof(counts.events, versions, counts.files, case.chain_head, found, anchor, min(leaf[0], counts.events))


def _chain(case: Case, counts: Counts) -> Iterator[Fault]:
    coverage, frozen = Coverage(counts), Frozen(counts)

    def told(name: str, seq: int, head: str, case_id: int | None, sealed: list[Any], where: str) -> Iterator[Fault]:
        yield from coverage.add(where, case_id, sealed)

    yield from case_chain(case, counts, told, frozen.add)
    yield from frozen.compare()
    yield from coverage.compare()


def _last_anchor(case: Case) -> tuple[Anchor | None, tuple[int, str]]:
    """The last anchor whose heads name the case, with the number of events and the head that it names."""
    needle = f'"{case.uid}"'.encode()
    for anchor in reversed([each for each in read_anchors() if each.said]):
        path = heads_file(anchor.number)
        if not path.exists():
            continue
        with path.open("rb") as file:
            line = next((line for line in file if needle in line), None)
        if line is not None:
            _kind, _name, count, head = json.loads(line)
            return anchor, (int(count), str(head))
    return None, (0, "")


def _covers(case: Case, leaf: tuple[int, str]) -> bool:
    count, head = leaf
    return count == 0 or CaseEvent.objects.filter(case=case.pk, seq=count, hash=head).exists()


def _drift(case: Case) -> tuple[list[Found], int]:
    """Every record of the case against its last version, with the fields that differ."""
    versions = versions_of(case)
    last = {version.place: version for version in versions}
    live = live_rows(case, versions)
    said = [(place, version.values) for place, version in last.items()] + list(live.items())
    words, found = Words(case, said), []
    for place, values in live.items():
        version = last.get(place)
        if version is None or version.gone:
            found.append(_drifted(words, place, values, UNKNOWN))
            continue
        known = {name: version.values.get(name) for name in values}
        if known != values:
            found.append(_drifted(words, place, values, DRIFT, words.changes(place[0], known, values)))
    for place, version in last.items():
        if place not in live and not version.gone:
            found.append(_drifted(words, place, version.values, VANISHED))
    return found, len(versions)


def _drifted(words: Words, place: Any, values: dict[str, Any], what: str, rows: list[Row] | None = None) -> Found:
    part = PARTS["history"]
    return Found(part, words.record(place[0], values), in_words({"template": what, "values": {}}), rows=rows or [])


def _files(case: Case, counts: Counts) -> Iterator[Fault]:
    rows = Evidence.objects.filter(case=case.pk).order_by("pk").values_list("name", "file", "size", "sha256")
    for name, path, size, sha256 in rows:
        counts.files += 1
        if digest_of_file(path) != (size, sha256):
            yield fault("files", name, NO_FILE)


def _in_words(each: Fault) -> Found:
    number = re.search(r"event (\d+)$", each.values.get("event", each.where))
    said = {"template": each.template, "values": each.values, "what": each.what}
    return Found(PARTS.get(each.part, each.part), each.where, in_words(said), int(number[1]) if number else 0)
