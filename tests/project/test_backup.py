"""A backup is whole although others write meanwhile, and what is restored is looked at: on both databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from cases.access import appoint
from cases.models import Case, CaseEvent, Evidence
from project.operations import postgresql, saving
from project.operations.manifest import Part, Unusable, copy, digest, read
from project.operations.saving import back_up, storage
from tests.project.databases import empty_database, pg_bin, run_python
from tests.story import Story, problem
from tests.worlds import BEGINNING, build_world, moment
from workflows.engine import perform

pytestmark = [pytest.mark.each, pytest.mark.django_db(transaction=True)]
AT = moment("2021-05-12 10:42")


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Files in a directory of this test, and the database's programs beside the server that runs."""
    location = tmp_path / "files"
    location.mkdir()
    stores = settings.STORAGES
    own = {**stores["default"], "OPTIONS": {**stores["default"]["OPTIONS"], "location": str(location)}}
    settings.STORAGES = {**stores, "default": own}
    settings.PG_BIN = pg_bin()
    yield
    assert storage() == location


@pytest.fixture
def story() -> Story:
    """A cycle under rectification, with a finding that has been closed on evidence."""
    world = build_world()
    for role in ("institution_filler", "institution_head"):
        appoint(world.people[role], world.sibling, role, valid_from=BEGINNING)
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
    story.on("2021-03-10").approve()
    first, _second = story.findings()
    story.on("2021-03-20").fix(first)
    story.on("2021-03-22").close(first)
    return story


class Writer(threading.Thread):
    """Somebody who goes on working: a work item claimed and released, and a photo for each turn."""

    def __init__(self, story: Story, case: Case) -> None:
        super().__init__()
        self.story, self.case, self.stop, self.turns = story, case, threading.Event(), 0

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.story.evidence(self.case, Evidence.Purpose.AFTER, self.story.filler, item_code=str(self.turns))
                for verb in ("claim", "release"):
                    perform(self.case, verb, by=self.story.officer, at=self.story.at)
                self.turns += 1
        finally:
            connections.close_all()

    def go_on(self) -> None:
        """Wait until another turn is done."""
        turns = self.turns
        while self.turns <= turns + 1:
            assert self.is_alive()
            self.stop.wait(0.01)


def restored(backup: Path, address: str, var: Path, *words: str) -> str:
    """What the command says that restores the backup elsewhere."""
    var.mkdir(exist_ok=True)
    place = {"YIYANG_MODE": "test", "YIYANG_VAR": str(var), "YIYANG_DATABASE": address, "YIYANG_PG_BIN": pg_bin()}
    return run_python(["manage.py", "restore", backup, *words], place)


def test_what_is_backed_up_while_others_write_is_restored_and_agrees_with_itself(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, second = story.findings()
    fixed = story.on("2021-04-01").fix(second)
    writer = Writer(story, fixed.case)
    before = CaseEvent.objects.count()
    copy_files = saving._copy_files

    def while_work_goes_on(directory: Path) -> list[Part]:
        writer.go_on()
        parts = copy_files(directory)
        writer.go_on()
        return parts

    monkeypatch.setattr(saving, "_copy_files", while_work_goes_on)
    writer.start()
    try:
        writer.go_on()
        backup = tmp_path / "backup"
        call_command("backup", str(backup))
    finally:
        writer.stop.set()
        writer.join()
    manifest = read(backup)
    assert before < manifest.rows["cases_caseevent"] < CaseEvent.objects.count()
    assert manifest.missing == []
    assert len(manifest.files) > manifest.rows["cases_evidence"]
    with empty_database(tmp_path) as address:
        said = restored(backup, address, tmp_path / "elsewhere")
        assert f"with {manifest.rows['cases_caseevent']} events" in said
        assert f"{manifest.rows['cases_evidence']} files" in said
        assert said.splitlines()[-1] == "every chain, every trigger and every file is as it should be"

        with pytest.raises(AssertionError, match="nothing was changed"):
            restored(backup, address, tmp_path / "elsewhere")
        (tmp_path / "elsewhere" / "files" / "stray").write_text("left by another")
        assert "every chain" in restored(backup, address, tmp_path / "elsewhere", "--force")
        assert not (tmp_path / "elsewhere" / "files" / "stray").exists()


def test_a_backup_is_for_its_owner_alone_and_says_what_it_holds(story: Story, tmp_path: Path, capsys: Any) -> None:
    backup = tmp_path / "backup"
    call_command("backup", str(backup))
    assert backup.stat().st_mode & 0o777 == 0o700
    manifest = read(backup)
    for part in manifest.parts:
        assert (backup / part.path).stat().st_mode & 0o077 == 0
        assert digest(backup / part.path) == part.sha256
    assert {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()} == {
        "manifest.json",
        *(part.path for part in manifest.parts),
    }
    assert digest(backup / "manifest.json") in capsys.readouterr().out
    assert manifest.rows["cases_case"] == Case.objects.count()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(backup))


def test_a_backup_that_is_broken_off_does_not_get_its_name(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> tuple[int, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("project.operations.saving.copy", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(tmp_path / "backup"))
    assert not (tmp_path / "backup").exists()
    with pytest.raises(Unusable, match="no manifest"):
        read(tmp_path / "backup.making")


def test_a_file_that_a_row_names_and_that_is_gone_is_told(story: Story, tmp_path: Path) -> None:
    gone = Evidence.objects.order_by("pk")[0]
    (storage() / str(gone.file.name)).unlink()
    with pytest.raises(CommandError, match=gone.file.name):
        call_command("backup", str(tmp_path / "backup"))
    assert read(tmp_path / "backup").missing == [gone.file.name]


def test_a_damaged_backup_is_refused_before_anything_is_touched(story: Story, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    manifest, _sealed = back_up(backup, AT)
    photo = manifest.files[0].path
    with (backup / photo).open("r+b") as file:
        file.write(b"another picture")
    with (backup / manifest.database.path).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(CommandError) as refusal:
        call_command("restore", str(backup), force=True)
    for part in (photo, manifest.database.path):
        assert f"{part}: does not match its digest" in str(refusal.value)
    assert Case.objects.count() == manifest.rows["cases_case"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 2}, "written in format 2"),
        ({"rows": None, "unknown": 1}, "manifest is damaged"),
        ({"migrations": ["cases.9999_later"]}, "unknown here: cases.9999_later"),
        ({"vendor": "oracle"}, "the backup is of oracle"),
        ({"files": [{"path": "files/../../stolen", "size": 1, "sha256": ""}]}, "lies outside the backup"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    backup = tmp_path / "backup"
    back_up(backup, AT)
    manifest = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps(manifest | change))
    with pytest.raises(CommandError, match=reason):
        call_command("restore", str(backup), force=True)


def test_what_does_not_agree_after_a_restore_is_named(story: Story, tmp_path: Path) -> None:
    photo = Evidence.objects.order_by("pk")[0]
    (storage() / str(photo.file.name)).write_bytes(b"changed on the disk before the backup")
    Case.objects.filter(pk=story.case.pk).update(state="archived")
    backup = tmp_path / "backup"
    back_up(backup, AT)
    with empty_database(tmp_path) as address, pytest.raises(AssertionError) as refusal:
        restored(backup, address, tmp_path / "elsewhere")
    assert f"{photo.file.name}: does not match its row" in str(refusal.value)
    assert "the case row does not agree with its last event" in str(refusal.value)


@pytest.mark.postgres
def test_programs_older_than_the_server_are_refused(settings: Any, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    program.chmod(0o755)
    settings.PG_BIN = str(program.parent)
    with pytest.raises(Unusable, match=r"9\.6\.24, the server \d+; name newer programs"):
        postgresql._program(connection, "pg_dump")
    settings.PG_BIN = str(tmp_path)
    with pytest.raises(Unusable, match="YIYANG_PG_BIN"):
        postgresql._program(connection, "pg_dump")


def test_a_copied_file_is_whole_or_not_there(tmp_path: Path) -> None:
    source, target = tmp_path / "photo", tmp_path / "far" / "away" / "photo"
    source.write_bytes(b"x" * 3_000_000)
    assert copy(source, target) == (3_000_000, digest(source))
    assert [path.name for path in target.parent.iterdir()] == ["photo"]
