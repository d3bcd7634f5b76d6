"""The product's settings as the tests use them: an own directory for all that is written, and cheap passwords.

scripts/run_tests.py names the database and the Redis; without it (plain pytest) the tests run on SQLite alone.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ.setdefault("YIYANG_MODE", "test")
if "YIYANG_TEST_DIRECTORY" not in os.environ:
    # Workers inherit the directory from the process that starts them, which also removes it.
    os.environ["YIYANG_TEST_DIRECTORY"] = tempfile.mkdtemp(prefix="yiyang-")
    atexit.register(shutil.rmtree, os.environ["YIYANG_TEST_DIRECTORY"], ignore_errors=True)
DIRECTORY = Path(os.environ["YIYANG_TEST_DIRECTORY"]) / f"{os.environ.get('YIYANG_TEST_PASS', 'sqlite')}-{WORKER}"
(DIRECTORY / "static").mkdir(parents=True, exist_ok=True)
os.environ["YIYANG_VAR"] = str(DIRECTORY)
if "YIYANG_TEST_DATABASE" in os.environ:
    os.environ["YIYANG_DATABASE"] = os.environ["YIYANG_TEST_DATABASE"]
else:
    os.environ["YIYANG_DATABASE"] = f"sqlite:///{DIRECTORY / 'unused.sqlite3'}"

from project.settings import *  # noqa: E402, F403
from project.settings import DATABASES, MIDDLEWARE, REDIS_URL  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # In a file, because servers and threads of a test connect for themselves. Nothing has to survive a power cut.
    DATABASES["default"]["TEST"] = {"NAME": str(DIRECTORY.parent / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
if REDIS_URL:
    # Each worker has a numbered database of its own.
    REDIS_URL = f"{REDIS_URL.rsplit('/', 1)[0]}/{int(WORKER.removeprefix('gw')) + 1 if WORKER != 'main' else 0}"
    os.environ["YIYANG_REDIS"] = REDIS_URL

# Django loads the middleware anew for each client; looking for the styles then costs more than most pages.
WHITENOISE_AUTOREFRESH = True

MIDDLEWARE = ["tests.answers.examined", *MIDDLEWARE]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if "YIYANG_TEST_CLOCK" in os.environ:
    # Processes that a test starts share a present of its own, in which leases run out before the test does.
    from tests.fast_clock import FastClock

    CLOCK_OFFSET = FastClock.read(os.environ["YIYANG_TEST_CLOCK"])  # type: ignore[assignment]
