"""Files made to do harm are refused, quickly and without filling the memory; what is kept of a photo is harmless."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from cases.errors import Invalid
from cases.uploads import examine
from tests.cases.hostile_files import (
    CORPUS,
    FLATE,
    MB,
    Hostile,
    document,
    pdf,
    picture,
    stream,
    with_part,
    workbook,
    zipped,
)

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 1.0
MOST_MEMORY = 100 * MB


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """As a browser's form sends it: Django itself cuts a path off, so that the name is put back here."""
    sent = SimpleUploadedFile("x", content)
    sent.__dict__["_name"] = name
    return sent


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """What became of every file, in a process of its own that may not take more than it is allowed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cases.hostile_run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.what)
def test_a_hostile_file_is_refused_within_a_second_and_a_hundred_megabytes(
    hostile: Hostile, outcomes: dict[str, Any]
) -> None:
    found = outcomes[hostile.what]
    assert found["code"] == hostile.code
    assert found["message"]
    assert found["seconds"] < MOST_SECONDS
    assert found["bytes"] < MOST_MEMORY


def test_the_memory_of_each_file_is_really_measured(outcomes: dict[str, Any]) -> None:
    if sys.platform == "linux":
        assert max(found["bytes"] for found in outcomes.values()) > 5 * MB


def test_there_are_at_least_forty_and_no_two_are_the_same() -> None:
    assert len({hostile.what for hostile in CORPUS}) == len(CORPUS) >= 40


# ── what is kept of a photo ────────────────────────────────────────────────


def photo_of_a_phone(**options: Any) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Phone"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2021:03:01 10:42:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SERIAL-4711"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (43.0, 49.0, 30.0)
    return picture(exif=exif.tobytes(), **options)


def kept(content: bytes, name: str = "a.jpg", **options: Any) -> bytes:
    return examine(upload(name, content), max_mb=20, **options).content


def test_a_photo_loses_its_place_and_its_camera_and_keeps_its_time_and_which_way_is_up() -> None:
    content = photo_of_a_phone()
    stored = kept(content)
    assert b"SERIAL-4711" in content
    assert b"SERIAL-4711" not in stored
    assert b"Phone" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        exif = image.getexif()
        assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
        assert exif[ExifTags.Base.Orientation] == 6
        assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == "2021:03:01 10:42:00"


def test_an_edition_may_keep_the_place_as_proof() -> None:
    stored = kept(photo_of_a_phone(), keep_location=True)
    with Image.open(io.BytesIO(stored)) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] == (43.0, 49.0, 30.0)


@pytest.mark.parametrize("sort", ["JPEG", "PNG"])
def test_words_and_programs_beside_a_picture_are_gone(sort: str) -> None:
    content = picture(sort, comment=b"<?php evil ?>") if sort == "JPEG" else picture(sort)
    stored = kept(content + b"<script>evil</script>", f"a.{'jpg' if sort == 'JPEG' else 'png'}")
    assert b"evil" not in stored


@pytest.mark.parametrize("options", [{}, {"quality": 92}, {"progressive": True}, {"subsampling": 0}])
def test_drawing_a_photo_anew_changes_next_to_nothing_and_always_gives_the_same(options: dict[str, Any]) -> None:
    content = picture(size=(640, 480), **options)
    stored = kept(content)
    assert kept(content) == stored
    before, after = (Image.open(io.BytesIO(each)).convert("L").tobytes() for each in (content, stored))
    assert sum(abs(one - two) for one, two in zip(before, after, strict=True)) / len(before) < 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_are_drawn_anew(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (30, 20)).save(buffer, "PNG")
    stored = kept(buffer.getvalue(), "a.png")
    with Image.open(io.BytesIO(stored)) as image:
        assert (image.mode, image.size) == (mode, (30, 20))


# ── what is harmless is not refused ────────────────────────────────────────


def test_a_chart_with_its_workbook_is_no_hidden_file() -> None:
    assert kept(with_part(document(), "word/embeddings/Microsoft_Excel_Sheet1.xlsx", workbook()), "a.docx")


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<</Type/Catalog>>"),
        pdf(b"<</Type/Catalog>>") + b"\r\n\0\0",
        pdf(stream(b"\0/JS /AA binary", b"/Subtype/Image")),
        pdf(stream(b"x", b"/Type/ObjStm/N 1/First 0")),
        pdf(b"<</A<</S/URI/URI(https://www.nhc.gov.cn/JavaScripts)>>>>"),
        pdf(b"<</T(An 'EmbeddedFile' is not one)>>"),
        pdf(
            b"<</BaseFont/Song#20Ti>>",
            stream(zlib.compress(b"1 0 <</Type/Catalog>>"), FLATE),
            stream(b"x" * 90_000, b""),
        ),
    ],
)
def test_an_ordinary_pdf_is_accepted(content: bytes) -> None:
    assert kept(content, "a.pdf") == content


def test_a_file_is_looked_at_once() -> None:
    """A form looks before its transaction begins; storing takes what came out, the refusal too."""
    for sent in (upload("a.jpg", picture()), upload("a.docx", zipped())):
        verdicts: list[Any] = []
        for _time in range(2):
            try:
                verdicts.append(examine(sent, max_mb=20))
            except Invalid as refusal:
                verdicts.append(refusal)
            sent.file = io.BytesIO(b"something else")
        assert verdicts[0] is verdicts[1]
