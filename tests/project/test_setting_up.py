"""What make sets up: locked packages, and parts that are found, started or named as missing."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts import bootstrap, provision, run_tests, servers
from scripts.provision import MissingPart

REQUIREMENTS = Path(bootstrap.__file__).parent.parent / "requirements"


def locked(name: str) -> dict[str, str]:
    """Each pinned line of a lock file with the hashes that follow it."""
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    return {lines.partition(" \\\n")[0]: lines for lines in re.split(r"\n(?=\S)", text.strip())}


@pytest.mark.parametrize("name", ["base", "test"])
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    for pinned, lines in locked(name).items():
        assert re.match(r"[a-z0-9-]+==\S+( ; .+)?$", pinned)
        assert "--hash=sha256:" in lines
    assert not re.search(r"https?://|--index|--find-links|file:", (REQUIREMENTS / f"{name}.txt").read_text())


def test_an_environment_for_the_tests_holds_everything_of_the_demonstration() -> None:
    assert locked("base").items() <= locked("test").items()


def test_an_environment_is_made_again_when_a_lock_changed(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    assert not bootstrap.up_to_date(stamp, "base")
    stamp.write_text(
        json.dumps({"level": "base", "locks": {name: bootstrap.digest(name) for name in bootstrap.LEVELS}})
    )
    assert bootstrap.up_to_date(stamp, "base")
    assert not bootstrap.up_to_date(stamp, "test")
    stamp.write_text(json.dumps({"level": "test", "locks": {"base": "another", "test": bootstrap.digest("test")}}))
    assert not bootstrap.up_to_date(stamp, "base")


@pytest.fixture
def no_part_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(part: str) -> Callable[[object], str]:
        def start(_servers: object) -> str:
            raise MissingPart(part, f"{part} cannot be had. Install it.")

        start.__name__ = part
        return start

    for part in provision.PARTS:
        monkeypatch.setattr(run_tests, part, refusing(part))


@pytest.mark.usefixtures("no_part_starts")
def test_a_missing_part_is_named_and_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALLOW_MISSING", "chromium,redis")
    with pytest.raises(SystemExit) as end:
        run_tests.provide(None)  # type: ignore[arg-type]
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert "postgresql: MISSING. postgresql cannot be had. Install it." in printed.out
    assert "ALLOW_MISSING=font,postgresql make test" in printed.err


@pytest.mark.usefixtures("no_part_starts")
def test_a_part_that_may_be_missing_is_told_as_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALLOW_MISSING", ",".join(provision.PARTS))
    found, missing = run_tests.provide(None)  # type: ignore[arg-type]
    assert (found, {lack.part for lack in missing}) == ({}, set(provision.PARTS))
    assert run_tests.Run({}).summary(missing) == 0
    assert "SKIPPED by ALLOW_MISSING: everything that needs redis." in capsys.readouterr().out


def test_an_unknown_part_is_not_silently_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_MISSING", "chrome")
    with pytest.raises(SystemExit, match="unknown parts: chrome"):
        run_tests.allowed_missing()


def test_one_failed_step_fails_the_run_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    run = run_tests.Run(dict(os.environ))
    run.step("good", ["true"])
    run.step("bad", ["false"])
    assert run.summary([]) == 1
    assert "FAILED bad" in capsys.readouterr().out


@pytest.mark.postgres
def test_postgresql_runs_for_the_test_only_and_not_as_root() -> None:
    import psycopg

    with servers.Servers() as started:
        home = started.directory
        address, _part = started.start_postgresql(provision.find_postgresql())
        with psycopg.connect(f"{address}/postgres") as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("yiyang",)
        pid = int((home / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])
        owner = subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, text=True, check=True)
        assert owner.stdout.strip() != "0"
        port = urlsplit(address).port or 0
        assert servers.answers(port)
    assert not servers.answers(port)
    assert not home.exists()


def test_a_server_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    with servers.Servers() as started, socket.socket(), pytest.raises(MissingPart, match="no such option"):
        started._start("redis", ["sh", "-c", "echo no such option; exit 1"], servers.free_port(), 15, {})  # type: ignore[arg-type]
