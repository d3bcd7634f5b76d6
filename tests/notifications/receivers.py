"""A receiver of webhooks and a mail server on this machine, for tests and benchmarks: small, and written by hand."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    """One POST as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What was received; ``answer`` says status, headers and body of each answer."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call], tuple[int, dict[str, str], bytes]] = lambda _call: (204, {}, b"")


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    """A local HTTP receiver with connections that stay open."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.calls.append(call)
            status, headers, answer = receiver.answer(call)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Nothing of it belongs into the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join(timeout=5)


@dataclass
class MailServer:
    """What was received, as (from, to, message); ``refuse`` names a recipient that is turned away."""

    port: int = 0
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    refuse: str = ""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A local SMTP server that takes everything (RFC 5321, as much of it as a client here uses)."""
    mails = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 test")
            sender = to = ""
            for raw in self.rfile:
                line = raw.decode().strip()
                word = line[:4].upper()
                if word == "MAIL":
                    sender = line[10:].partition(">")[0].lstrip("<")
                    self.say("250 ok")
                elif word == "RCPT":
                    to = line[8:].partition(">")[0].lstrip("<")
                    self.say("550 no such mailbox" if to == mails.refuse else "250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    mails.letters.append((sender, to, self._message()))
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def _message(self) -> str:
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw.removeprefix(b".") if raw.startswith(b"..") else raw)
            return b"".join(lines).decode()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        mails.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield mails
        server.shutdown()
        thread.join(timeout=5)
