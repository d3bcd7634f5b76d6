"""Logs: to stderr, and to one file a day where a directory is named; kept for six months at least, without names.

Who did what stands in the audit chains. A log says what happened to the machine, so it carries ids and paths only; the
server's lines also name the address that asked, because the Cybersecurity Law (art. 21) wants network logs kept.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any

NAMED = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)\.log")
PERSONAL = (
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "(phone)"),
    (re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"), "(phone)"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "(id card)"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII), "(e-mail)"),
    (re.compile(r"\?[^\s\"']+"), "?…"),
    (re.compile(r"/(set-password|survey)/[^\s\"']+"), r"/\1/…"),
)


class WithoutPersonalData(logging.Formatter):
    """The last net: telephone numbers, identity cards, addresses of mail and query strings never reach a log.

    Nor do the words of exceptions, which repeat what was typed: a traceback says where, and of what kind.
    """

    def format(self, record: logging.LogRecord) -> str:
        mine = logging.makeLogRecord(record.__dict__ | {"exc_text": None})  # another handler's traceback has the words
        text = super().format(mine)
        for pattern, instead in PERSONAL:
            text = pattern.sub(instead, text)
        return text

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        from project.clock import account_of

        return account_of(ei[1])


class DailyFile(logging.Handler):
    """Appends to one file a day; several processes may write to the same. Files older than ``days`` are removed."""

    def __init__(self, directory: str, days: int) -> None:
        super().__init__()
        self.directory, self.days = Path(directory), days
        self.day = ""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            day = dt.datetime.fromtimestamp(record.created).date()  # noqa: DTZ006 - as the machine's clock stands
            if str(day) != self.day:
                self.day = str(day)
                self.directory.mkdir(parents=True, exist_ok=True, mode=0o750)
                self.clear(day)
            with open(self.directory / f"{self.day}.log", "a", encoding="utf-8", opener=_private) as file:
                file.write(self.format(record) + "\n")
        except OSError:
            self.handleError(record)

    def clear(self, today: dt.date) -> None:
        """Remove the files of days that need not be kept any longer."""
        for path in self.directory.glob("*.log"):
            found = NAMED.fullmatch(path.name)
            if found and dt.date.fromisoformat(found["day"]) < today - dt.timedelta(days=self.days):
                path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    """Opens a file that others cannot read."""
    return os.open(path, flags, 0o640)


def log_settings(directory: str, days: int, *, production: bool) -> dict[str, Any]:
    """LOGGING of the settings."""
    handlers: dict[str, Any] = {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}}
    if directory:
        handlers["files"] = {"()": DailyFile, "directory": directory, "days": days, "formatter": "line"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": WithoutPersonalData, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "WARNING"},
        "loggers": {"project.clock": {"level": "INFO" if production else "WARNING"}},
    }
