"""Office files as evidence: sound archives of their kind that run, fetch and hide nothing (design, Uploads).

Plain sums are fine, and so is the workbook behind a chart; macros, links to other workbooks, data connections, parts
fetched from a network, fields that start programs and files of other kinds inside are not. What it unpacks to is
counted while it is unpacked, over all archives that lie in one another.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

LARGEST_UNPACKED = 100 * 1024 * 1024
LARGEST_LIST = 8 * 1024 * 1024
LARGEST_TEXT = 24 * 1024 * 1024
MOST_ENTRIES = 5_000
DEEPEST = 1  # the workbook behind a chart
CHUNK = 1024 * 1024
OVERLAP = 60
MARKERS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
MACROS = re.compile(rb"vbaProject|macroEnabled", re.IGNORECASE)
OUTWARD_PARTS = ("/externallinks/", "vbaproject", "/activex/", "/macrosheets/", "/dialogsheets/")
FOREIGN = (b"PK\x03\x04", b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"%PDF-", b"#!")
FETCHING = (b"WEBSERVICE(", b"DDELINK")
DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
ENCODING = re.compile(
    rb"""^[^<]{0,3}<\?xml[^>]{0,100}encoding\s*=\s*["']\s*(?!utf-?8|utf-?16|us-ascii|iso-8859-1)""", re.IGNORECASE
)
FIELDS = re.compile(rb"<w:instrText[^>]*>([^<]*)|w:instr=(?:\"([^\"]*)|'([^']*))")
STARTS_OR_FETCHES = re.compile(
    rb"\bDDE(?:AUTO)?\b|\bINCLUDE(?:PICTURE|TEXT)\b[^<]{0,20}(?:https?:|ftp:|file:|\\\\)", re.IGNORECASE
)
LOCAL_FILE = re.compile(r"file:/{0,3}[a-z]:/")
REMOTE = re.compile(r"(?:https?|ftp|smb|mhtml|ms-[\w-]+):|//|file:")


class UnsoundArchive(Exception):
    """The file is no archive of this kind, or damaged."""


class ArchiveTooLarge(Exception):
    """It has too many parts, or unpacks to an unreasonable size."""


class ReachesOutside(Exception):
    """It runs macros, or fetches something when it is opened."""


class ContainsFiles(Exception):
    """A file of another kind lies inside."""


@dataclass
class Budget:
    """What all archives together may still unpack to."""

    entries: int
    unpacked: int

    def spend(self, unpacked: int) -> None:
        self.unpacked -= unpacked
        if self.unpacked < 0:
            raise ArchiveTooLarge


def check_archive(content: bytes, marker: str) -> None:
    """Looks through the whole file; ``marker`` is the part that its kind must have. Raises one of the four above."""
    _check_bytes(content, marker, Budget(MOST_ENTRIES, LARGEST_UNPACKED), depth=0)


def _check_bytes(content: bytes, marker: str, budget: Budget, depth: int) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, marker, budget, depth)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UnsoundArchive from error


def _check(archive: zipfile.ZipFile, marker: str, budget: Budget, depth: int) -> None:
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    if marker.lower() not in names or "[content_types].xml" not in names or len(names) < len(entries):
        raise UnsoundArchive
    budget.entries -= len(entries)
    if budget.entries < 0 or sum(entry.file_size for entry in entries) > budget.unpacked:
        raise ArchiveTooLarge
    for entry in entries:
        _check_entry(archive, entry, budget, depth)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, depth: int) -> None:
    lowered = f"/{entry.filename.lower()}"
    if "\\" in lowered or "//" in lowered or ".." in lowered.split("/") or entry.flag_bits & 1:
        raise UnsoundArchive  # leads out of the archive, or is encrypted
    if any(part in lowered for part in OUTWARD_PARTS) or lowered == "/xl/connections.xml":
        raise ReachesOutside
    if lowered.endswith(".rels"):
        _check_relationships(_whole(archive, entry, budget, LARGEST_LIST))
    elif lowered == "/[content_types].xml":
        listed = _whole(archive, entry, budget, LARGEST_LIST)
        if MACROS.search(listed):
            raise ReachesOutside
        _check_declarations(listed)
    elif lowered.startswith("/word/") and lowered.endswith(".xml"):
        _check_text(_whole(archive, entry, budget, LARGEST_TEXT))
    elif "/embeddings/" in lowered:
        _check_embedded(_whole(archive, entry, budget, LARGEST_UNPACKED), lowered, budget, depth)
    else:
        _read_through(archive, entry, budget, lowered)


def _whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, largest: int) -> bytes:
    if entry.file_size > largest:
        raise ArchiveTooLarge
    budget.spend(entry.file_size)
    content = archive.read(entry)
    if entry.filename.lower().endswith((".xml", ".rels")):
        _check_declarations(content)
    return content


def _check_embedded(content: bytes, lowered: str, budget: Budget, depth: int) -> None:
    """The workbook behind a chart is an office file itself; anything else inside is a file in hiding."""
    marker = MARKERS.get(PurePosixPath(lowered).suffix)
    if marker is None or depth >= DEEPEST:
        raise ContainsFiles
    _check_bytes(content, marker, budget, depth + 1)


def _check_text(content: bytes) -> None:
    """A field can start a program or fetch a picture; its words may be spread over many runs."""
    fields = b"".join(b"".join(groups) for groups in FIELDS.findall(content))
    if STARTS_OR_FETCHES.search(fields):
        raise ReachesOutside


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, lowered: str) -> None:
    """To the end, because only then the checksum is compared; what fetches is looked for across the cuts."""
    in_workbook, is_xml = PurePosixPath(lowered).match("/xl/worksheets/*.xml"), lowered.endswith((".xml", ".vml"))
    before = b""
    for chunk in _chunks(archive, entry):
        budget.spend(len(chunk))
        if not before and chunk.startswith(FOREIGN):
            raise ContainsFiles
        both = before + chunk
        if is_xml:
            _check_declarations(both)
        if in_workbook and any(word in both.upper().replace(b" ", b"") for word in FETCHING):
            raise ReachesOutside
        before = chunk[-OVERLAP:]


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def _check_declarations(content: bytes) -> None:
    """Office files declare no entities (ECMA-376-2, 9.1.4); the encodings are those in which one can see that."""
    if ENCODING.match(content[:200]):
        raise UnsoundArchive
    plain = content.replace(b"\0", b"") if b"\0" in content[:200] else content
    if any(word in plain for word in DECLARED):
        raise UnsoundArchive


def _check_relationships(content: bytes) -> None:
    """Links that a reader clicks are fine; parts that the program fetches by itself from a network are not."""
    try:
        relationships = list(fromstring(content))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnsoundArchive from error
    for relationship in relationships:
        sort = relationship.get("Type", "").rsplit("/", 1)[-1].lower()
        if sort in {"afchunk", "control", "vbaproject"}:
            raise ReachesOutside
        clicked = sort == "hyperlink"
        if relationship.get("TargetMode") == "External" and not clicked and _is_remote(relationship.get("Target", "")):
            raise ReachesOutside


def _is_remote(target: str) -> bool:
    """Whether a target lies on another machine; a template on the author's own disk is common and harmless."""
    plain = unquote(target).strip().replace("\\", "/").lower()
    return REMOTE.match(plain) is not None and LOCAL_FILE.match(plain) is None
