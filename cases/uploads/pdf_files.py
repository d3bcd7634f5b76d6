"""PDF as evidence: whole, readable without a password, and nothing in it that runs, sends or carries other files.

What runs is known by its name in the file's own syntax (ISO 32000-1, 7.3.5, 12.6.4), which also may be written with
hexadecimal escapes or stand in a compressed object stream; both are undone here. Streams of pictures and text are not
unpacked.
"""

from __future__ import annotations

import re
import zlib

from cases.uploads.refusing import refused

END = b"%%EOF"
# What acts or hides, as names too long to occur in the bytes of a picture by accident.
TELLING = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|Rendition|XFA|Encrypt)"
    rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|$)"
)
# A name with an escape in it; honest programs escape spaces and letters of other scripts, never these.
ESCAPED = re.compile(rb"/([A-Za-z0-9]{0,20}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,60})")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STRUCTURAL = frozenset(b"ObjStm FlateDecode Filter".split())
STREAM = re.compile(rb"stream\r?\n")
# Programs pack object streams with Flate or not at all; whatever else is named there is there to hide something.
PACKED_OTHERWISE = re.compile(
    rb"/(?:(?:ASCIIHex|ASCII85|LZW|RunLength)Decode|DecodeParms|DP|LZW|AHx|A85|RL|Fl|Crypt)\b"
)
MOST_NAMES = 2_000_000
MOST_ESCAPED = 20_000
MOST_STREAMS = 50_000
MOST_UNPACKED = 16 * 1024 * 1024
CHUNK = 64 * 1024


def check_pdf(content: bytes) -> None:
    """Raises Invalid (422): damaged, protected, active, or too large when it is unpacked."""
    if not content.rstrip(b"\0\t\n\f\r ").endswith(END):
        raise refused("damaged")  # cut off, or something else follows that is no PDF
    _judge(content)
    _judge_object_streams(content)


def _judge(content: bytes) -> None:
    """What its names say; bounded, so that a file of nothing but names costs no more than another."""
    if content.count(b"/") > MOST_NAMES:
        raise refused("archive_too_large")
    for match in TELLING.finditer(content):
        raise refused("protected" if match.group(1) == b"Encrypt" else "active_pdf")
    for number, match in enumerate(ESCAPED.finditer(content)):
        plain = ESCAPE.sub(lambda escape: bytes([int(escape.group(1), 16)]), match.group(1))
        if number > MOST_ESCAPED or plain in STRUCTURAL or TELLING.match(b"/" + plain):
            raise refused("active_pdf")


def _judge_object_streams(content: bytes) -> None:
    """The objects that are packed together: unpacked within bounds, and judged by the same names.

    What stands between one stream and the next holds the second one's dictionary, wherever it begins.
    """
    left, before = MOST_UNPACKED, 0
    for number, match in enumerate(STREAM.finditer(content)):
        if number > MOST_STREAMS:
            raise refused("archive_too_large")
        between, before = content[before : match.start()], match.end()
        if b"ObjStm" not in between:
            continue
        data = _unpacked(content, match.end(), between, left)
        left -= len(data)
        _judge(data)


def _unpacked(content: bytes, start: int, dictionary: bytes, most: int) -> bytes:
    """An object stream in clear, at most so many bytes."""
    if PACKED_OTHERWISE.search(dictionary):
        raise refused("active_pdf")
    if b"FlateDecode" not in dictionary:
        return b""  # it stood in clear, and was judged with the file
    unpacker, data = zlib.decompressobj(), bytearray()
    try:
        for at in range(start, len(content), CHUNK):
            data += unpacker.decompress(content[at : at + CHUNK], most + 1 - len(data))
            if unpacker.unconsumed_tail or len(data) > most:
                raise refused("archive_too_large")
            if unpacker.eof:
                break
    except zlib.error as error:
        raise refused("damaged") from error
    return bytes(data)
