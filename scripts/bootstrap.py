"""Make the virtual environment and install one lock file into it: bootstrap.py VENV base|test [--check].

Runs on the machine's own Python with nothing installed; with --check on the environment's own, only to ask whether
there is anything to do. A stamp in the environment says which locks it was made from,
so that a second run costs nothing; an environment made for the tests also serves the demonstration.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEVELS = ("base", "test")


def digest(level: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{level}.txt").read_bytes()).hexdigest()


def supported() -> bool:
    return (3, 11) <= sys.version_info[:2] <= (3, 13)


def usable(python: Path) -> bool:
    """Whether the environment's interpreter still starts and is of a supported version."""
    check = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def up_to_date(stamp: Path, level: str) -> bool:
    try:
        made = json.loads(stamp.read_text())
        return LEVELS.index(made["level"]) >= LEVELS.index(level) and made["locks"] == {n: digest(n) for n in LEVELS}
    except (OSError, ValueError, KeyError, TypeError):
        return False


def main() -> int:
    home, level = Path(sys.argv[1]).resolve(), sys.argv[2]
    python, stamp = home / "bin" / "python", home / "yiyang-stamp.json"
    if "--check" in sys.argv:
        return 0 if supported() and up_to_date(stamp, level) else 1
    if not usable(python):
        print(f"Making the virtual environment {home.name} with Python {sys.version.split()[0]} ...", flush=True)
        import venv

        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
    if up_to_date(stamp, level):
        return 0
    stamp.unlink(missing_ok=True)
    print(f"Installing the packages of requirements/{level}.txt ...", flush=True)
    lock = ROOT / "requirements" / f"{level}.txt"
    install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*install, "-r", str(lock)], check=False).returncode:
        print(
            "The packages could not be installed; pip's reason is above. Run the same command again.", file=sys.stderr
        )
        return 1
    stamp.write_text(json.dumps({"level": level, "locks": {n: digest(n) for n in LEVELS}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
