"""Lock the dependencies: `make lock`, or `make lock UPGRADE=1` to move to the newest versions.

Both lock files are universal (Linux and macOS, x86-64 and arm64, Python 3.11 to 3.13), carry hashes and name no index.
Afterwards every platform is resolved from wheels alone, so that a package without one is marked out in the .in file
before a user meets a compiler error.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
UV = [sys.executable, "-m", "uv", "pip", "compile", "--quiet"]
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "x86_64-apple-darwin", "aarch64-apple-darwin")
PYTHONS = ("3.11", "3.12", "3.13")


def lock(name: str, *arguments: str) -> None:
    """Compile requirements/NAME.in into NAME.txt."""
    options = ["--universal", "--python-version", PYTHONS[0], "--generate-hashes", "--no-header", "--no-annotate"]
    command = [*UV, f"{name}.in", "--output-file", f"{name}.txt", *options, *arguments]
    subprocess.run(command, cwd=REQUIREMENTS, check=True, stdout=subprocess.DEVNULL)


def platforms_without_wheels() -> list[str]:
    """The platforms on which something in test.txt would have to be compiled, each with uv's reason."""
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        for platform, python in itertools.product(PLATFORMS, PYTHONS):
            command = [*UV, "test.txt", "--only-binary", ":all:", "--python-platform", platform]
            command += ["--python-version", python, "--output-file", str(Path(scratch) / "resolved.txt")]
            done = subprocess.run(command, cwd=REQUIREMENTS, capture_output=True, text=True, check=False)
            if done.returncode:
                faults.append(f"{platform}, Python {python}: {done.stderr.strip()}")
            (Path(scratch) / "resolved.txt").unlink(missing_ok=True)
    return faults


def main() -> int:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    lock("test", *upgrade)
    lock("base", "--constraint", "test.txt", *upgrade)
    faults = platforms_without_wheels()
    for fault in faults:
        print(f"No wheel: {fault}\n", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
