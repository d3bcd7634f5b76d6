"""The health checks of docker-compose.yml: probe.py URL, or probe.py --written-within SECONDS DIRECTORY.

Status 0 when the address answers with success, or when something in the directory was written lately.
"""

from __future__ import annotations

import argparse
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SECONDS = 8


def answers(address: str) -> str:
    """Nothing when the address answers with success, else what it says instead."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS):  # noqa: S310 - an address of our own compose file
            return ""
    except urllib.error.HTTPError as refusal:
        return f"{address}: {refusal.code} {refusal.read(2000).decode(errors='replace')}"
    except OSError as failure:
        return f"{address}: {failure}"


def written(directory: Path, within: float) -> str:
    """Nothing when a file of the directory is no older than so many seconds, else how old the newest is."""
    newest = max((path.stat().st_mtime for path in directory.glob("*")), default=0.0)
    age = time.time() - newest
    return "" if age <= within else f"{directory}: nothing written for {age:.0f} s"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--written-within", type=float, metavar="SECONDS")
    parser.add_argument("target")
    options = parser.parse_args(words)
    if options.written_within is None:
        complaint = answers(options.target)
    else:
        complaint = written(Path(options.target), options.written_within)
    if complaint:
        print(complaint, file=sys.stderr)
    return 1 if complaint else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
