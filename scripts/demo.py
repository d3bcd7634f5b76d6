"""Set the demonstration up and serve it: `make demo`, or `make demo-reset` to start over.

The first start builds database and files aside and moves them into place only when they are complete, the database
last, so that its presence means a whole demonstration, whatever interrupted an earlier start. Later starts keep the
data and do only what changed sources ask for. The server replaces this process at the end.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts import messages

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("YIYANG_VAR") or ROOT / "var").resolve()
DATABASE = VAR / "yiyang.sqlite3"
BUILDING = VAR / "building"
STAMP = VAR / "demo-stamp.json"
THREADS = 8

# What each step of preparation is made from; a step is done again when its sources change.
SOURCES = {
    "schema": ("*/migrations/*.py", "requirements/base.txt"),
    "editions": ("cases/editions/**/*.json", "cases/editions/**/*.py"),
    "static": ("*/static/**/*", "requirements/base.txt", "project/settings.py"),
}


def environment(var: Path) -> dict[str, str]:
    """What the settings read, for data under a directory."""
    return {"YIYANG_MODE": "demo", "YIYANG_VAR": str(var), "YIYANG_DATABASE": f"sqlite:///{var / DATABASE.name}"}


def manage(var: Path, *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment(var)}, check=True)


def digest(patterns: Iterable[str]) -> str:
    total = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def forget_data() -> None:
    """Remove the data of the demonstration; the database first, because it stands for the rest."""
    for path in (DATABASE, *VAR.glob(f"{DATABASE.name}-*"), VAR / "files", STAMP):
        remove(path)


def build() -> None:
    """Make the demonstration aside and move it into place."""
    print("First start: building the demonstration's data, which takes a minute or two.", flush=True)
    forget_data()
    remove(BUILDING)
    BUILDING.mkdir(parents=True)
    manage(BUILDING, "migrate", "--verbosity", "0")
    manage(BUILDING, "load_editions")
    manage(BUILDING, "seed_demo")
    # The write-ahead log stays behind when the database moves.
    connection = sqlite3.connect(BUILDING / DATABASE.name)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for path in sorted(BUILDING.iterdir(), key=lambda path: path.name == DATABASE.name):
        if not path.name.startswith(f"{DATABASE.name}-"):
            remove(VAR / path.name)
            path.rename(VAR / path.name)
    remove(BUILDING)


def done() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamps


def prepare(fresh: bool) -> None:
    """Bring schema, editions and collected files up to date with their sources."""
    from django.core.management import call_command

    stamps, now = done(), {step: digest(patterns) for step, patterns in SOURCES.items()}
    if not fresh and stamps.get("schema") != now["schema"]:
        call_command("migrate", verbosity=0)
    if not fresh and stamps.get("editions") != now["editions"]:
        call_command("load_editions")
    if stamps.get("static") != now["static"] or not (VAR / "static").exists():
        # Viewflow's style sheets name files that it does not ship, and no page of ours uses them.
        call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=["viewflow"])
    if stamps != now:
        STAMP.write_text(json.dumps(now))


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reset", action="store_true", help="throw the data away first")
    options = parser.parse_args()
    if not port_is_free(options.port):
        print(f"Port {options.port} is in use. Name another: make demo PORT={options.port + 1}", file=sys.stderr)
        return 1
    VAR.mkdir(parents=True, exist_ok=True)
    # Held until the server replaces this process, so that two starts do not build at once.
    with (VAR / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if options.reset:
            forget_data()
        messages.main("compile")
        fresh = not DATABASE.exists()
        if fresh:
            build()
        os.environ.update(environment(VAR), DJANGO_SETTINGS_MODULE="project.settings")

        import django
        from django.core.management import call_command

        django.setup()
        prepare(fresh)
        call_command("demo_logins")
    print(f"\n医养质管台  http://127.0.0.1:{options.port}   (Ctrl-C stops it; the data is kept)\n", flush=True)
    os.environ["YIYANG_CLOCK"] = "embedded"
    server = [sys.executable, "-m", "gunicorn", "project.wsgi:application", "--bind", f"127.0.0.1:{options.port}"]
    server += ["--threads", str(THREADS), "--log-level", "warning", "--no-control-socket"]
    os.chdir(ROOT)
    return os.execv(sys.executable, server)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as fault:
        print(
            f"Stopped: {' '.join(fault.cmd[1:])} failed; its reason is above. Nothing half-made is used.",
            file=sys.stderr,
        )
        sys.exit(1)
