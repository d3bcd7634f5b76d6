"""The demonstration is there whole or not at all, and keeps its data."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest

from scripts import demo


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own for the demonstration, whose commands write a little database and one file."""
    for name, path in {"VAR": "", "DATABASE": "yiyang.sqlite3", "BUILDING": "building", "STAMP": "stamp.json"}.items():
        monkeypatch.setattr(demo, name, tmp_path / path)

    def manage(var: Path, *words: str) -> None:
        connection = sqlite3.connect(var / "yiyang.sqlite3")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS done (word TEXT)")
        connection.execute("INSERT INTO done VALUES (?)", words[:1])
        connection.commit()
        connection.close()
        (var / "files").mkdir(exist_ok=True)
        (var / "files" / words[0]).write_text("evidence")

    monkeypatch.setattr(demo, "manage", manage)
    return tmp_path


def words(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return [row[0] for row in connection.execute("SELECT word FROM done")]
    finally:
        connection.close()


def test_a_first_start_moves_database_and_files_into_place(home: Path) -> None:
    demo.build()
    assert words(demo.DATABASE) == ["migrate", "load_editions", "seed_demo"]
    assert {path.name for path in (home / "files").iterdir()} == {"migrate", "load_editions", "seed_demo"}
    assert not demo.BUILDING.exists()


def test_an_interrupted_first_start_leaves_no_demonstration(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = demo.manage

    def fails_while_seeding(var: Path, *arguments: str) -> None:
        whole(var, *arguments)
        if arguments[0] == "seed_demo":
            raise subprocess.CalledProcessError(1, ["python", "manage.py", *arguments])

    monkeypatch.setattr(demo, "manage", fails_while_seeding)
    with pytest.raises(subprocess.CalledProcessError):
        demo.build()
    assert not demo.DATABASE.exists()
    monkeypatch.setattr(demo, "manage", whole)
    demo.build()
    assert words(demo.DATABASE) == ["migrate", "load_editions", "seed_demo"]


def test_starting_over_forgets_database_log_and_files(home: Path) -> None:
    demo.build()
    (home / "yiyang.sqlite3-wal").write_bytes(b"")
    (home / "static").mkdir()
    demo.forget_data()
    assert [path.name for path in home.iterdir()] == ["static"]


def test_a_changed_source_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    (tmp_path / "a.json").write_text("1")
    before = demo.digest(["*.json"])
    assert demo.digest(["*.json"]) == before
    (tmp_path / "a.json").write_text("2")
    assert demo.digest(["*.json"]) != before
