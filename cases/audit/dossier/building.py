"""Building a dossier into a file on disk, member by member, so that memory does not grow with it."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from cases.audit import keys, merkle
from cases.audit.anchors import heads_file, read_anchors
from cases.audit.dossier.contents import CaseContents
from cases.audit.dossier.submitted import Submitted, submitted
from cases.audit.snapshot import snapshot
from cases.clock import now
from cases.events import canonical
from cases.models import Case
from cases.wording import cdatetime

HERE = Path(__file__).parent
BLOCK = 1 << 20
MOST_CASES = 5000
STAMP = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes
STORED = frozenset({"image/jpeg", "image/png"})
END = struct.Struct("<4s4H2LH")  # the last record of a zip, up to its comment


class Writer:
    """Members of a zip with their sizes and digests."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.manifest: dict[str, tuple[int, str]] = {}

    def add(self, name: str, content: bytes) -> None:
        with self.open(name) as member:
            member.write(content)

    @contextmanager
    def open(self, name: str, *, compress: bool = True) -> Iterator[Member]:
        info = zipfile.ZipInfo(name, STAMP)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        with self.archive.open(info, "w", force_zip64=True) as file:
            member = Member(file)
            yield member
        self.manifest[name] = (member.size, member.digest.hexdigest())


@dataclass
class Index:
    """Which members are files and submitted versions, with their digests; and files that nobody may open."""

    files: dict[str, str] = field(default_factory=dict)
    submitted: dict[str, str] = field(default_factory=dict)
    held_back: list[str] = field(default_factory=list)


class Member:
    """One member on its way into the zip."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, content: bytes) -> None:
        self.file.write(content)
        self.size += len(content)
        self.digest.update(content)


def build(target: IO[bytes], title: str, cases: Iterable[Case]) -> str:
    """Write the dossier to a file that is open for reading, too; returns its number, the digest of its manifest."""
    with snapshot(), zipfile.ZipFile(target, "w") as archive:
        writer, said = Writer(archive), Index()
        listed = [_write_case(writer, case, said) for case in cases]
        _write_anchors(writer, {each["uid"] for each in listed})
        writer.add("dossier.json", canonical({"cases": [each["uid"] for each in listed], **asdict(said)}))
        shown = {"title": title, "cases": listed, "made": cdatetime(now()), "keys": sorted(keys.trusted_keys())}
        writer.add("index.html", render_to_string("audit/dossier_index.html", shown).encode())
        writer.add("style.css", (HERE / "style.css").read_bytes())
        writer.add("verify.py", (HERE / "verify.py").read_bytes())
        manifest = canonical(writer.manifest)
        writer.add("manifest.json", manifest)
        key = keys.signing_key()
        writer.add("manifest.sig", keys.sign(manifest, key).encode() if key else b"")
    _seal(target, key)
    return hashlib.sha256(manifest).hexdigest()


def _seal(target: IO[bytes], key: Any) -> None:
    """Put the digest of the zip's own bytes, signed, into its comment: names, times and all that is no member."""
    end = target.seek(-END.size, os.SEEK_END)
    target.seek(0)
    total, left = hashlib.sha256(), end
    while left:
        block = target.read(min(BLOCK, left))
        total.update(block)
        left -= len(block)
    digest = total.hexdigest()
    signature = keys.sign(digest.encode(), key) if key else ""
    check = hashlib.sha256(f"{digest}{signature}".encode()).hexdigest()
    comment = canonical({"check": check, "digest": digest, "signature": signature})
    target.seek(end + END.size - 2)
    target.write(struct.pack("<H", len(comment)) + comment)


def _write_case(writer: Writer, case: Case, index: Index) -> dict[str, Any]:
    place, contents = f"cases/{case.uid}", CaseContents(case)
    entries = _write_chain(writer, place, contents)
    versions = [_write_version(writer, place, each, index) for each in submitted(case)]
    kept = []
    for row in contents.files():
        name = "" if row.is_held_back else f"files/{row.sha256}"
        if row.is_held_back:
            index.held_back.append(row.sha256)
        elif name not in index.files:
            index.files[name] = row.sha256
            _write_file(writer, name, row)
        kept.append({"name": row.name, "sha256": row.sha256, "size": row.size, "member": name})
    said = {
        "uid": str(case.uid),
        "title": contents.title,
        "unit": case.unit.name,
        "code": case.unit.code,
        "year": case.year,
        "events": entries,
        "submitted": versions,
        "files": kept,
    }
    writer.add(f"{place}/case.json", json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode())
    writer.add(f"{place}/case.html", render_to_string("audit/dossier_case.html", said).encode())
    return {**{name: said[name] for name in ("uid", "title", "unit", "year")}, "count": len(entries), "place": place}


def _write_version(writer: Writer, place: str, version: Submitted, index: Index) -> dict[str, Any]:
    """A submitted or filed version as its event digests it; returns it in words."""
    name = f"{place}/submitted-{version.no}.json"
    index.submitted[name] = version.digest
    writer.add(name, version.content)
    said = {"no": version.no, "when": cdatetime(version.at), "digest": version.digest, "parts": version.parts}
    return {**said, "member": f"submitted-{version.no}.json"}


def _write_chain(writer: Writer, place: str, contents: CaseContents) -> list[dict[str, Any]]:
    """The chain, and beside it the versions that it seals; returns the events in words."""
    entries, versions = [], []
    with writer.open(f"{place}/chain.jsonl") as chain:
        for line, sealed, words in contents.parts():
            chain.write(line + b"\n")
            versions += sealed
            entries.append(words)
    with writer.open(f"{place}/versions.jsonl") as member:
        for line in versions:
            member.write(line + b"\n")
    return entries


def _write_file(writer: Writer, name: str, row: Any) -> None:
    """A file as it lies on the disk; one that is gone leaves an empty member, which the verifier finds."""
    with writer.open(name, compress=row.media_type not in STORED) as member:
        try:
            with default_storage.open(row.file.name, "rb") as file:
                while block := file.read(BLOCK):
                    member.write(block)
        except OSError:
            return


def _write_anchors(writer: Writer, uids: set[str]) -> None:
    """Every anchor, and for each chain of the dossier the way from its head to the root of the last that covers it."""
    numbers = []
    with writer.open("anchors.jsonl") as member:
        for anchor in read_anchors():
            member.write(anchor.line + b"\n")
            numbers.append(anchor.said.get("number", 0))
    proofs: list[dict[str, Any]] = []
    left = set(uids)
    for number in reversed(numbers):
        if left and heads_file(number).exists():
            found = list(_proofs(number, left))
            left -= {proof["chain"] for proof in found}
            proofs += found
    writer.add("proofs.json", canonical(proofs))


def _proofs(number: int, uids: set[str]) -> Iterator[dict[str, Any]]:
    wanted: dict[int, tuple[str, int, str]] = {}
    with heads_file(number).open("rb") as file:
        for place, line in enumerate(file):
            kind, name, count, head = json.loads(line)
            if kind == "case" and name in uids:
                wanted[place] = (name, count, head)
    if not wanted:
        return
    with heads_file(number).open("rb") as file:
        tree = merkle.Tree(line.rstrip(b"\n") for line in file)
    for place, (name, count, head) in wanted.items():
        steps = [step.hex() for step in tree.path(place)]
        said = {"chain": name, "count": count, "head": head, "anchor": number}
        yield {**said, "place": place, "size": tree.size, "path": steps}
