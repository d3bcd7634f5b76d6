"""Run everything that must hold: `make test`, `test-fast`, `test-long`, `lint`, `bench`.

Checks first, while the tests' databases are migrated beside them, then the tests on SQLite, then those that ask for a
database again on PostgreSQL, against servers that this run starts and stops. Every step runs even if an earlier one
failed, and the summary names the ones that did. A missing part ends the run before it begins, unless ALLOW_MISSING
names it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.provision import PARTS, MissingPart, find_chromium, find_font, find_postgresql, find_redis
from scripts.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PROGRAMS = Path(PYTHON).parent
LONG_SERIES = 3 * 3600
"""Seconds that one test of the long series may take."""
WORKERS = os.environ.get("TEST_WORKERS", str(min(4, max(2, os.cpu_count() or 2))))

CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff check", [f"{PROGRAMS}/ruff", "check", "--quiet", "."]),
    ("ruff format", [f"{PROGRAMS}/ruff", "format", "--check", "--quiet", "."]),
    ("import-linter", [f"{PROGRAMS}/lint-imports", "--no-cache"]),
    ("djlint", [f"{PROGRAMS}/djlint", "--lint", "--quiet", "templates"]),
    ("catalogue", [PYTHON, "-m", "scripts.messages", "check"]),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("mypy", [f"{PROGRAMS}/mypy"]),
)


@dataclass
class Run:
    """One run: the environment its steps share, and how each of them ended."""

    environment: dict[str, str]
    results: list[tuple[str, int, float]] = field(default_factory=list)

    def step(self, name: str, command: Sequence[str], **environment: str) -> None:
        print(f"\n=== {name}", flush=True)
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env={**self.environment, **environment}, check=False)
        self.results.append((name, done.returncode, time.monotonic() - begun))

    def beside(self, servers: Servers, name: str, command: Sequence[str], **environment: str) -> Callable[[], None]:
        """Start a step beside the next ones; what is returned waits for its end, and counts only that time."""
        process, log = servers.run_beside(name, command, cwd=ROOT, env={**self.environment, **environment})

        def wait() -> None:
            begun = time.monotonic()
            code = process.wait()
            print(f"\n=== {name}\n{log.read_text(errors='replace')}", flush=True)
            self.results.append((name, code, time.monotonic() - begun))

        return wait

    def summary(self, missing: Sequence[MissingPart]) -> int:
        print()
        for part in missing:
            print(f"SKIPPED by ALLOW_MISSING: everything that needs {part.part}. {part}")
        for name, code, seconds in self.results:
            print(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.0f} s)")
        return 1 if any(code for _name, code, _seconds in self.results) else 0


def allowed_missing() -> set[str]:
    allowed = {name.strip() for name in os.environ.get("ALLOW_MISSING", "").split(",")} - {""}
    if unknown := allowed - set(PARTS):
        sys.exit(f"ALLOW_MISSING names unknown parts: {', '.join(sorted(unknown))}. Known: {', '.join(PARTS)}.")
    return allowed


def pytest(*options: str) -> list[str]:
    return [PYTHON, "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *options]


def check(run: Run) -> None:
    run.step("compile catalogues", [PYTHON, "-m", "scripts.messages", "compile"])
    for name, command in CHECKS:
        run.step(name, command)


def font(_servers: Servers) -> str:
    part = find_font()
    return said(part.name, part.version, part.path)


def chromium(_servers: Servers) -> str:
    part = find_chromium()
    said(part.name, part.version, part.path)
    return str(part.path)


def redis(servers: Servers) -> str:
    part = find_redis()
    address = servers.start_redis(part)
    said(part.name, part.version, part.path)
    return address


def postgresql(servers: Servers, *, durable: bool = False) -> str:
    address, part = servers.start_postgresql(find_postgresql(), durable=durable)
    said(part.name, part.version, part.path)
    return address


def said(name: str, version: str, path: Path) -> str:
    print(f"  {name}: {version} ({path})", flush=True)
    return version


def provide(servers: Servers) -> tuple[dict[str, str], list[MissingPart]]:
    """Where every part is, and the parts that may be missing and are; the run ends if another one is missing."""
    allowed = allowed_missing()
    found: dict[str, str] = {}
    missing: list[MissingPart] = []
    print("Parts:", flush=True)
    for start in (font, chromium, redis, postgresql):
        try:
            found[start.__name__] = start(servers)
        except MissingPart as lack:
            missing.append(lack)
            print(f"  {lack.part}: MISSING. {lack}", flush=True)
    if fatal := [lack.part for lack in missing if lack.part not in allowed]:
        print(f"\nTo leave their tests out: ALLOW_MISSING={','.join(fatal)} make test", file=sys.stderr)
        sys.exit(2)
    return found, missing


def migrate(run: Run, servers: Servers, name: str, **database: str) -> Callable[[], None]:
    """Begin with the database that every worker copies (tests/migrated.py)."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", **database}
    return run.beside(servers, f"migrations on {name}", [PYTHON, "-m", "tests.migrated"], **settings)


def test(run: Run, servers: Servers) -> list[MissingPart]:
    """Checks, then the tests on SQLite, then all that ask for a database, but the browser's, again on PostgreSQL."""
    found, missing = provide(servers)
    run.environment["YIYANG_TEST_MISSING"] = ",".join(lack.part for lack in missing)
    if "chromium" in found:
        run.environment["YIYANG_TEST_CHROMIUM"] = found["chromium"]
    if "redis" in found:
        run.environment["YIYANG_REDIS"] = found["redis"]
    migrated = [migrate(run, servers, "SQLite")]
    database: dict[str, str] = {}
    if "postgresql" in found:
        database = {"YIYANG_TEST_DATABASE": f"{found['postgresql']}/yiyang", "YIYANG_TEST_PASS": "postgresql"}
        migrated.append(migrate(run, servers, "PostgreSQL", **database))
    check(run)
    for wait in migrated:
        wait()
    run.step("tests on SQLite", pytest("-m", "not postgres"))
    if database:
        run.step("tests on PostgreSQL", pytest("-m", "not browser and not sqlite"), **database)
    return missing


def bench(run: Run, servers: Servers, sizes: Sequence[str]) -> None:
    """The benchmarks, once per database, each on an empty one."""
    address = postgresql(servers, durable=True)
    for name, url in (
        ("SQLite", f"sqlite:///{servers.directory / 'bench.sqlite3'}"),
        ("PostgreSQL", f"{address}/postgres"),
    ):
        run.step(f"benchmarks on {name}", [PYTHON, "-m", "tests.bench", *sizes], YIYANG_DATABASE=url)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="checks, and quick tests on SQLite without browser")
    parser.add_argument("--long", action="store_true", help="the full series of races and kills")
    parser.add_argument("--lint", action="store_true", help="checks only")
    parser.add_argument("--bench", nargs="*", metavar="SIZE", help="benchmarks only")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup a hang-up is meant to be survived.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    try:
        with Servers() as servers:
            try:
                return run_all(options, servers)
            finally:
                # A second Ctrl-C must not keep the servers from being stopped.
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
    except MissingPart as lack:
        print(f"MISSING {lack.part}: {lack}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; the servers are stopped.", file=sys.stderr)
        return 130


def run_all(options: argparse.Namespace, servers: Servers) -> int:
    """The steps that the options ask for, in an environment that no setting of the caller's leaks into."""
    var, tests = servers.directory / "var", servers.directory / "tests"
    var.mkdir(mode=0o700)
    own = {"YIYANG_MODE": "test", "YIYANG_VAR": str(var), "YIYANG_TEST_DIRECTORY": str(tests)}
    foreign = {"YIYANG_DATABASE", "YIYANG_VAR", "YIYANG_REDIS", "YIYANG_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        # Nothing is left in the sources, and still each of some hundred processes need not compile them anew.
        foreign.add("PYTHONDONTWRITEBYTECODE")
        own["PYTHONPYCACHEPREFIX"] = str(servers.directory / "bytecode")
    run = Run({**{k: v for k, v in os.environ.items() if k not in foreign}, **own})
    missing: list[MissingPart] = []
    if options.long:
        run.environment["YIYANG_LONG"] = "1"
        run.environment["PYTEST_TIMEOUT"] = str(LONG_SERIES)
    if options.bench is not None:
        bench(run, servers, options.bench)
    elif options.lint:
        check(run)
    elif options.fast:
        migrated = migrate(run, servers, "SQLite")
        check(run)
        migrated()
        quick = "not browser and not postgres and not redis and not slow"
        run.environment["YIYANG_FAST"] = "1"
        run.step("quick tests on SQLite, without browser", pytest("-m", quick))
    else:
        missing = test(run, servers)
    return run.summary(missing)


if __name__ == "__main__":
    sys.exit(main())
