"""Asking the operator's virus scanner: clamd over its socket, or any command that reads a file from its standard input.

``YIYANG_SCANNER`` is ``clamd://host:3310``, ``clamd:///run/clamav/clamd.ctl`` or ``command:NAME ARGUMENTS``; a command
ends with 0 for clean and 1 for infected, as clamdscan does.
"""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

PORT = 3310
SECONDS = 30
CHUNK = 128 * 1024
LONGEST_REPLY = 4_096
LEFT_ALONE = 60  # seconds
_silent: dict[str, float] = {}  # address → until when this process does not ask it about uploads


class Unavailable(Exception):
    """The scanner does not answer, or answers something else; says nothing about the file."""


@dataclass(frozen=True)
class Verdict:
    """Whether there was a scanner to ask, and whether it warns of the file."""

    asked: bool
    infected: bool = False


def leave_alone(tick: float) -> None:
    """Do not ask about uploads for a while; ``tick`` in seconds of a monotonic clock. The sweep asks nevertheless."""
    _silent[settings.SCANNER] = tick + LEFT_ALONE


def is_left_alone(tick: float) -> bool:
    return tick < _silent.get(settings.SCANNER, tick)


def scan(content: bytes) -> Verdict:
    """What the scanner says of a file; raises :class:`Unavailable`. Without a scanner nothing is asked."""
    address: str = settings.SCANNER
    if not address:
        return Verdict(asked=False)
    if address.startswith("command:"):
        return Verdict(asked=True, infected=_command(shlex.split(address.removeprefix("command:")), content))
    return Verdict(asked=True, infected=_clamd(address, content))


def _command(command: list[str], content: bytes) -> bool:
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(type(error).__name__) from error
    if done.returncode not in (0, 1):
        raise Unavailable(f"ended with {done.returncode}")
    return done.returncode == 1


def _clamd(address: str, content: bytes) -> bool:
    """One INSTREAM session: chunks with their lengths, an empty one, one line of answer."""
    try:
        with _connected(address) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            reply = b""
            while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY and (more := connection.recv(1024)):
                reply += more
    except OSError as error:
        raise Unavailable(type(error).__name__) from error
    verdict = reply.rstrip(b"\0\n ")
    if verdict.endswith(b" FOUND"):
        return True
    if verdict.endswith(b": OK"):
        return False
    raise Unavailable("an answer that is no verdict")


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or PORT), timeout=SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
