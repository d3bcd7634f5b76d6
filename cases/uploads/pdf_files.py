"""PDF as evidence: whole, readable without a password, and nothing in it that runs, sends or carries other files.

What runs is known by its name in the file's own syntax (ISO 32000-1, 7.3.5, 12.6.4), which also may be written with
hexadecimal escapes or stand in a compressed object stream; both are undone here. Streams of pictures and text are not
unpacked.
"""

from __future__ import annotations

import re
import zlib

from cases.uploads.refusing import refused

ACTIVE = frozenset(
    b"JavaScript Launch EmbeddedFile EmbeddedFiles RichMedia SubmitForm ImportData GoToE Rendition XFA".split()
)
END = b"%%EOF"
# A name that could be one of those, written plainly, or any name with an escape in it.
NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{2,120})")
LONG = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|Rendition|Encrypt)(?![A-Za-z0-9_.#-])"
)
ESCAPED = re.compile(rb"/([A-Za-z0-9]{0,20}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,40})")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")
LONGEST_DICTIONARY = 4_096
MOST_STREAMS = 100_000
MOST_UNPACKED = 32 * 1024 * 1024


def check_pdf(content: bytes) -> None:
    """Raises Invalid (422): damaged, protected, active, or too large when it is unpacked."""
    if not content.rstrip(b"\0\t\n\f\r ").endswith(END):
        raise refused("damaged")  # cut off, or something else follows that is no PDF
    _judge(content)
    _judge_object_streams(content)


def _judge(content: bytes) -> None:
    """What its names say; in the bytes of pictures they do not occur by accident, as they are too long for it."""
    found = {match.group(1) for match in LONG.finditer(content)}
    found |= {_plain(match.group(1)) for match in ESCAPED.finditer(content)}
    if b"Encrypt" in found:
        raise refused("protected")
    if found & ACTIVE:
        raise refused("active_pdf")


def _judge_object_streams(content: bytes) -> None:
    """The objects that are packed together: unpacked within bounds, and judged by the same names."""
    unpacked = streams = 0
    for match in STREAM.finditer(content):
        streams += 1
        if streams > MOST_STREAMS:
            raise refused("archive_too_large")
        before = content[max(0, match.start() - LONGEST_DICTIONARY) : match.start()]
        dictionary = before[before.rfind(b"obj") :] if b"obj" in before else before
        names = {_plain(name) for name in NAME.findall(dictionary)}
        if b"ObjStm" not in names:
            continue
        data = _unpacked(content, match.end(), names, MOST_UNPACKED - unpacked)
        unpacked += len(data)
        _judge(data)
        if ACTIVE & {_plain(name) for name in NAME.findall(data)}:
            raise refused("active_pdf")


def _unpacked(content: bytes, start: int, names: set[bytes], most: int) -> bytes:
    """An object stream in clear; programs pack it with Flate or not at all, and anything else is there to hide."""
    packed_otherwise = {name for name in names if name.endswith((b"Decode", b"DecodeParms"))} - {b"FlateDecode"}
    if packed_otherwise or names & {b"Fl", b"LZW", b"AHx", b"A85", b"RL", b"Crypt", b"DP"}:
        raise refused("active_pdf")
    if b"FlateDecode" not in names:
        end = content.find(b"endstream", start)
        return content[start : end if end >= 0 else len(content)][:most]
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(memoryview(content)[start:], most + 1)
    except zlib.error as error:
        raise refused("damaged") from error
    if len(data) > most:
        raise refused("archive_too_large")
    return data


def _plain(name: bytes) -> bytes:
    """A name without its hexadecimal escapes."""
    return ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]), name)
