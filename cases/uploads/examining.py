"""What a file that somebody sends really is: name, content and size must agree, and nothing in it may act."""

from __future__ import annotations

import hashlib
import io
import logging
import time
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile

from cases.errors import Invalid
from cases.office_files import ArchiveTooLarge, ContainsFiles, ReachesOutside, UnsoundArchive, check_archive
from cases.uploads import scanning
from cases.uploads.pdf_files import check_pdf
from cases.uploads.pictures import redrawn
from cases.uploads.refusing import lying, refused, too_large

log = logging.getLogger(__name__)

LONGEST_NAME = 200
HEIC = (b"ftypheic", b"ftypheix", b"ftypheif", b"ftypmif1", b"ftypmsf1", b"ftyphevc")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class FileType:
    """A kind of file that may prove something: its endings, how it begins, and its media type."""

    endings: tuple[str, ...]
    magic: bytes
    media_type: str
    marker: str = ""


TYPES = (
    FileType((".jpg", ".jpeg"), b"\xff\xd8\xff", "image/jpeg"),
    FileType((".png",), b"\x89PNG\r\n\x1a\n", "image/png"),
    FileType((".pdf",), b"%PDF-", "application/pdf"),
    FileType(
        (".docx",),
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "word/document.xml",
    ),
    FileType(
        (".xlsx",),
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xl/workbook.xml",
    ),
)
ACCEPT = ",".join(ending for kind in TYPES for ending in kind.endings)


@dataclass(frozen=True, repr=False)
class Examined:
    """A file that may be kept: what is stored with its SHA-256, and that of what was sent, which a picture has no more.

    ``scan`` is what the virus scanner said: ``clean``, ``pending`` where it could not be asked, empty without one.
    """

    content: bytes
    kind: FileType
    name: str
    sha256: str
    sent_sha256: str
    scan: str


def examine(upload: UploadedFile, *, max_mb: int, keep_location: bool = False) -> Examined:
    """What an upload really is; raises Invalid (422) where it is not allowed, lies about itself, or could do harm.

    Looks once: what came out, a refusal too, stays with the upload, so that a form looks at its files before its
    transaction begins and stores them inside it.
    """
    asked = (max_mb, keep_location)
    known = getattr(upload, "examined", {}).get(asked)
    if known is None:
        try:
            known = _examined(upload, max_mb, keep_location)
        except Invalid as refusal:
            known = refusal
        upload.examined = {asked: known}  # type: ignore[attr-defined]
    if isinstance(known, Invalid):
        raise known
    found: Examined = known
    return found


def _examined(upload: UploadedFile, max_mb: int, keep_location: bool) -> Examined:
    if not upload.size:
        raise refused("empty_file")
    if upload.size > max_mb * 1024 * 1024:
        raise too_large(max_mb)
    name = clean_name(upload.name or "")
    ending = PurePath(name).suffix.lower()
    upload.seek(0)
    content = upload.read()
    if ending in {".heic", ".heif"} or content[4:12] in HEIC:
        raise refused("heic")
    kind = next((known for known in TYPES if ending in known.endings), None)
    if kind is None:
        raise refused("type_not_allowed")
    if kind.marker and content.startswith(OLE):
        raise refused("protected")
    if not content.startswith(kind.magic):
        raise lying(ending)
    if not kind.marker and zipfile.is_zipfile(io.BytesIO(content)):
        raise refused("contains_files")
    sent, scan = hashlib.sha256(content).hexdigest(), scanned(content)
    if kind.media_type.startswith("image/"):
        content = redrawn(content, ending, keep_location=keep_location)
    elif kind.marker:
        _check_office_file(content, kind, ending)
    else:
        check_pdf(content)
    return Examined(content, kind, name, hashlib.sha256(content).hexdigest(), sent, scan)


def scanned(content: bytes) -> str:
    """What the virus scanner says of what was sent; raises Invalid (422) where it warns.

    One that did not answer is left alone for a while, so that nobody waits for it file by file.
    """
    if scanning.is_left_alone(time.monotonic()):
        return "pending"
    try:
        verdict = scanning.scan(content)
    except scanning.Unavailable as error:
        scanning.leave_alone(time.monotonic())
        log.error("the virus scanner cannot be asked: %s", error)
        return "pending"
    if verdict.infected:
        log.warning("the virus scanner warns of an upload, SHA-256 %s", hashlib.sha256(content).hexdigest())
        raise refused("infected")
    return "clean" if verdict.asked else ""


def clean_name(name: str) -> str:
    """The name that people see: the last part of a path, without control characters, cut in front of its ending."""
    plain = "".join(char for char in name.replace("\\", "/").rsplit("/", 1)[-1] if char.isprintable()).strip()
    ending = PurePath(plain).suffix
    stem = plain[: len(plain) - len(ending)] or "file"
    return stem[: LONGEST_NAME - len(ending)] + ending


def _check_office_file(content: bytes, kind: FileType, ending: str) -> None:
    try:
        check_archive(content, kind.marker)
    except UnsoundArchive as error:
        raise lying(ending) from error
    except ArchiveTooLarge as error:
        raise refused("archive_too_large") from error
    except ReachesOutside as error:
        raise refused("reaches_outside") from error
    except ContainsFiles as error:
        raise refused("contains_files") from error
