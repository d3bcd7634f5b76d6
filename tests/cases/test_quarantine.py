"""The virus scanner: asked before a file is kept, asked again later; what it warns of is held back."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases import evidence
from cases.access import Actor
from cases.errors import Invalid
from cases.models import Evidence, SystemEvent
from cases.quarantine import scan_pending
from cases.uploads import examine, scanning
from tests.cases.hostile_files import pdf
from tests.story import Story
from tests.worlds import build_world, moment

AT = moment("2021-03-01")
# EICAR's test file, in two parts, so that no scanner takes this file for one.
BAD = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
CLEAN_PDF, BAD_PDF = pdf(b"<<>>"), pdf(b"<</Note(%s)>>" % BAD)


@pytest.fixture
def story(db: None) -> Story:
    return Story.open(build_world()).on("2021-03-01")


@contextmanager
def clamd(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A small clamd on loopback that answers INSTREAM."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!L", sent.read(4))[0]:
                    content += sent.read(length)
                connection.sendall(answer(content))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"clamd://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def verdict(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if BAD in content else b"stream: OK\0"


def keep(story: Story, content: bytes, *, looked_at: bool = True) -> Any:
    upload = SimpleUploadedFile("a.pdf", content)
    user: Any = story.filler.user
    if looked_at:
        evidence.look_at(story.case, [upload], by=Actor(user), at=AT)
    return evidence.store(case=story.case, upload=upload, purpose="self_check", by=user, at=AT)


def state(kept: Any) -> str:
    return Evidence.objects.get(pk=kept.pk).scan


# ── asking ─────────────────────────────────────────────────────────────────


def test_clamd_is_sent_the_whole_file_and_its_verdict_is_read(settings: Any) -> None:
    sent: list[bytes] = []

    def answer(content: bytes) -> bytes:
        sent.append(content)
        return verdict(content)

    large = b"x" * 300_000
    with clamd(answer) as settings.SCANNER:
        assert not scanning.scan(large).infected
        assert scanning.scan(large + BAD).infected
    assert sent == [large, large + BAD]


@pytest.mark.parametrize("reply", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"hello"])
def test_an_answer_that_is_no_verdict_says_nothing_about_the_file(settings: Any, reply: bytes) -> None:
    with clamd(lambda _content: reply) as settings.SCANNER, pytest.raises(scanning.Unavailable):
        scanning.scan(b"x")


def command(tmp_path: Path, code: str) -> str:
    script = tmp_path / "scan.py"
    script.write_text(f"import sys\ncontent = sys.stdin.buffer.read()\n{code}\n")
    return f"command:{sys.executable} {script}"


def test_a_command_says_it_by_how_it_ends(settings: Any, tmp_path: Path) -> None:
    settings.SCANNER = command(tmp_path, f"sys.exit({BAD!r} in content)")
    assert not scanning.scan(b"x").infected
    assert scanning.scan(BAD).infected
    for broken in (command(tmp_path, "sys.exit(2)"), "command:/no/such/scanner", "clamd:///no/such/socket"):
        settings.SCANNER = broken
        with pytest.raises(scanning.Unavailable):
            scanning.scan(b"x")


# ── taking in ──────────────────────────────────────────────────────────────


def test_without_a_scanner_nothing_is_said(story: Story) -> None:
    assert keep(story, CLEAN_PDF).scan == ""


def test_a_file_that_the_scanner_warns_of_is_not_kept_and_the_trail_says_who_sent_it(
    story: Story, settings: Any
) -> None:
    with clamd(verdict) as settings.SCANNER:
        assert keep(story, CLEAN_PDF).scan == "clean"
        with pytest.raises(Invalid) as refused:
            keep(story, BAD_PDF)
    assert refused.value.code == "infected"
    assert Evidence.objects.count() == 1
    event = SystemEvent.objects.get(verb="refuse_infected")
    assert (event.actor, event.chain.unit) == (story.filler.user, story.world.institution)
    assert event.details == {"case": story.case.pk}


def test_a_scanner_that_does_not_answer_stops_nobody_and_the_file_waits_for_it(story: Story, settings: Any) -> None:
    settings.SCANNER = "clamd:///no/such/socket"
    kept, bad = keep(story, CLEAN_PDF), keep(story, BAD_PDF)
    assert (kept.scan, bad.scan) == ("pending", "pending")
    assert scan_pending(AT) == 0
    with clamd(verdict) as settings.SCANNER:
        assert scan_pending(AT) == 2
        assert scan_pending(AT) == 0
    assert (state(kept), state(bad)) == ("clean", "quarantined")
    newest: Any = bad.history.first()
    assert (newest.scan, newest.history_date) == ("quarantined", AT)
    assert SystemEvent.objects.filter(verb="scan_file").count() == 2


def test_where_the_scanner_was_taken_away_nothing_waits_any_more(story: Story, settings: Any) -> None:
    settings.SCANNER = "clamd:///no/such/socket"
    kept = keep(story, CLEAN_PDF)
    settings.SCANNER = ""
    assert scan_pending(AT) == 1
    assert state(kept) == ""


def test_a_scanner_that_keeps_everybody_waiting_is_asked_once_and_then_left_alone_for_a_minute(
    story: Story, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def never(content: bytes) -> bytes:
        asked.append(len(content))
        return b""

    monkeypatch.setattr(scanning, "SECONDS", 0.5)
    with clamd(never) as settings.SCANNER:
        files = [SimpleUploadedFile(f"{n}.pdf", CLEAN_PDF + b"%%%d\n%%%%EOF" % n) for n in range(3)]
        evidence.look_at(story.case, files, by=Actor(story.filler.user), at=AT)
        assert len(asked) == 1
        assert {examine(file, max_mb=20).scan for file in files} == {"pending"}
        assert scanning.is_left_alone(time.monotonic())
        assert not scanning.is_left_alone(time.monotonic() + scanning.LEFT_ALONE)


# ── held back ──────────────────────────────────────────────────────────────


def answer_to(user: Any, address: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(address)


def test_nobody_opens_a_file_that_is_held_back(story: Story, settings: Any) -> None:
    kept = keep(story, CLEAN_PDF)
    address = reverse("evidence", args=[kept.pk])
    assert answer_to(story.filler.user, address).status_code == 200
    for held in ("pending", "quarantined"):
        Evidence.objects.update(scan=held)
        refused = answer_to(story.filler.user, address)
        assert refused.status_code == 409
        assert CLEAN_PDF not in refused.content
    assert answer_to(story.world.other_filler, address).status_code == 404


def test_the_administrator_sees_what_is_held_back_without_its_name_and_nobody_else_sees_the_page(
    story: Story, settings: Any
) -> None:
    settings.SCANNER = "clamd:///no/such/socket"
    kept = keep(story, CLEAN_PDF)
    with clamd(verdict) as settings.SCANNER, pytest.raises(Invalid):
        keep(story, BAD_PDF)
    page = answer_to(story.world.people["system_admin"], reverse("quarantine"))
    text = page.content.decode()
    assert kept.sha256[:16] in text
    assert story.world.institution.name in text
    assert "a.pdf" not in text
    assert "PDF" in text
    assert "application/pdf" not in text
    assert "scan_files" in text
    assert [event.verb for event in page.context["refused"]] == ["refuse_infected"]
    for role in ("institution_filler", "county_officer", "inspector"):
        assert answer_to(story.world.people[role], reverse("quarantine")).status_code == 403


def test_looking_again_finds_what_was_overlooked_and_releases_what_was_warned_of_by_mistake(
    story: Story, settings: Any
) -> None:
    overlooked, mistaken = keep(story, BAD_PDF), keep(story, CLEAN_PDF)
    Evidence.objects.filter(pk=mistaken.pk).update(scan="quarantined")
    with clamd(verdict) as settings.SCANNER:
        said = StringIO()
        call_command("scan_files", stdout=said)
    assert (state(overlooked), state(mistaken)) == ("quarantined", "clean")
    assert overlooked.sha256 in said.getvalue()
    settings.SCANNER = ""
    with pytest.raises(CommandError, match="YIYANG_SCANNER"):
        call_command("scan_files")
