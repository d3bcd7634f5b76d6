"""Office files as evidence: sound archives of their kind that run nothing and fetch nothing (design, Uploads).

Plain sums are fine; macros, links to other workbooks, data connections and parts fetched from a network are not.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_LIST = 8 * 1024 * 1024
MOST_ENTRIES = 5_000
CHUNK = 1024 * 1024
MACROS = re.compile(rb"vbaProject|macroEnabled", re.IGNORECASE)
OUTWARD_PARTS = ("/externallinks/", "vbaproject", "/activex/")
FETCHING = re.compile(rb"WEBSERVICE\s*\(|<(?:\w+:)?ddeLink", re.IGNORECASE)
LOCAL_FILE = re.compile(r"file:/{0,3}[a-z]:/")
REMOTE = re.compile(r"(?:https?|ftp|smb|mhtml|ms-[\w-]+):|//|file:")


class UnsoundArchive(Exception):
    """The file is no archive of this kind, or damaged."""


class ArchiveTooLarge(Exception):
    """It has too many parts, or unpacks to an unreasonable size."""


class ReachesOutside(Exception):
    """It runs macros, or fetches something when it is opened."""


def check_archive(content: bytes, marker: str) -> None:
    """Looks through the whole file; ``marker`` is the part that its kind must have. Raises one of the three above."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, marker)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UnsoundArchive from error


def _check(archive: zipfile.ZipFile, marker: str) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if marker not in names or "[Content_Types].xml" not in names or len(names) < len(entries):
        raise UnsoundArchive
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise ArchiveTooLarge
    for entry in entries:
        lowered = f"/{entry.filename.lower()}"
        if any(part in lowered for part in OUTWARD_PARTS) or lowered == "/xl/connections.xml":
            raise ReachesOutside
        if lowered.endswith(".rels"):
            _check_relationships(_whole(archive, entry))
        elif lowered == "/[content_types].xml":
            if MACROS.search(_whole(archive, entry)):
                raise ReachesOutside
        else:
            _read_through(archive, entry, in_workbook=PurePosixPath(lowered).match("/xl/worksheets/*.xml"))


def _whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > LARGEST_LIST:
        raise ArchiveTooLarge
    return archive.read(entry)


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, in_workbook: bool) -> None:
    """To the end, because only then the checksum is compared; what fetches is looked for across the cuts."""
    before = b""
    for chunk in _chunks(archive, entry):
        if in_workbook and FETCHING.search(before + chunk):
            raise ReachesOutside
        before = chunk[-40:]


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def _check_relationships(content: bytes) -> None:
    """Links that a reader clicks are fine; parts that the program fetches by itself from a network are not."""
    try:
        relationships = list(fromstring(content))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnsoundArchive from error
    for relationship in relationships:
        clicked = relationship.get("Type", "").endswith("/hyperlink")
        if relationship.get("TargetMode") == "External" and not clicked and _is_remote(relationship.get("Target", "")):
            raise ReachesOutside


def _is_remote(target: str) -> bool:
    """Whether a target lies on another machine; a template on the author's own disk is common and harmless."""
    plain = unquote(target).strip().replace("\\", "/").lower()
    return REMOTE.match(plain) is not None and LOCAL_FILE.match(plain) is None
