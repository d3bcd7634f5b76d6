"""Invented evidence: drawn pictures, and small documents; the same content for the same number."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (480, 360)
PICTURES = 12
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument"
LONG_AGO = (2020, 1, 1, 0, 0, 0)


class Drawer:
    """Hands out files; each photo is of its own, as photos are."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def photo(self, name: str) -> SimpleUploadedFile:
        """A room as a phone would show it."""
        number = next(self._numbers)
        return SimpleUploadedFile(name, _numbered(_room(number % PICTURES), number), "image/jpeg")

    def scan(self, name: str) -> SimpleUploadedFile:
        """A sealed sheet of paper."""
        number = next(self._numbers)
        return SimpleUploadedFile(name, _numbered(_sheet(number % PICTURES), number), "image/jpeg")

    def screenshot(self, name: str) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, _chart(next(self._numbers)), "image/png")

    def pdf(self, name: str) -> SimpleUploadedFile:
        """A scanned notice: one picture on one page."""
        content = io.BytesIO()
        page = Image.open(io.BytesIO(_sheet(next(self._numbers) % PICTURES)))
        page.save(content, "PDF", creationDate=None, modDate=None)
        return SimpleUploadedFile(name, content.getvalue(), "application/pdf")

    def workbook(self, name: str, rows: list[list[str]]) -> SimpleUploadedFile:
        """A table of one sheet."""
        cells = "".join(
            "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
        )
        return _office(
            name,
            "spreadsheetml.sheet.main",
            "xl/workbook.xml",
            {
                "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}"><sheets>'
                '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
                f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
                "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>',
            },
            {"/xl/worksheets/sheet1.xml": "spreadsheetml.worksheet"},
        )

    def document(self, name: str, lines: list[str]) -> SimpleUploadedFile:
        """A text of a few paragraphs."""
        body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
        return _office(
            name,
            "wordprocessingml.document.main",
            "word/document.xml",
            {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'},
            {},
        )


def _numbered(picture: bytes, number: int) -> bytes:
    """The JPEG with a comment of its own behind its first marker, so that no two are the same file."""
    comment = f"demo {number:05d}".encode()
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]


def _jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=70)
    return content.getvalue()


@cache
def _room(number: int) -> bytes:
    """Wall, floor, window, bed and a dispenser or an extinguisher on the wall."""
    rng = random.Random(number)
    wall = (rng.randint(205, 235), rng.randint(210, 232), rng.randint(200, 225))
    image = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 250, 480, 360), fill=(176, 158, 132))
    left = rng.randint(30, 240)
    draw.rectangle((left, 40, left + 150, 150), fill=(170, 205, 230), outline=(250, 250, 250), width=8)
    draw.line((left + 75, 40, left + 75, 150), fill=(250, 250, 250), width=6)
    bed = rng.randint(40, 200)
    draw.rectangle((bed, 215, bed + 220, 265), fill=(240, 243, 245), outline=(150, 160, 165), width=3)
    draw.rectangle((bed, 180, bed + 14, 300), fill=(120, 130, 135))
    draw.rectangle((bed + 206, 200, bed + 220, 300), fill=(120, 130, 135))
    draw.rounded_rectangle((bed + 18, 200, bed + 78, 222), 8, fill=(255, 255, 255))
    colour = rng.choice(((196, 54, 48), (60, 130, 150), (90, 140, 90)))
    draw.rounded_rectangle((420, 150, 448, 215), 8, fill=colour)
    draw.rectangle((429, 138, 439, 150), fill=(60, 60, 60))
    return _jpeg(image)


@cache
def _sheet(number: int) -> bytes:
    """A page with lines of writing and a red seal."""
    rng = random.Random(1000 + number)
    image = Image.new("RGB", (420, 594), (250, 249, 245))
    draw = ImageDraw.Draw(image)
    draw.rectangle((90, 40, 330, 52), fill=(50, 50, 50))
    for line in range(26):
        draw.rectangle((40, 84 + line * 16, rng.randint(250, 380), 88 + line * 16), fill=(130, 130, 130))
    x, y = rng.randint(250, 280), rng.randint(470, 490)
    draw.ellipse((x, y, x + 96, y + 96), outline=(200, 40, 40), width=4)
    points = [(48, 22), (55, 42), (76, 42), (59, 55), (66, 76), (48, 63), (30, 76), (37, 55), (20, 42), (41, 42)]
    draw.polygon([(x + dx, y + dy) for dx, dy in points], fill=(200, 40, 40))
    return _jpeg(image)


def _chart(number: int) -> bytes:
    rng = random.Random(2000 + number)
    image = Image.new("RGB", (400, 240), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for bar in range(8):
        draw.rectangle((20 + bar * 46, rng.randint(40, 180), 52 + bar * 46, 220), fill=(70, 120, 140))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _office(name: str, main: str, start: str, parts: dict[str, str], more: dict[str, str]) -> SimpleUploadedFile:
    """An office file written by hand: the libraries put the present time into theirs."""
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{TYPE}.{kind}+xml"/>'
        for part, kind in {f"/{start}": main, **more}.items()
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="{start}"/></Relationships>',
        **parts,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(zipfile.ZipInfo(path, LONG_AGO), f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return SimpleUploadedFile(name, content.getvalue())
