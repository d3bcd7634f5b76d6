"""The production settings with a present of the test's and quick passwords: for processes of the topology test."""

from __future__ import annotations

import os

from project.settings import *  # noqa: F403
from tests.fast_clock import FastClock

CLOCK_OFFSET = FastClock.read(os.environ["YIYANG_TEST_CLOCK"])  # type: ignore[assignment]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
